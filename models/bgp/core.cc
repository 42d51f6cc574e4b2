#include "models/bgp/core.h"

#include <algorithm>
#include <array>

#include "models/bgp/as_path_rules.h"

namespace seatrial::bgp {
namespace {

// Nothing that is advertised differs.
bool same_path(const Candidate& a, const Candidate& b) {
  return a.attributes == b.attributes && a.origin == b.origin && a.path_id == b.path_id;
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
  own_.id = config_.router_id;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    const auto& p = config_.profile;
    if (const auto& figures = config_.in(family).dampening) {
      dampener(family).emplace(*figures,
                               Dampener::Clock{host_.now(), p.dampening_step, p.dampening_tick});
    }
  }
  reuse_timer_ = host_.timer([this] { reuse(); });
  condition_timer_ = host_.timer([this] { check_conditions(); });
  max_med_timer_ = host_.timer([this] { end_max_med(); });
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
  const auto prefix = route.prefix;
  const auto metric = local_metric(prefix, route);
  originated_[prefix] = std::move(route);
  put_local(prefix, network_path_id, pool_.intern(std::move(attributes)), metric);
}

void Speaker::Core::withdraw(const net::Prefix& prefix) {
  if (originated_.erase(prefix) > 0) remove_local(prefix, network_path_id);
}

// ------------------------------------------------------------------ decisions

DecisionOptions Speaker::Core::decision_options(net::Family family) const {
  const auto& p = config_.profile;
  const auto& own = config_.in(family);
  DecisionOptions options;
  options.med_mode = p.med_mode;
  if (config_.deterministic_med) {
    const auto otherwise =
        p.med_mode == MedMode::incremental ? MedMode::incremental : MedMode::pairwise;
    options.med_mode = *config_.deterministic_med ? MedMode::deterministic : otherwise;
  }
  options.always_compare_med = config_.always_compare_med;
  options.med_scope = p.med_scope;
  options.last_tie_break = p.last_tie_break;
  options.multipath_ebgp = own.multipath_ebgp.value_or(p.multipath_ebgp);
  options.multipath_ibgp = own.multipath_ibgp.value_or(p.multipath_ibgp);
  options.multipath_relax = config_.multipath_relax.value_or(p.multipath_relax);
  options.equal_cluster_length = own.equal_cluster_length;
  options.peer_type_relax = config_.peer_type_relax;
  options.multipath_by_address = p.multipath_by_address;
  options.member_over_internal = p.member_over_internal;
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

void Speaker::Core::wake() {
  if (!decision_timer_->armed()) {
    decision_timer_->arm(host_.now() + config_.profile.decision_delay);
  }
}

void Speaker::Core::run_decisions() {
  removed_.clear();
  if (deferral_.holds_choice()) return;  // what is marked waits
  const std::array options{decision_options(net::Family::ipv4),
                           decision_options(net::Family::ipv6)};
  const auto from = changes_.end();
  // What an aggregate becomes of them is decided with them.
  for (int round = 0; round < 2 && !marked_.empty(); ++round) {
    auto marked = std::exchange(marked_, {});
    const auto by_prefix = [](const Marked& a, const Marked& b) { return a.prefix < b.prefix; };
    if (!std::is_sorted(marked.begin(), marked.end(), by_prefix)) {
      std::sort(marked.begin(), marked.end(), by_prefix);
    }
    for (const auto& [prefix, route] : marked) {
      run_decision(prefix, *route, options[prefix.address().is_v4() ? 0 : 1]);
    }
    run_aggregates();
  }
  if (marked_.empty()) decision_timer_->cancel();
  advertise(from);
}

// Tells the neighbours that there is something to read in the log.
void Speaker::Core::advertise(std::uint64_t from) {
  if (from == changes_.end()) return;
  std::array<bool, 2> touched{};
  changes_.for_each_since(from, [&](const ChangeLog::Change& change) {
    touched[change.prefix.address().is_v4() ? 0 : 1] = true;
  });
  for (auto& group : groups_) group->forget();
  // Who waits long for its time takes its part, so that the log does not keep all that happens.
  const bool long_ago = changes_.size() > 1024 + 2 * rib_.size();
  for (auto& [address, n] : neighbors_) {
    if (!n->session().established()) continue;
    touch_default(*n);
    if (touched[0]) n->changed(net::Family::ipv4);
    if (touched[1]) n->changed(net::Family::ipv6);
    if (long_ago) n->catch_up();
  }
  if (long_ago) changes_.trim();
}

void Speaker::Core::touch_default(Neighbor& n) {
  for (const auto& nothing : {net::IpAddress::v4(0), *net::IpAddress::parse("::")}) {
    const auto& config = n.session().config().in(nothing.family());
    if (config.default_originate) n.touch(net::Prefix(nothing, 0));
  }
}

void Speaker::Core::run_decision(const net::Prefix& prefix, Route& route,
                                 const DecisionOptions& options) {
  route.marked = false;
  const auto told = std::exchange(route.told, nullptr);
  auto* observer = dependencies_.observer;
  const bool watched = observer != nullptr && observer->wants_routes();
  const bool hops_matter = observer != nullptr || dependencies_.sink != nullptr;
  const auto* before = told ? &told->best : route.best();
  Candidate old;
  if (before != nullptr) old = *before;
  NextHops old_hops;
  if (hops_matter) old_hops = told ? std::move(told->next_hops) : route.next_hops();
  choose({route.begin(), route.size()}, options);
  const auto* best = route.best();
  const bool best_differs = (best != nullptr) != (old.attributes != nullptr) ||
                            (best != nullptr && !same_path(*best, old));
  NextHops next_hops;
  if (hops_matter) next_hops = route.next_hops();
  const bool hops_differ = next_hops != old_hops;
  // `table-map`: bgpd's table has it, the routing table has not.
  const bool installs = best != nullptr && !next_hops.empty() && in_table(prefix, *best);
  const bool reconsiders = best_differs && !config_.table_map.empty();
  if ((hops_differ || reconsiders) && dependencies_.sink != nullptr) {
    if (!installs) {
      dependencies_.sink->route_removed(prefix);
    } else {
      dependencies_.sink->route_changed(prefix, {next_hops.data(), next_hops.size()});
    }
  }
  if (!aggregates_.empty()) touch_aggregates(prefix);
  if (best_differs || paths_are_sent_) {
    changes_.add({prefix, best_differs, best != nullptr ? best->origin : nullptr});
  }
  if ((best_differs || hops_differ) && observer != nullptr) observer->prefix_changed(prefix);
  if ((best_differs || hops_differ) && watched) {
    const bool local = best != nullptr && best->origin == &own_;
    RibEvent event{host_.name(), host_.now(),    prefix, best != nullptr,
                   local,        summary(route), "",     {next_hops.begin(), next_hops.end()}};
    if (best != nullptr) event.reason = to_string(best->step);
    observer->rib_changed(event);
  }
  if (route.empty()) rib_.erase(prefix);
}

Neighbor::AdvertisedPaths Speaker::Core::desired(const Neighbor& n, const net::Prefix& prefix) {
  Neighbor::AdvertisedPaths out;
  if (auto made = default_for(n, prefix)) {
    out.push_back({0, pool_.intern(*std::move(made))});
    return out;
  }
  const auto* route = rib_.find(prefix);
  if (route == nullptr || over_limit(prefix, n)) return out;
  const auto& peer = n.session().config().address;
  const auto rules = n.rules();
  const bool returned = config_.profile.returns_routes;
  const auto add = [&](const Candidate& path, std::uint32_t id) {
    if (path.origin->peer == peer && !returned) return;
    if (withheld(prefix, n, path)) return;
    auto sent = suppressed(prefix, n, path) ? unsuppressed(prefix, n, path)
                                            : n.group()->exported(rules, prefix, path, pool_);
    if (sent) out.push_back({id, std::move(sent)});
  };
  if (!n.sends_paths(prefix.family())) {
    if (const auto* chosen = route->chosen()) add(*chosen, 0);
    return out;
  }
  for (const auto i : paths_to_send(n, prefix.family(), *route))
    add((*route)[i], (*route)[i].local_id);
  std::ranges::sort(out, {}, &Neighbor::Advertised::path_id);
  return out;
}

std::vector<std::size_t> Speaker::Core::paths_to_send(const Neighbor& n, net::Family family,
                                                      const Route& route) const {
  std::vector<std::size_t> out;
  if (n.session().config().in(family).add_path.send) {
    for (std::size_t i = 0; i < route.size(); ++i) {
      if (route[i].eligible()) out.push_back(i);
    }
    return out;
  }
  // The best of each neighbouring AS.
  std::map<std::optional<Asn>, std::vector<std::size_t>> by_as;
  for (std::size_t i = 0; i < route.size(); ++i) {
    if (route[i].attributes) by_as[outer_neighbor(route[i].attributes->as_path)].push_back(i);
  }
  for (const auto& [asn, members] : by_as) {
    std::vector<Candidate> some;
    for (const auto i : members) some.push_back(route[i]);
    if (const auto best = decide(some, decision_options(family)).best)
      out.push_back(members[*best]);
  }
  return out;
}

UpdateGroup& Speaker::Core::join_group(const Neighbor& n) {
  const auto rules = n.rules();
  const auto& codec = n.session().negotiated().codec;
  auto found = std::find_if(groups_.begin(), groups_.end(),
                            [&](const auto& group) { return group->takes(rules, codec); });
  if (found == groups_.end()) {
    groups_.push_back(std::make_unique<UpdateGroup>(++last_group_, rules, codec));
    found = groups_.end() - 1;
  }
  ++(*found)->members;
  (*found)->forget();
  return **found;
}

void Speaker::Core::leave_group(const Neighbor& n) {
  if (n.group() == nullptr || --n.group()->members > 0) return;
  std::erase_if(groups_, [&](const auto& group) { return group.get() == n.group(); });
}

std::string Speaker::Core::summary(const Route& route) const {
  const auto* best = route.chosen();
  if (best == nullptr) return {};
  const bool local = best->origin->source == RouteSource::local;
  return (local ? "local" : "from " + best->origin->peer.to_string()) + " " +
         best->attributes->to_string();
}

}  // namespace seatrial::bgp
