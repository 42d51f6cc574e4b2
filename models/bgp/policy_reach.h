// What a policy's answer depends on. Where that is not the prefix or not the peer, one answer
// serves many; where it is the prefix alone, as with most prefix lists, the rest of the rules is
// asked once.
#pragma once

#include <vector>

#include "models/bgp/policy.h"

namespace seatrial::bgp {

struct PolicyReach {
  bool prefix = false;  // beyond its address family
  bool peer = false;    // which neighbour of the same kind it is
  bool route = false;   // its attributes, or it changes them: otherwise it is a filter of prefixes
  bool filter() const { return prefix && !peer && !route; }
};

PolicyReach reach_of(const std::vector<Policy>& chain);

}  // namespace seatrial::bgp
