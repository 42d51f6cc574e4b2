#include "scenarios/engine/trial/node_runtime.h"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/engine/trial/capture_plan.h"
#include "scenarios/engine/trial/pod_process.h"
#include "sim/netfilter/netfilter.h"

namespace seatrial::scenario {
namespace {

std::uint8_t transport(kubernetes::Protocol protocol) {
  return protocol == kubernetes::Protocol::udp ? sim::protocol_udp : sim::protocol_tcp;
}

}  // namespace

std::string workload_interface(const kubernetes::ObjectKey& pod) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (const char c : pod.to_string()) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return fmt::format("cali{:011x}", hash & 0xfffffffffffULL);
}

NodeRuntime::NodeRuntime(ClusterRuntime& cluster, const NodeDesign& design, sim::Machine& machine)
    : cluster_(cluster),
      machine_(machine),
      router_(machine, design.sessions.speaker, &cluster.world().recorder,
              &cluster.world().recorder),
      agent_(machine.host(), cluster.design().calico, design.info.labels, *this,
             cluster.timing().calico) {
  const auto& pools = cluster.design().calico.pools;
  machine.netfilter().set_masquerade(
      [&pools](const net::IpAddress& source, const net::IpAddress& destination) {
        return calico::masquerade(pools, source, destination);
      });
  kubelet_ =
      std::make_unique<kubernetes::Kubelet>(machine.host(), cluster.api(), machine.name(), *this,
                                            &cluster.control_plane(), cluster.timing().kubelet);
  kube_proxy_ = std::make_unique<kubernetes::KubeProxy>(
      machine.host(), cluster.api(), machine.name(), *this, cluster.timing().kube_proxy);
}

NodeRuntime::~NodeRuntime() = default;

void NodeRuntime::start() {
  if (!router_.start()) {
    cluster_.world().recorder.note(machine_.host().now(), name(), "bird", "port 179 is in use");
  }
  agent_.start();
}

void NodeRuntime::power_off() {
  kubelet_->power_off();
  for (auto& [key, sandbox] : sandboxes_) {
    sandbox.processes.clear();
    sandbox.machine->power_off();
  }
}

void NodeRuntime::block_changed(const net::Prefix& block, bool affine) {
  agent_.block_changed(block, affine);
}

std::optional<kubernetes::PodSandbox> NodeRuntime::create_sandbox(const kubernetes::Pod& pod) {
  const auto key = pod.meta.key();
  const auto assigned = cluster_.ipam().assign(name(), key.to_string());
  if (!assigned) return std::nullopt;

  auto& world = cluster_.world();
  auto& sandbox = sandboxes_[key];
  sandbox.address = assigned->address;
  sandbox.interface = workload_interface(key);
  sandbox.machine = &world.topology.add_machine(key.to_string());
  world.recorder.follow(*sandbox.machine);
  const auto inner = world.topology.add_port(key.to_string(), "eth0");
  // Calico gives the node's end of every pod's link the same address.
  const auto outer =
      world.topology.add_port(name(), sandbox.interface, ns3::Mac48Address("ee:ee:ee:ee:ee:ee"));
  world.topology.cable(inner, outer, sim::virtual_pair_options());
  machine_.add_pod_port(outer, sandbox.interface, sandbox.address);
  // The CNI plugin made the port; the route to it is Felix's, a little later.
  machine_.fib().remove(net::Prefix::host(sandbox.address), sim::RouteProtocol::kernel);
  sandbox.machine->add_pod_interface(inner, "eth0", sandbox.address);
  world.captures.offer(world.topology, key.to_string() + ":eth0");
  world.captures.offer(world.topology, name() + ":" + sandbox.interface);
  agent_.pod_added(sandbox.address, sandbox.interface);
  return kubernetes::PodSandbox{sandbox.address, &sandbox.machine->host()};
}

void NodeRuntime::start_containers(const kubernetes::Pod& pod, io::Host& host) {
  auto& sandbox = sandboxes_.at(pod.meta.key());
  for (const auto& container : pod.spec.containers) {
    const auto workload = workload_of(cluster_.cluster(), container.image);
    cluster_.pod_ran(pod, workload.model);
    sandbox.processes.push_back(make_process(cluster_, pod, container, workload, host));
  }
}

void NodeRuntime::terminate(const kubernetes::Pod& pod, std::function<void()> exited) {
  const auto found = sandboxes_.find(pod.meta.key());
  if (found == sandboxes_.end()) return exited();
  auto left = std::make_shared<std::size_t>(found->second.processes.size());
  if (*left == 0) return machine_.host().post(std::move(exited));
  for (auto& process : found->second.processes) {
    process->terminate([left, exited] {
      if (--*left == 0) exited();
    });
  }
}

void NodeRuntime::remove_sandbox(const kubernetes::Pod& pod) {
  const auto found = sandboxes_.find(pod.meta.key());
  if (found == sandboxes_.end()) return;
  auto& sandbox = found->second;
  sandbox.processes.clear();
  sandbox.machine->power_off();
  machine_.remove_pod_port(sandbox.interface);
  agent_.pod_removed(sandbox.address);
  cluster_.ipam().release(sandbox.address);
  sandboxes_.erase(found);
}

void NodeRuntime::program(const std::vector<kubernetes::ServiceRule>& rules) {
  std::vector<net::Prefix> pods;
  for (const auto& pool : cluster_.design().calico.pools) pods.push_back(pool.cidr);
  std::vector<sim::NatService> services;
  for (const auto& rule : rules) {
    sim::NatService service;
    service.name = rule.service + ":" + rule.port_name;
    service.address = rule.cluster_ip;
    service.port = rule.port;
    service.protocol = transport(rule.protocol);
    service.backends = rule.backends;
    service.masquerade = rule.masquerade_external;
    service.masquerade_except = pods;
    service.drop_when_empty = !rule.reject_when_empty;
    services.push_back(service);

    // From outside: a Local policy keeps the client's address and stays on this node.
    auto external = service;
    external.masquerade_except.clear();
    if (rule.external_local) {
      external.backends = rule.local_backends;
      external.masquerade = false;
    }
    for (const auto& address : rule.external_ips) {
      external.address = address;
      services.push_back(external);
    }
    if (rule.node_port) {
      external.port = *rule.node_port;
      if (const auto own = machine_.primary_address()) {
        external.address = *own;
        services.push_back(external);
      }
    }
  }
  cluster_.world().recorder.services_changed(machine_.host().now(), name(), services);
  machine_.netfilter().set_services(std::move(services));
}

void NodeRuntime::route_added(const calico::NodeRoute& route) {
  sim::Route out;
  out.prefix = route.prefix;
  out.protocol = sim::RouteProtocol::kernel;
  if (route.kind == calico::NodeRoute::Kind::blackhole) {
    out.kind = sim::RouteKind::blackhole;
  } else {
    out.kind = sim::RouteKind::connected;
    out.next_hops = {sim::NextHop::on_link(machine_.interface_index(route.interface))};
  }
  machine_.fib().replace(std::move(out));
}

void NodeRuntime::route_removed(const calico::NodeRoute& route) {
  machine_.fib().remove(route.prefix, sim::RouteProtocol::kernel);
}

void NodeRuntime::originate(const bgp::OriginatedRoute& route) {
  router_.originate(route);
}

void NodeRuntime::withdraw(const net::Prefix& prefix) {
  router_.withdraw(prefix);
}

}  // namespace seatrial::scenario
