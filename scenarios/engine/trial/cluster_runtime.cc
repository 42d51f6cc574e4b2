#include "scenarios/engine/trial/cluster_runtime.h"

#include <algorithm>

#include "scenarios/engine/trial/node_runtime.h"

namespace seatrial::scenario {
namespace {

sim::Machine& control_machine(const Cluster& cluster, const std::vector<sim::Machine*>& machines) {
  for (std::size_t i = 0; i < machines.size(); ++i) {
    if (cluster.nodes[i].control_plane) return *machines[i];
  }
  return *machines.front();
}

}  // namespace

ClusterRuntime::ClusterRuntime(const Cluster& cluster, const ClusterDesign& design,
                               ClusterWorld world, const std::vector<sim::Machine*>& machines)
    : cluster_(cluster),
      design_(design),
      world_(world),
      timing_(timing_of(cluster)),
      ipam_(design.calico.pools, design.calico.ipam) {
  kubernetes::ApiServerOptions options;
  options.service_cidr = cluster.service_cidr;
  api_ = std::make_unique<kubernetes::ApiServer>(control_machine(cluster, machines).host(),
                                                 design.objects, &world_.recorder, options);
  control_plane_ = std::make_unique<kubernetes::ControlPlane>(*api_, timing_.control);
  for (std::size_t i = 0; i < machines.size(); ++i) {
    const auto& node = design.nodes[i];
    ipam_.add_node(node.info.name, node.info.labels);
    nodes_.push_back(std::make_unique<NodeRuntime>(*this, node, *machines[i]));
  }
  ipam_.observe_affinity([this](const std::string& node, const net::Prefix& block, bool affine) {
    for (auto& runtime : nodes_) {
      if (runtime->name() == node) runtime->block_changed(block, affine);
    }
  });
}

// Pods first: their models watch the API server.
ClusterRuntime::~ClusterRuntime() {
  nodes_.clear();
  control_plane_.reset();
}

void ClusterRuntime::start() {
  for (auto& node : nodes_) node->start();
  api_->start();
}

void ClusterRuntime::power_off(const std::string& node) {
  for (auto& runtime : nodes_) {
    if (runtime->name() == node) runtime->power_off();
  }
}

std::map<std::string, sim::BgpRouter*> ClusterRuntime::routers() const {
  std::map<std::string, sim::BgpRouter*> out;
  for (const auto& node : nodes_) out[node->name()] = &node->router();
  return out;
}

std::vector<expectations::Block> ClusterRuntime::blocks() const {
  std::vector<expectations::Block> out;
  for (const auto& node : design_.nodes) {
    for (const auto& block : ipam_.blocks_of(node.info.name)) {
      out.push_back({block, node.info.name, node.info.address.address});
    }
  }
  std::ranges::sort(out, {}, &expectations::Block::prefix);
  return out;
}

void ClusterRuntime::pod_ran(const kubernetes::Pod& pod, WorkloadModel model) {
  auto& facts = pods_[pod.meta.key().to_string()];
  facts.labels = pod.meta.labels;
  facts.name_space = pod.meta.name_space;
  facts.models.insert(model);
}

std::vector<std::string> ClusterRuntime::pods(WorkloadModel model) const {
  std::vector<std::string> out;
  for (const auto& [name, facts] : pods_) {
    if (facts.models.contains(model)) out.push_back(name);
  }
  return out;
}

std::vector<std::string> ClusterRuntime::services_of(const std::string& pod) const {
  std::vector<std::string> out;
  const auto facts = pods_.find(pod);
  if (facts == pods_.end()) return out;
  for (const auto& [key, service] : api_->services().all()) {
    if (key.name_space == facts->second.name_space &&
        kubernetes::matches(service->selector, facts->second.labels)) {
      out.push_back(key.to_string());
    }
  }
  return out;
}

}  // namespace seatrial::scenario
