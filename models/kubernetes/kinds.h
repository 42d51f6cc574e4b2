// One reader for each kind; read_objects() picks.
#pragma once

#include "models/kubernetes/fields.h"
#include "models/kubernetes/objects.h"

namespace seatrial::kubernetes {

Node read_node(const Resource& resource, Diagnostics& diagnostics);
Service read_service(const Resource& resource, Diagnostics& diagnostics);
ConfigMap read_config_map(const Resource& resource, Diagnostics& diagnostics);
Deployment read_deployment(const Resource& resource, Diagnostics& diagnostics);
DaemonSet read_daemon_set(const Resource& resource, Diagnostics& diagnostics);
Pod read_pod(const Resource& resource, Diagnostics& diagnostics);
Ingress read_ingress(const Resource& resource, Diagnostics& diagnostics);
IngressClass read_ingress_class(const Resource& resource, Diagnostics& diagnostics);
VirtualServer read_virtual_server(const Resource& resource, Diagnostics& diagnostics);

// spec of a Pod or of a template.
PodSpec read_pod_spec(const Fields& parent);
Protocol read_protocol(const Fields& fields);

}  // namespace seatrial::kubernetes
