// Loads, spread and drops: what became of the requests and packets.
#include <fmt/format.h>

#include <algorithm>

#include "results/histogram/histogram.h"
#include "scenarios/engine/expectations/judge.h"

namespace seatrial::scenario::expectations {
namespace {

using results::evidence_id;

bool inside(TimePoint at, const std::optional<Duration>& from, const std::optional<Duration>& to) {
  return (!from || at >= moment(*from)) && (!to || at < moment(*to));
}

template <typename T, typename F>
std::string bound_text(const Bound<T>& bound, F&& format) {
  std::vector<std::string> words;
  if (bound.equals) words.push_back("exactly " + format(*bound.equals));
  if (bound.at_least) words.push_back("at least " + format(*bound.at_least));
  if (bound.at_most) words.push_back("at most " + format(*bound.at_most));
  return join(words, " and ");
}

std::string number(std::uint64_t n) {
  return std::to_string(n);
}

}  // namespace

std::string Judge::wrong_answerer(std::size_t index) {
  const auto& request = record_.requests()[index];
  const auto path = paths().path_of(index);
  if (path.app_pod.empty()) return describe(index) + " was answered by nobody that is known";
  if (!request.answered_by.empty() && request.answered_by != path.app_pod) {
    return describe(index) + " went to " + path.app_pod + ", but the answer names " +
           request.answered_by;
  }
  if (is_of_service(path.app_pod, request.expect_service)) return "";
  return describe(index) + " was answered by " + path.app_pod + " of " +
         (facts_.services_of(path.app_pod).empty() ? "no service"
                                                   : join(facts_.services_of(path.app_pod))) +
         ", expected " + request.expect_service;
}

results::Outcome Judge::judge(const ExpectLoad& e) {
  Findings findings;
  std::vector<std::string> facts;
  results::Histogram latencies;
  std::uint64_t sent = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t answered = 0;
  std::optional<std::size_t> first_failed;
  std::optional<std::size_t> slowest;
  std::optional<std::size_t> first_other_status;
  std::uint64_t other_status = 0;
  std::uint64_t wrong_service = 0;
  std::string first_wrong;
  std::size_t first_wrong_index = 0;

  const auto& requests = record_.requests();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& request = requests[i];
    if (request.client != e.load || !inside(request.intended, e.from, e.to)) continue;
    ++sent;
    if (request.succeeded()) {
      ++succeeded;
    } else if (!first_failed) {
      first_failed = i;
    }
    if (e.status && request.status != *e.status && ++other_status == 1) first_other_status = i;
    if (!request.error.empty()) continue;
    ++answered;
    latencies.record(request.latency());
    if (!slowest || request.latency() > requests[*slowest].latency()) slowest = i;
    if (!e.answered_as_routed) continue;
    if (auto wrong = wrong_answerer(i); !wrong.empty() && ++wrong_service == 1) {
      first_wrong = std::move(wrong);
      first_wrong_index = i;
    }
  }

  const auto what_happened = [&](std::size_t i) {
    return describe(i) + (requests[i].error.empty()
                              ? " got status " + std::to_string(requests[i].status)
                              : " ended with " + requests[i].error);
  };
  if (sent == 0) {
    findings.add("load \"" + e.load + "\" finished no request");
    return findings.outcome("");
  }
  facts.push_back(fmt::format("{} of {} requests succeeded", succeeded, sent));
  const double ratio = static_cast<double>(succeeded) / static_cast<double>(sent);
  if (!e.success_ratio.holds(ratio)) {
    auto text = fmt::format("success ratio is {}, expected {}", percent(ratio),
                            bound_text(e.success_ratio, percent));
    if (first_failed) text += "; first " + what_happened(*first_failed);
    findings.add(std::move(text), first_failed ? evidence_id("request", *first_failed) : "");
  }
  if (!e.requests.holds(sent)) {
    findings.add(fmt::format("{} requests, expected {}", sent, bound_text(e.requests, number)));
  }
  if (other_status > 0) {
    findings.add(fmt::format("{} of {} requests did not get status {}; first {}", other_status,
                             sent, *e.status, what_happened(*first_other_status)),
                 evidence_id("request", *first_other_status));
  } else if (e.status) {
    facts.push_back(fmt::format("all with status {}", *e.status));
  }
  if (wrong_service > 0) {
    findings.add(fmt::format("{} of {} answers came from the wrong place; first {}", wrong_service,
                             answered, first_wrong),
                 evidence_id("request", first_wrong_index));
  } else if (e.answered_as_routed && answered == 0) {
    findings.add("no answer came that could be judged");
  } else if (e.answered_as_routed) {
    facts.push_back("every answer from the service its request expects");
  }

