#include "scenarios/engine/document/processes.h"

namespace seatrial::scenario::document {

std::vector<ProcessName> processes(const Scenario& scenario) {
  std::vector<ProcessName> out;
  for (const auto& router : scenario.fabric.routers) out.push_back({router.name, "bgp"});
  for (const auto& edge : scenario.edges) {
    if (!edge.bgp.empty()) out.push_back({edge.name, "bgp"});
    if (!edge.nginx.empty()) out.push_back({edge.name, "nginx"});
  }
  for (const auto& cluster : scenario.clusters) {
    for (const auto& node : cluster.nodes) out.push_back({node.name, "bgp"});
  }
  return out;
}

}  // namespace seatrial::scenario::document
