// A Kubernetes cluster with Calico inside a trial: the control plane on the first control-plane
// node, on every node a kubelet, kube-proxy, Calico's agent and BGP speaker, and the pods that they
// start.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "models/calico/ipam.h"
#include "models/kubernetes/api_server.h"
#include "models/kubernetes/control_plane.h"
#include "scenarios/engine/design/design.h"
#include "scenarios/engine/design/timing.h"
#include "scenarios/engine/expectations/expectations.h"
#include "scenarios/engine/trial/recorder.h"
#include "sim/devices/bgp_router.h"
#include "sim/devices/topology.h"

namespace seatrial::scenario {

class CapturePlan;
class NodeRuntime;

// What a cluster is built into.
struct ClusterWorld {
  sim::Topology& topology;
  Recorder& recorder;
  CapturePlan& captures;
  sim::World& world;
};

class ClusterRuntime {
 public:
  // `machines` are those of Cluster::nodes, in that order. All must outlive the runtime.
  ClusterRuntime(const Cluster& cluster, const ClusterDesign& design, ClusterWorld world,
                 const std::vector<sim::Machine*>& machines);
  ~ClusterRuntime();

  void start();
  // A node of this cluster lost power; its pods with it. The machine itself is the caller's.
  void power_off(const std::string& node);

  const std::string& name() const { return cluster_.name; }
  std::vector<expectations::Block> blocks() const;
  // Every pod that ran a container of that model, sorted.
  std::vector<std::string> pods(WorkloadModel model) const;
  std::vector<std::string> services_of(const std::string& pod) const;
  // Each node's, by its name.
  std::map<std::string, sim::BgpRouter*> routers() const;

  // --- for the nodes ---
  const Cluster& cluster() const { return cluster_; }
  const ClusterDesign& design() const { return design_; }
  const ClusterTiming& timing() const { return timing_; }
  kubernetes::ApiServer& api() { return *api_; }
  calico::Ipam& ipam() { return ipam_; }
  ClusterWorld& world() { return world_; }
  kubernetes::ControlPlane& control_plane() { return *control_plane_; }
  void pod_ran(const kubernetes::Pod& pod, WorkloadModel model);

 private:
  struct PodFacts {
    kubernetes::Labels labels;
    std::string name_space;
    std::set<WorkloadModel> models;
  };

  const Cluster& cluster_;
  const ClusterDesign& design_;
  ClusterWorld world_;
  ClusterTiming timing_;
  calico::Ipam ipam_;
  std::unique_ptr<kubernetes::ApiServer> api_;
  std::unique_ptr<kubernetes::ControlPlane> control_plane_;
  std::vector<std::unique_ptr<NodeRuntime>> nodes_;
  std::map<std::string, PodFacts> pods_;
};

}  // namespace seatrial::scenario
