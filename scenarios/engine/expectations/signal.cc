#include "scenarios/engine/expectations/signal.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "scenarios/engine/expectations/judge.h"

namespace seatrial::scenario::expectations {
namespace {

using results::evidence_id;

// Appends what holds from a moment on, if it is news.
void put(Signal& signal, TimePoint at, bool holds, std::string evidence) {
  if (!signal.empty() && signal.back().at == at) {
    signal.pop_back();
    if (signal.empty()) evidence.clear();
  }
  if (signal.empty()) {
    signal.push_back({TimePoint{}, holds, at == TimePoint{} ? std::move(evidence) : ""});
    return;
  }
  if (signal.back().holds != holds) signal.push_back({at, holds, std::move(evidence)});
}

Signal starting(bool holds) {
  return {{TimePoint{}, holds, {}}};
}

// What several signals make together, by how many of them hold.
template <typename Holds>
Signal together(const std::vector<Signal>& parts, Holds holds) {
  struct Step {
    TimePoint at;
    std::size_t part;
    const SignalChange* change;
  };
  std::vector<Step> steps;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const auto& change : parts[i]) steps.push_back({change.at, i, &change});
  }
  std::ranges::stable_sort(steps, {}, &Step::at);
  std::vector<bool> now(parts.size(), false);
  std::size_t count = 0;
  Signal out;
  for (const auto& step : steps) {
    if (now[step.part] != step.change->holds) {
      now[step.part] = step.change->holds;
      step.change->holds ? ++count : --count;
    }
    put(out, step.at, holds(count), step.change->evidence);
  }
  return out;
}

Signal all_of(const std::vector<Signal>& parts) {
  return together(parts, [&](std::size_t count) { return count == parts.size(); });
}

Signal negated(Signal signal) {
  for (auto& change : signal) change.holds = !change.holds;
  return signal;
}

Signal made(const SessionIs& c, const Observed& run) {
  std::map<net::IpAddress, bool> up;  // each of the sessions of the pair
  for (const auto& configured : run.record.configured()) {
    if (configured.node == c.node && configured.peer_node == c.peer) up[configured.peer] = false;
  }
  auto out = starting(!c.established);
  for (std::size_t i = 0; i < run.record.sessions().size(); ++i) {
    const auto& change = run.record.sessions()[i];
    const auto one = up.find(change.peer);
    if (change.node != c.node || one == up.end()) continue;
    one->second = change.established();
    const bool all = std::ranges::all_of(up, [](const auto& entry) { return entry.second; });
    put(out, change.at, all == c.established, evidence_id("session", i));
  }
  return out;
}

// What a table says of the prefix at one node.
struct Present {
  bool there = false;
  std::set<net::IpAddress> next_hops;
};

bool as_wanted(const RouteIs& c, const Present& now) {
  if (!now.there) return !c.present;
  if (!c.present) return false;
  const std::set<net::IpAddress> wanted(c.next_hops.begin(), c.next_hops.end());
  if (!wanted.empty() && now.next_hops != wanted) return false;
  return !c.count.set() || c.count.holds(now.next_hops.size());
}

Signal made(const RouteIs& c, const std::string& node, const Observed& run) {
  auto out = starting(as_wanted(c, {}));
  if (c.table == Table::rib) {
    for (std::size_t i = 0; i < run.record.rib().size(); ++i) {
      const auto& change = run.record.rib()[i];
      if (change.node != node || change.prefix != c.prefix) continue;
      const Present now{!change.next_hops.empty(),
                        {change.next_hops.begin(), change.next_hops.end()}};
      put(out, change.at, as_wanted(c, now), evidence_id("rib", i));
    }
    return out;
  }
  for (std::size_t i = 0; i < run.record.fib().size(); ++i) {
    const auto& change = run.record.fib()[i];
    if (change.node != node || change.prefix != c.prefix) continue;
    Present now{change.installed, {}};
    for (const auto& hop : change.next_hops) {
      if (!hop.address.is_unspecified()) now.next_hops.insert(hop.address);
    }
    put(out, change.at, as_wanted(c, now), evidence_id("fib", i));
  }
  return out;
}

Signal made(const RouteIs& c, const Observed& run) {
  std::vector<Signal> parts;
  for (const auto& node : c.nodes) parts.push_back(made(c, node, run));
  return all_of(parts);
}

// A route covers the prefix, at least in part.
Signal covered(const net::Prefix& prefix, const std::string& node, const Observed& run) {
  std::set<net::Prefix> covering;
  auto out = starting(false);
  for (std::size_t i = 0; i < run.record.fib().size(); ++i) {
    const auto& change = run.record.fib()[i];
    if (change.node != node || !change.prefix.contains(prefix)) continue;
    if (change.installed) {
      covering.insert(change.prefix);
    } else {
      covering.erase(change.prefix);
    }
    put(out, change.at, !covering.empty(), evidence_id("fib", i));
  }
  return out;
}

Signal made(const Reaches& c, const Observed& run) {
  std::vector<Signal> parts;
  for (const auto& node : c.nodes) parts.push_back(covered(c.prefix, node, run));
  for (const auto& window : run.windows()) {
    if (std::ranges::none_of(window.prefixes, [&](const net::Prefix& one) {
          return c.prefix.contains(one) || one.contains(c.prefix);
        })) {
      continue;
    }
    const auto evidence = window.evidence.empty() ? std::string() : window.evidence.front();
    for (const auto& affected : window.nodes) {
      if (std::ranges::find(c.nodes, affected.node) == c.nodes.end()) continue;
      auto clear = starting(true);
      for (const auto& span : affected.spans) {
        put(clear, span.from, false, evidence);
        if (span.to) put(clear, *span.to, true, evidence);
      }
      parts.push_back(std::move(clear));
    }
  }
  return all_of(parts);
}

