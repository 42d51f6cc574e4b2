#include "results/record/record.h"

#include <algorithm>
#include <set>

namespace seatrial::results {

std::string evidence_id(std::string_view kind, std::size_t index) {
  return std::string(kind) + "/" + std::to_string(index);
}

std::vector<SessionSummary> Record::sessions_at(std::optional<TimePoint> at) const {
  std::map<std::pair<std::string, net::IpAddress>, SessionSummary> summaries;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const SessionChanged& change = sessions_[i];
    if (at && change.at > *at) continue;
    auto& summary = summaries[{change.node, change.peer}];
    const bool was_established = summary.established();
    summary.node = change.node;
    summary.peer = change.peer;
    summary.state = change.state;
    summary.last_reason = change.reason;
    summary.record = i;
    if (change.established() && !was_established) {
      if (!summary.first_established) summary.first_established = change.at;
      summary.last_established = change.at;
      ++summary.established_count;
    } else if (was_established && !change.established()) {
      summary.last_lost = change.at;
    }
  }
  std::vector<SessionSummary> out;
  out.reserve(summaries.size());
  for (auto& [key, summary] : summaries) out.push_back(std::move(summary));
  return out;
}

Fib Record::fib_at(const std::string& node, std::optional<TimePoint> at) const {
  Fib fib;
  for (std::size_t i = 0; i < fib_.size(); ++i) {
    const FibChanged& change = fib_[i];
    if (change.node != node || (at && change.at > *at)) continue;
    if (!change.installed) {
      fib.erase(change.prefix);
      continue;
    }
    FibEntry& entry = fib[change.prefix];
    entry = {change.next_hops, change.protocol, i};
    std::sort(entry.next_hops.begin(), entry.next_hops.end());
  }
  return fib;
}

Rib Record::rib_at(const std::string& node, std::optional<TimePoint> at) const {
  Rib rib;
  for (std::size_t i = 0; i < rib_.size(); ++i) {
    const RibChanged& change = rib_[i];
    if (change.node != node || (at && change.at > *at)) continue;
    if (change.next_hops.empty()) {
      rib.erase(change.prefix);
      continue;
    }
    RibEntry& entry = rib[change.prefix];
    entry = {change.next_hops, change.protocol, change.detail, i};
    std::sort(entry.next_hops.begin(), entry.next_hops.end());
  }
  return rib;
}

namespace {

template <typename Changes>
std::vector<std::string> nodes_of(const Changes& changes) {
  std::set<std::string> nodes;
  for (const auto& change : changes) nodes.insert(change.node);
  return {nodes.begin(), nodes.end()};
}

}  // namespace

std::vector<std::string> Record::fib_nodes() const {
  return nodes_of(fib_);
}

std::vector<std::string> Record::rib_nodes() const {
  return nodes_of(rib_);
}

const PodChanged* Record::pod_at(const net::IpAddress& address, TimePoint at) const {
  const PodChanged* found = nullptr;
  std::map<std::string, const PodChanged*> latest;
  for (const auto& change : pods_) {
    if (change.at > at) break;
    latest[change.pod] = &change;
    if (change.address == address && change.phase != "Gone") found = &change;
  }
  // The address may have passed from that pod, or the pod may have gone.
  if (found == nullptr || latest[found->pod]->phase == "Gone") return nullptr;
  return found;
}

}  // namespace seatrial::results
