// Routing policy as data: an ordered list of clauses, each a match, a set, an action and where to
// go from there. The FRR reader builds it from route maps and lists, Calico's model from its filter
// templates; the speaker applies it on import and export and can say which clause decided.
//
// A clause whose match holds decides: deny ends it, permit changes the route and ends it too, but
// the clause may call another policy first (which may deny), and may go on (`on-match next`,
// `goto`). After going on the last clause looked at decides: where it does not match, the default
// action holds, whatever was permitted before. A deny that goes on decides nothing, matched or not.
// So does FRR 8.4.4's route_map_apply (tests/interop/test_policies.py).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/bgp/lists.h"
#include "models/bgp/path_attributes.h"
#include "models/diagnostics/diagnostics.h"
#include "models/net/address.h"

namespace seatrial::bgp {

// Where a route came from, as a policy sees it.
enum class RouteSource { local, ibgp, ebgp };
std::string_view to_string(RouteSource source);

// Who put the route into BGP: `match source-protocol`.
enum class SourceProtocol { bgp, connected, static_route, kernel };
std::string_view to_string(SourceProtocol protocol);

// BIRD's operators over prefixes as Calico's BGPFilter names them, with the lengths it may
// restrict.
struct PrefixCondition {
  enum class Operator { in, equal, not_in, not_equal };
  Operator op = Operator::in;
  net::Prefix prefix;
  std::optional<int> shortest;
  std::optional<int> longest;

