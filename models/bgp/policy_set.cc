// What a clause changes: bgpd/bgp_routemap.c, the route_set_* functions.
#include <algorithm>
#include <limits>

#include "models/bgp/policy.h"

namespace seatrial::bgp {
namespace {

template <typename T>
void add_missing(std::vector<T>& to, const std::vector<T>& from) {
  for (const auto& item : from) {
    if (std::ranges::find(to, item) == to.end()) to.push_back(item);
  }
}

template <typename List, typename C>
void remove_listed(const List& list, std::vector<C>& communities) {
  if (list) std::erase_if(communities, [&](const C& one) { return list->deletes(one); });
}

void change_communities(const PolicySet& set, PathAttributes& a) {
  if (set.delete_communities_first) remove_listed(set.delete_communities, a.communities);
  if (set.clear_communities) a.communities.clear();
  add_missing(a.communities, set.add_communities);
  if (!set.delete_communities_first) remove_listed(set.delete_communities, a.communities);
  if (set.clear_large_communities || !set.add_large_communities.empty() ||
      (set.delete_large_communities && !a.large_communities.empty())) {
    auto& large = a.large_communities.edit();
    if (set.delete_large_communities_first) remove_listed(set.delete_large_communities, large);
    if (set.clear_large_communities) large.clear();
    add_missing(large, set.add_large_communities);
    if (!set.delete_large_communities_first) remove_listed(set.delete_large_communities, large);
  }
  if (set.clear_extended_communities) a.extended_communities.clear();
  // FRR 8.4.4's ecommunity_merge: one that is there already is there twice.
  if (!set.add_extended_communities.empty()) {
    auto& extended = a.extended_communities.edit();
    extended.insert(extended.end(), set.add_extended_communities.begin(),
                    set.add_extended_communities.end());
  }
}

void exclude(const std::vector<Asn>& asns, AsPath& path) {
  for (auto& segment : path.segments) {
    std::erase_if(segment.asns,
                  [&](Asn asn) { return std::ranges::find(asns, asn) != asns.end(); });
  }
  std::erase_if(path.segments, [](const AsSegment& segment) { return segment.asns.empty(); });
}

void replace(const std::vector<Asn>& asns, Asn by, AsPath& path) {
  for (auto& segment : path.segments) {
    for (auto& asn : segment.asns) {
      if (asns.empty() || std::ranges::find(asns, asn) != asns.end()) asn = by;
    }
  }
}

void change_as_path(const AsPathChange& change, const PolicyInput& input, AsPath& path) {
  switch (change.kind) {
    case AsPathChange::Kind::prepend:
      std::for_each(change.asns.rbegin(), change.asns.rend(), [&](Asn asn) { path.prepend(asn); });
      break;
    case AsPathChange::Kind::prepend_last_as:
      if (const auto leftmost = path.neighbor()) path.prepend(*leftmost, change.times);
      break;
    case AsPathChange::Kind::exclude:
      exclude(change.asns, path);
      break;
    case AsPathChange::Kind::replace:
      replace(change.asns, input.own_as, path);
      break;
  }
}

void change_next_hop(const PolicySet& set, const PolicyInput& input, PolicyResult& route) {
  auto& a = route.attributes;
  const bool v4 = input.prefix.address().is_v4();
  const auto& given = v4 ? set.next_hop : set.next_hop_v6;
  const auto how = v4 ? set.next_hop_change : set.next_hop_change_v6;
  const auto put = [&](const net::IpAddress& address) {
    a.next_hop = address;
    a.link_local_next_hop.reset();
    route.next_hop_set = true;
  };
  if (given) put(*given);
  if (!v4 && set.link_local_next_hop) a.link_local_next_hop = set.link_local_next_hop;
  if (how == NextHopChange::self || set.next_hop_self) put(input.local_address);
  // On import the peer's address, on export the one the peer sees.
  if (how == NextHopChange::peer_address) put(input.importing ? input.peer : input.local_address);
  if (how == NextHopChange::unchanged && input.rib_next_hop &&
      !input.rib_next_hop->is_unspecified()) {
    put(*input.rib_next_hop);
  }
}

}  // namespace

std::uint32_t NumberChange::applied_to(std::uint32_t before) const {
  switch (kind) {
    case Kind::set:
      return value;
    case Kind::add:
      return before > std::numeric_limits<std::uint32_t>::max() - value
                 ? std::numeric_limits<std::uint32_t>::max()
                 : before + value;
    case Kind::subtract:
      return before < value ? 0 : before - value;
  }
  return before;
}

void change(const PolicySet& set, const PolicyInput& input, PolicyResult& route) {
  auto& a = route.attributes;
  if (set.local_pref) a.local_pref = set.local_pref->applied_to(a.local_pref.value_or(0));
  if (set.med) a.med = set.med->applied_to(a.med.value_or(0));
  if (set.weight) route.weight = *set.weight;
  if (set.origin) a.origin = *set.origin;
  if (set.aggregator) a.aggregator = set.aggregator;
  if (set.atomic_aggregate) a.atomic_aggregate = true;
  if (set.originator_id) a.originator_id = set.originator_id;
  if (set.tag) route.tag = *set.tag;
  if (set.distance) route.distance = set.distance;
  change_communities(set, a);
  for (const auto& one : set.as_path) change_as_path(one, input, a.as_path);
  change_next_hop(set, input, route);
}

}  // namespace seatrial::bgp
