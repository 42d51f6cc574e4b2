#include "models/nginx/observer.h"

#include "models/nginx/runtime.h"

namespace seatrial::nginx {

std::string_view to_string(AttemptOutcome outcome) {
  switch (outcome) {
    case AttemptOutcome::ok:
      return "ok";
    case AttemptOutcome::refused:
      return "refused";
    case AttemptOutcome::connect_timeout:
      return "connect timeout";
    case AttemptOutcome::unreachable:
      return "unreachable";
    case AttemptOutcome::reset:
      return "reset";
    case AttemptOutcome::closed_early:
      return "closed early";
    case AttemptOutcome::invalid_header:
      return "invalid header";
    case AttemptOutcome::read_timeout:
      return "timeout";
    case AttemptOutcome::bad_status:
      return "bad status";
    case AttemptOutcome::truncated:
      return "truncated";
    case AttemptOutcome::client_gone:
      return "client gone";
  }
  return "";
}

std::string_view to_string(PeersRecord::Cause cause) {
  switch (cause) {
    case PeersRecord::Cause::configured:
      return "configured";
    case PeersRecord::Cause::resolved:
      return "resolved";
    case PeersRecord::Cause::resolve_failed:
      return "resolve failed";
    case PeersRecord::Cause::api:
      return "api";
    case PeersRecord::Cause::carried_over:
      return "carried over";
  }
  return "";
}

AttemptOutcome connect_outcome(io::CloseReason reason) {
  switch (reason) {
    case io::CloseReason::refused:
      return AttemptOutcome::refused;
    case io::CloseReason::timed_out:
      return AttemptOutcome::connect_timeout;
    case io::CloseReason::unreachable:
    case io::CloseReason::failed:
      return AttemptOutcome::unreachable;
    case io::CloseReason::finished:
    case io::CloseReason::reset:
      return AttemptOutcome::reset;
  }
  return AttemptOutcome::reset;
}

}  // namespace seatrial::nginx
