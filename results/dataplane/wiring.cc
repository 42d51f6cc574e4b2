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

std::string Wiring::port_of_target(const std::string& target) const {
  if (port_named(target) >= 0) return target;
  std::vector<std::string> cabled;
  for (auto& port : ports_of(target)) {
    if (cable_at(port) >= 0) cabled.push_back(std::move(port));
  }
  return cabled.empty() ? std::string() : *std::ranges::min_element(cabled);
}

std::vector<std::string> Wiring::ports_of(const std::string& node) const {
  std::vector<std::string> out;
  const auto known = nodes_by_name_.find(node);
  if (known == nodes_by_name_.end()) return out;
  for (const int port : nodes_[static_cast<std::size_t>(known->second)].ports) {
    out.push_back(at(port).name);
  }
  return out;
}

void Wiring::set_silent(const std::string& target, bool silent, const std::string& evidence) {
  const int cable = cable_at(port_of_target(target));
  if (cable < 0) return;
  cables_[static_cast<std::size_t>(cable)].silent = silent ? evidence : "";
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

const Wiring::Segment& Wiring::segment(int switch_node) const {
  const auto [known, fresh] = segments_.try_emplace(switch_node);
  if (!fresh) return known->second;
  auto& [ways, by_address] = known->second;
  std::set<int> seen{switch_node};
  std::deque<std::pair<int, std::vector<int>>> next{{switch_node, {}}};  // cables on the way
  while (!next.empty()) {
    const auto [here, cables] = std::move(next.front());
    next.pop_front();
    for (const int out : nodes_[static_cast<std::size_t>(here)].ports) {
      const int beyond = far_port(out);
      if (beyond < 0 || (!cables.empty() && at(out).cable == cables.back())) continue;
      Way way{beyond, cables};
      way.cables.push_back(at(out).cable);
      if (!is_switch(beyond)) {
        for (const auto& address : at(beyond).addresses) by_address[address].push_back(ways.size());
        ways.push_back(std::move(way));
      } else if (seen.insert(node(beyond)).second) {
        next.emplace_back(node(beyond), std::move(way.cables));
      }
    }
  }
  return known->second;
}

template <typename Visit>
void Wiring::for_each_answer(int port, const net::IpAddress& address, Visit visit) const {
  static const std::vector<int> none;
  const int far = far_port(port);
  if (far < 0) return;
  if (!is_switch(far)) {
    // The node's end of a pod's cable has no address and answers for all (proxy ARP).
    const auto& addresses = at(far).addresses;
    if (addresses.empty() || std::ranges::find(addresses, address) != addresses.end()) {
      visit(far, none);
    }
    return;
  }
  const auto& [ways, by_address] = segment(node(far));
  const auto found = by_address.find(address);
  if (found == by_address.end()) return;
  for (const auto index : found->second) {
    const auto& way = ways[index];
    if (way.port != port && !visit(way.port, way.cables)) return;
  }
}

Neighbour Wiring::judge(int port, int first_cable, const std::vector<int>& cables) const {
  Neighbour out;
  out.node = nodes_[static_cast<std::size_t>(node(port))].name;
  if (auto off = power_evidence(out.node); !off.empty()) {
    out.reach = Reach::powered_off;
    out.evidence.push_back(std::move(off));
    return out;
  }
  const auto passes = [&](int index) {
    const auto& cable = cables_[static_cast<std::size_t>(index)];
    for (const int end : {cable.a, cable.b}) {
      if (at(end).carrier) continue;
      out.reach = Reach::link_down;
      out.where = at(end).name;
      if (!at(end).evidence.empty()) out.evidence.push_back(at(end).evidence);
      return false;
    }
    if (!cable.silent.empty()) {
      out.reach = Reach::silent_loss;
      out.where = at(cable.a).name;
      out.evidence.push_back(cable.silent);
      return false;
    }
    return true;
  };
  if (passes(first_cable) && std::all_of(cables.begin(), cables.end(), passes)) {
    out.reach = Reach::up;
  }
  return out;
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
  for_each_answer(from, address, [&](int /*port*/, const std::vector<int>& cables) {
    out.insert(out.end(), cables.begin(), cables.end());
    return true;
  });
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Neighbour Wiring::neighbour(const std::string& port, const net::IpAddress& address) const {
  const int from = port_named(port);
  if (from < 0) return {};
  std::optional<Neighbour> found;
  for_each_answer(from, address, [&](int port_there, const std::vector<int>& cables) {
    auto judged = judge(port_there, at(from).cable, cables);
    if (!found || judged.reach == Reach::up) found = std::move(judged);
    return found->reach != Reach::up;
  });
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
