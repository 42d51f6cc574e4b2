#include "results/record/topology.h"

#include <algorithm>
#include <set>

namespace seatrial::results {

std::string node_of_port(const std::string& port) {
  return port.substr(0, port.rfind(':'));
}

const TopologyNode* Topology::node(const std::string& name) const {
  const auto found = std::ranges::lower_bound(nodes, name, {}, &TopologyNode::name);
  return found != nodes.end() && found->name == name ? &*found : nullptr;
}

std::string Topology::peer(const std::string& port) const {
  for (const auto& link : links) {
    if (link.ports[0] == port) return link.ports[1];
    if (link.ports[1] == port) return link.ports[0];
  }
  return {};
}

namespace {

// The ports that the switches send from. Depth first; `seen` keeps it finite where switches do not
// form a tree after all.
std::vector<std::string> way(const Topology& topology, const std::string& port,
                             const std::string& to, std::set<std::string>& seen) {
  const auto far = topology.peer(port);
  const auto here = node_of_port(far);
  const auto* sw = topology.node(here);
  if (sw == nullptr || sw->kind != "switch" || !seen.insert(here).second) return {};
  for (const auto& own : sw->ports) {
    const auto name = here + ":" + own.name;
    if (name == far) continue;
    if (const auto next = topology.peer(name); !next.empty() && node_of_port(next) == to) {
      return {name};
    }
    auto rest = way(topology, name, to, seen);
    if (rest.empty()) continue;
    rest.insert(rest.begin(), name);
    return rest;
  }
  return {};
}

}  // namespace

std::vector<std::string> Topology::switches_between(const std::string& from,
                                                    const std::string& interface,
                                                    const std::string& to) const {
  std::set<std::string> seen;
  auto out = way(*this, from + ":" + interface, to, seen);
  for (auto& name : out) name = node_of_port(name);
  return out;
}

std::vector<std::string> Topology::ports_between(const std::string& from,
                                                 const std::string& interface,
                                                 const std::string& to) const {
  std::set<std::string> seen;
  auto out = way(*this, from + ":" + interface, to, seen);
  out.insert(out.begin(), from + ":" + interface);
  return out;
}

const TopologyLink* Topology::link(const std::string& port) const {
  const auto found = std::ranges::find_if(
      links, [&](const auto& link) { return link.ports[0] == port || link.ports[1] == port; });
  return found == links.end() ? nullptr : &*found;
}

}  // namespace seatrial::results
