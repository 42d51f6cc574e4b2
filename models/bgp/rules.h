// What a route goes through at a session's edge, in and out: loop checks (RFC 4271 section 9.1.2,
// RFC 4456 section 8), RFC 8212, policy, and the attribute changes that RFC 4271 section 5 demands.
// Pure, so that "why is this route not here" is answered by asking again.
#pragma once

#include <string>

#include "models/bgp/config.h"
#include "models/bgp/decision.h"
#include "models/bgp/link.h"
#include "models/bgp/negotiation.h"

namespace seatrial::bgp {

// This speaker and one of its sessions.
struct RuleContext {
  const SpeakerConfig& speaker;
  const NeighborConfig& neighbor;  // the rules look at its settings for the prefix's family
  PeerKind kind = PeerKind::external;
  net::IpAddress local_address;
  Asn peer_as;
  RouterId peer_id;
  bool peer_long_lived = false;    // RFC 9494: it keeps and marks what is LLGR_STALE
  bool extended_next_hop = false;  // RFC 8950: IPv4 with an IPv6 next hop
  const Link* link = nullptr;      // of the session
  bool alone = true;               // in its update group
  bool without_policy = false;     // which is a filter of prefixes and asked apart: passes()
  bool explain = true;             // in words, for a person who asks

  RuleContext in(net::Family family) const {
    auto out = with(neighbor.in(family));
    out.without_policy = without_policy;
    return out;
  }
  bool internal() const { return kind == PeerKind::internal; }
  bool external() const { return kind == PeerKind::external; }
  std::uint32_t default_local_pref() const {
    return speaker.default_local_pref.value_or(speaker.profile.default_local_pref);
  }
  // RFC 7947: from one client of the route server to another.
  bool transparent(const Candidate& from) const {
    return neighbor.route_server_client &&
           (from.origin->route_server_client || !speaker.profile.clients_in_pairs);
  }
  RuleContext with(const NeighborConfig& other) const {
    RuleContext out{
        speaker,           other, kind, local_address, peer_as, peer_id, peer_long_lived,
        extended_next_hop, link,  alone};
    out.explain = explain;
    return out;
  }
  RouterId cluster_id() const { return speaker.cluster_id.value_or(speaker.router_id); }
  bool default_deny() const {
    return external() && neighbor.ebgp_requires_policy &&
           speaker.ebgp_default_deny.value_or(speaker.profile.ebgp_default_deny);
  }
};

struct RuleResult {
  bool accepted = false;
  PathAttributes attributes;  // after policy and changes, when accepted
  std::uint32_t weight = 0;
  std::string why;  // with RuleContext::explain
};

RuleResult import_route(const RuleContext& context, const net::Prefix& prefix,
                        const PathAttributes& received);
// Whether a chain that looks at prefixes alone lets this one through.
bool passes(const std::vector<Policy>& filter, const net::Prefix& prefix);
// `best` is the Loc-RIB's choice.
RuleResult export_route(const RuleContext& context, const net::Prefix& prefix,
                        const Candidate& best);

}  // namespace seatrial::bgp
