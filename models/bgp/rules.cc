#include "models/bgp/rules.h"

#include <algorithm>

#include "models/bgp/as_path_rules.h"
#include "models/bgp/next_hop.h"

namespace seatrial::bgp {
namespace {

RuleResult rejected(std::string why) {
  RuleResult result;
  result.why = std::move(why);
  return result;
}

RuleResult by_policy(const RuleContext& context, const std::vector<Policy>& chain,
                     PolicyInput input, PathAttributes attributes) {
  input.explain = context.explain;
  static const std::vector<Policy> none;
  auto decided = apply(context.without_policy ? none : chain, input, std::move(attributes));
  RuleResult result;
  result.accepted = decided.permitted;
  result.attributes = std::move(decided.attributes);
  result.weight = decided.weight;
  if (context.explain) {
    result.why = decided.explanation.empty() ? "no policy, accepted" : decided.explanation;
  }
  return result;
}

std::string list_of(const std::vector<RouterId>& clusters) {
  std::string text;
  for (const auto& c : clusters) text += (text.empty() ? "" : " ") + c.to_string();
  return text;
}

// ------------------------------------------------------------------ in

// RFC 4271 section 9.1.2, RFC 5065 section 4: our own ASes in the path, more often than allowed.
std::string as_loop(const RuleContext& context, const AsPath& path) {
  const auto& neighbor = context.neighbor;
  const auto& speaker = context.speaker;
  const auto in_path = [&](Asn asn) {
    if (!context.explain) return std::string("AS loop");
    return "AS loop: AS " + asn.to_string() + " is in [" + path.to_string() + "]";
  };
  if (neighbor.local_as) {  // as FRR: without no-prepend it stands there once already
    const std::size_t allowed = neighbor.allowas_in > 0         ? neighbor.allowas_in
                                : neighbor.local_as->no_prepend ? 0U
                                                                : 1U;
    if (path.count(neighbor.local_as->asn) > allowed) return in_path(neighbor.local_as->asn);
  }
  if (neighbor.allowas_in_origin && path.origin() == speaker.asn) return {};
  if (path.count(speaker.asn) > neighbor.allowas_in) return in_path(speaker.asn);
  const auto& confederation = speaker.confederation;
  if (confederation && path.count(confederation->identifier) > neighbor.allowas_in) {
    return in_path(confederation->identifier);
  }
  return {};
}

std::string reflection_loop(const RuleContext& context, const PathAttributes& received) {
  if (received.originator_id == context.speaker.router_id) {
    return "reflection loop: originated by this router, " + received.originator_id->to_string();
  }
  if (std::ranges::find(received.cluster_list, context.cluster_id()) !=
      received.cluster_list.end()) {
    return "cluster loop: " + context.cluster_id().to_string() + " is in [" +
           list_of(received.cluster_list) + "]";
  }
  return {};
}

std::string wrong_first_as(const RuleContext& context, const AsPath& path) {
  const bool enforced =
      context.neighbor.enforce_first_as.value_or(context.speaker.profile.enforce_first_as);
  if (!context.external() || !enforced || path.neighbor() == context.peer_as) return {};
  return "first AS of [" + path.to_string() + "] is not the peer's, " + context.peer_as.to_string();
}

// RFC 9234 section 5, ingress. Empty: it may come in, with the attribute that it should have had.
std::string route_leak(const RuleContext& context, PathAttributes& a) {
  if (!context.external() || !context.neighbor.role) return {};
  const auto role = *context.neighbor.role;
  const bool from_below = role == Role::provider || role == Role::rs_server;
  if (from_below && a.only_to_customer) {
    return "route leak: a customer sends what is only to customers (RFC 9234)";
  }
  if (role == Role::peer && a.only_to_customer && a.only_to_customer != context.peer_as) {
    return "route leak: a peer sends what AS " + a.only_to_customer->to_string() +
           " gave to customers only (RFC 9234)";
  }
  if (!from_below && !a.only_to_customer) a.only_to_customer = context.peer_as;
  return {};
}

void add(Community community, PathAttributes& a) {
  if (a.has(community)) return;
  a.communities.push_back(community);
  std::ranges::sort(a.communities);
}

// FRR's ecommunity_parse: what was said twice, as its own route maps do, counts once.
void drop_repeated(PathAttributes& a) {
  if (a.extended_communities.size() < 2) return;
  auto once = a.extended_communities.vector();
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  if (once.size() < a.extended_communities.size()) {
    a.extended_communities.edit() = std::move(once);
  }
}

// RFC 7999 section 3.2: it is for us, and goes no further than this AS.
void receive_blackhole(const RuleContext& context, PathAttributes& a) {
  if (!context.external() || !context.speaker.profile.blackhole_stays) return;
  if (a.has(blackhole)) add(no_export, a);
}

// RFC 8326 section 4.2: what is about to go is the last choice.
void receive_graceful_shutdown(const RuleContext& context, PathAttributes& a) {
  if (!context.external() || !context.speaker.profile.heeds_graceful_shutdown) return;
  if (context.speaker.graceful_shutdown) add(graceful_shutdown, a);
  if (a.has(graceful_shutdown)) a.local_pref = 0;
}

// ------------------------------------------------------------------ out

// Whether iBGP lets this path go out at all; empty when it does. RFC 4271 section 9.2 and RFC 4456
// section 6; section 10 for clients that are fully meshed.
std::string inner_obstacle(const RuleContext& context, net::Family family, const Candidate& best) {
  if (!context.internal() || best.origin->source != RouteSource::ibgp) return {};
  const bool to_client = context.neighbor.route_reflector_client;
  const bool from_client = best.origin->client(family);
  if (from_client && to_client && !context.speaker.client_to_client_reflection) {
    return "learned from a client, and clients are not reflected to each other";
  }
  if (from_client || to_client) return {};
  return "learned by iBGP from a non-client, not sent to a non-client";
}

std::string community_obstacle(const RuleContext& context, const PathAttributes& a) {
  if (a.has(no_advertise)) return "community no-advertise";
  if (context.external() && a.has(no_export)) return "community " + no_export.to_string();
  // RFC 1997: not to external peers, members of the same confederation included.
  if (!context.internal() && a.has(no_export_subconfed)) {
    return "community " + no_export_subconfed.to_string();
  }
  if (a.has(llgr_stale) && !context.peer_long_lived) {
    return "community LLGR_STALE, and the peer has no long-lived graceful restart";
  }
  return {};
}

// RFC 9234 section 5, egress: to providers, peers and route servers goes what is not marked.
bool is_only_to_customer(const RuleContext& context, const PathAttributes& a) {
  if (!context.external() || !context.neighbor.role || !a.only_to_customer) return false;
  const auto role = *context.neighbor.role;
  return role == Role::customer || role == Role::peer || role == Role::rs_client;
}
void mark_only_to_customer(const RuleContext& context, PathAttributes& a) {
  if (!context.external() || !context.neighbor.role || a.only_to_customer) return;
  const auto role = *context.neighbor.role;
  if (role == Role::provider || role == Role::peer || role == Role::rs_server) {
    a.only_to_customer = context.speaker.asn;
  }
}

void reflect(const RuleContext& context, const Candidate& best, PathAttributes& a) {
  if (!a.originator_id) a.originator_id = best.origin->id;
  auto& clusters = a.cluster_list.edit();
  clusters.insert(clusters.begin(), context.cluster_id());
}

// What is only meant for this AS, or this confederation, stays here.
void leave_as(const RuleContext& context, const Candidate& best, PathAttributes& a) {
  a.originator_id.reset();
  a.cluster_list.clear();
  if (!context.external()) return;
  a.local_pref.reset();
  // RFC 4271 section 5.1.4: a MED from one neighbouring AS does not reach another.
  const bool keeps = context.neighbor.med_unchanged || context.transparent(best);
  if (best.origin->source != RouteSource::local && !keeps) a.med.reset();
}

// What FRR does to a path before the policy has its turn; what that prepends stays, private or not.
void hide_ases(const RuleContext& context, AsPath& path) {
  if (!context.external()) return;
  remove_private(path, context.neighbor.remove_private_as, context.speaker.asn, context.peer_as);
  if (context.neighbor.as_override && path.contains(context.peer_as)) {
    replace_as(path, context.peer_as, context.speaker.asn);
  }
}

// RFC 4271 section 5.1.2, RFC 5065 section 4.1, with FRR's local-as.
void set_as_path(const RuleContext& context, AsPath& path) {
  const auto& neighbor = context.neighbor;
  const auto& speaker = context.speaker;
  if (context.kind == PeerKind::confederation) {
    prepend_member(path, speaker.asn);
    return;
  }
  if ((neighbor.as_path_unchanged && !path.empty()) || neighbor.route_server_client) return;
  remove_confederation(path);
  if (speaker.confederation) {
    path.prepend(speaker.confederation->identifier);
    return;
  }
  const bool removes = neighbor.remove_private_as != RemovePrivateAs::never;
  const bool hidden =
      neighbor.local_as && (neighbor.local_as->replace_as || (removes && is_private(speaker.asn)));
  if (!hidden) path.prepend(speaker.asn);
  if (neighbor.local_as) path.prepend(neighbor.local_as->asn);
}

// What FRR originates carries the community to everybody; the rest to external peers.
void send_graceful_shutdown(const RuleContext& context, const Candidate& best, PathAttributes& a) {
  if (!context.speaker.graceful_shutdown) return;
  if (!context.external()) a.local_pref = 0;
  if (context.external() || best.origin->source == RouteSource::local) add(graceful_shutdown, a);
}

void keep_communities(const NeighborConfig& neighbor, PathAttributes& a) {
  if (!neighbor.send_community) a.communities.clear();
  if (!neighbor.send_large_community) a.large_communities.clear();
  if (!neighbor.send_extended_community) {
    a.extended_communities.clear();
    a.ipv6_extended_communities.clear();
  }
}

}  // namespace

RuleResult import_route(const RuleContext& both, const net::Prefix& prefix,
                        const PathAttributes& received) {
  const auto context = both.in(prefix.family());
  if (auto loop = as_loop(context, received.as_path); !loop.empty()) {
    return rejected(std::move(loop));
  }
  if (auto loop = reflection_loop(context, received); !loop.empty()) {
    return rejected(std::move(loop));
  }
  if (auto wrong = wrong_first_as(context, received.as_path); !wrong.empty()) {
    return rejected(std::move(wrong));
  }
  if (context.speaker.reject_as_sets && has_sets(received.as_path)) {
    return rejected("AS_SET in [" + received.as_path.to_string() + "] (RFC 6472)");
  }
  if (context.default_deny() && context.neighbor.import_policy.empty()) {
    return rejected("eBGP without an import policy (RFC 8212)");
  }
  auto a = received;
  drop_repeated(a);
  if (auto leak = route_leak(context, a); !leak.empty()) return rejected(std::move(leak));
  if (context.neighbor.local_as && !context.neighbor.local_as->no_prepend && context.external()) {
    a.as_path.prepend(context.neighbor.local_as->asn);
  }
  PolicyInput input{prefix, context.internal() ? RouteSource::ibgp : RouteSource::ebgp,
                    context.neighbor.address, context.local_address};
  input.importing = true;
  input.own_as = context.speaker.asn;
  auto result = by_policy(context, context.neighbor.import_policy, input, std::move(a));
  if (result.weight == 0) result.weight = context.neighbor.weight;
  if (result.accepted) {
    receive_blackhole(context, result.attributes);
    receive_graceful_shutdown(context, result.attributes);
  }
  return result;
}

bool passes(const std::vector<Policy>& filter, const net::Prefix& prefix) {
  return apply(filter, {.prefix = prefix, .explain = false}, {}).permitted;
}

RuleResult export_route(const RuleContext& both, const net::Prefix& prefix, const Candidate& best) {
  const auto context = both.in(prefix.family());
  const auto& original = *best.attributes;
  if (best.origin->source != RouteSource::local && best.origin->peer == context.neighbor.address &&
      !context.speaker.profile.returns_routes) {
    return rejected("learned from this peer");
  }
  for (auto obstacle :
       {community_obstacle(context, original), inner_obstacle(context, prefix.family(), best)}) {
    if (!obstacle.empty()) return rejected(std::move(obstacle));
  }
  if (is_only_to_customer(context, original)) {
    return rejected("only to customers, says AS " + original.only_to_customer->to_string() +
                    " (RFC 9234)");
  }
  if (context.neighbor.sender_loop_detection && original.as_path.contains(context.peer_as)) {
    return rejected("the peer would refuse its own AS in [" + original.as_path.to_string() + "]");
  }
  if (context.default_deny() && context.neighbor.export_policy.empty()) {
    return rejected("eBGP without an export policy (RFC 8212)");
  }
  auto a = original;
  a.aigp.reset();  // RFC 7311 section 3.2: not without AIGP_SESSION, which is off by default
  const bool reflected = context.internal() && best.origin->source == RouteSource::ibgp;
  // FRR 8.4.4 sets the flag of MED where it means the one of the ORIGINATOR_ID that it adds.
  if (reflected && !a.originator_id && !a.med) a.med = context.speaker.profile.originated_med;
  if (reflected) reflect(context, best, a);
  set_next_hop(context, prefix, best, a);
  if (!context.internal()) leave_as(context, best, a);
  hide_ases(context, a.as_path);
  PolicyInput input{prefix, best.origin->source, context.neighbor.address, context.local_address};
  input.own_as = context.speaker.asn;
  input.rib_next_hop = original.next_hop.value_or(
      prefix.address().is_v4() ? net::IpAddress() : *net::IpAddress::parse("::"));
  if (best.origin->source != RouteSource::local) input.learned_from = best.origin->peer;
  std::optional<PathAttributes> unchanged;
  if (reflected && context.speaker.profile.reflects_unchanged) unchanged = a;
  auto result = by_policy(context, context.neighbor.export_policy, input, std::move(a));
  if (!result.accepted) return result;
  auto& out = result.attributes;
  if (unchanged) out = *std::move(unchanged);  // the policy could only stop it
  set_link_local(context, prefix, best, out);
  send_graceful_shutdown(context, best, out);
  if (context.external()) {
    out.local_pref.reset();
  } else if (!out.local_pref) {
    out.local_pref = context.default_local_pref();
  }
  if (!context.internal()) set_as_path(context, out.as_path);
  mark_only_to_customer(context, out);
  if (context.speaker.max_med) out.med = context.speaker.max_med->value;
  keep_communities(context.neighbor, out);
  const bool v4_by_v6 = context.extended_next_hop && prefix.family() == net::Family::ipv4;
  if (out.next_hop->family() != prefix.family() && !v4_by_v6) {
    return rejected("no " + std::string(prefix.address().is_v4() ? "IPv4" : "IPv6") +
                    " next hop to send");
  }
  return result;
}

}  // namespace seatrial::bgp
