#include "scenarios/engine/design/timing.h"

#include <array>
#include <string_view>

namespace seatrial::scenario {
namespace {

struct Clock {
  std::string_view name;
  void (*set)(ClusterTiming& timing, Duration value);
};

constexpr std::array clocks{
    Clock{"bird",
          [](ClusterTiming& t, Duration v) {
            t.calico.bird = {v, v};
          }},
    Clock{"confd",
          [](ClusterTiming& t, Duration v) {
            t.calico.confd = {v, v};
          }},
    Clock{"controller_watch",
          [](ClusterTiming& t, Duration v) {
            t.control.controller_watch = {v, v};
          }},
    Clock{"endpoints_watch",
          [](ClusterTiming& t, Duration v) {
            t.control.endpoints_watch = {v, v};
          }},
    Clock{"felix",
          [](ClusterTiming& t, Duration v) {
            t.calico.felix = {v, v};
          }},
    Clock{"kube_proxy_min_sync", [](ClusterTiming& t, Duration v) { t.kube_proxy.min_sync = v; }},
    Clock{"kube_proxy_program",
          [](ClusterTiming& t, Duration v) {
            t.kube_proxy.program = {v, v};
          }},
    Clock{"kube_proxy_watch",
          [](ClusterTiming& t, Duration v) {
            t.kube_proxy.watch = {v, v};
          }},
    Clock{"kubelet_heartbeat", [](ClusterTiming& t, Duration v) { t.kubelet.heartbeat = v; }},
    Clock{"kubelet_start",
          [](ClusterTiming& t, Duration v) {
            t.kubelet.start = {v, v};
          }},
    Clock{"kubelet_status",
          [](ClusterTiming& t, Duration v) {
            t.kubelet.status = {v, v};
          }},
    Clock{"kubelet_watch",
          [](ClusterTiming& t, Duration v) {
            t.kubelet.watch = {v, v};
          }},
    Clock{"node_monitor_grace",
          [](ClusterTiming& t, Duration v) { t.control.node_monitor_grace = v; }},
    Clock{"not_ready_toleration",
          [](ClusterTiming& t, Duration v) { t.control.not_ready_toleration = v; }},
    Clock{"sandbox_retry", [](ClusterTiming& t, Duration v) { t.kubelet.sandbox_retry = v; }},
    Clock{"scheduler_watch",
          [](ClusterTiming& t, Duration v) {
            t.control.scheduler_watch = {v, v};
          }},
    Clock{"scheduling", [](ClusterTiming& t, Duration v) { t.control.scheduling = v; }},
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
