// The ingress controller as a container's process: the controller, the nginx it drives, and notes
// of what it does.
#pragma once

#include <memory>

#include "scenarios/engine/trial/pod_process.h"

namespace seatrial::scenario {

std::unique_ptr<PodProcess> make_ingress_process(ClusterRuntime& cluster,
                                                 const kubernetes::Container& container,
                                                 io::Host& host);

}  // namespace seatrial::scenario
