// What FRR says of one path, shared by the tables and by the view of one prefix.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/bgpd/view.h"

namespace seatrial::bgpd {

// In FRR's words: "First path received", "AS Path", ...
std::string selection_reason(const bgp::RouteSnapshot& route);
bool route_has_multipath(const bgp::RouteSnapshot& route);
// The latest first, as bgpd keeps them.
std::vector<bgp::PathSnapshot> in_frr_order(const bgp::RouteSnapshot& route);
// FRR gives what it originates the metric 0.
std::optional<std::uint32_t> metric_of(const bgp::PathSnapshot& path);
// bgpd's next hop and peer of what it originates; it takes an aggregate's to be an IPv6 one.
net::IpAddress own_address(const net::Prefix& prefix, const bgp::PathSnapshot& path);
// The global one, and the link-local one where there is one, which then is used. `full`: with what
// the view of one prefix says beside.
Json next_hops_json(const View& view, const net::Prefix& prefix, const bgp::PathSnapshot& path,
                    bool full);
// Of an IPv6 path the tables show the link-local one, where there is one.
std::string next_hop_text(const View& view, const net::Prefix& prefix,
                          const bgp::PathSnapshot& path);
std::string global_next_hop_text(const View& view, const net::Prefix& prefix,
                                 const bgp::PathSnapshot& path);

}  // namespace seatrial::bgpd
