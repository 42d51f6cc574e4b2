// Routes that the speaker makes of others: aggregates (RFC 4271 section 9.2.2.2), in the form that
// FRR gives them, and the default route of `default-originate`.
#include <algorithm>

#include "models/bgp/as_path_rules.h"
#include "models/bgp/core.h"

namespace seatrial::bgp {
namespace {

bool strictly_inside(const net::Prefix& part, const net::Prefix& whole) {
  return part != whole && whole.contains(part);
}

template <typename T>
void add_all(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
  std::sort(to.begin(), to.end());
  to.erase(std::unique(to.begin(), to.end()), to.end());
}

}  // namespace

void Speaker::Core::touch_aggregates(const net::Prefix& part) {
  for (auto& [prefix, state] : aggregates_) {
    if (strictly_inside(part, prefix)) state.dirty = true;
  }
}

void Speaker::Core::run_aggregates() {
  for (auto& [prefix, state] : aggregates_) {
    if (std::exchange(state.dirty, false)) run_aggregate(prefix, state);
  }
}

void Speaker::Core::run_aggregate(const net::Prefix& prefix, AggregateState& state) {
  // All paths that could be chosen, as FRR: not the best alone; but no other aggregate of ours.
  std::vector<const PathAttributes*> parts;
  rib_.for_each_within(prefix, [&](const net::Prefix& part, const Route& route) {
    if (part == prefix) return;
    for (const auto& path : route) {
      if (path.eligible() && !is_aggregate(path)) parts.push_back(path.attributes.get());
    }
  });
  const auto& how = state.config;
  const bool one_med = std::all_of(parts.begin(), parts.end(), [&](const PathAttributes* a) {
    return a->med.value_or(0) == parts.front()->med.value_or(0);
  });
  auto made = parts.empty() || (how.matching_med_only && !one_med)
                  ? std::optional<PathAttributes>()
                  : std::optional(aggregate_of(how, parts));
  if (made && !how.policy.empty()) {
    auto decided = apply(how.policy, {.prefix = prefix}, *std::move(made));
    made = decided.permitted ? std::optional(std::move(decided.attributes)) : std::nullopt;
  }
  const bool was = std::exchange(state.active, made.has_value());
  if (made) {
    auto attributes = pool_.intern(*std::move(made));
    auto* route = rib_.find(prefix);
    const auto* path = route == nullptr ? nullptr : route->find(own_.peer, aggregate_path_id);
    if (path == nullptr || path->attributes != attributes) {
      put_local(prefix, aggregate_path_id, std::move(attributes), 0);
    }
  } else if (was) {
    remove_local(prefix, aggregate_path_id);
  }
  if (was == state.active || (!how.summary_only && how.suppress.empty())) return;
  rib_.for_each_within(prefix, [&](const net::Prefix& part, const Route&) {
    for (auto& [address, n] : neighbors_) n->touch(part);
  });
}

// With as-set what the parts share is kept; without, the path is ours alone and says that it lost
// something. What a part had lost before is not said again.
PathAttributes Speaker::Core::aggregate_of(const Aggregate& how,
                                           const std::vector<const PathAttributes*>& parts) const {
  PathAttributes out;
  out.origin = Origin::igp;
  for (const auto* part : parts) {
    out.origin = std::max(out.origin, part->origin);
    if (!how.as_set) continue;
    add_all(out.communities, part->communities);
    if (!part->large_communities.empty()) {
      add_all(out.large_communities.edit(), part->large_communities.vector());
    }
    if (!part->extended_communities.empty()) {
      add_all(out.extended_communities.edit(), part->extended_communities.vector());
    }
  }
  out.med = config_.profile.originated_med;
  if (how.as_set) out.as_path = joined_path(parts);
  if (how.origin) out.origin = *how.origin;
  out.atomic_aggregate = !how.as_set;
  if (!config_.graceful_shutdown) std::erase(out.communities, graceful_shutdown);
  const auto asn = config_.confederation ? config_.confederation->identifier : config_.asn;
  out.aggregator = Aggregator{asn, net::IpAddress::v4(config_.router_id.value)};
  return out;
}

bool Speaker::Core::suppressed(const net::Prefix& prefix, const Neighbor& n,
                               const Candidate& path) const {
  if (aggregates_.empty() || is_aggregate(path)) return false;
  const PolicyInput input{prefix, path.origin->source, n.session().config().address,
                          n.session().local_address()};
  return std::any_of(aggregates_.begin(), aggregates_.end(), [&](const auto& entry) {
    const auto& [whole, state] = entry;
    if (!state.active || !strictly_inside(prefix, whole)) return false;
    return state.config.summary_only ||
           (!state.config.suppress.empty() &&
            apply(state.config.suppress, input, *path.attributes).permitted);
  });
}

// `unsuppress-map`: it lets a suppressed route out, changed as it says, in place of the policies.
AttributesRef Speaker::Core::unsuppressed(const net::Prefix& prefix, const Neighbor& n,
                                          const Candidate& path) {
  auto config = n.session().config().in(prefix.family());
  if (config.unsuppress.empty()) return nullptr;
  config.export_policy = config.unsuppress;
  auto result = export_route(n.rules().with(config), prefix, path);
  return result.accepted ? pool_.intern(std::move(result.attributes)) : nullptr;
}

// The default route of `default-originate`: whatever the RIB has, past the outbound policies. With
// a policy of its own some route of the RIB must pass it; what the policy sets is set.
std::optional<PathAttributes> Speaker::Core::default_for(const Neighbor& n,
                                                         const net::Prefix& prefix) const {
  if (prefix.length() != 0) return std::nullopt;
  auto config = n.session().config().in(prefix.family());
  if (!config.default_originate) return std::nullopt;
  config.ipv6.reset();
  PathAttributes made;
  made.origin = Origin::igp;
  made.med = config_.profile.originated_med;
  const auto policy = std::exchange(config.default_originate_policy, {});
  if (!policy.empty()) {
    bool passed = false;
    rib_.for_each([&](const net::Prefix& known, const Route& route) {
      const auto* best = route.chosen();
      if (passed || best == nullptr || known.family() != prefix.family()) return;
      passed = apply(policy, {.prefix = known, .source = best->origin->source}, *best->attributes)
                   .permitted;
    });
    if (!passed) return std::nullopt;
    auto decided = apply(policy, {.prefix = prefix}, made);
    if (decided.permitted) made = std::move(decided.attributes);
  }
  config.export_policy.clear();
  config.ebgp_requires_policy = false;
  Candidate candidate;
  candidate.attributes = share(std::move(made));
  candidate.origin = &own_;
  auto result = export_route(n.rules().with(config), prefix, candidate);
  return result.accepted ? std::optional(std::move(result.attributes)) : std::nullopt;
}

}  // namespace seatrial::bgp
