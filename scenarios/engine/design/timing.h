// The clocks of a cluster: how long its components take to hear of a change and to act on it. A
// document's "timing" sets them by name; each then takes exactly that long, where by default most
// draw from a range.
#pragma once

#include <string>
#include <vector>

#include "models/calico/node_agent.h"
#include "models/kubernetes/control_plane.h"
#include "models/kubernetes/kube_proxy.h"
#include "models/kubernetes/kubelet.h"
#include "scenarios/engine/document/scenario.h"

namespace seatrial::scenario {

struct ClusterTiming {
  kubernetes::ControlPlaneOptions control;
  kubernetes::KubeletOptions kubelet;
  kubernetes::KubeProxyOptions kube_proxy;
  calico::NodeLatency calico;
};

// The names that the schema has for them; an unknown one in the cluster is passed over.
std::vector<std::string> timing_names();
ClusterTiming timing_of(const Cluster& cluster);

}  // namespace seatrial::scenario
