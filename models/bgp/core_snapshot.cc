// The answers of a speaker to questions about itself. Reasons are found by asking the rules again.
#include <algorithm>

#include "models/bgp/core.h"

namespace seatrial::bgp {

std::vector<SessionSnapshot> Speaker::Core::sessions() const {
  std::vector<SessionSnapshot> all;
  for (const auto& [address, n] : neighbors_) all.push_back(snapshot(*n));
  return all;
}

SessionSnapshot Speaker::Core::snapshot(const Neighbor& n) const {
  auto s = n.session().snapshot();
  const auto counts = [&s](net::Family family) -> PrefixCounts& {
    return family == net::Family::ipv4 ? s.ipv4 : s.ipv6;
  };
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    const auto& received = n.received(family);
    counts(family).received = received.paths;
    counts(family).accepted = received.accepted;
    s.prefixes_received += received.paths;
    s.prefixes_accepted += received.accepted;
    s.stale_prefixes += received.stale;
  }
  s.dynamic = n.watch().dynamic;
  if (n.group() != nullptr) s.update_group = n.group()->id();
  s.restart_timer = n.watch().restart->restart_left();
  s.stale_timer = n.watch().restart->stale_left();
  n.adj_rib_out().for_each([&](const net::Prefix& prefix, const Neighbor::AdvertisedPaths& sent) {
    counts(prefix.family()).advertised += sent.size();
  });
  s.prefixes_advertised = s.ipv4.advertised + s.ipv6.advertised;
  return s;
}

RouteSnapshot Speaker::Core::describe(const net::Prefix& prefix, const Route& route) const {
  const auto hops = route.told ? route.told->next_hops : route.next_hops();
  RouteSnapshot out{prefix, {}, {hops.begin(), hops.end()}};
  for (const auto& c : route) {
    if (!c.attributes) continue;
    PathSnapshot path;
    if (c.origin != &own_) path.peer = c.origin->peer;
    path.source = c.origin->source;
    path.path_id = c.path_id;
    path.local_id = c.local_id;
    path.aggregated = c.origin == &own_ && c.path_id == aggregate_path_id;
    path.reflector_client =
        c.origin->source == RouteSource::ibgp && c.origin->client(prefix.family());
    path.attributes = c.attributes;
    path.weight = c.weight;
    if (c.eligible()) path.metric = c.metric;
    path.eligible = c.eligible();
    path.best = c.best && !route.told;
    path.multipath = c.multipath && !route.told;
    path.received = c.received;
    path.stale = c.stale;
    if (c.dampened) {
      path.why = "dampened: it flaps (RFC 2439)";
    } else if (!path.eligible) {
      path.why = c.origin == &own_
                     ? "not in the routing table (import check)"
                     : "next hop " + c.attributes->next_hop->to_string() + " is not reachable";
    } else if (!route.told && c.step != Step::not_eligible) {
      path.why = (path.best ? "best: " : "lost: ") + std::string(to_string(c.step));
    } else {
      path.why = "decision pending";
    }
    out.paths.push_back(std::move(path));
  }
  std::ranges::stable_sort(out.paths, [](const PathSnapshot& a, const PathSnapshot& b) {
    return std::tuple(!a.best, a.peer, a.path_id) < std::tuple(!b.best, b.peer, b.path_id);
  });
  return out;
}

std::vector<RouteSnapshot> Speaker::Core::loc_rib() const {
  std::vector<RouteSnapshot> all;
  rib_.for_each([&](const net::Prefix& prefix, const Route& route) {
    if (route.has_candidates()) all.push_back(describe(prefix, route));
  });
  return all;
}

std::optional<RouteSnapshot> Speaker::Core::route(const net::Prefix& prefix) const {
  const auto* route = rib_.find(prefix);
  if (route == nullptr || !route->has_candidates()) return std::nullopt;
  return describe(prefix, *route);
}

std::vector<AdjRouteSnapshot> Speaker::Core::adj_rib_in(const Neighbor& n) const {
  std::vector<AdjRouteSnapshot> all;
  auto rules = n.rules();
  rules.explain = true;
  rib_.for_each([&](const net::Prefix& prefix, const Route& route) {
    const auto from = all.size();
    for (const auto& path : route) {
      if (path.origin->peer != rules.neighbor.address) continue;
      auto result = import_route(rules, prefix, *path.announced);
      AdjRouteSnapshot out{prefix, path.path_id, path.announced};
      out.accepted = result.accepted;
      out.why = std::move(result.why);
      out.received = path.received;
      out.stale = path.stale;
      if (out.accepted) out.imported = share(std::move(result.attributes));
      all.push_back(std::move(out));
    }
    std::sort(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(),
              [](const auto& a, const auto& b) { return a.path_id < b.path_id; });
  });
  return all;
}

std::vector<AdjRouteSnapshot> Speaker::Core::adj_rib_out(const Neighbor& n) const {
  std::vector<AdjRouteSnapshot> all;
  auto rules = n.rules();
  rules.explain = true;
  n.adj_rib_out().for_each([&](const net::Prefix& prefix, const Neighbor::AdvertisedPaths& sent) {
    const auto* route = rib_.find(prefix);
    for (const auto& path : sent) {
      if (!path.attributes) continue;
      AdjRouteSnapshot out{prefix, path.path_id, path.attributes};
      const Candidate* from = nullptr;
      if (route != nullptr && path.path_id == 0) {
        from = route->chosen();
      } else if (route != nullptr) {
        const auto* known = std::find_if(route->begin(), route->end(), [&](const Candidate& c) {
          return c.attributes && c.local_id == path.path_id;
        });
        from = known == route->end() ? nullptr : known;
      }
      if (from != nullptr) out.why = export_route(rules, prefix, *from).why;
      all.push_back(std::move(out));
    }
  });
  return all;
}

}  // namespace seatrial::bgp
