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
  const auto rules = n.rules();
  n.adj_rib_in().table().for_each(
      [&](const net::Prefix& prefix, const std::vector<ReceivedPath>& paths) {
        for (const auto& path : paths) {
          if (import_route(rules, prefix, *path.attributes).accepted) ++s.prefixes_accepted;
        }
      });
  s.prefixes_received = n.adj_rib_in().paths();
  s.dynamic = n.watch().dynamic;
  s.stale_prefixes =
      n.adj_rib_in().stale(net::Family::ipv4) + n.adj_rib_in().stale(net::Family::ipv6);
  s.restart_timer = n.watch().restart->restart_left();
  s.stale_timer = n.watch().restart->stale_left();
  n.adj_rib_out().for_each([&](const net::Prefix&, const Neighbor::AdvertisedPaths& sent) {
    s.prefixes_advertised += sent.size();
  });
  return s;
}

RouteSnapshot Speaker::Core::describe(const net::Prefix& prefix, const Route& route) const {
  RouteSnapshot out{prefix, {}, route.next_hops};
  const auto& decision = route.decision;
  for (std::size_t i = 0; i < route.candidates.size(); ++i) {
    const auto& c = route.candidates[i];
    PathSnapshot path;
    if (c.source != RouteSource::local) path.peer = c.peer;
    path.source = c.source;
    path.path_id = c.path_id;
    path.attributes = c.attributes;
    path.weight = c.weight;
    path.metric = c.metric;
    path.eligible = c.metric.has_value();
    path.best = decision.best == i;
    path.multipath = std::ranges::find(decision.multipath, i) != decision.multipath.end();
    path.received = c.received;
    if (auto* from = neighbor(c.peer); from != nullptr && path.peer) {
      const auto* received = from->adj_rib_in().find({prefix, c.path_id});
      path.stale = received != nullptr && received->stale;
    }
    if (c.dampened) {
      path.why = "dampened: it flaps (RFC 2439)";
    } else if (!path.eligible) {
      path.why = c.source == RouteSource::local
                     ? "not in the routing table (import check)"
                     : "next hop " + c.attributes->next_hop->to_string() + " is not reachable";
    } else if (i < decision.steps.size()) {
      path.why = (path.best ? "best: " : "lost: ") + std::string(to_string(decision.steps[i]));
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
  loc_rib_.for_each([&](const net::Prefix& prefix, const Route& route) {
    if (!route.candidates.empty()) all.push_back(describe(prefix, route));
  });
  return all;
}

std::optional<RouteSnapshot> Speaker::Core::route(const net::Prefix& prefix) const {
  const auto* route = loc_rib_.find(prefix);
  if (route == nullptr || route->candidates.empty()) return std::nullopt;
  return describe(prefix, *route);
}

std::vector<AdjRouteSnapshot> Speaker::Core::adj_rib_in(const Neighbor& n) const {
  std::vector<AdjRouteSnapshot> all;
  const auto rules = n.rules();
  n.adj_rib_in().table().for_each(
      [&](const net::Prefix& prefix, const std::vector<ReceivedPath>& paths) {
        for (const auto& path : paths) {
          auto result = import_route(rules, prefix, *path.attributes);
          all.push_back({prefix, path.path_id, path.attributes, result.accepted, result.why,
                         path.received, path.stale});
        }
      });
  return all;
}

std::vector<AdjRouteSnapshot> Speaker::Core::adj_rib_out(const Neighbor& n) const {
  std::vector<AdjRouteSnapshot> all;
  const auto rules = n.rules();
  n.adj_rib_out().for_each([&](const net::Prefix& prefix, const Neighbor::AdvertisedPaths& sent) {
    const auto* route = loc_rib_.find(prefix);
    for (const auto& path : sent) {
      if (!path.attributes) continue;
      AdjRouteSnapshot out{prefix, path.path_id, path.attributes, true, {}, {}};
      const Candidate* from = nullptr;
      if (route != nullptr && path.path_id == 0) {
        from = route->best ? &*route->best : nullptr;
      } else if (route != nullptr) {
        const auto known = std::ranges::find(route->candidates, path.path_id, &Candidate::local_id);
        from = known == route->candidates.end() ? nullptr : &*known;
      }
      if (from != nullptr) out.why = export_route(rules, prefix, *from).why;
      all.push_back(std::move(out));
    }
  });
  return all;
}

}  // namespace seatrial::bgp
