// Whether a clause's conditions hold: bgpd/bgp_routemap.c, the route_match_* functions.
#include <algorithm>

#include "models/bgp/policy.h"

namespace seatrial::bgp {
namespace {

// The conditions of one clause over one route. Each answers whether it holds, and notes which line
// of a list made it so.
class Conditions {
 public:
  Conditions(const PolicyInput& input, const PolicyResult& route, std::string* why)
      : input_(input), route_(route), a_(route.attributes), why_(why) {}

  bool list(const PrefixListRef& list, const std::optional<net::Prefix>& candidate) {
    if (!list) return true;
    if (!candidate) return false;
    if (list->entries().empty()) return true;
    const auto* entry = list->lookup(*candidate);
    return permits(entry, "prefix-list " + list->name());
  }
  bool list(const AccessListRef& list, const std::optional<net::Prefix>& candidate) {
    if (!list) return true;
    return candidate && permits(list->lookup(*candidate), "access-list " + list->name);
  }
  bool list(const AsPathListRef& list) {
    return !list || permits(list->lookup(a_.as_path), "as-path access-list " + list->name);
  }
  template <typename List, typename C>
  bool communities(const List& list, const std::vector<C>& carried, bool exact, const char* kind) {
    return !list || permits(list->lookup(carried, exact), kind + list->name);
  }

  bool prefix(const PolicyMatch& m) {
    const auto& p = input_.prefix;
    const auto length = [&](const std::optional<FamilyLength>& wanted) {
      return !wanted || (p.family() == wanted->family && p.length() == wanted->length);
    };
    return list(m.prefix_list, p) && list(m.prefix_list_v6, p) && list(m.access_list, p) &&
           list(m.access_list_v6, p) && length(m.prefix_length) && length(m.prefix_length_v6) &&
           (!m.prefix_condition || m.prefix_condition->holds(p));
  }

  bool next_hop(const PolicyMatch& m) {
    const auto hop = input_.rib_next_hop ? input_.rib_next_hop : a_.next_hop;
    const auto address = hop.value_or(
        input_.prefix.address().is_v4() ? net::IpAddress() : *net::IpAddress::parse("::"));
    const auto host = net::Prefix::host(address);
    if (m.next_hop_length && (!address.is_v4() || *m.next_hop_length != 32)) return false;
    return list(m.next_hop_list, host) && list(m.next_hop_list_v6, host) &&
           list(m.next_hop_access_list, host) && list(m.next_hop_access_list_v6, host) &&
           (!m.next_hop || *m.next_hop == address) && (!m.next_hop_v6 || *m.next_hop_v6 == address);
  }

  bool route_source(const PolicyMatch& m) {
    std::optional<net::Prefix> host;
    if (input_.learned_from) {
      host = net::Prefix::host(*input_.learned_from);
    } else if (input_.importing) {
      host = net::Prefix::host(input_.peer);
    }
    return list(m.route_source_list, host) && list(m.route_source_access_list, host);
  }

  bool attributes(const PolicyMatch& m) {
    const auto carried = [&](Community c) { return a_.has(c); };
    if (!m.any_community.empty() && std::ranges::none_of(m.any_community, carried)) return false;
    if (!std::ranges::all_of(m.all_communities, carried)) return false;
    if (m.as_path_empty && *m.as_path_empty != a_.as_path.empty()) return false;
    if (m.as_path_contains && !a_.as_path.contains(*m.as_path_contains)) return false;
    if (m.origin && *m.origin != a_.origin) return false;
    if (m.med && a_.med.value_or(0) != *m.med) return false;
    if (m.local_pref && a_.local_pref.value_or(0) != *m.local_pref) return false;
    return list(m.as_path_list) &&
           communities(m.community_list, a_.communities, m.community_exact, "community-list ") &&
           communities(m.large_community_list, a_.large_communities.vector(),
                       m.large_community_exact, "large-community-list ") &&
           communities(m.extended_community_list, a_.extended_communities.vector(), false,
                       "extcommunity-list ");
  }

  bool origin(const PolicyMatch& m) {
    if (m.source && *m.source != input_.source) return false;
    if (m.protocol && *m.protocol != input_.protocol) return false;
    if (m.peer && *m.peer != input_.peer) return false;
    if (m.peer_local && (input_.importing || input_.source != RouteSource::local)) return false;
    if (m.interface && *m.interface != input_.interface) return false;
    if (m.tag && *m.tag != route_.tag) return false;
    return !m.probability_percent || drawn() < *m.probability_percent;
  }

 private:
  template <typename Entry>
  bool permits(const Entry* entry, const std::string& name) {
    if (entry == nullptr || entry->action == PolicyAction::deny) return false;
    if (why_ != nullptr) {
      if (!why_->empty()) *why_ += ", ";
      *why_ += name;
      if (entry->sequence != 0) *why_ += " seq " + std::to_string(entry->sequence);
    }
    return true;
  }

  // `match probability`: a number below 100 that is the same whenever this route is asked about, so
  // that asking again explains what happened (FRR throws dice each time). FNV-1a over prefix and
  // peer.
  unsigned drawn() const {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto mix = [&](std::uint8_t octet) { hash = (hash ^ octet) * 0x100000001b3U; };
    for (const auto octet : input_.prefix.address().bytes()) mix(octet);
    mix(static_cast<std::uint8_t>(input_.prefix.length()));
    for (const auto octet : input_.peer.bytes()) mix(octet);
    return static_cast<unsigned>((hash >> 32) % 100);
  }

  const PolicyInput& input_;
  const PolicyResult& route_;
  const PathAttributes& a_;
  std::string* why_;
};

}  // namespace

bool PrefixCondition::holds(const net::Prefix& candidate) const {
  if (shortest && candidate.length() < *shortest) return false;
  if (longest && candidate.length() > *longest) return false;
  switch (op) {
    case Operator::in:
      return prefix.contains(candidate);
    case Operator::equal:
      return prefix == candidate;
    case Operator::not_in:
      return !prefix.contains(candidate);
    case Operator::not_equal:
      return prefix != candidate;
  }
  return false;
}

bool holds(const PolicyMatch& match, const PolicyInput& input, const PolicyResult& route,
           std::string* why) {
  if (!match.never.empty()) return false;
  Conditions conditions(input, route, why);
  return conditions.prefix(match) && conditions.next_hop(match) && conditions.route_source(match) &&
         conditions.attributes(match) && conditions.origin(match);
}

}  // namespace seatrial::bgp
