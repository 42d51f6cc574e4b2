// always, eventually, until: conditions over time.
#include <fmt/format.h>

#include "scenarios/engine/expectations/judge.h"
#include "scenarios/engine/expectations/signal.h"

namespace seatrial::scenario::expectations {
namespace {

std::vector<std::string> evidence_of(const SignalChange& change) {
  if (change.evidence.empty()) return {};
  return {change.evidence};
}

// `by` is the last moment that counts.
TimePoint just_after(TimePoint by) {
  return by + Duration(1);
}

}  // namespace

results::Outcome Judge::judge(const ExpectAlways& e) {
  Findings findings;
  const auto over_time = signal(e.holds);
  const auto from = moment(e.from.value_or(Duration{}));
  const auto to = moment(e.to.value_or(scenario_.duration));
  const auto what = words_for(e.holds);
  TimePoint at;
  const auto span = fmt::format("from {}s to {}s", seconds(from), seconds(to));
  if (const auto* broken = first(over_time, false, from, to, &at)) {
    TimePoint again;
    const auto* back = first(over_time, true, at, to, &again);
    findings.add(fmt::format("it does not from {}s {}", seconds(at),
                             back != nullptr ? "to " + seconds(again) + "s" : "on"),
                 broken->evidence);
    return findings.outcome(fmt::format("{}, always {}", what, span));
  }
  return findings.outcome(fmt::format("{}, always {}", what, span),
                          evidence_of(at_moment(over_time, from)));
}

results::Outcome Judge::judge(const ExpectEventually& e) {
  Findings findings;
  const auto over_time = signal(e.comes);
  const auto from = moment(e.from.value_or(Duration{}));
  const auto by = moment(e.by.value_or(scenario_.duration));
  const auto what = words_for(e.comes);
  TimePoint at;
  if (const auto* came = first(over_time, true, from, just_after(by), &at)) {
    return findings.outcome(fmt::format("{} at {}s, {} after {}s", what, seconds(at),
                                        to_string(at - from), seconds(from)),
                            evidence_of(*came));
  }
  const auto* late = first(over_time, true, by, TimePoint::max(), &at);
  findings.add(late == nullptr ? "it never does" : "it does at " + seconds(at) + "s",
               late == nullptr ? at_moment(over_time, by).evidence : late->evidence);
  return findings.outcome(fmt::format("{}, between {}s and {}s", what, seconds(from), seconds(by)));
}

results::Outcome Judge::judge(const ExpectUntil& e) {
  Findings findings;
  const auto comes = signal(e.comes);
  const auto holds = signal(e.holds);
  const auto from = moment(e.from.value_or(Duration{}));
  const auto by = moment(e.by.value_or(scenario_.duration));
  const auto what = fmt::format("{} until {}", words_for(e.holds), words_for(e.comes));
  TimePoint came_at = just_after(by);
  const auto* came = first(comes, true, from, just_after(by), &came_at);
  if (came == nullptr) {
    findings.add(fmt::format("the end does not come by {}s", seconds(by)),
                 at_moment(comes, by).evidence);
  }
  TimePoint at;
  if (const auto* broken = first(holds, false, from, came_at, &at);
      broken != nullptr && at < came_at) {
    findings.add(fmt::format("the first does not hold at {}s", seconds(at)), broken->evidence);
  }
  if (findings.empty()) {
    return findings.outcome(fmt::format("{}, which comes at {}s", what, seconds(came_at)),
                            evidence_of(*came));
  }
  return findings.outcome(what);
}

}  // namespace seatrial::scenario::expectations