  bool holds(const net::Prefix& candidate) const;
  friend bool operator==(const PrefixCondition&, const PrefixCondition&) = default;
};

// An address with a family of its own, or a length in one: `match ip address prefix-len 24`.
struct FamilyLength {
  net::Family family = net::Family::ipv4;
  int length = 0;
  friend bool operator==(const FamilyLength&, const FamilyLength&) = default;
};

// All conditions that are present must hold; none present matches every route.
struct PolicyMatch {
  // The prefix.
  PrefixListRef prefix_list;
  PrefixListRef prefix_list_v6;  // `match ipv6 address prefix-list` beside the IPv4 one
  AccessListRef access_list;
  AccessListRef access_list_v6;
  std::optional<FamilyLength> prefix_length;
  std::optional<FamilyLength> prefix_length_v6;
  std::optional<PrefixCondition> prefix_condition;
  // The next hop, as a host prefix.
  PrefixListRef next_hop_list;
  PrefixListRef next_hop_list_v6;
  AccessListRef next_hop_access_list;
  AccessListRef next_hop_access_list_v6;
  std::optional<net::IpAddress> next_hop;
  std::optional<net::IpAddress> next_hop_v6;
  std::optional<int> next_hop_length;
  // The neighbour that the route was learned from, as a host prefix.
  PrefixListRef route_source_list;
  AccessListRef route_source_access_list;
  // Attributes.
  AsPathListRef as_path_list;
  CommunityListRef community_list;
  bool community_exact = false;
  LargeCommunityListRef large_community_list;
  bool large_community_exact = false;
  ExtendedCommunityListRef extended_community_list;
  std::vector<Community> any_community;    // holds when the route carries one of them
  std::vector<Community> all_communities;  // holds when the route carries all of them
  std::optional<bool> as_path_empty;
  std::optional<Asn> as_path_contains;
  std::optional<Origin> origin;
  std::optional<std::uint32_t> med;         // absent counts as 0
  std::optional<std::uint32_t> local_pref;  // absent counts as 0
  // Where it came from.
  std::optional<RouteSource> source;
  std::optional<SourceProtocol> protocol;
  std::optional<net::IpAddress> peer;  // the neighbour of the session
  bool peer_local = false;             // no neighbour: originated here
  std::optional<std::string> interface;
  std::optional<std::uint32_t> tag;
  std::optional<unsigned> probability_percent;
  std::string never;  // a condition that no unicast route meets, as written
  friend bool operator==(const PolicyMatch&, const PolicyMatch&) = default;
};

// A number that is set, added or taken away; the result stays within 32 bits.
struct NumberChange {
  enum class Kind { set, add, subtract };
  Kind kind = Kind::set;
  std::uint32_t value = 0;
  std::uint32_t applied_to(std::uint32_t before) const;
  friend bool operator==(const NumberChange&, const NumberChange&) = default;
};

// `set ip next-hop`.
enum class NextHopChange { none, self, peer_address, unchanged };

// One change of the AS_PATH; a policy's lines are done in their order.
struct AsPathChange {
  enum class Kind {
    prepend,          // the ASes, as written: the first ends up leftmost
    prepend_last_as,  // the leftmost AS, `times` more
    exclude,          // takes the ASes out
    replace,          // the ASes, or with none every one, by the own AS
  };
  Kind kind = Kind::prepend;
  std::vector<Asn> asns;
  unsigned times = 0;
  friend bool operator==(const AsPathChange&, const AsPathChange&) = default;
};

struct PolicySet {
  std::optional<NumberChange> local_pref;
  std::optional<NumberChange> med;
  std::optional<std::uint32_t> weight;  // import only, never on the wire
  std::optional<Origin> origin;
  bool clear_communities = false;  // before the additions: replaces them
  std::vector<Community> add_communities;
  CommunityListRef delete_communities;
  bool delete_communities_first = false;
  bool clear_large_communities = false;
  std::vector<LargeCommunity> add_large_communities;
  LargeCommunityListRef delete_large_communities;
  bool delete_large_communities_first = false;
  bool clear_extended_communities = false;
  std::vector<ExtendedCommunity> add_extended_communities;
  std::optional<net::IpAddress> next_hop;
  std::optional<net::IpAddress> next_hop_v6;  // of IPv6 routes: the global one
  std::optional<net::IpAddress> link_local_next_hop;
  bool next_hop_self = false;  // the session's local address
  NextHopChange next_hop_change = NextHopChange::none;
  NextHopChange next_hop_change_v6 = NextHopChange::none;
  std::vector<AsPathChange> as_path;
  std::optional<Aggregator> aggregator;
  bool atomic_aggregate = false;
  std::optional<RouterId> originator_id;
  std::optional<std::uint32_t> tag;
  std::optional<std::uint8_t> distance;
  friend bool operator==(const PolicySet&, const PolicySet&) = default;
};

struct Policy;

struct PolicyClause {
  std::string label;  // "10", "reject own /32s": for explanations
  PolicyAction action = PolicyAction::permit;
  PolicyMatch match;
  PolicySet set;
  std::uint32_t sequence = 0;
  std::shared_ptr<const Policy> call;
  enum class Exit { stop, next, go_to };
  Exit exit = Exit::stop;
  std::uint32_t go_to = 0;  // the first clause of at least this sequence number
  Position position;
  friend bool operator==(const PolicyClause&, const PolicyClause&) = default;
};

struct Policy {
  std::string name;
  std::vector<PolicyClause> clauses;
  PolicyAction default_action = PolicyAction::deny;  // as a route-map's end
  std::optional<net::Family> family = std::nullopt;  // routes of another one pass untouched
  friend bool operator==(const Policy&, const Policy&) = default;
};

struct PolicyInput {
  net::Prefix prefix;
  RouteSource source = RouteSource::local;
  net::IpAddress peer;           // the neighbour of the session
  net::IpAddress local_address;  // this side's address of the session
  bool importing = false;
  // On export: the next hop as it is in the RIB (unspecified: this router), where the one in the
  // attributes is already what the session would send. Otherwise the attributes'.
  std::optional<net::IpAddress> rib_next_hop;
  std::optional<net::IpAddress> learned_from;  // otherwise, on import, the peer
  Asn own_as = {};
  SourceProtocol protocol = SourceProtocol::bgp;
  std::string interface;
  std::uint32_t tag = 0;
  bool explain = true;  // what decided, in words
};

struct PolicyResult {
  bool permitted = false;
  PathAttributes attributes;
  std::uint32_t weight = 0;
  std::uint32_t tag = 0;
  std::optional<std::uint8_t> distance;
  bool next_hop_set = false;  // by the policy: to be sent as it is
  // "RM 10 (prefix-list PL seq 5) permits", "RM: no clause matches, default denies"
  std::string explanation;
};

PolicyResult apply(const Policy& policy, const PolicyInput& input, PathAttributes attributes);
// In order; the first that denies ends it. No policy permits.
PolicyResult apply(const std::vector<Policy>& chain, const PolicyInput& input,
                   PathAttributes attributes);

// The halves of a clause, for apply(). `why`, when not null, gets what held: "prefix-list PL seq
// 5".
bool holds(const PolicyMatch& match, const PolicyInput& input, const PolicyResult& route,
           std::string* why);
void change(const PolicySet& set, const PolicyInput& input, PolicyResult& route);

}  // namespace seatrial::bgp
