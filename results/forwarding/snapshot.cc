#include "results/forwarding/snapshot.h"

#include <fmt/format.h>

#include <algorithm>

namespace seatrial::results {

Snapshot::Snapshot(const Record& record, TimePoint at) : record_(record), at_(at) {
  // One pass for all nodes: Record::fib_at() makes one a node.
  for (std::size_t i = 0; i < record.fib().size(); ++i) {
    const auto& change = record.fib()[i];
    if (change.at > at) continue;
    auto& fib = fibs_[change.node];
    if (!change.installed) {
      fib.erase(change.prefix);
      continue;
    }
    auto& entry = fib[change.prefix];
    entry = {change.next_hops, change.protocol, i};
    std::ranges::sort(entry.next_hops);
  }
  for (const auto& link : record.topology().links) {
    cables_[link.ports[0]] = link.ports[1];
    cables_[link.ports[1]] = link.ports[0];
  }
  for (const auto& node : record.topology().nodes) {
    if (node.kind == "pod") continue;  // PodChanged tells when it had which
    for (const auto& port : node.ports) {
      for (const auto& address : port.addresses) own_[node.name].insert(address.address);
    }
  }
  for (const auto& pod : record.pods()) {
    if (pod.at > at) break;
    auto& own = own_[pod.pod];
    own.clear();
    if (pod.phase != "Gone" && !pod.address.is_unspecified()) own.insert(pod.address);
  }
  note_ports(record);
  note_faults(record);
  for (std::size_t i = 0; i < record.nat().size(); ++i) {
    const auto& change = record.nat()[i];
    if (change.at > at) break;
    auto& here = nat_[{change.node, change.address}];
    if (change.installed) {
      here[change.protocol] = i;
    } else {
      here.erase(change.protocol);
    }
  }
}

void Snapshot::note_ports(const Record& record) {
  for (std::size_t i = 0; i < record.links().size(); ++i) {
    const auto& change = record.links()[i];
    if (change.at > at_) break;
    if (change.up) {
      ports_.erase(change.port);
    } else {
      ports_[change.port] = {
          fmt::format("{} has no carrier since {} s", change.port, seconds(change.at)),
          evidence_id("link", i)};
    }
  }
}

void Snapshot::note_faults(const Record& record) {
  for (std::size_t i = 0; i < record.faults().size(); ++i) {
    const auto& fault = record.faults()[i];
    if (fault.at > at_) break;
    if (fault.action == "power_off") {
      dead_[fault.target] = {
          fmt::format("{} has no power since {} s", fault.target, seconds(fault.at)),
          evidence_id("fault", i)};
    } else if (fault.action == "power_on") {
      dead_.erase(fault.target);
    } else if (fault.action == "link_silent") {
      const auto& target = fault.target;
      const auto port = target.find(':') == std::string::npos ? target + ":eth0" : target;
      const Obstacle silent{
          fmt::format("the cable of {} carries nothing since {} s", target, seconds(fault.at)),
          evidence_id("fault", i)};
      ports_[port] = silent;
      if (const auto far = cables_.find(port); far != cables_.end()) ports_[far->second] = silent;
    } else if (fault.action == "link_restored") {
      const auto& target = fault.target;
      const auto port = target.find(':') == std::string::npos ? target + ":eth0" : target;
      ports_.erase(port);
      if (const auto far = cables_.find(port); far != cables_.end()) ports_.erase(far->second);
    }
  }
}

const Fib* Snapshot::fib(const std::string& node) const {
  const auto found = fibs_.find(node);
  return found == fibs_.end() ? nullptr : &found->second;
}

std::optional<Obstacle> Snapshot::power(const std::string& node) const {
  if (const auto found = dead_.find(node); found != dead_.end()) return found->second;
  // A pod goes with its machine.
  const PodChanged* last = nullptr;
  for (const auto& pod : record_.pods()) {
    if (pod.at <= at_ && pod.pod == node && !pod.node.empty()) last = &pod;
  }
  if (last == nullptr || last->node == node) return std::nullopt;
  const auto found = dead_.find(last->node);
  return found == dead_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Obstacle> Snapshot::port(const std::string& port) const {
  const auto found = ports_.find(port);
  return found == ports_.end() ? std::nullopt : std::optional(found->second);
}

bool Snapshot::owns(const std::string& node, const net::IpAddress& address) const {
  const auto found = own_.find(node);
  if (found != own_.end() && found->second.contains(address)) return true;
  const auto* table = fib(node);
  const auto* entry = table == nullptr ? nullptr : table->find(net::Prefix::host(address));
  return entry != nullptr && entry->next_hops.empty() && entry->protocol == "kernel";
}

// Depth first over the switches; of several that have the address the one that nothing keeps from
// being reached.
std::optional<Neighbour> Snapshot::search(const std::string& from, const net::IpAddress& address,
                                          std::set<std::string>& seen) const {
  const auto cable = cables_.find(from);
  if (cable == cables_.end()) return std::nullopt;
  const auto here = node_of_port(cable->second);
  const auto* node = record_.topology().node(here);
  auto obstacle = port(from);
  if (!obstacle) obstacle = port(cable->second);
  if (node == nullptr || node->kind != "switch") {
    if (!owns(here, address)) return std::nullopt;
    if (auto off = power(here)) obstacle = std::move(off);
    return Neighbour{here, {}, std::move(obstacle)};
  }
  if (!seen.insert(here).second) return std::nullopt;
  std::optional<Neighbour> best;
  for (const auto& own : node->ports) {
    const auto name = here + ":" + own.name;
    if (name == cable->second) continue;
    auto found = search(name, address, seen);
    if (!found) continue;
    found->switches.insert(found->switches.begin(), here);
    if (!found->obstacle) found->obstacle = obstacle;
    if (!best || (best->obstacle && !found->obstacle)) best = std::move(found);
  }
  return best;
}

std::optional<Neighbour> Snapshot::neighbour(const std::string& node, const std::string& interface,
                                             const net::IpAddress& address) const {
  const auto from = node + ":" + interface;
  const auto cable = cables_.find(from);
  if (cable == cables_.end()) return std::nullopt;
  // Calico answers a pod's ARP for any address with the node's own.
  const auto* here = record_.topology().node(node);
  if (here != nullptr && here->kind == "pod") {
    auto obstacle = port(from);
    if (!obstacle) obstacle = port(cable->second);
    const auto far = node_of_port(cable->second);
    if (auto off = power(far)) obstacle = std::move(off);
    return Neighbour{far, {}, std::move(obstacle)};
  }
  std::set<std::string> seen;
  return search(from, address, seen);
}

std::vector<std::size_t> Snapshot::translations(const std::string& node,
                                                const net::Endpoint& to) const {
  std::vector<std::size_t> out;
  for (auto it = nat_.lower_bound({node, {to.address, 0}});
       it != nat_.end() && it->first.first == node && it->first.second.address == to.address;
       ++it) {
    if (to.port != 0 && it->first.second.port != to.port) continue;
    for (const auto& [protocol, index] : it->second) out.push_back(index);
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace seatrial::results
