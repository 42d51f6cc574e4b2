#include "models/bgp/core.h"

#include <algorithm>

#include "models/bgp/as_path_rules.h"

namespace seatrial::bgp {
namespace {

// Nothing that is advertised differs.
bool same_path(const Candidate& a, const Candidate& b) {
  return a.attributes == b.attributes && a.source == b.source && a.peer == b.peer &&
         a.path_id == b.path_id && a.peer_id == b.peer_id &&
         a.reflector_client == b.reflector_client;
}

}  // namespace

Speaker::Core::Core(io::Host& host, SpeakerConfig config, Dependencies dependencies, StartMode mode)
    : host_(host),
      config_(std::move(config)),
      dependencies_(dependencies),
      deferral_(host, [this] { restart_over(); }),
      mode_(mode) {
  reaper_ = host_.timer([this] { reap_dynamic(); });
  decision_timer_ = host_.timer([this] { run_decisions(); });
  if (config_.dampening) dampener_.emplace(*config_.dampening);
  reuse_timer_ = host_.timer([this] { reuse(); });
  auto neighbors = std::move(config_.neighbors);
  config_.neighbors.clear();
  for (auto& neighbor : neighbors) add_neighbor(std::move(neighbor));
  for (const auto& aggregate : config_.aggregates) aggregates_[aggregate.prefix] = {aggregate};
  auto networks = std::move(config_.networks);
  config_.networks.clear();
  for (auto& route : networks) originate(std::move(route));
}

// ------------------------------------------------------------------ routes of our own

void Speaker::Core::originate(OriginatedRoute route) {
  PathAttributes attributes;
  attributes.origin = route.origin;
  attributes.next_hop = route.next_hop;
  attributes.med = route.med ? route.med : config_.profile.originated_med;
  attributes.local_pref = route.local_pref;
  attributes.communities = route.communities;
  attributes.large_communities = route.large_communities;
  Candidate candidate;
  candidate.attributes = pool_.intern(std::move(attributes));
  candidate.weight = local_weight;
  candidate.peer_id = config_.router_id;
  candidate.metric = local_metric(route.prefix, route);
  const auto prefix = route.prefix;
  originated_[prefix] = std::move(route);
  put(prefix, std::move(candidate));
}

void Speaker::Core::withdraw(const net::Prefix& prefix) {
  if (originated_.erase(prefix) > 0) remove(prefix, {RouteSource::local, {}, 0});
}

std::optional<std::uint32_t> Speaker::Core::local_metric(const net::Prefix& prefix,
                                                         const OriginatedRoute& route) const {
  const bool check =
      route.check_import && config_.import_check.value_or(config_.profile.network_import_check);
  if (check && dependencies_.resolver != nullptr && !dependencies_.resolver->has_route(prefix)) {
    return std::nullopt;
  }
  return 0;
}

// ------------------------------------------------------------------ candidates

void Speaker::Core::import(Neighbor& n, const Nlri& nlri, const PathAttributes& attributes) {
  const auto& session = n.session();
  auto result = import_route(n.rules(), nlri.prefix, attributes);
  if (session.config().max_prefixes) n.adj_rib_in().set_accepted(nlri, result.accepted);
  if (!result.accepted) return drop(n, nlri);
  Candidate candidate;
  candidate.peer = session.config().address;
  candidate.source = session.source();
  candidate.path_id = nlri.path_id;
  candidate.dampened = dampened(n, nlri);
  candidate.metric = candidate.dampened ? std::nullopt : metric_to(result.attributes);
  candidate.attributes = pool_.intern(std::move(result.attributes));
  candidate.weight = result.weight;
  candidate.peer_id = session.negotiated().peer.id;
  candidate.reflector_client = session.config().route_reflector_client;
  candidate.confederation = session.kind() == PeerKind::confederation;
  put(nlri.prefix, std::move(candidate));
}

std::optional<std::uint32_t> Speaker::Core::metric_to(const PathAttributes& attributes) const {
  if (!attributes.next_hop) return 0;
  // RFC 4271 section 5.1.3: a route whose next hop is this router itself is of no use.
  for (const auto& [address, n] : neighbors_) {
    if (n->session().established() && n->session().local_address() == *attributes.next_hop) {
      return std::nullopt;
    }
  }
  if (dependencies_.resolver == nullptr) return 0;
  return dependencies_.resolver->resolve(*attributes.next_hop);
}

void Speaker::Core::put(const net::Prefix& prefix, Candidate candidate) {
  candidate.received = host_.now();
  auto& route = loc_rib_[prefix];
  auto& candidates = route.candidates;
  const auto known = std::ranges::find_if(candidates, [&](const Candidate& c) {
    return c.source == candidate.source && c.peer == candidate.peer &&
           c.path_id == candidate.path_id;
  });
  if (known == candidates.end()) {
    candidate.local_id = route.next_local_id++;
    candidates.push_back(std::move(candidate));
  } else {
    candidate.local_id = known->local_id;
    candidate.selected = known->selected;
    *known = std::move(candidate);
  }
  mark(prefix);
}

void Speaker::Core::remove(const net::Prefix& prefix, const Identity& identity) {
  auto* route = loc_rib_.find(prefix);
  if (route == nullptr) return;
  const auto removed = std::erase_if(route->candidates, [&](const Candidate& c) {
    return c.source == identity.source && c.peer == identity.peer && c.path_id == identity.path_id;
  });
  if (removed > 0) {
    route->decision = {};  // its indices are out of date
    mark(prefix);
  }
}

void Speaker::Core::nexthops_changed() {
  for (auto& [address, n] : neighbors_) n->session().reconsider();
  loc_rib_.for_each([&](const net::Prefix& prefix, Route& route) {
    bool differs = false;
    for (auto& c : route.candidates) {
      if (c.dampened) continue;
      const auto metric = c.source == RouteSource::local
                              ? c.path_id == aggregate_path_id
                                    ? c.metric
                                    : local_metric(prefix, originated_.at(prefix))
                              : metric_to(*c.attributes);
      differs = differs || metric != c.metric;
      c.metric = metric;
    }
    if (differs) mark(prefix);
  });
}

// ------------------------------------------------------------------ decisions

DecisionOptions Speaker::Core::decision_options() const {
  const auto& p = config_.profile;
  DecisionOptions options;
  options.med_mode = p.med_mode;
  if (config_.deterministic_med) {
    options.med_mode = *config_.deterministic_med ? MedMode::deterministic : MedMode::pairwise;
  }
  options.always_compare_med = config_.always_compare_med;
  options.last_tie_break = p.last_tie_break;
  options.multipath_ebgp = config_.multipath_ebgp.value_or(p.multipath_ebgp);
  options.multipath_ibgp = config_.multipath_ibgp.value_or(p.multipath_ibgp);
  options.multipath_relax = config_.multipath_relax.value_or(p.multipath_relax);
  if (config_.compare_router_id) {
    options.last_tie_break =
        *config_.compare_router_id ? LastTieBreak::router_id : LastTieBreak::oldest_external;
  }
  options.med_confederation = config_.med_confederation;
  options.missing_med_is_worst = config_.missing_med_is_worst;
  options.as_path_ignore = config_.as_path_ignore;
  options.as_path_counts_confederation = config_.as_path_counts_confederation;
  options.default_local_pref = config_.default_local_pref.value_or(p.default_local_pref);
  return options;
}

void Speaker::Core::mark(const net::Prefix& prefix) {
  marked_.insert(prefix);
  if (!decision_timer_->armed()) {
    decision_timer_->arm(host_.now() + config_.profile.decision_delay);
  }
}

void Speaker::Core::run_decisions() {
  removed_.clear();
  if (deferral_.active()) return;  // what is marked waits
  // What an aggregate becomes of them is decided with them.
  for (int round = 0; round < 2 && !marked_.empty(); ++round) {
    for (const auto& prefix : std::exchange(marked_, {})) run_decision(prefix);
    run_aggregates();
  }
  if (marked_.empty()) decision_timer_->cancel();
}

void Speaker::Core::run_decision(const net::Prefix& prefix) {
  auto* route = loc_rib_.find(prefix);
  if (route == nullptr) return;
  route->decision = decide(route->candidates, decision_options());
  const auto& decision = route->decision;
  for (std::size_t i = 0; i < route->candidates.size(); ++i) {
    route->candidates[i].selected = decision.best == i;
  }
  const auto* best = decision.best ? &route->candidates[*decision.best] : nullptr;
  const bool local = best != nullptr && best->source == RouteSource::local;
  std::vector<NextHop> next_hops;
  if (best != nullptr && !local) {
    for (const auto i : decision.multipath) {
      next_hops.push_back({*route->candidates[i].attributes->next_hop});
    }
    std::ranges::sort(next_hops);
  }
  const bool best_differs = (best != nullptr) != route->best.has_value() ||
                            (best != nullptr && !same_path(*best, *route->best));
  const bool hops_differ = next_hops != route->next_hops;
  route->best.reset();
  if (best != nullptr) route->best = *best;
  if (hops_differ) tell_sink(prefix, *route, std::move(next_hops));
  if (best_differs) touch_aggregates(prefix);
  for (auto& [address, n] : neighbors_) {
    if (best_differs && n->session().config().default_originate) {
      n->touch(net::Prefix(prefix.address(), 0));
    }
    if (best_differs || n->sends_paths(prefix.family())) n->touch(prefix);
  }
  if ((best_differs || hops_differ) && dependencies_.observer != nullptr &&
      dependencies_.observer->wants_routes()) {
    RibEvent event{host_.name(), host_.now(),     prefix, best != nullptr,
                   local,        summary(*route), "",     route->next_hops};
    if (best != nullptr) event.reason = to_string(decision.steps[*decision.best]);
    dependencies_.observer->rib_changed(event);
  }
  if (route->candidates.empty()) loc_rib_.erase(prefix);
}

void Speaker::Core::tell_sink(const net::Prefix& prefix, Route& route,
                              std::vector<NextHop> next_hops) {
  route.next_hops = std::move(next_hops);
  if (dependencies_.sink == nullptr) return;
  if (route.next_hops.empty()) {
    dependencies_.sink->route_removed(prefix);
  } else {
    dependencies_.sink->route_changed(prefix, route.next_hops);
  }
}

Neighbor::AdvertisedPaths Speaker::Core::desired(const Neighbor& n, const net::Prefix& prefix) {
  Neighbor::AdvertisedPaths out;
  if (auto made = default_for(n, prefix)) {
    out.push_back({0, pool_.intern(*std::move(made))});
    return out;
  }
  const auto* route = loc_rib_.find(prefix);
  if (route == nullptr) return out;
  const auto rules = n.rules();
  const auto add = [&](const Candidate& path, std::uint32_t id) {
    if (suppressed(prefix, n, path)) return;
    auto result = export_route(rules, prefix, path);
    if (result.accepted) out.push_back({id, pool_.intern(std::move(result.attributes))});
  };
  if (!n.sends_paths(prefix.family())) {
    if (route->best) add(*route->best, 0);
    return out;
  }
  for (const auto i : paths_to_send(n, *route))
    add(route->candidates[i], route->candidates[i].local_id);
  std::ranges::sort(out, {}, &Neighbor::Advertised::path_id);
  return out;
}

std::vector<std::size_t> Speaker::Core::paths_to_send(const Neighbor& n, const Route& route) const {
  std::vector<std::size_t> out;
  const auto& candidates = route.candidates;
  const auto& config = n.session().config();
  if (config.add_path.send) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (candidates[i].metric) out.push_back(i);
    }
    return out;
  }
  // The best of each neighbouring AS.
  std::map<std::optional<Asn>, std::vector<std::size_t>> by_as;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    by_as[outer_neighbor(candidates[i].attributes->as_path)].push_back(i);
  }
  for (const auto& [asn, members] : by_as) {
    std::vector<Candidate> some;
    for (const auto i : members) some.push_back(candidates[i]);
    if (const auto best = decide(some, decision_options()).best) out.push_back(members[*best]);
  }
  return out;
}

std::string Speaker::Core::summary(const Route& route) const {
  if (!route.best) return {};
  const auto& best = *route.best;
  return (best.source == RouteSource::local ? "local" : "from " + best.peer.to_string()) + " " +
         best.attributes->to_string();
}

}  // namespace seatrial::bgp
