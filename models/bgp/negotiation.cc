#include "models/bgp/negotiation.h"

#include <algorithm>

namespace seatrial::bgp {
namespace {

template <typename List, typename Value>
bool holds(const List& list, const Value& value) {
  return std::ranges::find(list, value) != list.end();
}

tl::unexpected<MessageError> refusal(std::uint8_t subcode, std::string detail,
                                     std::string_view section, Octets data = {}) {
  return tl::make_unexpected(MessageError{
      NotificationMessage(ErrorCode::open, subcode, std::move(data)), std::move(detail), section});
}

// RFC 9234 section 4.2: the pairs that belong together.
bool roles_match(Role ours, std::uint8_t theirs) {
  const auto is = [theirs](Role role) { return theirs == static_cast<std::uint8_t>(role); };
  switch (ours) {
    case Role::provider:
      return is(Role::customer);
    case Role::customer:
      return is(Role::provider);
    case Role::rs_server:
      return is(Role::rs_client);
    case Role::rs_client:
      return is(Role::rs_server);
    case Role::peer:
      return is(Role::peer);
  }
  return false;
}

// Empty: nothing against the peer's role.
std::string role_problem(const NeighborConfig& neighbor, const Capabilities& theirs) {
  if (!neighbor.role) return {};
  const auto& roles = theirs.roles;
  if (roles.empty()) return neighbor.role_strict ? "peer has no role, and must have one" : "";
  if (std::ranges::any_of(roles, [&](auto role) { return role != roles.front(); })) {
    return "peer has several roles";
  }
  if (roles_match(*neighbor.role, roles.front())) return {};
  return "peer's role " + std::to_string(int{roles.front()}) + " does not match ours, " +
         std::to_string(static_cast<int>(*neighbor.role));
}

std::vector<AfiSafi> common_families(const OpenMessage& offered, const OpenMessage& received) {
  // RFC 4760 section 8: without the capability a speaker has IPv4 unicast alone.
  const std::vector<AfiSafi> alone{ipv4_unicast};
  const auto& ours = offered.capabilities.families.empty() ? alone : offered.capabilities.families;
  const auto& theirs =
      received.capabilities.families.empty() ? alone : received.capabilities.families;
  std::vector<AfiSafi> both;
  std::ranges::copy_if(ours, std::back_inserter(both),
                       [&](AfiSafi family) { return holds(theirs, family); });
  return both;
}

bool next_hop_of_v6(const Capabilities& capabilities) {
  return holds(capabilities.extended_next_hop, ExtendedNextHop{1, 1, 2});
}

void negotiate_restart(const OpenMessage& offered, const OpenMessage& received,
                       Negotiated& agreed) {
  const auto& ours = offered.capabilities.graceful_restart;
  const auto& theirs = received.capabilities.graceful_restart;
  if (!ours || !theirs) return;
  agreed.graceful_restart = true;
  agreed.graceful_notification = ours->notification && theirs->notification;
  agreed.restart_time = std::chrono::seconds(theirs->restart_time_s);
  for (const auto& entry : theirs->families) {
    if (holds(agreed.families, entry.family)) agreed.restart_families.push_back(entry.family);
  }
  // RFC 9494 section 3: only beside graceful restart.
  const auto& our_long = offered.capabilities.long_lived;
  const auto& their_long = received.capabilities.long_lived;
  agreed.long_lived = our_long && their_long;
  if (!agreed.long_lived) return;
  for (auto entry : *their_long) {
    if (!holds(agreed.families, entry.family)) continue;
    // A family of ours bounds the time; without any we take the peer's word.
    const auto mine = std::ranges::find(*our_long, entry.family, &LongLivedCapability::family);
    if (mine == our_long->end() && !our_long->empty()) continue;
    if (mine != our_long->end()) {
      entry.stale_time_s = std::min(entry.stale_time_s, mine->stale_time_s);
    }
    agreed.long_lived_families.push_back(entry);
  }
}

void negotiate_add_path(const OpenMessage& offered, const OpenMessage& received,
                        Negotiated& agreed) {
  for (const auto& mine : offered.capabilities.add_path) {
    const auto& theirs = received.capabilities.add_path;
    const auto entry = std::ranges::find(theirs, mine.family, &AddPathCapability::family);
    if (entry == theirs.end()) continue;
    if (mine.receive && entry->send) agreed.codec.add_path_receive.push_back(mine.family);
    if (mine.send && entry->receive) agreed.codec.add_path_send.push_back(mine.family);
  }
}

Octets capability_of(AfiSafi family) {
  Capabilities one;
  one.families = {family};
  Octets bytes;
  WireWriter out(bytes);
  encode_capabilities(one, out);
  return bytes;
}

std::uint16_t seconds_of(Duration duration) {
  return static_cast<std::uint16_t>(
      std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

}  // namespace

PeerKind peer_kind(const SpeakerConfig& speaker, const NeighborConfig& neighbor) {
  switch (neighbor.remote_as.kind) {
    case RemoteAs::Kind::internal:
      return PeerKind::internal;
    case RemoteAs::Kind::external:
      return PeerKind::external;
    case RemoteAs::Kind::number:
      break;
  }
  const auto remote = neighbor.remote_as.asn;
  if (speaker.confederation && holds(speaker.confederation->members, remote)) {
    return PeerKind::confederation;
  }
  const auto local = neighbor.local_as ? neighbor.local_as->asn : speaker.asn;
  return remote == local ? PeerKind::internal : PeerKind::external;
}

Asn shown_as(const SpeakerConfig& speaker, const NeighborConfig& neighbor) {
  if (neighbor.local_as) return neighbor.local_as->asn;
  if (speaker.confederation && peer_kind(speaker, neighbor) == PeerKind::external) {
    return speaker.confederation->identifier;
  }
  return speaker.asn;
}

GracefulRestartConfig restart_config(const SpeakerConfig& speaker, const NeighborConfig& neighbor) {
  auto config = neighbor.graceful_restart.value_or(speaker.graceful_restart);
  if (config.mode == GracefulRestartMode::by_profile) {
    config.mode = speaker.profile.graceful_restart;
  }
  config.notification = config.notification || speaker.profile.graceful_restart_notification;
  return config;
}

OpenMessage offer(const SpeakerConfig& speaker, const NeighborConfig& neighbor,
                  const LocalFacts& facts) {
  const auto& profile = speaker.profile;
  OpenMessage open;
  open.asn = shown_as(speaker, neighbor);
  open.hold_time_s = seconds_of(neighbor.hold_time.value_or(profile.hold_time));
  open.id = speaker.router_id;
  if (neighbor.dont_capability_negotiate) return open;
  auto& c = open.capabilities;
  c.families = neighbor.families;
  c.cisco_route_refresh = profile.cisco_route_refresh;
  c.route_refresh = true;
  c.enhanced_route_refresh = profile.enhanced_route_refresh;
  c.four_octet_as = open.asn;
  c.extended_message = neighbor.extended_message.value_or(profile.announce_extended_message);
  for (const auto family : neighbor.families) {
    const auto& wanted =
        neighbor.in(family == ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6).add_path;
    const bool receive = wanted.receive || profile.add_path_receive;
    const bool send = wanted.send || wanted.send_best_per_as;
    if (receive || send) c.add_path.push_back({family, receive, send});
  }
  if (neighbor.extended_next_hop && holds(neighbor.families, ipv4_unicast)) {
    c.extended_next_hop = {{1, 1, 2}};
  }
  if (neighbor.role && peer_kind(speaker, neighbor) == PeerKind::external) {
    c.roles = {static_cast<std::uint8_t>(*neighbor.role)};
  }
  if (profile.announce_host_name) c.host_name = HostName{facts.host_name, {}};

  const auto restart = restart_config(speaker, neighbor);
  if (restart.mode == GracefulRestartMode::disabled) return open;
  auto& gr = c.graceful_restart.emplace();
  gr.restarted = facts.restarting;
  gr.notification = restart.notification;
  gr.restart_time_s = std::min<std::uint16_t>(seconds_of(restart.restart_time), 0x0FFF);
  if (restart.mode == GracefulRestartMode::restarter) {
    // Who defers for a restart has its routes in the kernel still, as BIRD and GoBGP say it
    // unasked.
    const bool preserved =
        restart.preserve_forwarding || (facts.restarting && profile.restart_defers);
    for (const auto family : neighbor.families) gr.families.push_back({family, preserved});
  }
  if (restart.long_lived_stale || profile.long_lived || profile.long_lived_families) {
    c.long_lived.emplace();
  }
  if (restart.long_lived_stale || profile.long_lived_families) {
    const auto stale = restart.long_lived_stale.value_or(Duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(stale).count();
    for (const auto family : neighbor.families) {
      c.long_lived->push_back(
          {family, restart.preserve_forwarding || profile.long_lived_families,
           static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, 0xFFFFFF))});
    }
  }
  return open;
}

tl::expected<Negotiated, MessageError> negotiate(const SpeakerConfig& speaker,
                                                 const NeighborConfig& neighbor,
                                                 const OpenMessage& offered,
                                                 const OpenMessage& received) {
  const auto kind = peer_kind(speaker, neighbor);
  if (!neighbor.remote_as.accepts(offered.asn, received.asn)) {
    return refusal(open_error::bad_peer_as,
                   "peer is in AS " + received.asn.to_string() + ", expected " +
                       neighbor.remote_as.to_string(),
                   "RFC 4271 section 6.2", refused_as(received));
  }
  // RFC 6286: within an AS the identifiers must differ.
  if (received.id == speaker.router_id && kind == PeerKind::internal) {
    return refusal(open_error::bad_identifier, "peer has our identifier " + received.id.to_string(),
                   "RFC 6286 section 2.2");
  }
  const auto least = speaker.minimum_hold_time;
  if (least && received.hold_time_s > 0 && std::chrono::seconds(received.hold_time_s) < *least) {
    return refusal(open_error::unacceptable_hold_time,
                   "hold time " + std::to_string(received.hold_time_s) + " s, expected " +
                       std::to_string(seconds_of(*least)) + " s or more",
                   "RFC 4271 section 6.2");
  }
  const auto& theirs = received.capabilities;
  if (auto problem = kind == PeerKind::external ? role_problem(neighbor, theirs) : std::string();
      !problem.empty()) {
    return refusal(open_error::role_mismatch, std::move(problem), "RFC 9234 section 4.2");
  }
  Negotiated agreed;
  agreed.families = common_families(offered, received);
  const auto& wanted = offered.capabilities.families;
  const auto lacking =
      std::ranges::find_if(wanted, [&](AfiSafi family) { return !holds(agreed.families, family); });
  // A session that could carry nothing is no use.
  if (agreed.families.empty() || (neighbor.strict_capability_match && lacking != wanted.end())) {
    const auto missing = lacking != wanted.end() ? *lacking : ipv4_unicast;
    return refusal(open_error::unsupported_capability, "peer lacks " + to_string(missing),
                   "RFC 5492 section 3", capability_of(missing));
  }
  agreed.peer = received;
  agreed.hold_time = std::chrono::seconds(std::min(offered.hold_time_s, received.hold_time_s));
  agreed.keepalive_time = std::min<Duration>(
      neighbor.keepalive_time.value_or(speaker.profile.keepalive_time), agreed.hold_time / 3);
  if (agreed.keepalive_time <= Duration::zero()) agreed.keepalive_time = agreed.hold_time / 3;
  const auto& ours = offered.capabilities;
  agreed.codec.four_octet_as = ours.four_octet_as && theirs.four_octet_as;
  agreed.codec.external = kind == PeerKind::external;
  agreed.codec.confederation = kind == PeerKind::confederation;
  if (ours.extended_message && theirs.extended_message) {
    agreed.codec.max_size = max_extended_message_size;
  }
  negotiate_add_path(offered, received, agreed);
  agreed.route_refresh = (ours.route_refresh && theirs.route_refresh) ||
                         (ours.cisco_route_refresh && theirs.cisco_route_refresh);
  agreed.enhanced_route_refresh = ours.enhanced_route_refresh && theirs.enhanced_route_refresh;
  agreed.extended_next_hop = next_hop_of_v6(ours) && next_hop_of_v6(theirs);
  negotiate_restart(offered, received, agreed);
  return agreed;
}

}  // namespace seatrial::bgp
