// The paths of the table: how they come, what import makes of them, and how they go.
#include <algorithm>

#include "models/bgp/core.h"

namespace seatrial::bgp {

// ------------------------------------------------------------------ of neighbours

void Speaker::Core::take(Neighbor& n, const std::vector<Nlri>& announced,
                         const AttributesRef& attributes) {
  if (announced.empty() || !n.carries(announced.front().prefix.family())) return;
  const auto family = announced.front().prefix.family();
  auto& received = n.received(family);
  const auto* origin = n.origin();
  const auto now = host_.now();
  // One answer for all prefixes, where nothing looks at them.
  const bool filter = n.import_reach(family).filter();
  const bool alike = (!n.import_reach(family).prefix || filter) && !dampener(family);
  std::optional<Imported> made;
  for (const auto& nlri : announced) {
    auto& route = rib_[nlri.prefix];
    auto* path = route.empty() ? nullptr : route.find(origin->peer, nlri.path_id);
    if (path != nullptr) {
      if (path->stale) --received.stale;
      path->stale = false;
      // What was the last resort is a route like any other again.
      const bool promoted = path->long_lived;
      path->long_lived = false;
      if (path->announced == attributes && !promoted) continue;
      if (path->announced != attributes) {
        path->received = now;
        flapped(n, nlri, false);
      }
    } else {
      path = &route.push_back(Candidate());
      path->path_id = nlri.path_id;
      path->received = now;
      path->origin = origin;
      ++received.paths;
    }
    path->announced = attributes;
    if (!alike) {
      import(n, nlri.prefix, route, *path);
      continue;
    }
    if (filter && !passes(n.session().config().in(family).import_policy, nlri.prefix)) {
      refuse(n, nlri.prefix, route, *path);
      continue;
    }
    if (!made) made = judge(n, nlri.prefix, *attributes, attributes, filter);
    import(n, nlri.prefix, route, *path, *made);
  }
}

void Speaker::Core::take_back(Neighbor& n, const std::vector<Nlri>& withdrawn) {
  for (const auto& nlri : withdrawn) {
    auto* route = n.carries(nlri.prefix.family()) ? rib_.find(nlri.prefix) : nullptr;
    auto* path = route == nullptr ? nullptr : route->find(n.origin()->peer, nlri.path_id);
    if (path == nullptr) continue;
    flapped(n, nlri, true);
    erase(n, nlri.prefix, *route, *path);
  }
}

// `same`: the set to share when policy changes nothing.
Speaker::Core::Imported Speaker::Core::judge(const Neighbor& n, const net::Prefix& prefix,
                                             const PathAttributes& announced,
                                             const AttributesRef& same, bool without_policy) const {
  auto rules = n.rules();
  rules.without_policy = without_policy;
  auto result = import_route(rules, prefix, announced);
  if (!result.accepted) return {};
  Imported made{same, metric_to(result.attributes), result.weight};
  if (result.attributes != *same) made.attributes = pool_.intern(std::move(result.attributes));
  return made;
}

void Speaker::Core::import(Neighbor& n, const net::Prefix& prefix, Route& route, Candidate& path) {
  auto made = [&] {
    if (!path.long_lived || path.announced->has(llgr_stale)) {
      return judge(n, prefix, *path.announced, path.announced);
    }
    auto marked = *path.announced;
    marked.communities.push_back(llgr_stale);
    return judge(n, prefix, marked, path.announced);
  }();
  path.dampened = dampened(n, {prefix, path.path_id});
  if (path.dampened) made.metric = Candidate::unreachable;
  import(n, prefix, route, path, made);
}

void Speaker::Core::import(Neighbor& n, const net::Prefix& prefix, Route& route, Candidate& path,
                           const Imported& made) {
  if (!made.attributes) return refuse(n, prefix, route, path);
  auto* candidate = &path;
  if (!path.attributes) {
    ++n.received(prefix.family()).accepted;
    if (&path + 1 != route.end()) {  // it arrives as a candidate now
      std::rotate(&path, &path + 1, route.end());
      candidate = route.end() - 1;
    }
    candidate->local_id = route.free_local_id();
  }
  if (candidate->attributes != made.attributes || candidate->origin != n.origin()) {
    route.about_to_change(*candidate);
    candidate->attributes = made.attributes;
    candidate->origin = n.origin();
  }
  candidate->fresh = true;
  candidate->metric = made.metric;
  candidate->weight = made.weight;
  mark(prefix, route);
}

// It stays without being a candidate.
void Speaker::Core::refuse(Neighbor& n, const net::Prefix& prefix, Route& route, Candidate& path) {
  if (!path.attributes) return;
  --n.received(prefix.family()).accepted;
  route.about_to_change(path);
  path.attributes.reset();
  path.metric = Candidate::unreachable;
  path.local_id = 0;
  path.best = path.multipath = false;
  mark(prefix, route);
}

void Speaker::Core::erase(Neighbor& n, const net::Prefix& prefix, Route& route, Candidate& path) {
  auto& received = n.received(prefix.family());
  --received.paths;
  if (path.attributes) --received.accepted;
  if (path.stale) --received.stale;
  route.about_to_change(path);
  route.erase(&path);
  mark(prefix, route);
}

// ------------------------------------------------------------------ our own

void Speaker::Core::put_local(const net::Prefix& prefix, std::uint32_t path_id,
                              AttributesRef attributes, std::uint32_t metric) {
  auto& route = rib_[prefix];
  auto* path = route.find(own_.peer, path_id);
  if (path == nullptr) {
    const auto local_id = route.free_local_id();
    path = &route.push_back(Candidate());
    path->origin = &own_;
    path->path_id = path_id;
    path->local_id = local_id;
    path->weight = local_weight;
  } else if (path->attributes != attributes) {
    route.about_to_change(*path);
  }
  path->attributes = std::move(attributes);
  path->received = host_.now();
  path->fresh = true;
  path->metric = metric;
  mark(prefix, route);
}

void Speaker::Core::remove_local(const net::Prefix& prefix, std::uint32_t path_id) {
  auto* route = rib_.find(prefix);
  auto* path = route == nullptr ? nullptr : route->find(own_.peer, path_id);
  if (path == nullptr) return;
  route->about_to_change(*path);
  route->erase(path);
  mark(prefix, *route);
}

// ------------------------------------------------------------------

void Speaker::Core::mark(const net::Prefix& prefix, Route& route) {
  if (!route.marked) {
    route.marked = true;
    marked_.push_back({prefix, &route});
  }
  wake();
}

// RFC 4271 section 5.1.3: a route whose next hop is this router itself is of no use.
std::uint32_t Speaker::Core::metric_to(const PathAttributes& attributes) const {
  if (!attributes.next_hop) return 0;
  if (own_addresses_.contains(*attributes.next_hop)) return Candidate::unreachable;
  if (dependencies_.resolver == nullptr) return 0;
  return dependencies_.resolver->resolve(*attributes.next_hop).value_or(Candidate::unreachable);
}

std::uint32_t Speaker::Core::local_metric(const net::Prefix& prefix,
                                          const OriginatedRoute& route) const {
  const bool check =
      route.check_import && config_.import_check.value_or(config_.profile.network_import_check);
  const bool absent =
      check && dependencies_.resolver != nullptr && !dependencies_.resolver->has_route(prefix);
  return absent ? Candidate::unreachable : 0;
}

void Speaker::Core::nexthops_changed() {
  for (auto& [address, n] : neighbors_) n->session().reconsider();
  rib_.for_each([&](const net::Prefix& prefix, Route& route) {
    bool differs = false;
    for (auto& c : route) {
      if (c.dampened || !c.attributes) continue;
      auto metric = c.metric;
      if (c.origin != &own_) {
        metric = metric_to(*c.attributes);
      } else if (c.path_id != aggregate_path_id) {
        metric = local_metric(prefix, originated_.at(prefix));
      }
      if (metric == c.metric) continue;
      differs = c.fresh = true;
      c.metric = metric;
    }
    if (differs) mark(prefix, route);
  });
}

}  // namespace seatrial::bgp
