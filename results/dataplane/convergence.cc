#include "results/dataplane/convergence.h"

#include <map>
#include <utility>

namespace seatrial::results {
namespace {

template <typename List>
std::optional<LastChange> last_within(const List& list, const char* kind, TimePoint after,
                                      TimePoint before) {
  std::optional<LastChange> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].at <= after || list[i].at >= before) continue;
    if (!out || list[i].at >= out->at) out = {list[i].at, evidence_id(kind, i)};
  }
  return out;
}

}  // namespace

Convergence find_convergence(const Record& record) {
  Convergence out;
  constexpr auto always = TimePoint::max();
  out.rib = last_within(record.rib(), "rib", TimePoint::min(), always);
  out.fib = last_within(record.fib(), "fib", TimePoint::min(), always);
  for (std::size_t i = 0; i < record.faults().size(); ++i) {
    const auto at = record.faults()[i].at;
    if (out.faults.empty() || out.faults.back().at != at)
      out.faults.push_back({at, {}, {}, {}, {}, {}});
    out.faults.back().faults.push_back(i);
  }
  for (std::size_t k = 0; k < out.faults.size(); ++k) {
    auto& fault = out.faults[k];
    const auto until = k + 1 < out.faults.size() ? out.faults[k + 1].at : always;
    fault.rib = last_within(record.rib(), "rib", fault.at, until);
    fault.fib = last_within(record.fib(), "fib", fault.at, until);
    std::map<std::pair<std::string, net::IpAddress>, bool> up;
    for (std::size_t i = 0; i < record.sessions().size(); ++i) {
      const auto& change = record.sessions()[i];
      bool& was = up[{change.node, change.peer}];
      if (change.at >= fault.at && change.at < until && was != change.established()) {
        (was ? fault.sessions_lost : fault.sessions_established)
            .push_back(evidence_id("session", i));
      }
      was = change.established();
    }
  }
  return out;
}

}  // namespace seatrial::results
