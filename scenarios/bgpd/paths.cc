#include "scenarios/bgpd/paths.h"

#include <algorithm>

namespace seatrial::bgpd {
namespace {

net::IpAddress next_hop_of(const net::Prefix& prefix, const bgp::PathSnapshot& path) {
  if (path.attributes->next_hop) return *path.attributes->next_hop;
  return own_address(prefix, path);
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

net::IpAddress own_address(const net::Prefix& prefix, const bgp::PathSnapshot& path) {
  return unspecified(path.aggregated ? net::Family::ipv6 : prefix.family());
}

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

Json next_hops_json(const View& view, const net::Prefix& prefix, const bgp::PathSnapshot& path,
                    bool full) {
  const auto host = host_of(view, path);
  auto list = Json::array();
  const auto add = [&](const net::IpAddress& address, const char* scope, bool used, bool metric) {
    Json out{{"ip", address.to_string()}};
    if (!host.empty()) out["hostname"] = host;
    out["afi"] = address.is_v4() ? "ipv4" : "ipv6";
    if (!address.is_v4()) out["scope"] = scope;
    if (full) {
      if (metric && path.metric) out["metric"] = *path.metric;
      out["accessible"] = path.eligible;
    }
    if (used) out["used"] = true;
    list.push_back(std::move(out));
  };
  const auto& link_local = path.attributes->link_local_next_hop;
  add(next_hop_of(prefix, path), "global", !link_local, true);
  if (link_local) add(*link_local, "link-local", true, false);
  return list;
}

std::string next_hop_text(const View& view, const net::Prefix& prefix,
                          const bgp::PathSnapshot& path) {
  const auto host = host_of(view, path);
  const auto& link_local = path.attributes->link_local_next_hop;
  if (!link_local) return global_next_hop_text(view, prefix, path);
  return link_local->to_string() + (host.empty() ? "" : "(" + host + ")");
}

std::string global_next_hop_text(const View& view, const net::Prefix& prefix,
                                 const bgp::PathSnapshot& path) {
  const auto host = host_of(view, path);
  return next_hop_of(prefix, path).to_string() + (host.empty() ? "" : "(" + host + ")");
}

}  // namespace seatrial::bgpd
