// What runs in a container, by the model that its image stands for.
#pragma once

#include <functional>
#include <memory>

#include "models/io/host.h"
#include "models/kubernetes/objects.h"
#include "scenarios/engine/trial/cluster_runtime.h"

namespace seatrial::scenario {

class PodProcess {
 public:
  virtual ~PodProcess() = default;  // as SIGKILL
  // SIGTERM; `exited` is called once, later.
  virtual void terminate(std::function<void()> exited) = 0;
};

// Starts it now, or after Workload::startup. The cluster and the host must outlive the process.
std::unique_ptr<PodProcess> make_process(ClusterRuntime& cluster, const kubernetes::Pod& pod,
                                         const kubernetes::Container& container,
                                         const Workload& workload, io::Host& host);

}  // namespace seatrial::scenario
