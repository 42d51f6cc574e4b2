#include "scenarios/engine/run/selection.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "scenarios/engine/document/cables.h"

namespace seatrial::scenario {
namespace {

using Names = std::set<std::string>;

bool matches(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

bool matches_any(const std::string& pattern, const Names& names) {
  return std::any_of(names.begin(), names.end(),
                     [&](const auto& name) { return matches(pattern, name); });
}

std::string listed(const Names& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "(this design has none)" : out;
}

Names speakers(const Design& design) {
  Names out;
  const auto& scenario = design.scenario;
  for (std::size_t i = 0; i < scenario.fabric.routers.size(); ++i) {
    if (design.routers[i].config.bgp) out.insert(scenario.fabric.routers[i].name);
  }
  for (std::size_t i = 0; i < scenario.edges.size(); ++i) {
    if (design.edges[i].bgp && design.edges[i].bgp->bgp) out.insert(scenario.edges[i].name);
  }
  for (const auto& cluster : scenario.clusters) {
    for (const auto& node : cluster.nodes) out.insert(node.name);
  }
  return out;
}

// Ports that pods bring: "cafe/tea-7d9c:eth0", and "worker1:cali0123456789a" on their nodes.
bool may_be_of_pods(const std::string& pattern, const Design& design) {
  if (design.scenario.clusters.empty()) return false;
  const auto port = pattern.rfind(':');
  const auto machine = pattern.substr(0, port);
  if (machine.find_first_of("*?[/") != std::string::npos) return true;
  if (port == std::string::npos) return false;
  for (const auto& cluster : design.scenario.clusters) {
    for (const auto& node : cluster.nodes) {
      if (node.name == machine && pattern.compare(port + 1, 4, "cali") == 0) return true;
    }
  }
  return false;
}

std::string capture_error(const std::string& pattern, const Names& ports) {
  Names machines;
  for (const auto& port : ports) machines.insert(port.substr(0, port.rfind(':')));
  const auto colon = pattern.rfind(':');
  const auto machine = pattern.substr(0, colon);
  const auto start = "--pcap " + pattern + ": error: ";
  if (colon == std::string::npos && machines.contains(pattern)) {
    return start + "a machine and no port of it, expected \"" + pattern +
           ":*\", or one of its ports";
  }
  if (!matches_any(machine, machines)) {
    return start +
           "no machine of this design is so named, expected all, none, or MACHINE:PORT with one "
           "of " +
           listed(machines);
  }
  Names own;
  for (const auto& port : ports) {
    if (matches(machine, port.substr(0, port.rfind(':')))) own.insert(port);
  }
  return start + "there is no such port, expected one of " + listed(own);
}

}  // namespace

std::vector<std::string> selection_errors(const Design& design,
                                          const std::vector<std::string>& captures,
                                          const std::vector<std::string>& mrt) {
  std::vector<std::string> out;
  Names ports;
  for (const auto& cable : document::cables(design.scenario)) {
    for (const auto& end : cable.ends) ports.insert(end.to_string());
  }
  for (const auto& pattern : captures) {
    if (pattern == "all" || matches_any(pattern, ports) || may_be_of_pods(pattern, design))
      continue;
    out.push_back(capture_error(pattern, ports));
  }
  const auto named = speakers(design);
  for (const auto& pattern : mrt) {
    if (pattern == "all" || matches_any(pattern, named)) continue;
    out.push_back(
        "--mrt " + pattern +
        ": error: no BGP speaker of this design is so named, expected all, none, or one of " +
        listed(named));
  }
  return out;
}

}  // namespace seatrial::scenario
