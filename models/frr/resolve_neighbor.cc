// Neighbours: what a peer's lines say, over what its group's say, over the defaults.
#include <algorithm>

#include "models/frr/reader.h"
#include "models/frr/resolve.h"

namespace seatrial::frr {
namespace {

template <typename... Members>
void take(auto& own, const auto& theirs, Members... members) {
  const auto one = [&](auto member) {
    if (!(own.*member)) own.*member = theirs.*member;
  };
  (one(members), ...);
}

void inherit(SessionSettings& own, const SessionSettings& group) {
  using S = SessionSettings;
  take(own, group, &S::remote_as, &S::description, &S::update_source, &S::ebgp_multihop,
       &S::ttl_security, &S::password, &S::keepalive, &S::hold, &S::connect_retry,
       &S::advertisement_interval, &S::passive, &S::shutdown, &S::shutdown_message, &S::port,
       &S::local_as, &S::role, &S::role_strict, &S::graceful_restart, &S::bfd, &S::bfd_timers,
       &S::bfd_profile, &S::bfd_checks_control_plane, &S::extended_next_hop,
       &S::dont_capability_negotiate, &S::strict_capability_match, &S::sender_loop_detection,
       &S::disable_connected_check, &S::enforce_first_as);
}

void inherit(FamilySettings& own, const FamilySettings& group) {
  using F = FamilySettings;
  take(own, group, &F::activate, &F::route_reflector_client, &F::route_server_client,
       &F::next_hop_self, &F::next_hop_unchanged, &F::as_path_unchanged, &F::med_unchanged,
       &F::link_local_unchanged, &F::allowas_in, &F::allowas_in_origin, &F::as_override,
       &F::remove_private_as, &F::send_community, &F::send_extended_community,
       &F::send_large_community, &F::maximum_prefix, &F::maximum_prefix_out, &F::conditional,
       &F::weight, &F::soft_reconfiguration, &F::add_path_all, &F::add_path_best_per_as,
       &F::add_path_refused, &F::default_originate, &F::route_map_in, &F::route_map_out,
       &F::prefix_list_in, &F::prefix_list_out, &F::filter_list_in, &F::filter_list_out,
       &F::distribute_list_in, &F::distribute_list_out, &F::unsuppress_map);
}

}  // namespace

void PeerSettings::inherit(const PeerSettings& group) {
  frr::inherit(session, group.session);
  frr::inherit(ipv4, group.ipv4);
  frr::inherit(ipv6, group.ipv6);
}

std::vector<bgp::NeighborConfig> NeighborTable::neighbors() {
  std::vector<bgp::NeighborConfig> out;
  for (const auto& peer : bgp_.peers) {
    const auto address = peer.by_interface ? far_end(peer) : net::IpAddress::parse(peer.name);
    if (!address && !peer.is_group && !peer.by_interface) {
      diagnostics_.error(peer.position, "peer-group '" + peer.name + "' is not defined",
                         "'neighbor " + peer.name + " peer-group', or an address");
    }
    if (!address) continue;
    const auto settings = settings_of(peer);
    if (!settings || is_own_address(peer, *address)) continue;
    out.push_back(neighbor(peer, address, *settings));
  }
  return out;
}

// bgpd.c, bgp_peer_conf_if_to_su_update_v4: the other address of a subnet that has two. Else bgpd
// waits for a router advertisement (RFC 4861), which is not modelled.
std::optional<net::IpAddress> NeighborTable::far_end(const PeerDraft& peer) {
  for (const auto& interface : draft_.config.interfaces) {
    if (interface.name != peer.name) continue;
    for (const auto& [address, length] : interface.addresses) {
      if (!address.is_v4() || (length != 30 && length != 31)) continue;
      return net::IpAddress::v4(address.v4_value() ^ (length == 31 ? 1U : 3U));
    }
  }
  diagnostics_.error(peer.position,
                     "neighbor " + peer.name + " has only a link-local address: not modelled",
                     "'ip address' with a length of 30 or 31 on interface " + peer.name);
  return std::nullopt;
}

std::vector<bgp::DynamicRange> NeighborTable::ranges() {
  std::vector<bgp::DynamicRange> out;
  for (const auto& range : bgp_.ranges) {
    const auto* from = group(range.group);
    if (from == nullptr) continue;
    auto settings = from->settings;
    if (!settings.session.remote_as) {
      diagnostics_.error(range.group.position,
                         "peer-group '" + from->name + "' of a listen range has no remote AS",
                         "'neighbor " + from->name + " remote-as ASN'");
      continue;
    }
    out.push_back({range.prefix, neighbor(*from, std::nullopt, settings)});
    out.back().peer.peer_group = from->name;
    out.back().peer.passive = true;
  }
  return out;
}

const PeerDraft* NeighborTable::group(const Reference& reference) {
  const auto found = std::ranges::find_if(
      bgp_.peers, [&](const auto& p) { return p.is_group && p.name == reference.name; });
  if (found != bgp_.peers.end()) return &*found;
  std::string known;
  for (const auto& p : bgp_.peers) {
    if (p.is_group) known += (known.empty() ? "" : " or ") + p.name;
  }
  diagnostics_.error(reference.position, "peer-group '" + reference.name + "' is not defined",
                     known.empty() ? "'neighbor " + reference.name + " peer-group'" : known);
  return nullptr;
}

std::optional<PeerSettings> NeighborTable::settings_of(const PeerDraft& peer) {
  auto out = peer.settings;
  if (peer.group) {
    const auto* from = group(*peer.group);
    if (from == nullptr) return std::nullopt;
    out.inherit(from->settings);
  }
  if (out.session.remote_as) return out;
  diagnostics_.error(peer.position, "neighbor " + peer.name + " has no remote AS",
                     "'neighbor " + peer.name + " remote-as ASN', or a peer-group that has one");
  return std::nullopt;
}

bool NeighborTable::is_own_address(const PeerDraft& peer, const net::IpAddress& address) {
  for (const auto& interface : draft_.config.interfaces) {
    for (const auto& own : interface.addresses) {
      if (own.address != address) continue;
      diagnostics_.error(
          peer.position,
          "neighbor " + peer.name + " is this router's own address, on " + interface.name,
          "another router's address");
      return true;
    }
  }
  return false;
}

bool NeighborTable::internal(const bgp::RemoteAs& remote_as) const {
  return remote_as.kind == bgp::RemoteAs::Kind::internal ||
         (remote_as.kind == bgp::RemoteAs::Kind::number && remote_as.asn == bgp_.asn);
}

bgp::NeighborConfig NeighborTable::neighbor(const PeerDraft& peer,
                                            const std::optional<net::IpAddress>& address,
                                            const PeerSettings& settings) {
  bgp::NeighborConfig out{.address = address.value_or(net::IpAddress()),
                          .remote_as = *settings.session.remote_as,
                          .description = settings.session.description.value_or(""),
                          .position = peer.position};
  if (peer.group) out.peer_group = peer.group->name;
  set_session(peer, settings.session, out);
  set_families(peer, settings, out);
  if (address && out.families.empty()) {
    diagnostics_.warning(
        peer.position,
        "neighbor " + peer.name + " is not activated in any address family: no session",
        "'neighbor " + peer.name + " activate' in address-family ipv4 unicast");
    out.shutdown = true;
  }
  if (settings.session.bfd.value_or(false)) out.bfd = bfd(settings.session, out);
  return out;
}

void NeighborTable::set_session(const PeerDraft& peer, const SessionSettings& session,
                                bgp::NeighborConfig& out) {
  out.port = session.port.value_or(bgp::default_port);
  if (session.update_source) {
    out.local_address = source_address(*session.update_source, out.address.family());
  }
  out.passive = session.passive.value_or(false);
  out.shutdown = bgp_.shutdown || session.shutdown.value_or(false);
  out.shutdown_message = session.shutdown_message.value_or(bgp_.shutdown_message);
  out.password = session.password.value_or("");
  if (session.ebgp_multihop && session.ttl_security) {
    // bgp_vty: "ebgp-multihop and ttl-security cannot be configured together"
    diagnostics_.error(peer.position,
                       "neighbor " + peer.name + " has both ebgp-multihop and ttl-security",
                       "one of them");
  }
  out.ebgp_multihop = session.ebgp_multihop;
  out.ttl_security = session.ttl_security;
  out.disable_connected_check =
      bgp_.disable_connected_check || session.disable_connected_check.value_or(false);
  out.hold_time = session.hold;
  out.keepalive_time = session.keepalive;
  out.connect_retry = session.connect_retry;
  out.advertisement_interval = session.advertisement_interval;
  out.local_as = session.local_as;
  out.role = session.role;
  out.role_strict = session.role_strict.value_or(false);
  out.extended_next_hop = session.extended_next_hop.value_or(peer.by_interface);
  out.dont_capability_negotiate = session.dont_capability_negotiate.value_or(false);
  out.strict_capability_match = session.strict_capability_match.value_or(false);
  out.sender_loop_detection = session.sender_loop_detection.value_or(false);
  out.enforce_first_as = session.enforce_first_as;
  if (session.graceful_restart) {
    out.graceful_restart = speaker_.graceful_restart;
    out.graceful_restart->mode = *session.graceful_restart;
  }
  if ((out.local_as || out.role) && internal(out.remote_as)) {
    // bgp_vty: "Local-AS allowed only for EBGP peers"; RFC 9234 section 4.
    diagnostics_.error(
        peer.position,
        "neighbor " + peer.name + " of this AS has a " + (out.local_as ? "local-as" : "local-role"),
        "a neighbor of another AS");
  }
}

bool NeighborTable::directly_connected(const net::IpAddress& address) const {
  return std::ranges::any_of(draft_.config.interfaces, [&](const Interface& interface) {
    return std::ranges::any_of(interface.addresses, [&](const net::InterfaceAddress& own) {
      return own.subnet().contains(address);
    });
  });
}

std::optional<bgp::BfdConfig> NeighborTable::bfd(const SessionSettings& session,
                                                 const bgp::NeighborConfig& neighbor) {
  auto out = session.bfd_timers.value_or(bgp::BfdConfig{});
  // bgp_bfd.c: one hop when the peer shares a subnet and no multihop is asked for.
  out.multihop = neighbor.ebgp_multihop.value_or(1) > 1 ||
                 (internal(neighbor.remote_as) && !directly_connected(neighbor.address));
  out.check_control_plane_failure = session.bfd_checks_control_plane.value_or(false);
  const auto own = draft_.bfd_peers.find(neighbor.address);
  if (own != draft_.bfd_peers.end()) {
    if (own->second.shutdown) return std::nullopt;
    apply(own->second, out);
    if (own->second.multihop) out.multihop = *own->second.multihop;
  }
  if (!session.bfd_profile) return out;
  const auto found = draft_.bfd_profiles.find(session.bfd_profile->name);
  if (found == draft_.bfd_profiles.end()) {
    diagnostics_.warning(session.bfd_profile->position,
                         "bfd profile '" + session.bfd_profile->name +
                             "' is not defined: the session has the default timers",
                         "'profile " + session.bfd_profile->name + "' in the bfd block");
    return out;
  }
  if (found->second.shutdown) return std::nullopt;
  apply(found->second, out);
  return out;
}

void NeighborTable::apply(const BfdSettings& settings, bgp::BfdConfig& out) {
  if (settings.profile) {
    const auto found = draft_.bfd_profiles.find(settings.profile->name);
    if (found != draft_.bfd_profiles.end()) apply(found->second, out);
  }
  out.receive_interval = settings.receive_interval.value_or(out.receive_interval);
  out.transmit_interval = settings.transmit_interval.value_or(out.transmit_interval);
  out.detect_multiplier = settings.detect_multiplier.value_or(out.detect_multiplier);
  out.passive = settings.passive.value_or(out.passive);
  if (settings.minimum_ttl) out.minimum_ttl = settings.minimum_ttl;
}

std::optional<net::IpAddress> NeighborTable::source_address(const Reference& source,
                                                            net::Family family) {
  if (const auto address = net::IpAddress::parse(source.name)) return address;
  std::string known;
  for (const auto& interface : draft_.config.interfaces) {
    known += (known.empty() ? "" : " or ") + interface.name;
    if (interface.name != source.name) continue;
    for (const auto& [address, length] : interface.addresses) {
      if (address.family() == family) return address;
    }
  }
  diagnostics_.error(source.position,
                     "update-source '" + source.name + "' has no address to connect from",
                     "an address" + (known.empty() ? "" : " or " + known));
  return std::nullopt;
}

}  // namespace seatrial::frr
