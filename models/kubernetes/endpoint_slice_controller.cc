#include "models/kubernetes/endpoint_slice_controller.h"

#include <algorithm>

namespace seatrial::kubernetes {
namespace {

std::vector<EndpointPort> resolve_ports(const Service& service, const Pod& pod) {
  std::vector<EndpointPort> ports;
  for (const ServicePort& port : service.ports) {
    // A headless Service's port is the pods' own unless targetPort says otherwise; either way it is
    // the target port that the slice carries.
    if (const auto number = pod.spec.resolve(port.target_port, port.protocol)) {
      ports.push_back({port.name, *number, port.protocol});
    }
  }
  return ports;
}

Endpoint make_endpoint(const Service& service, const Pod& pod) {
  Endpoint endpoint;
  endpoint.address = *pod.ip;
  endpoint.node = pod.spec.node_name;
  endpoint.pod = pod.meta.key();
  if (!pod.spec.hostname.empty() && pod.spec.subdomain == service.meta.name) {
    endpoint.hostname = pod.spec.hostname;
  }
  endpoint.serving = pod.ready || service.publish_not_ready;
  endpoint.terminating = pod.terminating;
  endpoint.ready = service.publish_not_ready || (pod.ready && !pod.terminating);
  return endpoint;
}

}  // namespace

EndpointSliceController::EndpointSliceController(ApiServer& api, Latency watch)
    : api_(api), queue_(api.host(), [this](const ObjectKey& key) { reconcile(key); }) {
  services_ = std::make_unique<Informer<Service>>(
      api.host(), api.services(), "endpointslice-controller/services", watch,
      [this](const auto& event) { queue_.add(event.object->meta.key()); });
  pods_ = std::make_unique<Informer<Pod>>(api.host(), api.pods(), "endpointslice-controller/pods",
                                          watch, [this](const auto& event) { on_pod(event); });
}

void EndpointSliceController::on_pod(const Event<Pod>& event) {
  for (const auto& [key, service] : api_.services().all()) {
    if (key.name_space == event.object->meta.name_space &&
        matches(service->selector, event.object->meta.labels)) {
      queue_.add(key);
    }
  }
}

void EndpointSliceController::reconcile(const ObjectKey& key) {
  const Ptr<Service> service = api_.services().get(key);
  std::map<std::vector<EndpointPort>, std::vector<Endpoint>> groups;
  if (service) {
    for (const auto& pod : api_.pods_of_service(key)) {
      if (!pod->ip || pod->phase != PodPhase::running) continue;
      groups[resolve_ports(*service, *pod)].push_back(make_endpoint(*service, *pod));
    }
  }
  std::vector<EndpointSlice> wanted;
  for (auto& [ports, endpoints] : groups) {
    std::sort(endpoints.begin(), endpoints.end());
    EndpointSlice slice;
    slice.meta.name_space = key.name_space;
    slice.meta.name = key.name + "-" + std::to_string(wanted.size());
    slice.meta.labels["kubernetes.io/service-name"] = key.name;
    slice.service = key.name;
    slice.ports = ports;
    slice.endpoints = std::move(endpoints);
    wanted.push_back(std::move(slice));
  }
  if (service && wanted.empty()) {  // Kubernetes keeps one empty slice
    EndpointSlice slice;
    slice.meta.name_space = key.name_space;
    slice.meta.name = key.name + "-0";
    slice.meta.labels["kubernetes.io/service-name"] = key.name;
    slice.service = key.name;
    wanted.push_back(std::move(slice));
  }
  std::vector<ObjectKey> gone;
  for (const auto& entry : api_.endpoint_slices().all()) {
    const ObjectKey& present = entry.first;
    if (present.name_space != key.name_space || entry.second->service != key.name) continue;
    const bool keep = std::any_of(wanted.begin(), wanted.end(), [&](const EndpointSlice& w) {
      return w.meta.name == present.name;
    });
    if (!keep) gone.push_back(present);
  }
  for (EndpointSlice& slice : wanted) {
    const ObjectKey slice_key = slice.meta.key();
    const auto present = api_.endpoint_slices().get(slice_key);
    if (!present) {
      api_.endpoint_slices().create(std::move(slice));
    } else if (present->ports != slice.ports || present->endpoints != slice.endpoints) {
      api_.endpoint_slices().update(slice_key, [&](EndpointSlice& s) {
        s.ports = std::move(slice.ports);
        s.endpoints = std::move(slice.endpoints);
      });
    }
  }
  for (const ObjectKey& slice_key : gone) api_.endpoint_slices().remove(slice_key);
}

}  // namespace seatrial::kubernetes
