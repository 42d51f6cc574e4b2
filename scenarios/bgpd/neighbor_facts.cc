#include "scenarios/bgpd/neighbor_facts.h"

#include <algorithm>

namespace seatrial::bgpd {

Offered NeighborFacts::offered(bool own, bool other) const {
  if (!opened || (!own && !other)) return Offered::neither;
  if (own && other) return Offered::both;
  return own ? Offered::advertised : Offered::received;
}

NeighborFacts facts_of(const View& view, const bgp::SessionSnapshot& session,
                       const bgp::NeighborConfig& config) {
  const auto& speaker = view.speaker.config();
  const auto& profile = speaker.profile;
  NeighborFacts out{session, config};
  out.ours = session.open_sent.capabilities;
  if (session.open_received) {
    out.opened = true;
    out.theirs = session.open_received->capabilities;
  }
  out.remote_as = session.remote_as.value;
  if (out.remote_as == 0 && config.remote_as.kind == bgp::RemoteAs::Kind::number) {
    out.remote_as = config.remote_as.asn.value;
  }
  if (out.remote_as == 0 && session.internal) out.remote_as = session.local_as.value;
  out.configured_hold = config.hold_time.value_or(profile.hold_time);
  out.configured_keepalive = config.keepalive_time.value_or(profile.keepalive_time);
  out.hold = out.opened ? session.hold_time : out.configured_hold;
  out.keepalive = out.opened ? session.keepalive_time : out.configured_keepalive;
  out.connect_retry = config.connect_retry.value_or(profile.retry_after_failure);
  out.advertisement_interval = config.advertisement_interval.value_or(
      session.internal ? profile.mrai_ibgp : profile.mrai_ebgp);
  out.max_hops = session.internal ? 255 : config.ebgp_multihop.value_or(1);
  for (const auto& interface : view.config.interfaces) {
    for (const auto& own : interface.addresses) {
      if (own.subnet().contains(session.peer)) out.shared_network = true;
    }
  }
  if (session.shutdown) {
    out.reset_cause = "Admin. shutdown";
  } else if (!session.last_notification_received.empty()) {
    out.reset_cause = "BGP Notification received";
  } else if (!session.last_notification_sent.empty()) {
    out.reset_cause = "BGP Notification send";
  } else {
    out.reset_cause = session.last_reason;
  }
  for (auto& one : view.bfd.sessions()) {
    if (one.config.peer == session.peer) out.bfd_sessions.push_back(std::move(one));
  }
  return out;
}

bgp::AddPathCapability add_path_of(const bgp::Capabilities& from, net::Family family) {
  const auto found =
      std::ranges::find(from.add_path, afi_safi(family), &bgp::AddPathCapability::family);
  return found == from.add_path.end() ? bgp::AddPathCapability{} : *found;
}

std::string offered_key(Offered offered) {
  switch (offered) {
    case Offered::neither:
      return {};
    case Offered::advertised:
      return "advertised";
    case Offered::received:
      return "received";
    case Offered::both:
      break;
  }
  return "advertisedAndReceived";
}

std::string offered_text(Offered offered) {
  return offered == Offered::both ? "advertised and received" : offered_key(offered);
}

std::string restart_mode(const View& view, const bgp::NeighborConfig& config) {
  const auto& restart =
      config.graceful_restart ? *config.graceful_restart : view.speaker.config().graceful_restart;
  // bgpd marks what comes from the speaker, not from the neighbour.
  const std::string mark = config.graceful_restart ? "" : "*";
  switch (restart.mode) {
    case bgp::GracefulRestartMode::by_profile:  // bgpd's default is to help
      return "Helper" + mark;
    case bgp::GracefulRestartMode::disabled:
      return "Disable" + mark;
    case bgp::GracefulRestartMode::helper:
      return "Helper" + mark;
    case bgp::GracefulRestartMode::restarter:
      break;
  }
  return "Restart" + mark;
}

std::string remote_restart_mode(const NeighborFacts& facts) {
  if (!facts.opened) return "NotApplicable";
  if (!facts.theirs.graceful_restart) return "Disable";
  return facts.theirs.graceful_restart->families.empty() ? "Helper" : "Restart";
}

std::string role_name(const std::optional<bgp::Role>& role) {
  if (!role) return "undefined";
  switch (*role) {
    case bgp::Role::provider:
      return "provider";
    case bgp::Role::rs_server:
      return "rs-server";
    case bgp::Role::rs_client:
      return "rs-client";
    case bgp::Role::customer:
      return "customer";
    case bgp::Role::peer:
      break;
  }
  return "peer";
}

std::optional<bgp::Role> remote_role(const NeighborFacts& facts) {
  if (!facts.opened || facts.theirs.roles.empty() || facts.theirs.roles.front() > 4) {
    return std::nullopt;
  }
  return static_cast<bgp::Role>(facts.theirs.roles.front());
}

}  // namespace seatrial::bgpd
