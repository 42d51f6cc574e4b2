// Where a session runs: what of its interface goes into the next hops that it is sent (RFC 4271
// section 5.1.3, RFC 2545 section 3). Known once, when the session is Established, as in bgpd.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "models/net/address.h"

namespace seatrial::bgp {

// Empty where nothing is known of the network: then the session's own address is all there is.
struct Link {
  std::optional<net::IpAddress> v4;          // the interface's first
  std::optional<net::IpAddress> v6;          // the first global one
  std::optional<net::IpAddress> link_local;  // RFC 4291
  std::vector<net::Prefix> subnets;          // of the interface
  bool on_subnet = false;                    // the peer is on one of them

  // Peer and address can reach each other without us.
  bool shares(const net::IpAddress& address) const;
  friend bool operator==(const Link&, const Link&) = default;
};

// `interface`: the addresses of the one that the session goes over.
Link link_of(std::span<const net::InterfaceAddress> interface, const net::IpAddress& peer);

}  // namespace seatrial::bgp
