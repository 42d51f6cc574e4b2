// What FRR would ask zebra, answered from the interfaces and static routes of the file.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "models/bgp/speaker.h"
#include "models/frr/config.h"

namespace seatrial::bgpd {

// Reachable is what is on a subnet of an interface, or behind a static route to such a next hop.
// A file without addresses says nothing about the network; then everything is reachable.
class FileRoutes : public bgp::NexthopResolver {
 public:
  explicit FileRoutes(const frr::Config& config) {
    for (const auto& interface : config.interfaces) {
      if (interface.shutdown) continue;
      interfaces_.push_back(interface.addresses);
      for (const auto& address : interface.addresses) connected_.push_back(address.subnet());
    }
    static_routes_ = config.static_routes;
  }

  std::optional<std::uint32_t> resolve(const net::IpAddress& next_hop) const override {
    if (knows_nothing() || is_connected(next_hop)) return 0;
    for (const auto& route : static_routes_) {
      if (!route.blackhole && route.prefix.contains(next_hop) &&
          (!route.next_hop || is_connected(*route.next_hop))) {
        return 0;
      }
    }
    return std::nullopt;
  }
  bool connected(const net::IpAddress& address) const override {
    return connected_.empty() || is_connected(address);
  }
  bgp::Link link(const net::IpAddress& local, const net::IpAddress& peer) const override {
    const auto is_it = [&](const net::InterfaceAddress& own) { return own.address == local; };
    for (const auto& addresses : interfaces_) {
      if (std::any_of(addresses.begin(), addresses.end(), is_it)) {
        return bgp::link_of(addresses, peer);
      }
    }
    return {};
  }
  bool has_route(const net::Prefix& prefix) const override {
    const auto is_it = [&prefix](const net::Prefix& known) { return known == prefix; };
    return knows_nothing() || std::any_of(connected_.begin(), connected_.end(), is_it) ||
           std::any_of(static_routes_.begin(), static_routes_.end(),
                       [&](const auto& route) { return is_it(route.prefix); });
  }

 private:
  bool knows_nothing() const { return connected_.empty() && static_routes_.empty(); }
  bool is_connected(const net::IpAddress& address) const {
    return std::any_of(connected_.begin(), connected_.end(),
                       [&](const auto& subnet) { return subnet.contains(address); });
  }

  std::vector<std::vector<net::InterfaceAddress>> interfaces_;
  std::vector<net::Prefix> connected_;
  std::vector<frr::StaticRoute> static_routes_;
};

}  // namespace seatrial::bgpd
