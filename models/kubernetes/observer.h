// What the cluster's parts tell whoever watches a run. Every call comes with the host's time known
// to the caller of the run; the objects are valid only during the call.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "models/kubernetes/objects.h"

namespace seatrial::kubernetes {

class Observer {
 public:
  virtual ~Observer() = default;
  // Created, phase, address, ready or terminating changed.
  virtual void on_pod_changed(TimePoint, const Pod&) {}
  virtual void on_pod_removed(TimePoint, const Pod&) {}
  virtual void on_pod_scheduled(TimePoint, const Pod&, const std::string& node) { (void)node; }
  virtual void on_pod_unschedulable(TimePoint, const Pod&, const std::string& reason) {
    (void)reason;
  }
  virtual void on_probe(TimePoint, const Pod&, bool success, const std::string& detail) {
    (void)success, (void)detail;
  }
  virtual void on_endpoints_changed(TimePoint, const EndpointSlice&) {}
  // kube-proxy of this node programmed its rules.
  virtual void on_services_programmed(TimePoint, const std::string& node, std::size_t rules,
                                      std::size_t backends) {
    (void)node, (void)rules, (void)backends;
  }
  virtual void on_node_changed(TimePoint, const Node&) {}
};

}  // namespace seatrial::kubernetes
