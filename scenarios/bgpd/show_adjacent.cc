// `show bgp ipv4 unicast neighbors PEER advertised-routes|received-routes`: what was sent, after
// the policy, and what was received, before it. Like bgpd this shows a route before the session's
// own part of it is written: without our AS, and 0.0.0.0 where the next hop is this speaker.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/table_text.h"

namespace seatrial::bgpd {
namespace {

struct Shown {
  bgp::AdjRouteSnapshot route;
  net::IpAddress next_hop;
  bgp::AsPath path;
  std::uint32_t weight = 0;
};

net::IpAddress unspecified(net::Family family) {
  return family == net::Family::ipv4 ? net::IpAddress::v4(0) : *net::IpAddress::parse("::");
}

std::vector<Shown> gather(const View& view, net::Family family, const bgp::SessionSnapshot& session,
                          Adjacent which) {
  std::vector<Shown> out;
  const bool sent = which == Adjacent::advertised;
  auto routes =
      sent ? view.speaker.adj_rib_out(session.peer) : view.speaker.adj_rib_in(session.peer);
  for (auto& route : routes) {
    if (route.prefix.family() != family) continue;
    Shown shown;
    shown.path = route.attributes->as_path;
    shown.next_hop = route.attributes->next_hop.value_or(unspecified(family));
    if (sent) {
      if (shown.next_hop == session.local_address) shown.next_hop = unspecified(family);
      const auto& asn = session.local_as;
      auto& segments = shown.path.segments;
      if (!session.internal && !segments.empty() && !segments.front().asns.empty() &&
          segments.front().asns.front() == asn) {
        segments.front().asns.erase(segments.front().asns.begin());
        if (segments.front().asns.empty()) segments.erase(segments.begin());
      }
      if (const auto known = view.speaker.route(route.prefix)) {
        const auto best = std::ranges::find(known->paths, true, &bgp::PathSnapshot::best);
        if (best != known->paths.end()) shown.weight = best->weight;
      }
    }
    shown.route = std::move(route);
    out.push_back(std::move(shown));
  }
  return out;
}

// bgpd gives a route of its own the metric 0.
std::optional<std::uint32_t> metric_of(const Shown& shown, Adjacent which) {
  const auto& med = shown.route.attributes->med;
  if (med || which == Adjacent::received) return med;
  return shown.path.empty() && shown.weight != 0 ? std::optional<std::uint32_t>(0) : med;
}

Json legend(const View& view) {
  const auto& config = view.speaker.config();
  return {{"bgpTableVersion", view.versions.table()},
          {"bgpLocalRouterId", config.router_id.to_string()},
          {"defaultLocPrf", config.default_local_pref.value_or(config.profile.default_local_pref)},
          {"localAS", config.asn.value},
          {"bgpStatusCodes",
           {{"suppressed", "s"},
            {"damped", "d"},
            {"history", "h"},
            {"valid", "*"},
            {"best", ">"},
            {"multipath", "="},
            {"internal", "i"},
            {"ribFailure", "r"},
            {"stale", "S"},
            {"removed", "R"}}},
          {"bgpOriginCodes", {{"igp", "i"}, {"egp", "e"}, {"incomplete", "?"}}}};
}

Json route_json(const Shown& shown, Adjacent which) {
  const auto& attributes = *shown.route.attributes;
  const auto& prefix = shown.route.prefix;
  Json out{{"addrPrefix", prefix.address().to_string()},
           {"prefixLen", prefix.length()},
           {"network", prefix.to_string()},
           {"nextHop", shown.next_hop.to_string()}};
  if (const auto metric = metric_of(shown, which)) out["metric"] = *metric;
  if (attributes.local_pref) out["locPrf"] = *attributes.local_pref;
  out["weight"] = shown.weight;
  out["path"] = shown.path.to_string();
  out["bgpOriginCode"] = std::string(1, origin_letter(attributes.origin));
  out["appliedStatusSymbols"] = {{"*", true}, {">", true}};
  return out;
}

}  // namespace

std::string show_adjacent(const View& view, net::Family family, const net::IpAddress& peer,
                          Adjacent which, bool json) {
  const auto session = view.speaker.session(peer);
  if (!session) {
    return json ? printed(Json{{"warning", "No such neighbor in this view/vrf"}})
                : "No such neighbor in this view/vrf\n";
  }
  const auto& neighbors = view.speaker.config().neighbors;
  const auto config = std::ranges::find(neighbors, peer, &bgp::NeighborConfig::address);
  if (which == Adjacent::received && config != neighbors.end() &&
      !config->soft_reconfiguration_inbound) {
    return json ? printed(Json{{"warning", "Inbound soft reconfiguration not enabled"}})
                : "% Inbound soft reconfiguration not enabled\n";
  }
  const auto routes = gather(view, family, *session, which);
  if (json) {
    auto out = legend(view);
    auto& list = out[which == Adjacent::advertised ? "advertisedRoutes" : "receivedRoutes"];
    list = Json::object();
    for (const auto& shown : routes) {
      list[shown.route.prefix.to_string()] = route_json(shown, which);
    }
    out["totalPrefixCounter"] = routes.size();
    out["filteredPrefixCounter"] = 0;
    return printed(out);
  }
  std::string out;
  if (!routes.empty()) out = table_header(view);
  for (const auto& shown : routes) {
    out += table_row({"*> ", shown.route.prefix.to_string(), shown.next_hop.to_string(),
                      metric_of(shown, which), shown.route.attributes->local_pref, shown.weight,
                      path_text(shown.path, shown.route.attributes->origin)});
  }
  return out + fmt::format("\nTotal number of prefixes {}\n", routes.size());
}

}  // namespace seatrial::bgpd
