#include "scenarios/bgpd/paths.h"

#include <algorithm>

namespace seatrial::bgpd {
namespace {

net::IpAddress next_hop_of(const net::Prefix& prefix, const bgp::PathSnapshot& path) {
  if (path.attributes->next_hop) return *path.attributes->next_hop;
  return prefix.family() == net::Family::ipv4 ? net::IpAddress::v4(0)
                                              : *net::IpAddress::parse("::");
}

std::string host_of(const View& view, const bgp::PathSnapshot& path) {
  return path.peer ? host_name(view, *path.peer) : view.host.name();
}

// bgpd's words for the decision steps of models/bgp.
std::string frr_reason(const std::string& why) {
  static const std::map<std::string, std::string> words = {
      {"only path", "First path received"},
      {"weight", "Weight"},
      {"local preference", "Local Pref"},
      {"local origin", "Local Route"},
      {"AS path length", "AS Path"},
      {"origin", "Origin"},
      {"MED", "MED"},
      {"eBGP over iBGP", "Peer Type"},
      {"IGP metric", "IGP Metric"},
      {"oldest external", "Older Path"},
      {"router id", "Router ID"},
      {"cluster list", "Cluster length"},
      {"peer address", "Neighbor IP"},
  };
  const auto colon = why.find(": ");
  const auto found = words.find(colon == std::string::npos ? why : why.substr(colon + 2));
  return found == words.end() ? "Nothing left to compare" : found->second;
}

}  // namespace

std::string selection_reason(const bgp::RouteSnapshot& route) {
  const auto best = std::ranges::find(route.paths, true, &bgp::PathSnapshot::best);
  return best == route.paths.end() ? std::string() : frr_reason(best->why);
}

bool route_has_multipath(const bgp::RouteSnapshot& route) {
  return std::ranges::count(route.paths, true, &bgp::PathSnapshot::multipath) > 1;
}

std::vector<bgp::PathSnapshot> in_frr_order(const bgp::RouteSnapshot& route) {
  auto paths = route.paths;
  std::ranges::stable_sort(paths,
                           [](const auto& a, const auto& b) { return a.received > b.received; });
  return paths;
}

std::optional<std::uint32_t> metric_of(const bgp::PathSnapshot& path) {
  if (path.attributes->med || path.peer) return path.attributes->med;
  return 0;
}

Json next_hop_json(const View& view, const net::Prefix& prefix, const bgp::PathSnapshot& path) {
  const auto address = next_hop_of(prefix, path);
  Json out{{"ip", address.to_string()}};
  if (const auto host = host_of(view, path); !host.empty()) out["hostname"] = host;
  out["afi"] = address.is_v4() ? "ipv4" : "ipv6";
  if (address.is_v4() || !path.attributes->link_local_next_hop) {
    if (!address.is_v4()) out["scope"] = "global";
  } else {
    out["scope"] = "global";
  }
  out["used"] = true;
  return out;
}

std::string next_hop_text(const View& view, const net::Prefix& prefix,
                          const bgp::PathSnapshot& path) {
  const auto address = next_hop_of(prefix, path).to_string();
  const auto host = host_of(view, path);
  return host.empty() ? address : address + "(" + host + ")";
}

}  // namespace seatrial::bgpd
