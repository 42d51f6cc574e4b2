// What a policy's answer depends on beyond the route's attributes. Where it does not depend on the
// prefix or on the peer, one answer serves many.
#pragma once

#include <vector>

#include "models/bgp/policy.h"

namespace seatrial::bgp {

struct PolicyReach {
  bool prefix = false;  // beyond its address family
  bool peer = false;    // which neighbour of the same kind it is
};

PolicyReach reach_of(const std::vector<Policy>& chain);

}  // namespace seatrial::bgp
