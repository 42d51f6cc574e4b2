// `show bgp ipv4 unicast` and `... neighbors PEER routes`: the Loc-RIB, as bgpd prints it.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/paths.h"
#include "scenarios/bgpd/table_text.h"

namespace seatrial::bgpd {
namespace {

std::string status_of(const bgp::PathSnapshot& path) {
  std::string out;
  out += path.stale ? 'S' : path.eligible ? '*' : ' ';
  out += path.best ? '>' : path.multipath ? '=' : ' ';
  out += path.source == bgp::RouteSource::ibgp ? 'i' : ' ';
  return out;
}

Json path_json(const View& view, const net::Prefix& prefix, const bgp::RouteSnapshot& route,
               const bgp::PathSnapshot& path) {
  const auto& attributes = *path.attributes;
  Json out;
  if (path.eligible) out["valid"] = true;
  if (path.best) {
    out["bestpath"] = true;
    out["selectionReason"] = selection_reason(route);
  }
  // bgpd marks those beside the best alone, here.
  if (path.multipath && !path.best) out["multipath"] = true;
  if (path.stale) out["stale"] = true;
  out["pathFrom"] = path.source == bgp::RouteSource::ibgp ? "internal" : "external";
  out["prefix"] = prefix.address().to_string();
  out["prefixLen"] = prefix.length();
  out["network"] = prefix.to_string();
  out["version"] = view.versions.of(prefix);
  if (const auto metric = metric_of(path)) out["metric"] = *metric;
  if (attributes.local_pref) out["locPrf"] = *attributes.local_pref;
  out["weight"] = path.weight;
  out["peerId"] = path.peer ? path.peer->to_string() : "(unspec)";
  out["path"] = attributes.as_path.to_string();
  out["origin"] = origin_word(attributes.origin);
  out["nexthops"] = next_hops_json(view, prefix, path, false);
  return out;
}

}  // namespace

std::string show_routes(const View& view, net::Family family, bool json, const Wanted& wanted) {
  const auto& config = view.speaker.config();
  auto routes = Json::object();
  std::string rows;
  std::size_t route_count = 0;
  std::size_t path_count = 0;
  for (const auto& route : view.speaker.loc_rib()) {
    if (route.prefix.family() != family) continue;
    if (wanted.within && !wanted.within->contains(route.prefix)) continue;
    auto paths = Json::array();
    std::string network = route.prefix.to_string();
    for (const auto& path : in_frr_order(route)) {
      if (wanted.from && path.peer != *wanted.from) continue;
      ++path_count;
      if (json) {
        paths.push_back(path_json(view, route.prefix, route, path));
        continue;
      }
      rows += table_row({status_of(path), network, next_hop_text(view, route.prefix, path),
                         metric_of(path), path.attributes->local_pref, path.weight,
                         path_text(path.attributes->as_path, path.attributes->origin)});
      network.clear();
    }
    if (json && !paths.empty()) routes[network] = std::move(paths);
    if (!json && !network.empty()) continue;  // nothing of it was shown
    if (!json || routes.contains(network)) ++route_count;
  }
  if (json) {
    return printed(
        {{"vrfId", 0},
         {"vrfName", "default"},
         {"tableVersion", view.versions.table(family)},
         {"routerId", config.router_id.to_string()},
         {"defaultLocPrf", config.default_local_pref.value_or(config.profile.default_local_pref)},
         {"localAS", config.asn.value},
         {"routes", std::move(routes)}});
  }
  if (path_count == 0) {
    const auto all = view.speaker.loc_rib();
    return fmt::format("No BGP prefixes displayed, {} exist\n",
                       std::ranges::count_if(all, [&](const auto& route) {
                         return route.prefix.family() == family;
                       }));
  }
  return table_header(view, family, config.asn) + rows +
         fmt::format("\nDisplayed  {} routes and {} total paths\n", route_count, path_count);
}

}  // namespace seatrial::bgpd
