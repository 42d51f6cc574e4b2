// Who was asked and had no process to answer: the proxy that the timeline ended or stopped.
#include <fmt/format.h>

#include "results/explain/cause.h"

namespace seatrial::results {
namespace {

// What a fault leaves a process in; nothing: running.
std::string_view state_after(std::string_view action) {
  if (action == "kill") return "was killed";
  if (action == "terminate") return "was terminated";
  if (action == "freeze") return "was frozen";
  return {};
}

std::string_view what_was_seen(std::string_view error) {
  if (error == "refused") return "refused the connection";
  if (error == "reset" || error == "closed") return "cut the connection";
  return "did not answer";
}

}  // namespace

std::optional<Cause> Causes::of_process(const Try& one) const {
  const auto proxy = one.arrived_at + "/nginx";
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < record_.faults().size(); ++i) {
    const auto& fault = record_.faults()[i];
    if (fault.at <= one.finished && fault.target == proxy) last = i;
  }
  if (one.error.empty() || !last) return std::nullopt;
  const auto& fault = record_.faults()[*last];
  const auto state = state_after(fault.action);
  if (state.empty()) return std::nullopt;
  Cause cause;
  cause.machine = one.arrived_at;
  cause.key = "process/" + proxy + "/" + evidence_id("fault", *last);
  cause.deed =
      fmt::format("{}: its nginx {} at {}", what_was_seen(one.error), state, clock(fault.at));
  cause.steps.push_back({"fault",
                         fault.at,
                         fmt::format("{} {} at {}", proxy, state, clock(fault.at)),
                         {evidence_id("fault", *last)},
                         {}});
  cause.sentence = sentence({&cause});
  return cause;
}

}  // namespace seatrial::results
