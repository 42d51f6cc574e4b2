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
Json next_hop_json(const View& view, const net::Prefix& prefix, const bgp::PathSnapshot& path);
std::string next_hop_text(const View& view, const net::Prefix& prefix,
                          const bgp::PathSnapshot& path);

}  // namespace seatrial::bgpd
