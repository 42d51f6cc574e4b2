// Invariants of the data plane, convergence and quiescence.
#include <fmt/format.h>

#include <algorithm>

#include "results/dataplane/convergence.h"
#include "results/dataplane/windows.h"
#include "scenarios/engine/expectations/judge.h"

namespace seatrial::scenario::expectations {
namespace {

// The last change in (after, before), and its record.
template <typename List>
std::optional<results::LastChange> last_change(const List& list, const char* kind, TimePoint after,
                                               TimePoint before) {
  std::optional<results::LastChange> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].at <= after || list[i].at >= before) continue;
    if (!out || list[i].at >= out->at) out = {list[i].at, results::evidence_id(kind, i)};
  }
  return out;
}

std::optional<results::LastChange> last_change(const results::Record& record, Table table,
                                               TimePoint after, TimePoint before) {
  return table == Table::fib ? last_change(record.fib(), "fib", after, before)
                             : last_change(record.rib(), "rib", after, before);
}

const char* name_of(Table table) {
  return table == Table::fib ? "FIB" : "RIB";
}

}  // namespace

results::Outcome Judge::judge(const ExpectInvariant& e) {
  Findings findings;
  const auto kind =
      e.what == Invariant::no_loops ? results::WindowKind::loop : results::WindowKind::blackhole;
  const auto begin = moment(e.from.value_or(Duration{}));
  const auto end = moment(e.to.value_or(scenario_.duration));
  Duration longest{};
  std::size_t count = 0;
  for (const auto& window : windows()) {
    if (window.kind != kind) continue;
    const auto prefix = std::ranges::find_if(window.prefixes, [&](const net::Prefix& one) {
      return !e.prefix || e.prefix->contains(one) || one.contains(*e.prefix);
    });
    if (prefix == window.prefixes.end()) continue;
    for (const auto& node : window.nodes) {
      if (!e.nodes.empty() && std::ranges::find(e.nodes, node.node) == e.nodes.end()) continue;
      for (const auto& span : node.spans) {
        const auto from = std::max(span.from, begin);
        const auto to = std::min(span.to.value_or(end), end);
        if (to <= from) continue;
        ++count;
        longest = std::max(longest, to - from);
        if (to - from <= e.at_most) continue;
        findings.add(fmt::format("{} towards {} from {} for {} from {}s: {}",
                                 results::word_of(kind), prefix->to_string(), node.node,
                                 to_string(to - from), seconds(from), window.reason),
                     window.evidence.empty() ? "" : window.evidence.front());
      }
    }
  }
  auto summary = fmt::format("{} {}{} of a node", count == 0 ? "no" : std::to_string(count),
                             results::word_of(kind), count == 1 ? "" : "s");
  if (count > 0) {
    summary +=
        fmt::format(", the longest {}, allowed {}", to_string(longest), to_string(e.at_most));
  }
  return findings.outcome(std::move(summary));
}

results::Outcome Judge::judge(const ExpectConvergence& e) {
  Findings findings;
  const auto after = moment(e.after);
  auto before = TimePoint::max();
  for (const auto& fault : record_.faults()) {
    if (fault.at > after) before = std::min(before, fault.at);
  }
  const auto last = last_change(record_, e.of, after, before);
  if (!last) {
    findings.add(
        fmt::format("no {} change after {}: nothing converged", name_of(e.of), to_string(e.after)));
    return findings.outcome("");
  }
  auto summary = fmt::format("the last {} change came {} after {}", name_of(e.of),
                             to_string(last->at - after), to_string(e.after));
  if (last->at - after > e.at_most) {
    findings.add("expected at most " + to_string(e.at_most), last->evidence);
  }
  return findings.outcome(std::move(summary), {last->evidence});
}

results::Outcome Judge::judge(const ExpectQuiescent& e) {
  Findings findings;
  const auto last = last_change(record_, e.of, TimePoint::min(), TimePoint::max());
  if (!last) {
    findings.add(fmt::format("no {} ever changed", name_of(e.of)));
    return findings.outcome("");
  }
  auto summary = fmt::format("the last {} change at {}s", name_of(e.of), seconds(last->at));
  if (last->at > moment(e.by)) findings.add("expected by " + to_string(e.by), last->evidence);
  return findings.outcome(std::move(summary), {last->evidence});
}

}  // namespace seatrial::scenario::expectations
