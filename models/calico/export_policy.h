// Which routes a node's BIRD sends to its peers (bird_ipam.cfg and bird_aggr.cfg of calico-node
// 3.25), in the order of the template: routes of pools that must not be exported are rejected; an
// own block is accepted and what lies inside it rejected, which hides a node's own pods but exports
// addresses borrowed from another node's block; service prefixes are accepted, then whatever lies
// inside a pool; all else is rejected. Import accepts everything.
#pragma once

#include <vector>

#include "models/bgp/policy.h"
#include "models/calico/resources.h"

namespace seatrial::calico {

inline constexpr std::string_view exclude_label =
    "node.kubernetes.io/exclude-from-external-load-balancers";

// The service ranges (cluster, external, load balancer) that a node with these labels announces,
// each as a whole. None with the exclude label.
std::vector<net::Prefix> announced_services(const Resources& resources, const Labels& labels);

// `own_blocks`: affine to the node. `is_reflector`: it has a routeReflectorClusterID, and so passes
// on whatever lies inside the external and load balancer ranges.
bgp::Policy export_policy(const Resources& resources, const Labels& labels,
                          const std::vector<net::Prefix>& own_blocks, bool is_reflector);

}  // namespace seatrial::calico
