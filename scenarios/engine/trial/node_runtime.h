// One node of a cluster: the ports through which kubelet, kube-proxy and Calico's agent reach the
// simulated machine. They decide; this makes networks, writes routes and rules, and starts
// processes.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "models/calico/node_agent.h"
#include "models/kubernetes/dataplane.h"
#include "models/kubernetes/kube_proxy.h"
#include "models/kubernetes/kubelet.h"
#include "scenarios/engine/trial/cluster_runtime.h"
#include "sim/devices/bgp_router.h"

namespace seatrial::scenario {

class PodProcess;

class NodeRuntime final : public kubernetes::PodRuntime,
                          public kubernetes::ServiceDataplane,
                          public calico::NodeAgentSink {
 public:
  NodeRuntime(ClusterRuntime& cluster, const NodeDesign& design, sim::Machine& machine);
  ~NodeRuntime() override;

  const std::string& name() const { return machine_.name(); }
  sim::BgpRouter& router() { return router_; }
  void start();
  void power_off();
  void block_changed(const net::Prefix& block, bool affine);

  // kubernetes::PodRuntime
  std::optional<kubernetes::PodSandbox> create_sandbox(const kubernetes::Pod& pod) override;
  void start_containers(const kubernetes::Pod& pod, io::Host& host) override;
  void terminate(const kubernetes::Pod& pod, std::function<void()> exited) override;
  void remove_sandbox(const kubernetes::Pod& pod) override;
  // kubernetes::ServiceDataplane
  void program(const std::vector<kubernetes::ServiceRule>& rules) override;
  // calico::NodeAgentSink
  void route_added(const calico::NodeRoute& route) override;
  void route_removed(const calico::NodeRoute& route) override;
  void originate(const bgp::OriginatedRoute& route) override;
  void withdraw(const net::Prefix& prefix) override;

 private:
  struct Sandbox {
    sim::Machine* machine = nullptr;
    net::IpAddress address;
    std::string interface;  // the node's end
    std::vector<std::unique_ptr<PodProcess>> processes;
  };

  ClusterRuntime& cluster_;
  sim::Machine& machine_;
  sim::BgpRouter router_;
  calico::NodeAgent agent_;
  std::unique_ptr<kubernetes::Kubelet> kubelet_;
  std::unique_ptr<kubernetes::KubeProxy> kube_proxy_;
  std::map<kubernetes::ObjectKey, Sandbox> sandboxes_;
};

// "cali" and eleven hexadecimal digits of a hash of the pod's name, as Calico names the node's end.
std::string workload_interface(const kubernetes::ObjectKey& pod);

}  // namespace seatrial::scenario
