// The controllers and the scheduler that run on the control-plane node. Each learns of changes
// through an informer of its own and then decides on the store's present state, as a
// level-triggered reconciler does; work on one key never overlaps.
#pragma once

#include <memory>

#include "models/kubernetes/api_server.h"

namespace seatrial::kubernetes {

struct ControlPlaneOptions {
  Latency controller_watch{};  // workload controllers
  Latency scheduler_watch{};
  Latency endpoints_watch{};
  Duration scheduling =
      std::chrono::milliseconds(5);  // to place one pod; pods are placed one by one
  // Node health: without a heartbeat for this long a node is NotReady, and its pods are evicted
  // after the toleration that every pod gets by default.
  Duration node_monitor_grace = std::chrono::seconds(40);
  Duration not_ready_toleration = std::chrono::seconds(300);
};

class WorkloadController;
class Scheduler;
class EndpointSliceController;
class NodeLifecycle;

class ControlPlane {
 public:
  explicit ControlPlane(ApiServer& api, const ControlPlaneOptions& options = {});
  ~ControlPlane();

  // The heartbeat of a node's kubelet (its Lease).
  void heartbeat(const std::string& node);

 private:
  std::unique_ptr<WorkloadController> workloads_;
  std::unique_ptr<Scheduler> scheduler_;
  std::unique_ptr<EndpointSliceController> endpoints_;
  std::unique_ptr<NodeLifecycle> nodes_;
};

}  // namespace seatrial::kubernetes
