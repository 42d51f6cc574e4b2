#include "scenarios/engine/design/timing.h"

#include <array>
#include <string_view>
#include <type_traits>

namespace seatrial::scenario {
namespace {

using All = ClusterTiming;
using Calico = calico::NodeLatency;
using Control = kubernetes::ControlPlaneOptions;
using Kubelet = kubernetes::KubeletOptions;
using Proxy = kubernetes::KubeProxyOptions;

struct Clock {
  std::string_view name;
  void (*set)(ClusterTiming& timing, Duration value);
};

// A member of a part that is a time, or a range that becomes one value.
template <auto part, auto member>
void set(ClusterTiming& timing, Duration value) {
  auto& place = timing.*part.*member;
  if constexpr (std::is_same_v<std::remove_reference_t<decltype(place)>, Duration>) {
    place = value;
  } else {
    place = {value, value};
  }
}

constexpr std::array clocks{
    Clock{"bird", set<&All::calico, &Calico::bird>},
    Clock{"confd", set<&All::calico, &Calico::confd>},
    Clock{"controller_watch", set<&All::control, &Control::controller_watch>},
    Clock{"endpoints_watch", set<&All::control, &Control::endpoints_watch>},
    Clock{"felix", set<&All::calico, &Calico::felix>},
    Clock{"kube_proxy_min_sync", set<&All::kube_proxy, &Proxy::min_sync>},
    Clock{"kube_proxy_program", set<&All::kube_proxy, &Proxy::program>},
    Clock{"kube_proxy_watch", set<&All::kube_proxy, &Proxy::watch>},
    Clock{"kubelet_heartbeat", set<&All::kubelet, &Kubelet::heartbeat>},
    Clock{"kubelet_start", set<&All::kubelet, &Kubelet::start>},
    Clock{"kubelet_status", set<&All::kubelet, &Kubelet::status>},
    Clock{"kubelet_watch", set<&All::kubelet, &Kubelet::watch>},
    Clock{"node_monitor_grace", set<&All::control, &Control::node_monitor_grace>},
    Clock{"not_ready_toleration", set<&All::control, &Control::not_ready_toleration>},
    Clock{"sandbox_retry", set<&All::kubelet, &Kubelet::sandbox_retry>},
    Clock{"scheduler_watch", set<&All::control, &Control::scheduler_watch>},
    Clock{"scheduling", set<&All::control, &Control::scheduling>},
};

}  // namespace

std::vector<std::string> timing_names() {
  std::vector<std::string> out;
  out.reserve(clocks.size());
  for (const auto& clock : clocks) out.emplace_back(clock.name);
  return out;
}

ClusterTiming timing_of(const Cluster& cluster) {
  ClusterTiming out;
  for (const auto& clock : clocks) {
    if (const auto given = cluster.timing.find(std::string(clock.name));
        given != cluster.timing.end()) {
      clock.set(out, given->second);
    }
  }
  return out;
}

}  // namespace seatrial::scenario
