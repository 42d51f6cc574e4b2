#include <algorithm>
#include <array>

#include "models/frr/grammar.h"
#include "models/frr/resolve.h"

namespace seatrial::frr {
namespace {

template <typename Map>
std::string names_of(const Map& map, const std::string& wanted) {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : map) names.push_back(name);
  if (auto close = nearest(wanted, names); !close.empty()) return close;
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : " or ") + name;
  return out;
}

// The thing of this name, made by `make` from its lines at first sight; nullptr after an error.
template <typename Ref, typename Drafts, typename Make>
Ref find_in(std::map<std::string, Ref>& made, const Drafts& drafts, const Reference& reference,
            const char* kind, Diagnostics& diagnostics, Make make) {
  const auto known = made.find(reference.name);
  if (known != made.end()) return known->second;
  const auto found = drafts.find(reference.name);
  if (found == drafts.end()) {
    diagnostics.error(reference.position,
                      std::string(kind) + " '" + reference.name + "' is not defined",
                      names_of(drafts, reference.name));
    return nullptr;
  }
  return made[reference.name] = make(found->second);
}

template <typename List, typename Entries>
std::shared_ptr<const List> list_of(const std::string& name, const Entries& entries) {
  return std::make_shared<const List>(List{name, entries});
}

}  // namespace

bgp::PrefixListRef PolicyTable::find_prefix_list(const Reference& reference, bool v6) {
  return find_in(
      v6 ? prefix_lists_v6_ : prefix_lists_, v6 ? draft_.prefix_lists_v6 : draft_.prefix_lists,
      reference, v6 ? "ipv6 prefix-list" : "prefix-list", diagnostics_,
      [&](const auto& lines) { return list_of<bgp::PrefixList>(reference.name, lines); });
}

bgp::AccessListRef PolicyTable::find_access_list(const Reference& reference, bool v6) {
  return find_in(
      v6 ? access_lists_v6_ : access_lists_, v6 ? draft_.access_lists_v6 : draft_.access_lists,
      reference, v6 ? "ipv6 access-list" : "access-list", diagnostics_,
      [&](const auto& lines) { return list_of<bgp::AccessList>(reference.name, lines); });
}

bgp::AsPathListRef PolicyTable::find_as_path_list(const Reference& reference) {
  return find_in(
      as_path_lists_, draft_.as_path_lists, reference, "as-path access-list", diagnostics_,
      [&](const auto& lines) { return list_of<bgp::AsPathList>(reference.name, lines); });
}

bgp::CommunityListRef PolicyTable::find_community_list(const Reference& reference) {
  return find_in(
      community_lists_, draft_.community_lists, reference, "community-list", diagnostics_,
      [&](const auto& lines) { return list_of<bgp::CommunityList>(reference.name, lines); });
}

bgp::LargeCommunityListRef PolicyTable::find_large_community_list(const Reference& reference) {
  return find_in(large_community_lists_, draft_.large_community_lists, reference,
                 "large-community-list", diagnostics_, [&](const auto& lines) {
                   return list_of<bgp::LargeCommunityList>(reference.name, lines);
                 });
}

bgp::ExtendedCommunityListRef PolicyTable::find_extended_community_list(
    const Reference& reference) {
  return find_in(extended_community_lists_, draft_.extended_community_lists, reference,
                 "extcommunity-list", diagnostics_, [&](const auto& lines) {
                   return list_of<bgp::ExtendedCommunityList>(reference.name, lines);
                 });
}

std::optional<bgp::Policy> PolicyTable::prefix_list(const Reference& reference,
                                                    net::Family family) {
  auto found = find_prefix_list(reference, family == net::Family::ipv6);
  if (!found) return std::nullopt;
  bgp::PolicyClause clause{.label = "prefix-list", .position = reference.position};
  clause.match.prefix_list = std::move(found);
  return bgp::Policy{.name = reference.name, .clauses = {std::move(clause)}};
}

