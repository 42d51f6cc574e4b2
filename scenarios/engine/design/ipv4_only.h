#pragma once

#include "models/diagnostics/diagnostics.h"
#include "models/frr/config.h"

namespace seatrial::scenario {

// The simulated network is IPv4's. What a dual-stack file says of IPv6 at the network layer
// (addresses of interfaces, static routes, sessions) is taken out, each with a warning at its
// place; IPv6 routes that an IPv4 session carries stay.
void leave_out_ipv6(frr::Config& config, Diagnostics& diagnostics);

}  // namespace seatrial::scenario
