#include <algorithm>

#include "models/frr/resolve.h"

namespace seatrial::frr {
namespace {

bgp::PolicyAction action(bool permit) {
  return permit ? bgp::PolicyAction::permit : bgp::PolicyAction::deny;
}

template <typename Map>
std::string names_of(const Map& map) {
  std::string out;
  for (const auto& [name, ignored] : map) out += (out.empty() ? "" : " or ") + name;
  return out;
}

}  // namespace

std::optional<bgp::PrefixList> PolicyTable::list(const Reference& reference) {
  const auto found = draft_.prefix_lists.find(reference.name);
  if (found == draft_.prefix_lists.end()) {
    diagnostics_.error(reference.position, "prefix-list '" + reference.name + "' is not defined",
                       names_of(draft_.prefix_lists));
    return std::nullopt;
  }
  bgp::PrefixList out{.name = reference.name};
  for (const auto& rule : found->second) {
    bgp::PrefixListEntry entry{.sequence = rule.sequence,
                               .action = action(rule.permit),
                               .prefix = rule.prefix,
                               .position = rule.position};
    if (rule.least != rule.prefix.length() || rule.most != rule.prefix.length()) {
      entry.ge = rule.least;
      entry.le = rule.most;
    }
    out.entries.push_back(std::move(entry));
  }
  return out;
}

std::optional<bgp::Policy> PolicyTable::prefix_list(const Reference& reference) {
  auto found = list(reference);
  if (!found) return std::nullopt;
  bgp::PolicyClause clause{.label = "prefix-list", .position = reference.position};
  clause.match.prefix_list = std::move(*found);
  return bgp::Policy{.name = reference.name, .clauses = {std::move(clause)}};
}

// A standard community list is one of two simple things in nearly every file: alternatives of one
// community each, or one set that has to be there whole.
bool PolicyTable::match_communities(const RouteMapEntryDraft& entry, bgp::PolicyMatch& match) {
  const auto& reference = *entry.match_community;
  const auto found = draft_.community_lists.find(reference.name);
  if (found == draft_.community_lists.end()) {
    diagnostics_.error(reference.position, "community-list '" + reference.name + "' is not defined",
                       names_of(draft_.community_lists));
    return false;
  }
  const auto& rules = found->second;
  const bool all_permit = std::ranges::all_of(rules, [](const auto& r) { return r.permit; });
  const bool single =
      std::ranges::all_of(rules, [](const auto& r) { return r.communities.size() == 1; });
  if (all_permit && (single || rules.size() == 1) && !entry.exact_community) {
    auto& into = single ? match.any_community : match.all_communities;
    for (const auto& rule : rules) {
      for (const auto community : rule.communities) into.push_back({community});
    }
    return true;
  }
  diagnostics_.error(reference.position,
                     "community-list '" + reference.name + "' is not modelled in this form",
                     "permit lines of one community each, or one permit line, without exact-match");
  return false;
}

std::optional<bgp::Policy> PolicyTable::route_map(const Reference& reference) {
  const auto found = draft_.route_maps.find(reference.name);
  if (found == draft_.route_maps.end()) {
    diagnostics_.error(reference.position, "route-map '" + reference.name + "' is not defined",
                       names_of(draft_.route_maps));
    return std::nullopt;
  }
  bgp::Policy out{.name = reference.name};
  for (const auto& [sequence, entry] : found->second) {
    bgp::PolicyClause clause{.label = std::to_string(sequence),
                             .action = action(entry.permit),
                             .position = entry.position};
    if (entry.match_prefix_list) clause.match.prefix_list = list(*entry.match_prefix_list);
    if (entry.match_community) match_communities(entry, clause.match);
    clause.set.local_pref = entry.set_local_preference;
    clause.set.med = entry.set_metric;
    clause.set.weight = entry.set_weight;
    clause.set.next_hop = entry.set_next_hop;
    clause.set.prepend = entry.prepend;
    if (entry.set_origin) clause.set.origin = static_cast<bgp::Origin>(*entry.set_origin);
    if (entry.set_communities) {
      clause.set.clear_communities = !entry.additive_communities;
      for (const auto c : *entry.set_communities) clause.set.add_communities.push_back({c});
    }
    out.clauses.push_back(std::move(clause));
  }
  return out;
}

void PolicyTable::check_all() {
  for (const auto& [name, entries] : draft_.route_maps) {
    route_map({name, entries.begin()->second.position});
  }
}

}  // namespace seatrial::frr
