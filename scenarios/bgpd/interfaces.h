// The addresses of the machine's interfaces: what bgpd would say as its next hop over a session.
#pragma once

#include "models/net/address.h"

namespace seatrial::bgpd {

struct OwnNextHops {
  net::IpAddress ipv4;
  net::IpAddress global;      // ::, or the link-local one, where the interface has none
  net::IpAddress link_local;  // :: where it has none
};

// Of the interface with this address; an address of no interface stands for itself.
OwnNextHops own_next_hops(const net::IpAddress& local, const net::IpAddress& router_id);

}  // namespace seatrial::bgpd
