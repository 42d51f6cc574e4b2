#include "models/kubernetes/control_plane.h"

#include "models/kubernetes/endpoint_slice_controller.h"
#include "models/kubernetes/node_lifecycle.h"
#include "models/kubernetes/scheduler.h"
#include "models/kubernetes/workload_controller.h"

namespace seatrial::kubernetes {

ControlPlane::ControlPlane(ApiServer& api, const ControlPlaneOptions& options)
    : workloads_(std::make_unique<WorkloadController>(api, options.controller_watch)),
      scheduler_(std::make_unique<Scheduler>(api, options.scheduler_watch, options.scheduling)),
      endpoints_(std::make_unique<EndpointSliceController>(api, options.endpoints_watch)),
      nodes_(std::make_unique<NodeLifecycle>(api, options.node_monitor_grace,
                                             options.not_ready_toleration)) {}

ControlPlane::~ControlPlane() = default;

void ControlPlane::heartbeat(const std::string& node) {
  nodes_->heartbeat(node);
}

}  // namespace seatrial::kubernetes
