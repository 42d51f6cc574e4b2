#include "models/bgp/policy_reach.h"

namespace seatrial::bgp {
namespace {

void add(const PolicyMatch& m, PolicyReach& reach) {
  reach.prefix = reach.prefix || m.prefix_list || m.prefix_list_v6 || m.access_list ||
                 m.access_list_v6 || m.prefix_length || m.prefix_length_v6 || m.prefix_condition ||
                 m.probability_percent;
  reach.peer = reach.peer || m.peer || m.route_source_list || m.route_source_access_list ||
               m.interface || m.probability_percent;
}

// Nothing of it but the prefix is looked at.
bool prefix_alone(PolicyMatch m) {
  m.prefix_list = m.prefix_list_v6 = nullptr;
  m.access_list = m.access_list_v6 = nullptr;
  m.prefix_length = m.prefix_length_v6 = std::nullopt;
  m.prefix_condition.reset();
  m.never.clear();
  return m == PolicyMatch();
}

void add(const PolicySet& s, PolicyReach& reach) {
  reach.peer = reach.peer || s.next_hop_change == NextHopChange::peer_address ||
               s.next_hop_change_v6 == NextHopChange::peer_address;
}

void add(const Policy& policy, PolicyReach& reach, int depth) {
  if (depth > 10) return;  // as deep as policy.cc follows calls
  for (const auto& clause : policy.clauses) {
    add(clause.match, reach);
    add(clause.set, reach);
    reach.route = reach.route || !prefix_alone(clause.match) || clause.set != PolicySet();
    if (clause.call) add(*clause.call, reach, depth + 1);
  }
}

}  // namespace

PolicyReach reach_of(const std::vector<Policy>& chain) {
  PolicyReach reach;
  for (const auto& policy : chain) add(policy, reach, 0);
  return reach;
}

}  // namespace seatrial::bgp
