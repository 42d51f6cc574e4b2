#include "models/bgp/next_hop.h"

#include <algorithm>

namespace seatrial::bgp {
namespace {

bool reflected(const RuleContext& context, const Candidate& best) {
  return context.internal() && best.origin->source == RouteSource::ibgp;
}

// One subnet holds both; that an interface is on two is not enough.
bool together(const Link& link, const net::IpAddress& a, const net::IpAddress& b) {
  return std::any_of(link.subnets.begin(), link.subnets.end(), [&](const net::Prefix& subnet) {
    return subnet.contains(a) && subnet.contains(b);
  });
}

// A peer a hop away can be told the gateway itself, where it is on the same wire: the "third party"
// of RFC 4271 section 5.1.3.
bool may_stay(const RuleContext& context, const PathAttributes& a, const Candidate& best) {
  if (context.link == nullptr || best.origin->source == RouteSource::local) return false;
  // FRR asks for another member of the update group on the subnet when the route goes back to where
  // it came from.
  if (best.origin->peer == context.neighbor.address && context.alone) return false;
  const auto& link = *context.link;
  switch (context.speaker.profile.shared_next_hop) {
    case SharedNextHop::never:
      return false;
    case SharedNextHop::subnet:
      return link.on_subnet && together(link, *a.next_hop, context.neighbor.address);
    case SharedNextHop::interface:
      // BIRD's gateway of what it resolved itself is the link-local address, which it keeps for
      // itself.
      return context.neighbor.ebgp_multihop.value_or(1) == 1 && link.shares(*a.next_hop) &&
             !(best.origin->source == RouteSource::ibgp && a.link_local_next_hop);
  }
  return false;
}

bool to_self(const RuleContext& context, const Candidate& best, const PathAttributes& a) {
  const auto& neighbor = context.neighbor;
  if (!a.next_hop) return true;
  if (neighbor.next_hop_unchanged || neighbor.route_server_client) return false;
  switch (neighbor.next_hop_self) {
    case NextHopSelf::always:
      return true;
    case NextHopSelf::unless_reflected:
      if (!reflected(context, best)) return true;
      break;
    case NextHopSelf::never:
      break;
  }
  return context.external() && !may_stay(context, a, best);
}

// Of the prefix's family where the interface has one; the session's own with RFC 8950.
net::IpAddress own_address(const RuleContext& context, const net::Prefix& prefix) {
  const auto& session = context.local_address;
  if (context.link == nullptr || prefix.family() == session.family()) return session;
  const auto& link = *context.link;
  if (prefix.family() == net::Family::ipv4) {
    return context.extended_next_hop ? session : link.v4.value_or(session);
  }
  return link.v6 ? *link.v6 : link.link_local.value_or(session);
}

}  // namespace

void set_next_hop(const RuleContext& context, const net::Prefix& prefix, const Candidate& best,
                  PathAttributes& a) {
  if (to_self(context, best, a)) {
    a.next_hop = own_address(context, prefix);
    a.link_local_next_hop.reset();
  } else if (!context.speaker.profile.passes_link_local && !context.neighbor.link_local_unchanged) {
    a.link_local_next_hop.reset();
  }
}

// RFC 2545 section 3: along with the global address where the peer is on the link.
void set_link_local(const RuleContext& context, const net::Prefix& prefix, const Candidate& best,
                    PathAttributes& a) {
  if (a.next_hop->is_v4() || a.link_local_next_hop || context.link == nullptr) return;
  const auto& link = *context.link;
  if (!link.link_local || !link.on_subnet) return;
  const bool local = best.origin->source == RouteSource::local;
  if (context.speaker.profile.passes_link_local) {  // BIRD: with its own address, to external peers
    const bool own = *a.next_hop == own_address(context, prefix);
    if (context.external() && own && context.neighbor.ebgp_multihop.value_or(1) == 1) {
      a.link_local_next_hop = link.link_local;
    }
    return;
  }
  // FRR: with any address, to external peers, and to all of what is its own.
  if ((local || context.external()) && !context.transparent(best)) {
    a.link_local_next_hop = link.link_local;
  }
}

}  // namespace seatrial::bgp
