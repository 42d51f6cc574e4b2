#include "scenarios/engine/design/ipv4_only.h"

namespace seatrial::scenario {

void leave_out_ipv6(frr::Config& config, Diagnostics& diagnostics) {
  const auto warn = [&](const Position& at, const std::string& what) {
    diagnostics.warning(at, what + " is left out: the simulated network has no IPv6");
  };
  for (auto& interface : config.interfaces) {
    std::erase_if(interface.addresses, [&](const net::InterfaceAddress& own) {
      if (own.address.is_v4()) return false;
      warn(interface.position,
           "address " + own.to_string() + " of interface \"" + interface.name + "\"");
      return true;
    });
  }
  std::erase_if(config.static_routes, [&](const frr::StaticRoute& route) {
    const bool v4 = route.prefix.address().is_v4() && (!route.next_hop || route.next_hop->is_v4());
    if (!v4) warn(route.position, "static route " + route.prefix.to_string());
    return !v4;
  });
  if (!config.bgp) return;
  std::erase_if(config.bgp->neighbors, [&](const bgp::NeighborConfig& neighbor) {
    if (neighbor.address.is_v4()) return false;
    warn(neighbor.position, "neighbor " + neighbor.address.to_string());
    return true;
  });
}

}  // namespace seatrial::scenario
