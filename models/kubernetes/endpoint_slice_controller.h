// Services and pods to EndpointSlices (KEP-752, KEP-1672 for the conditions). One slice for each
// set of port numbers that the Service's ports resolve to, whatever the number of endpoints;
// Kubernetes would start another slice at 100.
#pragma once

#include "models/kubernetes/api_server.h"
#include "models/kubernetes/work_queue.h"

namespace seatrial::kubernetes {

class EndpointSliceController {
 public:
  EndpointSliceController(ApiServer& api, Latency watch);

 private:
  void on_pod(const Event<Pod>& event);
  void reconcile(const ObjectKey& service);

  ApiServer& api_;
  WorkQueue<ObjectKey> queue_;
  std::unique_ptr<Informer<Service>> services_;
  std::unique_ptr<Informer<Pod>> pods_;
};

}  // namespace seatrial::kubernetes
