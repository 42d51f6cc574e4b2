// What an frr.conf (or bgpd.conf, or Quagga's) says, ready for use: the router's addresses and
// static routes, and the BGP speaker it runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/bgp/config.h"
#include "models/diagnostics/diagnostics.h"
#include "models/net/address.h"

namespace seatrial::frr {

struct Interface {
  std::string name;  // addresses of "lo" are the router's own, as a shared VIP
  std::string description;
  std::vector<net::InterfaceAddress> addresses;
  bool shutdown = false;
  Position position;
};

// One of next_hop, interface and blackhole is given; next_hop and interface may both be.
struct StaticRoute {
  net::Prefix prefix;
  std::optional<net::IpAddress> next_hop;
  std::string interface;
  bool blackhole = false;  // `Null0`, `blackhole`, or with an ICMP error `reject`
  bool reject = false;
  bool onlink = false;  // the next hop is behind the interface, whatever its subnet
  int distance = 1;
  std::uint32_t tag = 0;
  Position position;
};

struct Config {
  std::string hostname;
  std::string profile = "frr-8.4-traditional";  // `frr defaults`; the daemon's own default
  bool forwarding = true;
  std::vector<Interface> interfaces;
  std::vector<StaticRoute> static_routes;
  std::optional<bgp::SpeakerConfig> bgp;
  std::string router_id_from;  // "bgp router-id", "router-id", "the largest address of lo"
  Position bgp_position;       // of `router bgp`
  Position position;           // of the file

  const Interface* interface(std::string_view name) const;  // nullptr when absent
};

// Reads a whole file. Everything that is wrong goes to `diagnostics`; what was understood is
// returned all the same, so that other files can be checked too. `profile` (of the scenario), when
// not empty, is the daemon to be; otherwise the file's `frr defaults` decides.
Config read(std::string_view text, const std::string& file, Diagnostics& diagnostics,
            std::string_view profile = {});

}  // namespace seatrial::frr