Signal made(const EndpointsAre& c, const Observed& run) {
  auto out = starting(c.ready.holds(0));
  for (std::size_t i = 0; i < run.record.endpoints().size(); ++i) {
    const auto& change = run.record.endpoints()[i];
    if (change.service != c.service) continue;
    put(out, change.at, c.ready.holds(change.ready.size()), evidence_id("endpoints", i));
  }
  return out;
}

Signal made(const LinkIs& c, const Observed& run) {
  auto out = starting(c.up);
  for (std::size_t i = 0; i < run.record.links().size(); ++i) {
    const auto& change = run.record.links()[i];
    if (change.port == c.port) put(out, change.at, change.up == c.up, evidence_id("link", i));
  }
  return out;
}

// A request enters the window when it is due and leaves it `window` later.
Signal made(const LoadSucceeds& c, const Observed& run) {
  struct Step {
    TimePoint at;
    std::size_t request;
    bool enters;
  };
  std::vector<Step> steps;
  const auto& requests = run.record.requests();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].client != c.load) continue;
    steps.push_back({requests[i].intended, i, true});
    steps.push_back({requests[i].intended + c.window, i, false});
  }
  std::ranges::stable_sort(steps, {}, &Step::at);
  std::uint64_t due = 0;
  std::uint64_t succeeded = 0;
  auto out = starting(false);
  for (const auto& step : steps) {
    const bool good = requests[step.request].succeeded();
    due = step.enters ? due + 1 : due - 1;
    if (good) succeeded = step.enters ? succeeded + 1 : succeeded - 1;
    const bool holds =
        due > 0 && c.success_ratio.holds(static_cast<double>(succeeded) / static_cast<double>(due));
    put(out, step.at, holds, evidence_id("request", step.request));
  }
  return out;
}

Signal made(const Combined& c, const Observed& run) {
  std::vector<Signal> parts;
  for (const auto& one : c.of) parts.push_back(signal_of(one, run));
  switch (c.how) {
    case Combined::How::all:
      return all_of(parts);
    case Combined::How::any:
      return together(parts, [](std::size_t count) { return count > 0; });
    case Combined::How::none:
      return negated(parts.at(0));
  }
  return {};
}

struct Words {
  std::string operator()(const SessionIs& c) const {
    return fmt::format("the session of {} with {} is {}Established", c.node, c.peer,
                       c.established ? "" : "not ");
  }
  std::string operator()(const RouteIs& c) const {
    auto out = fmt::format("the {} of {} has {}{}", c.table == Table::fib ? "FIB" : "RIB",
                           join(c.nodes, " and "), c.present ? "" : "no ", c.prefix.to_string());
    if (!c.next_hops.empty()) out += " via " + list_of(c.next_hops);
    if (c.count.at_least) out += fmt::format(" with at least {} next hops", *c.count.at_least);
    if (c.count.at_most) out += fmt::format(" with at most {} next hops", *c.count.at_most);
    if (c.count.equals) out += fmt::format(" with {} next hops", *c.count.equals);
    return out;
  }
  std::string operator()(const Reaches& c) const {
    return fmt::format("packets from {} reach {}", join(c.nodes, " and "), c.prefix.to_string());
  }
  std::string operator()(const EndpointsAre& c) const {
    std::string how;
    if (c.ready.at_least) how += fmt::format(" at least {}", *c.ready.at_least);
    if (c.ready.at_most) how += fmt::format(" at most {}", *c.ready.at_most);
    if (c.ready.equals) how += fmt::format(" {}", *c.ready.equals);
    return fmt::format("{} has{} ready endpoints", c.service, how);
  }
  std::string operator()(const LinkIs& c) const {
    return fmt::format("{} has {}carrier", c.port, c.up ? "" : "no ");
  }
  std::string operator()(const LoadSucceeds& c) const {
    std::vector<std::string> how;
    if (c.success_ratio.equals) how.push_back(percent(*c.success_ratio.equals));
    if (c.success_ratio.at_least) how.push_back("at least " + percent(*c.success_ratio.at_least));
    if (c.success_ratio.at_most) how.push_back("at most " + percent(*c.success_ratio.at_most));
    return fmt::format("{} of {}'s requests due within {} succeed", join(how, " and "), c.load,
                       to_string(c.window));
  }
  std::string operator()(const Combined& c) const {
    if (c.how == Combined::How::none) {
      const auto what = words_for(c.of.front());
      return "not " + (what.starts_with("(") ? what : "(" + what + ")");
    }
    std::vector<std::string> words;
    words.reserve(c.of.size());
    for (const auto& one : c.of) words.push_back(words_for(one));
    const auto text = join(words, c.how == Combined::How::all ? " and " : " or ");
    return c.of.size() > 1 ? "(" + text + ")" : text;
  }
};

}  // namespace

Signal signal_of(const Condition& condition, const Observed& run) {
  return std::visit([&](const auto& what) { return made(what, run); }, condition.what);
}

const SignalChange& at_moment(const Signal& signal, TimePoint at) {
  const auto after = std::ranges::upper_bound(signal, at, {}, &SignalChange::at);
  return after == signal.begin() ? *after : *std::prev(after);
}

const SignalChange* first(const Signal& signal, bool holds, TimePoint from, TimePoint to,
                          TimePoint* when) {
  const auto& now = at_moment(signal, from);
  if (now.holds == holds) {
    *when = from;
    return &now;
  }
  for (const auto& change : signal) {
    if (change.at <= from || change.holds != holds) continue;
    if (change.at >= to) return nullptr;
    *when = change.at;
    return &change;
  }
  return nullptr;
}

std::string words_for(const Condition& condition) {
  return std::visit(Words{}, condition.what);
}

}  // namespace seatrial::scenario::expectations
