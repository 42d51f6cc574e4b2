#include "models/io/host.h"

namespace seatrial::io {

std::string_view to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::finished:
      return "finished";
    case CloseReason::refused:
      return "refused";
    case CloseReason::reset:
      return "reset";
    case CloseReason::timed_out:
      return "timed out";
    case CloseReason::unreachable:
      return "unreachable";
    case CloseReason::failed:
      return "failed";
  }
  return "?";
}

}  // namespace seatrial::io
