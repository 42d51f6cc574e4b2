#include "models/bgp/rules.h"

#include <algorithm>

namespace seatrial::bgp {
namespace {

RuleResult rejected(std::string why) {
  RuleResult result;
  result.why = std::move(why);
  return result;
}

RuleResult by_policy(const std::vector<Policy>& chain, const PolicyInput& input,
                     PathAttributes attributes) {
  auto decided = apply(chain, input, std::move(attributes));
  RuleResult result;
  result.accepted = decided.permitted;
  result.attributes = std::move(decided.attributes);
  result.weight = decided.weight;
  result.why = decided.explanation.empty() ? "no policy, accepted" : decided.explanation;
  return result;
}

std::string list_of(const std::vector<RouterId>& clusters) {
  std::string text;
  for (const auto& c : clusters) text += (text.empty() ? "" : " ") + c.to_string();
  return text;
}

// Whether iBGP lets this path go out at all; empty when it does. RFC 4271 section 9.2 and RFC 4456
// section 6.
std::string inner_obstacle(const RuleContext& context, const Candidate& best) {
  if (!context.internal || best.source != RouteSource::ibgp) return {};
  if (best.reflector_client || context.neighbor.route_reflector_client) return {};
  return "learned by iBGP from a non-client, not sent to a non-client";
}

void reflect(const RuleContext& context, const Candidate& best, PathAttributes& a) {
  if (!a.originator_id) a.originator_id = best.peer_id;
  a.cluster_list.insert(a.cluster_list.begin(), context.cluster_id());
}

// NEXT_HOP: RFC 4271 section 5.1.3.
void set_next_hop(const RuleContext& context, const Candidate& best, PathAttributes& a) {
  const bool reflected = context.internal && best.source == RouteSource::ibgp;
  const auto self = context.neighbor.next_hop_self;
  const bool to_self = !a.next_hop || self == NextHopSelf::always ||
                       (self == NextHopSelf::unless_reflected && !reflected) ||
                       (!context.internal && !context.neighbor.next_hop_unchanged);
  if (to_self) {
    a.next_hop = context.local_address;
    a.link_local_next_hop.reset();
  }
}

}  // namespace

RuleResult import_route(const RuleContext& context, const net::Prefix& prefix,
                        const PathAttributes& received) {
  const auto own = context.speaker.asn;
  if (received.as_path.count(own) > context.neighbor.allowas_in) {
    return rejected("AS loop: AS " + own.to_string() + " is in [" + received.as_path.to_string() +
                    "]");
  }
  if (received.originator_id == context.speaker.router_id) {
    return rejected("reflection loop: originated by this router, " +
                    received.originator_id->to_string());
  }
  if (std::ranges::find(received.cluster_list, context.cluster_id()) !=
      received.cluster_list.end()) {
    return rejected("cluster loop: " + context.cluster_id().to_string() + " is in [" +
                    list_of(received.cluster_list) + "]");
  }
  if (!context.internal && context.speaker.profile.enforce_first_as &&
      received.as_path.neighbor() != context.peer_as) {
    return rejected("first AS of [" + received.as_path.to_string() + "] is not the peer's, " +
                    context.peer_as.to_string());
  }
  if (context.default_deny() && context.neighbor.import_policy.empty()) {
    return rejected("eBGP without an import policy (RFC 8212)");
  }
  PolicyInput input{prefix, context.internal ? RouteSource::ibgp : RouteSource::ebgp,
                    context.neighbor.address, context.local_address};
  input.importing = true;
  input.own_as = context.speaker.asn;
  auto result = by_policy(context.neighbor.import_policy, input, received);
  if (result.weight == 0) result.weight = context.neighbor.weight;
  return result;
}

RuleResult export_route(const RuleContext& context, const net::Prefix& prefix,
                        const Candidate& best) {
  const auto& original = *best.attributes;
  if (best.source != RouteSource::local && best.peer == context.neighbor.address) {
    return rejected("learned from this peer");
  }
  if (original.has(no_advertise)) return rejected("community no-advertise");
  if (!context.internal && (original.has(no_export) || original.has(no_export_subconfed))) {
    return rejected("community " + no_export.to_string());
  }
  if (original.has(llgr_stale) && !context.peer_long_lived) {
    return rejected("community LLGR_STALE, and the peer has no long-lived graceful restart");
  }
  if (auto obstacle = inner_obstacle(context, best); !obstacle.empty()) {
    return rejected(std::move(obstacle));
  }
  if (context.default_deny() && context.neighbor.export_policy.empty()) {
    return rejected("eBGP without an export policy (RFC 8212)");
  }
  auto a = original;
  a.aigp.reset();  // RFC 7311 section 3.2: not without AIGP_SESSION, which is off by default
  if (context.internal && best.source == RouteSource::ibgp) reflect(context, best, a);
  set_next_hop(context, best, a);
  if (!context.internal) {
    a.local_pref.reset();
    a.originator_id.reset();
    a.cluster_list.clear();
    // RFC 4271 section 5.1.4: a MED from one neighbouring AS does not reach another.
    if (best.source != RouteSource::local) a.med.reset();
  }
  PolicyInput input{prefix, best.source, context.neighbor.address, context.local_address};
  input.own_as = context.speaker.asn;
  input.rib_next_hop = original.next_hop.value_or(
      prefix.address().is_v4() ? net::IpAddress() : *net::IpAddress::parse("::"));
  if (best.source != RouteSource::local) input.learned_from = best.peer;
  auto result = by_policy(context.neighbor.export_policy, input, std::move(a));
  if (!result.accepted) return result;
  auto& out = result.attributes;
  if (context.internal) {
    if (!out.local_pref) out.local_pref = context.speaker.profile.default_local_pref;
  } else {
    out.local_pref.reset();
    out.as_path.prepend(context.speaker.asn);
  }
  if (!context.neighbor.send_community) {
    out.communities.clear();
    out.large_communities.clear();
    out.extended_communities.clear();
    out.ipv6_extended_communities.clear();
  }
  const bool v4_by_v6 = context.extended_next_hop && prefix.family() == net::Family::ipv4;
  if (out.next_hop->family() != prefix.family() && !v4_by_v6) {
    return rejected("no " + std::string(prefix.address().is_v4() ? "IPv4" : "IPv6") +
                    " next hop to send");
  }
  return result;
}

}  // namespace seatrial::bgp
