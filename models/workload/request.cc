#include "models/workload/request.h"

namespace seatrial::workload {

std::string_view to_string(Symptom symptom) {
  switch (symptom) {
    case Symptom::answered:
      return "answered";
    case Symptom::refused:
      return "refused";
    case Symptom::reset:
      return "reset";
    case Symptom::timed_out:
      return "timed out";
    case Symptom::unreachable:
      return "unreachable";
    case Symptom::closed:
      return "closed";
    case Symptom::malformed:
      return "malformed";
    case Symptom::unresolved:
      return "unresolved";
    case Symptom::failed:
      return "failed";
  }
  return "?";
}

}  // namespace seatrial::workload
