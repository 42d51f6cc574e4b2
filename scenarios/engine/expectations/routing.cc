// Sessions, routes, blocks and next hops: what the control plane arrived at.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenarios/engine/expectations/judge.h"

namespace seatrial::scenario::expectations {
namespace {

using results::evidence_id;
using SessionKey = std::pair<std::string, net::IpAddress>;

std::string name_of(const ConfiguredSession& session) {
  auto out = session.node + " to " + session.peer.to_string();
  if (!session.peer_name.empty()) out += " (" + session.peer_name + ")";
  return out;
}

std::vector<net::IpAddress> gateways_of(const results::FibEntry& entry) {
  std::set<net::IpAddress> out;
  for (const auto& hop : entry.next_hops) {
    if (!hop.address.is_unspecified()) out.insert(hop.address);
  }
  return {out.begin(), out.end()};
}

std::optional<TimePoint> moment_of(const std::optional<Duration>& at) {
  return at ? std::optional(moment(*at)) : std::nullopt;
}

std::string when(const std::optional<Duration>& at) {
  return at ? "at " + to_string(*at) : "at the end";
}

std::vector<net::IpAddress> sorted(std::vector<net::IpAddress> addresses) {
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

}  // namespace

results::Outcome Judge::judge(const ExpectSessions& e) {
  Findings findings;
  const TimePoint by = moment(e.by);
  const TimePoint until = e.until ? moment(*e.until) : TimePoint::max();
  const auto wanted = [&](const std::string& node) {
    return e.nodes.empty() || std::find(e.nodes.begin(), e.nodes.end(), node) != e.nodes.end();
  };

  std::map<SessionKey, std::vector<std::size_t>> changes;
  for (std::size_t i = 0; i < record_.sessions().size(); ++i) {
    const auto& change = record_.sessions()[i];
    changes[{change.node, change.peer}].push_back(i);
  }

  std::set<SessionKey> configured;
  std::size_t judged = 0;
  std::size_t up = 0;
  std::optional<std::pair<TimePoint, std::string>> last;
  std::vector<std::string> evidence;
  for (const auto& session : facts_.configured_sessions()) {
    configured.insert({session.node, session.peer});
    if (!wanted(session.node)) continue;
    ++judged;
    const results::SessionChanged* at_by = nullptr;
    const results::SessionChanged* lost = nullptr;
    std::size_t evidence_by = 0;
    std::size_t evidence_lost = 0;
    for (const auto i : changes[{session.node, session.peer}]) {
      const auto& change = record_.sessions()[i];
      if (change.at <= by) {
        // Established again without having been lost is no news.
        if (at_by == nullptr || at_by->state != change.state) {
          at_by = &change;
          evidence_by = i;
        }
      } else if (change.at <= until && !change.established() && lost == nullptr) {
        lost = &change;
        evidence_lost = i;
      }
    }
    const auto source = session.source.empty() ? "" : ", configured at " + session.source;
    if (at_by == nullptr) {
      findings.add(name_of(session) + " was never tried" + source);
    } else if (!at_by->established()) {
      const auto reason = at_by->reason.empty() ? "" : " (" + at_by->reason + ")";
      findings.add(name_of(session) + " is " + at_by->state + reason + source,
                   evidence_id("session", evidence_by));
    } else if (lost != nullptr) {
      const auto reason = lost->reason.empty() ? "" : " (" + lost->reason + ")";
      findings.add(name_of(session) + " was lost at " + seconds(lost->at) + "s" + reason,
                   evidence_id("session", evidence_lost));
    } else {
      ++up;
      evidence.push_back(evidence_id("session", evidence_by));
      if (!last || at_by->at > last->first) last = {at_by->at, name_of(session)};
    }
  }
  for (const auto& [key, indexes] : changes) {
    if (configured.contains(key) || !wanted(key.first)) continue;
    for (const auto i : indexes) {
      if (!record_.sessions()[i].established()) continue;
      findings.add(
          key.first + " to " + key.second.to_string() + " is Established, but no file implies it",
          evidence_id("session", i));
      break;
    }
  }
  if (judged == 0) findings.add("the files imply no session");
  auto summary =
      fmt::format("{} of {} session ends Established by {}", up, judged, to_string(e.by));
  if (findings.empty() && last) {
    summary += fmt::format(", the last ({}) at {}s", last->second, seconds(last->first));
  }
  return findings.outcome(std::move(summary), std::move(evidence));
}

results::Outcome Judge::judge(const ExpectRoutes& e) {
  Findings findings;
  std::vector<std::string> evidence;
  std::size_t right = 0;
  const bool any = e.protocol == "any";
  for (const auto& node : e.nodes) {
    const auto fib = record_.fib_at(node, moment_of(e.at));
    for (const auto& [prefix, hops] : e.routes) {
      const auto* entry = fib.find(prefix);
      if (entry == nullptr) {
        findings.add(node + " has no " + prefix.to_string() + ", expected via " +
                     list_of(sorted(hops)));
        continue;
      }
      const auto id = evidence_id("fib", entry->record);
      if (!any && entry->protocol != e.protocol) {
        findings.add(node + " has " + prefix.to_string() + " from " + entry->protocol +
                         ", expected from " + e.protocol,
                     id);
      } else if (gateways_of(*entry) != sorted(hops)) {
        findings.add(node + " sends " + prefix.to_string() + " to " + list_of(gateways_of(*entry)) +
                         ", expected to " + list_of(sorted(hops)),
                     id);
      } else {
        ++right;
        evidence.push_back(id);
      }
    }
    if (!e.exact) continue;
    fib.for_each([&](const net::Prefix& prefix, const results::FibEntry& entry) {
      if ((!any && entry.protocol != e.protocol) || e.routes.contains(prefix)) return;
      findings.add(node + " also has " + prefix.to_string() + " via " +
                       list_of(gateways_of(entry)) + " (" + entry.protocol + ")",
                   evidence_id("fib", entry.record));
    });
  }
  const auto expected = e.routes.size() * e.nodes.size();
  const auto summary = expected == 0 ? fmt::format("{} expected with no route{} {}", join(e.nodes),
                                                   any ? "" : " from " + e.protocol, when(e.at))
                                     : fmt::format("{} of {} routes of {} as expected {}", right,
                                                   expected, join(e.nodes), when(e.at));
  return findings.outcome(summary, std::move(evidence));
}

results::Outcome Judge::judge(const ExpectBlocks& e) {
  Findings findings;
  std::vector<std::string> evidence;
  std::vector<Block> blocks;
  for (const auto& cluster : scenario_.clusters) {
    if (!e.cluster.empty() && cluster.name != e.cluster) continue;
    const auto its = facts_.blocks(cluster.name);
    blocks.insert(blocks.end(), its.begin(), its.end());
  }
  if (blocks.empty()) findings.add("no block was allocated");
  std::size_t right = 0;
  std::size_t judged = 0;
  for (const auto& node : e.nodes) {
    const auto fib = record_.fib_at(node, moment_of(e.at));
    for (const auto& block : blocks) {
      if (block.node == node) continue;  // its own pods are behind it
      ++judged;
      const auto expected = block.node_address.to_string() + " (" + block.node + ")";
      const auto* entry = fib.find(block.prefix);
      if (entry == nullptr) {
        findings.add(node + " has no " + block.prefix.to_string() + ", expected via " + expected);
        continue;
      }
      const auto id = evidence_id("fib", entry->record);
      if (gateways_of(*entry) != std::vector{block.node_address}) {
        findings.add(node + " sends " + block.prefix.to_string() + " to " +
                         list_of(gateways_of(*entry)) + ", expected to " + expected,
                     id);
      } else {
        ++right;
        evidence.push_back(id);
      }
    }
  }
  return findings.outcome(
      fmt::format(
          "{} of {} block routes ({} blocks, {} nodes) have their owner as only next hop {}", right,
          judged, blocks.size(), e.nodes.size(), when(e.at)),
      std::move(evidence));
}

results::Outcome Judge::judge(const ExpectNextHops& e) {
  Findings findings;
  std::vector<std::string> evidence;
  std::vector<std::string> told;
  for (const auto& node : e.nodes) {
    const auto fib = record_.fib_at(node, moment_of(e.at));
    const auto* entry = fib.find(e.prefix);
    if (entry == nullptr) {
      if (e.count > 0) findings.add(node + " has no " + e.prefix.to_string());
      continue;
    }
    const auto hops = gateways_of(*entry);
    const auto id = evidence_id("fib", entry->record);
    if (hops.size() != e.count) {
      findings.add(fmt::format("{} sends {} to {} next hops {}", node, e.prefix.to_string(),
                               hops.size(), list_of(hops)),
                   id);
    } else {
      evidence.push_back(id);
      told.push_back(node + " via " + list_of(hops));
    }
  }
  auto summary = fmt::format("{} with {} next hops {}", e.prefix.to_string(), e.count, when(e.at));
  summary =
      findings.empty() ? summary + (told.empty() ? "" : ": " + join(told)) : "expected " + summary;
  return findings.outcome(std::move(summary), std::move(evidence));
}

}  // namespace seatrial::scenario::expectations
