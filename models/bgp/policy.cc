#include "models/bgp/policy.h"

#include <algorithm>

#include "models/bgp/config.h"

namespace seatrial::bgp {
namespace {

bool holds(const PolicyMatch& match, const PolicyInput& input, const PathAttributes& a) {
  const auto carried = [&](Community c) { return a.has(c); };
  if (match.prefix_list && !match.prefix_list->permits(input.prefix)) return false;
  if (match.next_hop_list &&
      !match.next_hop_list->permits(net::Prefix::host(a.next_hop.value_or(input.local_address)))) {
    return false;
  }
  if (!match.any_community.empty() && std::ranges::none_of(match.any_community, carried)) {
    return false;
  }
  if (!std::ranges::all_of(match.all_communities, carried)) return false;
  if (match.as_path_empty && *match.as_path_empty != a.as_path.empty()) return false;
  if (match.as_path_contains && !a.as_path.contains(*match.as_path_contains)) return false;
  if (match.source && *match.source != input.source) return false;
  if (match.peer && *match.peer != input.peer) return false;
  if (match.med && a.med != match.med) return false;
  if (match.local_pref && a.local_pref != match.local_pref) return false;
  return true;
}

template <typename T>
void add_missing(std::vector<T>& to, const std::vector<T>& from) {
  for (const auto& item : from) {
    if (std::ranges::find(to, item) == to.end()) to.push_back(item);
  }
}

void change(const PolicySet& set, const PolicyInput& input, PolicyResult& result) {
  auto& a = result.attributes;
  if (set.local_pref) a.local_pref = set.local_pref;
  if (set.med) a.med = set.med;
  if (set.weight) result.weight = *set.weight;
  if (set.origin) a.origin = *set.origin;
  if (set.clear_communities) a.communities.clear();
  add_missing(a.communities, set.add_communities);
  add_missing(a.large_communities, set.add_large_communities);
  if (set.next_hop) a.next_hop = set.next_hop;
  if (set.next_hop_self) a.next_hop = input.local_address;
  for (auto asn = set.prepend.rbegin(); asn != set.prepend.rend(); ++asn) a.as_path.prepend(*asn);
}

}  // namespace

bool PrefixListEntry::matches(const net::Prefix& candidate) const {
  if (!prefix.contains(candidate)) return false;
  if (!ge && !le) return candidate.length() == prefix.length();
  const int least = ge.value_or(prefix.length());
  const int most = le.value_or(prefix.address().bits());
  return candidate.length() >= least && candidate.length() <= most;
}

const PrefixListEntry* PrefixList::lookup(const net::Prefix& candidate) const {
  for (const auto& entry : entries) {
    if (entry.matches(candidate)) return &entry;
  }
  return nullptr;
}

bool PrefixList::permits(const net::Prefix& candidate) const {
  if (entries.empty()) return true;
  const auto* entry = lookup(candidate);
  return entry != nullptr && entry->action == PolicyAction::permit;
}

std::string_view to_string(RouteSource source) {
  switch (source) {
    case RouteSource::local:
      return "local";
    case RouteSource::ibgp:
      return "iBGP";
    case RouteSource::ebgp:
      return "eBGP";
  }
  return "?";
}

PolicyResult apply(const Policy& policy, const PolicyInput& input, PathAttributes attributes) {
  PolicyResult result;
  result.attributes = std::move(attributes);
  for (const auto& clause : policy.clauses) {
    if (!holds(clause.match, input, result.attributes)) continue;
    result.permitted = clause.action == PolicyAction::permit;
    result.explanation =
        policy.name + " " + clause.label + (result.permitted ? " permits" : " denies");
    if (result.permitted) change(clause.set, input, result);
    return result;
  }
  result.permitted = policy.default_action == PolicyAction::permit;
  result.explanation =
      policy.name + ": no clause matches, default " + (result.permitted ? "permits" : "denies");
  return result;
}

PolicyResult apply(const std::vector<Policy>& chain, const PolicyInput& input,
                   PathAttributes attributes) {
  PolicyResult total;
  total.permitted = true;
  total.attributes = std::move(attributes);
  for (const auto& policy : chain) {
    auto step = apply(policy, input, std::move(total.attributes));
    if (step.weight == 0) step.weight = total.weight;
    if (!total.explanation.empty()) step.explanation = total.explanation + ", " + step.explanation;
    total = std::move(step);
    if (!total.permitted) return total;
  }
  return total;
}

bool RemoteAs::accepts(Asn local, Asn remote) const {
  switch (kind) {
    case Kind::number:
      return remote == asn;
    case Kind::internal:
      return remote == local;
    case Kind::external:
      return remote != local;
  }
  return false;
}

std::string RemoteAs::to_string() const {
  switch (kind) {
    case Kind::number:
      return asn.to_string();
    case Kind::internal:
      return "internal";
    case Kind::external:
      return "external";
  }
  return "?";
}

}  // namespace seatrial::bgp
