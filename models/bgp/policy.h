// Routing policy as data: an ordered list of clauses, each a match, a set and an action. The FRR
// reader builds it from route-maps and prefix lists, Calico's model from its filter templates; the
// speaker applies it on import and export and can say which clause decided.
//
// The first clause whose match holds decides. No clause: the default action. Prefix lists inside
// work as in FRR: the first entry that matches decides, no entry at all permits, no match denies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/bgp/path_attributes.h"
#include "models/diagnostics/diagnostics.h"
#include "models/net/address.h"

namespace seatrial::bgp {

enum class PolicyAction { permit, deny };

struct PrefixListEntry {
  std::uint32_t sequence = 0;
  PolicyAction action = PolicyAction::permit;
  net::Prefix prefix;
  std::optional<int> ge;  // neither: the exact prefix; ge only: up to the family's bits
  std::optional<int> le;  // le only: from the prefix's own length
  Position position;

  bool matches(const net::Prefix& candidate) const;
};

struct PrefixList {
  std::string name;
  std::vector<PrefixListEntry> entries;
  // The entry that decides; nullptr when none matches.
  const PrefixListEntry* lookup(const net::Prefix& candidate) const;
  bool permits(const net::Prefix& candidate) const;
};

// Where a route came from, as a policy sees it.
enum class RouteSource { local, ibgp, ebgp };
std::string_view to_string(RouteSource source);

// All conditions that are present must hold; none present matches every route.
struct PolicyMatch {
  std::optional<PrefixList> prefix_list;
  std::optional<PrefixList> next_hop_list;  // on the next hop as a host prefix
  std::vector<Community> any_community;     // holds when the route carries one of them
  std::vector<Community> all_communities;   // holds when the route carries all of them
  std::optional<bool> as_path_empty;
  std::optional<Asn> as_path_contains;
  std::optional<RouteSource> source;
  std::optional<net::IpAddress> peer;  // the neighbour the route came from or goes to
  std::optional<std::uint32_t> med;
  std::optional<std::uint32_t> local_pref;
};

struct PolicySet {
  std::optional<std::uint32_t> local_pref;
  std::optional<std::uint32_t> med;
  std::optional<std::uint32_t> weight;  // import only, never on the wire
  std::optional<Origin> origin;
  bool clear_communities = false;  // before the additions: replaces them
  std::vector<Community> add_communities;
  std::vector<LargeCommunity> add_large_communities;
  std::optional<net::IpAddress> next_hop;
  bool next_hop_self = false;  // the session's local address
  std::vector<Asn> prepend;    // as written: the first ends up leftmost
};

struct PolicyClause {
  std::string label;  // "10", "reject own /32s": for explanations
  PolicyAction action = PolicyAction::permit;
  PolicyMatch match;
  PolicySet set;
  Position position;
};

struct Policy {
  std::string name;
  std::vector<PolicyClause> clauses;
  PolicyAction default_action = PolicyAction::deny;  // as a route-map's end
};

struct PolicyInput {
  net::Prefix prefix;
  RouteSource source = RouteSource::local;
  net::IpAddress peer;           // the neighbour of the session
  net::IpAddress local_address;  // this side's address of the session
};

struct PolicyResult {
  bool permitted = false;
  PathAttributes attributes;
  std::uint32_t weight = 0;
  std::string explanation;  // "route-map RM 10 permits", "RM: no clause matches, denied"
};

PolicyResult apply(const Policy& policy, const PolicyInput& input, PathAttributes attributes);
// In order; the first that denies ends it. No policy permits.
PolicyResult apply(const std::vector<Policy>& chain, const PolicyInput& input,
                   PathAttributes attributes);

}  // namespace seatrial::bgp
