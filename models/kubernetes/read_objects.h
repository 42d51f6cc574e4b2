// From manifests to typed objects, and the checks that need more than one of them.
#pragma once

#include <string_view>

#include "models/kubernetes/objects.h"
#include "models/kubernetes/resource.h"

namespace seatrial::kubernetes {

// Reads every resource whose kind is known here. Calico's API groups (crd.projectcalico.org,
// projectcalico.org) are another reader's and are passed over; any other unknown kind is an error.
// A field that no table knows is an error, as with kubectl's strict validation.
Objects read_objects(const std::vector<Resource>& resources, Diagnostics& diagnostics);

// True for a resource that read_objects() passes over in silence because models/calico reads it.
bool is_calico(const Resource& resource);

// References between objects: a Service whose selector no pod template has, a Service port that no
// selected container serves, an Ingress or VirtualServer that names a missing Service or port, an
// object in a namespace that does not exist, a cluster IP used twice.
void check_references(const Objects& objects, Diagnostics& diagnostics);

}  // namespace seatrial::kubernetes
