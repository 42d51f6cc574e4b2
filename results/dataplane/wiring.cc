#include "results/dataplane/wiring.h"

#include <algorithm>
#include <deque>
#include <set>

namespace seatrial::results::dataplane {

Wiring::Wiring(const Topology& topology) {
  for (const auto& node : topology.nodes) {
    const int index = static_cast<int>(nodes_.size());
    nodes_by_name_[node.name] = index;
    nodes_.push_back({node.name, node.kind, {}});
    for (const auto& port : node.ports) {
      Port one;
      one.name = node.name + ":" + port.name;
      one.node = index;
      for (const auto& own : port.addresses) one.addresses.push_back(own.address);
      const int number = static_cast<int>(ports_.size());
      ports_by_name_[one.name] = number;
      nodes_.back().ports.push_back(number);
      ports_.push_back(std::move(one));
    }
  }
  for (const auto& link : topology.links) {
    const int a = port_of_cable(link.ports[0]);
    const int b = port_of_cable(link.ports[1]);
    if (a < 0 || b < 0) continue;
    ports_[static_cast<std::size_t>(a)].cable = static_cast<int>(cables_.size());
    ports_[static_cast<std::size_t>(b)].cable = static_cast<int>(cables_.size());
    cables_.push_back({a, b, {}});
  }
}

// A removed pod's cable ends at a port that the node no longer lists.
int Wiring::port_of_cable(const std::string& name) {
  if (const int known = port_named(name); known >= 0) return known;
  const auto node = nodes_by_name_.find(node_of_port(name));
  if (node == nodes_by_name_.end()) return -1;
  const int number = static_cast<int>(ports_.size());
  ports_by_name_[name] = number;
  nodes_[static_cast<std::size_t>(node->second)].ports.push_back(number);
  Port port;
  port.name = name;
  port.node = node->second;
  ports_.push_back(std::move(port));
  return number;
}

int Wiring::port_named(const std::string& name) const {
  const auto found = ports_by_name_.find(name);
  return found == ports_by_name_.end() ? -1 : found->second;
}

int Wiring::far_port(int port) const {
  const int cable = at(port).cable;
  if (cable < 0) return -1;
  const auto& both = cables_[static_cast<std::size_t>(cable)];
  return both.a == port ? both.b : both.a;
}

void Wiring::set_carrier(const std::string& port, bool up, const std::string& evidence) {
  const int index = port_named(port);
  if (index < 0) return;
  ports_[static_cast<std::size_t>(index)].carrier = up;
  ports_[static_cast<std::size_t>(index)].evidence = evidence;
}

void Wiring::set_silent(const std::string& target, bool silent, const std::string& evidence) {
  int port = port_named(target);
  if (const auto node = nodes_by_name_.find(target); port < 0 && node != nodes_by_name_.end()) {
    std::vector<std::string> cabled;
    for (const int own : nodes_[static_cast<std::size_t>(node->second)].ports) {
      if (at(own).cable >= 0) cabled.push_back(at(own).name);
    }
    if (!cabled.empty()) port = port_named(*std::ranges::min_element(cabled));
  }
  if (port < 0 || at(port).cable < 0) return;
  cables_[static_cast<std::size_t>(at(port).cable)].silent = silent ? evidence : "";
}

void Wiring::power_off(const std::string& node, const std::string& evidence) {
  off_.emplace(node, evidence);
}

void Wiring::set_arp(const std::string& port, const net::IpAddress& address, bool failed,
                     const std::string& evidence) {
  const int index = port_named(port);
  if (index < 0) return;
  if (failed) {
    arp_failed_[{index, address}] = evidence;
  } else {
    arp_failed_.erase({index, address});
  }
}

bool Wiring::is_pod(const std::string& node) const {
  const auto found = nodes_by_name_.find(node);
  return found != nodes_by_name_.end() &&
         nodes_[static_cast<std::size_t>(found->second)].kind == "pod";
}

std::string Wiring::power_evidence(const std::string& node) const {
  if (const auto off = off_.find(node); off != off_.end()) return off->second;
  const auto host = node_of_pod_.find(node);
  if (host == node_of_pod_.end()) return {};
  const auto off = off_.find(host->second);
  return off == off_.end() ? std::string() : off->second;
}

bool Wiring::alive(const std::string& node) const {
  if (!power_evidence(node).empty()) return false;
  const auto found = nodes_by_name_.find(node);
  if (found == nodes_by_name_.end()) return true;
  const auto& known = nodes_[static_cast<std::size_t>(found->second)];
  if (known.kind != "pod") return true;
  return std::ranges::all_of(known.ports, [&](int p) { return at(p).cable < 0 || at(p).carrier; });
}

std::string Wiring::host_of_pod(const std::string& pod) const {
  const auto found = nodes_by_name_.find(pod);
  if (found == nodes_by_name_.end()) return {};
  for (const int port : nodes_[static_cast<std::size_t>(found->second)].ports) {
    if (const int far = far_port(port); far >= 0) {
      return nodes_[static_cast<std::size_t>(node(far))].name;
    }
  }
  return {};
}

const std::vector<Wiring::Way>& Wiring::segment(int port) const {
  const auto [known, fresh] = segments_.try_emplace(port);
  if (!fresh) return known->second;
  auto& ways = known->second;
  const int far = far_port(port);
  if (far < 0) return ways;
  std::set<int> seen;  // switches
  std::deque<Way> next{{far, {at(port).cable}}};
  while (!next.empty()) {
    const Way way = std::move(next.front());
    next.pop_front();
    if (!is_switch(way.port)) {
      ways.push_back(way);
      continue;
    }
    if (!seen.insert(node(way.port)).second) continue;
    for (const int out : nodes_[static_cast<std::size_t>(node(way.port))].ports) {
      const int beyond = far_port(out);
      if (out == way.port || beyond < 0) continue;
      Way further{beyond, way.cables};
      further.cables.push_back(at(out).cable);
      next.push_back(std::move(further));
    }
  }
  return ways;
}

Neighbour Wiring::judge(const Way& way) const {
  Neighbour out;
  out.node = nodes_[static_cast<std::size_t>(node(way.port))].name;
  if (auto off = power_evidence(out.node); !off.empty()) {
    out.reach = Reach::powered_off;
    out.evidence.push_back(std::move(off));
    return out;
  }
  for (const int index : way.cables) {
    const auto& cable = cables_[static_cast<std::size_t>(index)];
    for (const int end : {cable.a, cable.b}) {
      if (at(end).carrier) continue;
      out.reach = Reach::link_down;
      out.where = at(end).name;
      if (!at(end).evidence.empty()) out.evidence.push_back(at(end).evidence);
      return out;
    }
    if (!cable.silent.empty()) {
      out.reach = Reach::silent_loss;
      out.where = at(cable.a).name;
      out.evidence.push_back(cable.silent);
      return out;
    }
  }
  out.reach = Reach::up;
  return out;
}

bool Wiring::answers(const std::vector<Way>& ways, const Way& way,
                     const net::IpAddress& address) const {
  const auto& addresses = at(way.port).addresses;
  // The node's end of a pod's cable has no address and answers for all (proxy ARP).
  const bool proxy = ways.size() == 1 && way.cables.size() == 1 && addresses.empty();
  return proxy || std::ranges::find(addresses, address) != addresses.end();
}

int Wiring::cable_at(const std::string& port) const {
  const int index = port_named(port);
  return index < 0 ? -1 : at(index).cable;
}

std::vector<int> Wiring::cables_towards(const std::string& port,
                                        const net::IpAddress& address) const {
  const int from = port_named(port);
  if (from < 0) return {};
  std::vector<int> out;
  if (at(from).cable >= 0) out.push_back(at(from).cable);
  const auto& ways = segment(from);
  for (const auto& way : ways) {
    if (answers(ways, way, address)) out.insert(out.end(), way.cables.begin(), way.cables.end());
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Neighbour Wiring::neighbour(const std::string& port, const net::IpAddress& address) const {
  const int from = port_named(port);
  if (from < 0) return {};
  std::optional<Neighbour> found;
  const auto& ways = segment(from);
  for (const auto& way : ways) {
    if (!answers(ways, way, address)) continue;
    auto judged = judge(way);
    if (!found || judged.reach == Reach::up) found = std::move(judged);
    if (found->reach == Reach::up) break;
  }
  if (!found) {
    Neighbour nobody;
    if (!at(from).carrier) {
      nobody.reach = Reach::link_down;
      nobody.where = at(from).name;
      if (!at(from).evidence.empty()) nobody.evidence.push_back(at(from).evidence);
    }
    return nobody;
  }
  if (found->reach == Reach::up) {
    if (const auto failed = arp_failed_.find({from, address}); failed != arp_failed_.end()) {
      found->reach = Reach::arp_failed;
      found->evidence.push_back(failed->second);
    }
  }
  return *found;
}

}  // namespace seatrial::results::dataplane