std::optional<bgp::Policy> PolicyTable::distribute_list(const Reference& reference,
                                                        net::Family family) {
  auto found = find_access_list(reference, family == net::Family::ipv6);
  if (!found) return std::nullopt;
  bgp::PolicyClause clause{.label = "distribute-list", .position = reference.position};
  clause.match.access_list = std::move(found);
  return bgp::Policy{.name = reference.name, .clauses = {std::move(clause)}};
}

std::optional<bgp::Policy> PolicyTable::filter_list(const Reference& reference) {
  auto found = find_as_path_list(reference);
  if (!found) return std::nullopt;
  bgp::PolicyClause clause{.label = "filter-list", .position = reference.position};
  clause.match.as_path_list = std::move(found);
  return bgp::Policy{.name = reference.name, .clauses = {std::move(clause)}};
}

void PolicyTable::match_list(const std::string& command, const Reference& reference,
                             bgp::PolicyMatch& match) {
  struct PrefixSlot {
    const char* command;
    bgp::PrefixListRef bgp::PolicyMatch::*prefix_list;
    bgp::AccessListRef bgp::PolicyMatch::*access_list;
    bool v6;
  };
  using Of = bgp::PolicyMatch;
  static constexpr std::array slots{
      PrefixSlot{"ip address", &Of::prefix_list, &Of::access_list, false},
      PrefixSlot{"ipv6 address", &Of::prefix_list_v6, &Of::access_list_v6, true},
      PrefixSlot{"ip next-hop", &Of::next_hop_list, &Of::next_hop_access_list, false},
      PrefixSlot{"ipv6 next-hop", &Of::next_hop_list_v6, &Of::next_hop_access_list_v6, true},
      PrefixSlot{"ip route-source", &Of::route_source_list, &Of::route_source_access_list, false}};
  for (const auto& slot : slots) {
    if (command == slot.command) match.*slot.access_list = find_access_list(reference, slot.v6);
    if (command == std::string(slot.command) + " prefix-list") {
      match.*slot.prefix_list = find_prefix_list(reference, slot.v6);
    }
  }
  if (command == "as-path") match.as_path_list = find_as_path_list(reference);
  if (command == "community") match.community_list = find_community_list(reference);
  if (command == "large-community") {
    match.large_community_list = find_large_community_list(reference);
  }
  if (command == "extcommunity") {
    match.extended_community_list = find_extended_community_list(reference);
  }
}

bgp::PolicyClause PolicyTable::clause(const RouteMapEntryDraft& entry) {
  bgp::PolicyClause out{
      .label = std::to_string(entry.sequence),
      .action = entry.permit ? bgp::PolicyAction::permit : bgp::PolicyAction::deny,
      .match = entry.match,
      .set = entry.set,
      .sequence = entry.sequence,
      .call = nullptr,
      .exit = entry.exit,
      .go_to = entry.go_to,
      .position = entry.position};
  for (const auto& [command, reference] : entry.match_lists) {
    match_list(command, reference, out.match);
  }
  if (entry.delete_communities) {
    out.set.delete_communities = find_community_list(*entry.delete_communities);
  }
  if (entry.delete_large_communities) {
    out.set.delete_large_communities = find_large_community_list(*entry.delete_large_communities);
  }
  if (entry.call) out.call = route_map(*entry.call);
  return out;
}

std::shared_ptr<const bgp::Policy> PolicyTable::route_map(const Reference& reference) {
  if (in_work_.contains(reference.name)) {
    diagnostics_.error(reference.position, "route-map '" + reference.name + "' calls itself",
                       "calls that end");
    return nullptr;
  }
  return find_in(route_maps_, draft_.route_maps, reference, "route-map", diagnostics_,
                 [&](const auto& entries) {
                   in_work_.insert(reference.name);
                   auto out = std::make_shared<bgp::Policy>();
                   out->name = reference.name;
                   for (const auto& [sequence, entry] : entries) {
                     out->clauses.push_back(clause(entry));
                   }
                   in_work_.erase(reference.name);
                   return std::shared_ptr<const bgp::Policy>(std::move(out));
                 });
}

void PolicyTable::check_all() {
  for (const auto& [name, entries] : draft_.route_maps) {
    route_map({name, entries.begin()->second.position});
  }
}

}  // namespace seatrial::frr
