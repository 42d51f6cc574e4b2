// What was built, as values: for the record of the run.
#include <algorithm>
#include <map>

#include "scenarios/engine/trial/trial.h"

namespace seatrial::scenario {
namespace {

// Switches have ports only; a machine's interfaces keep their order.
void add_ports(results::TopologyNode& node, const sim::Topology& topology) {
  for (const auto& port : topology.port_names(true)) {
    if (results::node_of_port(port) == node.name) {
      node.ports.push_back({port.substr(node.name.size() + 1), {}});
    }
  }
}

}  // namespace

results::Topology Trial::topology_record() const {
  const auto& scenario = design_.scenario;
  std::map<std::string, std::pair<std::string, std::string>> known;  // name -> kind, cluster
  for (const auto& router : scenario.fabric.routers) known[router.name] = {"router", ""};
  for (const auto& edge : scenario.edges) known[edge.name] = {"edge", ""};
  for (const auto& client : scenario.clients) known[client.name] = {"client", ""};
  for (const auto& cluster : scenario.clusters) {
    for (const auto& node : cluster.nodes) known[node.name] = {"node", cluster.name};
  }
  std::map<std::string, std::string> cluster_of_pod;
  for (const auto& pod : recorder_.record().pods()) {
    if (const auto node = known.find(pod.node); node != known.end()) {
      cluster_of_pod[pod.pod] = node->second.second;
    }
  }

  results::Topology out;
  for (const auto& name : topology_.switch_names()) {
    results::TopologyNode node{name, "switch", "", {}};
    add_ports(node, topology_);
    out.nodes.push_back(std::move(node));
  }
  for (const auto& machine : topology_.machines()) {
    results::TopologyNode node;
    node.name = machine->name();
    if (const auto found = known.find(node.name); found != known.end()) {
      std::tie(node.kind, node.cluster) = found->second;
    } else {
      node.kind = "pod";
      node.cluster = cluster_of_pod[node.name];
    }
    for (int i = 0; i < machine->interface_count(); ++i) {
      node.ports.push_back({machine->interface_name(i), machine->addresses(i)});
    }
    out.nodes.push_back(std::move(node));
  }
  std::ranges::sort(out.nodes, {}, &results::TopologyNode::name);

  for (const auto& [a, b, options] : topology_.cables()) {
    out.links.push_back({{a, b}, options.rate.bps(), options.delay, options.mtu});
  }
  return out;
}

}  // namespace seatrial::scenario
