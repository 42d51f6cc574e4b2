#include "models/calico/node_agent.h"

#include <algorithm>

#include "models/calico/export_policy.h"

namespace seatrial::calico {

NodeAgent::NodeAgent(io::Host& host, const Resources& resources, Labels labels, NodeAgentSink& sink,
                     NodeLatency latency)
    : host_(host),
      resources_(resources),
      labels_(std::move(labels)),
      sink_(sink),
      latency_(latency) {}

void NodeAgent::later(const NodeLatency::Range& range, std::function<void()> what) {
  const auto job = jobs_.emplace(jobs_.end());
  job->what = std::move(what);
  job->timer = host_.timer([this, job] {
    const auto run = std::move(job->what);
    jobs_.erase(job);
    run();
  });
  io::arm_in(host_, *job->timer, host_.random("calico-node").between(range.least, range.most));
}

void NodeAgent::start() {
  later(latency_.confd, [this] { sync_services(); });
}

void NodeAgent::labels_changed(Labels labels) {
  labels_ = std::move(labels);
  later(latency_.confd, [this] { sync_services(); });
}

void NodeAgent::service_changed(const net::IpAddress& address, bool announced) {
  if (announced) {
    local_services_.insert(address);
  } else {
    local_services_.erase(address);
  }
  later(latency_.confd, [this] { sync_services(); });
}

void NodeAgent::block_changed(const net::Prefix& block, bool affine) {
  if (affine) {
    blocks_.insert(block);
  } else {
    blocks_.erase(block);
  }
  later(latency_.confd, [this, block] { sync_block(block); });
}

void NodeAgent::pod_added(const net::IpAddress& address, std::string interface) {
  pods_[address] = std::move(interface);
  later(latency_.felix, [this, address] { sync_pod(address); });
}

void NodeAgent::pod_removed(const net::IpAddress& address) {
  pods_.erase(address);
  later(latency_.felix, [this, address] { sync_pod(address); });
}

void NodeAgent::sync_pod(const net::IpAddress& address) {
  const auto prefix = net::Prefix::host(address);
  const auto pod = pods_.find(address);
  if (pod == pods_.end()) {
    set_route(prefix, nullptr);
  } else {
    const NodeRoute route{NodeRoute::Kind::local_pod, prefix, pod->second};
    set_route(prefix, &route);
  }
  later(latency_.bird, [this, address] { sync_pod_announcement(address); });
}

void NodeAgent::sync_pod_announcement(const net::IpAddress& address) {
  const auto prefix = net::Prefix::host(address);
  if (blocks_.contains(prefix)) return;  // a block of one address is announced as a block
  set_originated(prefix, routes_.contains(prefix) && !in_own_block(address));
}

void NodeAgent::sync_block(const net::Prefix& block) {
  const bool wanted = blocks_.contains(block);
  if (!block.is_host()) {
    const NodeRoute blackhole{NodeRoute::Kind::blackhole, block, {}};
    set_route(block, wanted ? &blackhole : nullptr);
  }
  set_originated(block, wanted);
  for (const auto& [address, interface] : pods_) {
    if (block.contains(address)) sync_pod_announcement(address);
  }
}

void NodeAgent::sync_services() {
  const auto ranges = announced_services(resources_, labels_);
  std::set<net::Prefix> wanted(ranges.begin(), ranges.end());
  const auto excluded = labels_.find(exclude_label);
  if (excluded == labels_.end() || excluded->second != "true") {
    for (const auto& address : local_services_) wanted.insert(net::Prefix::host(address));
  }
  for (const auto& prefix : services_) {
    if (!wanted.contains(prefix)) set_originated(prefix, false);
  }
  for (const auto& prefix : wanted) set_originated(prefix, true);
  services_ = std::move(wanted);
}

void NodeAgent::set_route(const net::Prefix& prefix, const NodeRoute* wanted) {
  const auto known = routes_.find(prefix);
  if (known != routes_.end()) {
    if (wanted != nullptr && known->second == *wanted) return;
    const auto gone = known->second;
    routes_.erase(known);
    sink_.route_removed(gone);
  }
  if (wanted == nullptr) return;
  routes_.emplace(prefix, *wanted);
  sink_.route_added(*wanted);
}

void NodeAgent::set_originated(const net::Prefix& prefix, bool wanted) {
  if (originated_.contains(prefix) == wanted) return;
  if (wanted) {
    originated_.insert(prefix);
    sink_.originate({.prefix = prefix, .check_import = false});
  } else {
    originated_.erase(prefix);
    sink_.withdraw(prefix);
  }
}

bool NodeAgent::in_own_block(const net::IpAddress& address) const {
  return std::ranges::any_of(blocks_, [&](const auto& block) { return block.contains(address); });
}

std::vector<NodeRoute> NodeAgent::routes() const {
  std::vector<NodeRoute> out;
  for (const auto& [prefix, route] : routes_) out.push_back(route);
  return out;
}

std::vector<net::Prefix> NodeAgent::originated() const {
  return {originated_.begin(), originated_.end()};
}

bool masquerade(const std::vector<IpPool>& pools, const net::IpAddress& source,
                const net::IpAddress& destination) {
  bool leaves = false;
  for (const auto& pool : pools) {
    if (pool.cidr.contains(destination)) return false;
    leaves |= pool.nat_outgoing && pool.cidr.contains(source);
  }
  return leaves;
}

}  // namespace seatrial::calico