  Duration slow_above{};
  const auto latency = [&](const char* name, const Bound<Duration>& bound, Duration value) {
    if (!bound.set()) return;
    if (bound.at_most && value > *bound.at_most) {
      slow_above =
          slow_above > Duration::zero() ? std::min(slow_above, *bound.at_most) : *bound.at_most;
    }
    const auto text = std::string(name) + " " + to_string(value);
    if (answered > 0 && bound.holds(value)) {
      facts.push_back(text);
      return;
    }
    if (answered == 0) {
      findings.add(std::string(name) + " has no answer to go by");
      return;
    }
    findings.add(text + ", expected " + bound_text(bound, [](Duration d) { return to_string(d); }) +
                     "; slowest " + describe(*slowest) + " took " +
                     to_string(requests[*slowest].latency()),
                 evidence_id("request", *slowest));
  };
  latency("p50", e.p50, latencies.duration_at(50));
  latency("p90", e.p90, latencies.duration_at(90));
  latency("p99", e.p99, latencies.duration_at(99));
  latency("max", e.max, Duration(latencies.max()));

  std::vector<std::string> evidence;
  if (slowest) evidence.push_back(evidence_id("request", *slowest));
  auto outcome = findings.outcome(join(facts), std::move(evidence));
  if (slow_above > Duration::zero()) {
    outcome.load = e.load;
    outcome.slow_above = slow_above;
  }
  return outcome;
}

results::Outcome Judge::judge(const ExpectSpread& e) {
  Findings findings;
  std::map<std::string, std::uint64_t> carried;
  for (const auto& name : e.over == SpreadOver::edges          ? facts_.edges()
                          : e.over == SpreadOver::ingress_pods ? facts_.ingress_pods()
                                                               : facts_.app_pods()) {
    const bool counts =
        e.over != SpreadOver::app_pods || e.service.empty() || is_of_service(name, e.service);
    if (counts) carried[name] = 0;
  }
  std::uint64_t total = 0;
  std::uint64_t unknown = 0;
  const auto& requests = record_.requests();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& request = requests[i];
    if (request.client != e.load || !request.error.empty()) continue;
    if (!e.service.empty() && request.expect_service != e.service) continue;
    ++total;
    const auto path = paths().path_of(i);
    const auto& by = e.over == SpreadOver::edges          ? path.edge
                     : e.over == SpreadOver::ingress_pods ? path.ingress_pod
                                                          : path.app_pod;
    if (const auto it = carried.find(by); it != carried.end()) {
      ++it->second;
    } else if (++unknown == 1) {
      findings.add(describe(i) + " was carried by " +
                       (by.empty() ? "nobody that is known" : by + ", which is not among them"),
                   evidence_id("request", i));
    }
  }
  if (unknown > 1) findings.add(fmt::format("so were {} further requests", unknown - 1));
  if (total == 0) findings.add("load \"" + e.load + "\" had no answered request");
  if (carried.empty()) findings.add("there is nobody to spread over");
  std::vector<std::string> shares;
  for (const auto& [name, count] : carried) {
    if (total == 0) break;
    const double share = static_cast<double>(count) / static_cast<double>(total);
    shares.push_back(name + " " + percent(share));
    if (share < e.min_share) {
      findings.add(fmt::format("{} carried {} of {} ({}), expected at least {}", name, count, total,
                               percent(share), percent(e.min_share)));
    } else if (share > e.max_share) {
      findings.add(fmt::format("{} carried {} of {} ({}), expected at most {}", name, count, total,
                               percent(share), percent(e.max_share)));
    }
  }
  return findings.outcome(total == 0
                              ? std::string()
                              : fmt::format("{} answered requests over {}", total, join(shares)));
}

results::Outcome Judge::judge(const ExpectDrops& e) {
  Findings findings;
  std::uint64_t count = 0;
  std::optional<std::size_t> first;
  std::map<std::string, std::uint64_t> reasons;
  const auto in = [](const std::vector<std::string>& list, const std::string& word) {
    return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
  };
  for (std::size_t i = 0; i < record_.drops().size(); ++i) {
    const auto& drop = record_.drops()[i];
    if (!in(e.nodes, drop.node) || !in(e.reasons, drop.reason)) continue;
    if (!inside(drop.at, e.from, e.to)) continue;
    if (count++ == 0) first = i;
    ++reasons[drop.reason];
  }
  std::vector<std::string> evidence;
  if (first) evidence.push_back(evidence_id("drop", *first));
  auto summary = fmt::format("{} packets dropped", count);
  if (e.drops.holds(count)) return findings.outcome(std::move(summary), std::move(evidence));
  std::string text = "expected " + bound_text(e.drops, number);
  if (first) {
    const auto& drop = record_.drops()[*first];
    text += fmt::format("; the first at {}{} at {}s ({}): {} to {}", drop.node,
                        drop.interface.empty() ? "" : ":" + drop.interface, seconds(drop.at),
                        drop.reason, drop.flow.from.to_string(), drop.flow.to.to_string());
    std::vector<std::string> words;
    for (const auto& [reason, times] : reasons)
      words.push_back(fmt::format("{} {}", times, reason));
    if (reasons.size() > 1) text += "; by reason: " + join(words);
  }
  findings.add(std::move(text), evidence.empty() ? "" : evidence[0]);
  return findings.outcome(std::move(summary));
}

}  // namespace seatrial::scenario::expectations
