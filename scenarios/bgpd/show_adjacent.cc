// `show bgp ipv4 unicast neighbors PEER advertised-routes|received-routes|filtered-routes`: what
// was sent, after the policy; what was received, and of that what the policy refused. Like bgpd
// this shows a route before the session's own part of it is written: without our AS, and 0.0.0.0
// where the next hop is this speaker.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/table_text.h"

namespace seatrial::bgpd {
namespace {

struct Shown {
  bgp::AdjRouteSnapshot route;
  bgp::PathAttributes attributes;
  net::IpAddress next_hop;
  bgp::AsPath path;
  std::uint32_t weight = 0;
  bool aggregated = false;
  // bgpd's own aggregates have an IPv6 next hop, whatever their family.
  std::string hop() const { return aggregated ? "::" : next_hop.to_string(); }
};

// Refused by a policy, not by a check such as that for loops, which bgpd does not count here.
bool filtered(const bgp::AdjRouteSnapshot& route) {
  return !route.accepted && route.why.ends_with("denies");
}

std::vector<Shown> gather(const View& view, net::Family family, const bgp::SessionSnapshot& session,
                          Adjacent which) {
  std::vector<Shown> out;
  const bool sent = which == Adjacent::advertised;
  auto routes =
      sent ? view.speaker.adj_rib_out(session.peer) : view.speaker.adj_rib_in(session.peer);
  for (auto& route : routes) {
    if (route.prefix.family() != family) continue;
    if (which == Adjacent::filtered && !filtered(route)) continue;
    Shown shown;
    // What was received is shown as the policy leaves it, where it lets it in.
    shown.attributes = route.imported ? *route.imported : *route.attributes;
    shown.path = shown.attributes.as_path;
    shown.next_hop = shown.attributes.next_hop.value_or(unspecified(family));
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
        const auto id = route.path_id;
        const auto best = id == 0
                              ? std::ranges::find(known->paths, true, &bgp::PathSnapshot::best)
                              : std::ranges::find(known->paths, id, &bgp::PathSnapshot::local_id);
        if (best != known->paths.end()) {
          shown.weight = best->weight;
          shown.aggregated = best->aggregated;
          // What stays within the AS was not yet taken away when bgpd kept it.
          if (!shown.attributes.local_pref)
            shown.attributes.local_pref = best->attributes->local_pref;
        }
      }
    }
    shown.route = std::move(route);
    out.push_back(std::move(shown));
  }
  return out;
}

// bgpd gives a route of its own the metric 0.
std::optional<std::uint32_t> metric_of(const Shown& shown, Adjacent which) {
  const auto& med = shown.attributes.med;
  if (med || which != Adjacent::advertised) return med;
  return shown.path.empty() && shown.weight != 0 ? std::optional<std::uint32_t>(0) : med;
}

Json legend(const View& view, net::Family family, bgp::Asn local_as) {
  const auto& config = view.speaker.config();
  return {{"bgpTableVersion", view.versions.table(family)},
          {"bgpLocalRouterId", config.router_id.to_string()},
          {"defaultLocPrf", config.default_local_pref.value_or(config.profile.default_local_pref)},
          {"localAS", local_as.value},
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
  const auto& attributes = shown.attributes;
  const auto& prefix = shown.route.prefix;
  Json out{{"addrPrefix", prefix.address().to_string()},
           {"prefixLen", prefix.length()},
           {"network", prefix.to_string()}};
  out[shown.aggregated || !shown.next_hop.is_v4() ? "nextHopGlobal" : "nextHop"] = shown.hop();
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
    return json ? printed({{"warning", "No such neighbor in this view/vrf"}})
                : "No such neighbor in this view/vrf\n";
  }
  const auto known = told(view, peer);
  if (!known.carries(family)) {
    return json ? printed({{"warning", "No such neighbor or address family"}})
                : "% No such neighbor or address family\n";
  }
  const auto& config = known.config.in(family);
  if (which != Adjacent::advertised && !config.soft_reconfiguration_inbound) {
    return json ? printed({{"warning", "Inbound soft reconfiguration not enabled"}})
                : "% Inbound soft reconfiguration not enabled\n";
  }
  auto routes = gather(view, family, *session, which);
  // The default route of `default-originate` is told apart from the others.
  const bool default_sent = which == Adjacent::advertised && config.default_originate &&
                            std::erase_if(routes, [](const Shown& shown) {
                              return shown.route.prefix.length() == 0;
                            }) > 0;
  const auto nothing = net::Prefix(unspecified(family), 0).to_string();
  const auto refused =
      std::ranges::count_if(routes, [](const Shown& shown) { return filtered(shown.route); });
  if (json) {
    auto out = legend(view, family, session->local_as);
    if (default_sent) out["bgpOriginatingDefaultNetwork"] = nothing;
    auto& list = out[which == Adjacent::advertised ? "advertisedRoutes" : "receivedRoutes"];
    list = Json::object();
    for (const auto& shown : routes) {
      list[shown.route.prefix.to_string()] = route_json(shown, which);
    }
    out["totalPrefixCounter"] = routes.size();
    out["filteredPrefixCounter"] = which == Adjacent::received ? refused : 0;
    return printed(out);
  }
  std::string out;
  const auto header = table_header(view, family, session->local_as);
  if (default_sent) {
    const auto columns = header.rfind("   Network");
    out = header.substr(0, columns) + "Originating default network " + nothing + "\n\n" +
          header.substr(columns);
  } else if (!routes.empty()) {
    out = header;
  }
  for (const auto& shown : routes) {
    out += table_row({"*> ", shown.route.prefix.to_string(), shown.hop(), metric_of(shown, which),
                      shown.attributes.local_pref, shown.weight,
                      path_text(shown.path, shown.attributes.origin)});
  }
  out += fmt::format("\nTotal number of prefixes {}", routes.size());
  if (which == Adjacent::received && refused > 0) {
    out += fmt::format(" ({} filtered)", refused);
  }
  return out + "\n";
}

}  // namespace seatrial::bgpd
