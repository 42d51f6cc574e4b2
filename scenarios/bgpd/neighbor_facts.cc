#include "scenarios/bgpd/neighbor_facts.h"

#include <algorithm>

namespace seatrial::bgpd {
namespace {

net::IpAddress router_address(const View& view) {
  return net::IpAddress::v4(view.speaker.config().router_id.value);
}

// A hard reset (RFC 8538) is a Cease that carries the NOTIFICATION that is meant.
void unwrap(Reset& reset) {
  auto& n = *reset.notification;
  const auto cease = static_cast<std::uint8_t>(bgp::ErrorCode::cease);
  if (n.code == cease && n.subcode == bgp::cease::hard_reset && n.data.size() >= 2) {
    reset.hard = true;
    n = {static_cast<bgp::ErrorCode>(n.data[0]), n.data[1], {n.data.begin() + 2, n.data.end()}};
  }
  reset.message = bgp::shutdown_message(n).value_or("");
}

bool no_way(const std::string& reason) {
  return reason == "peer is on no connected subnet" || reason == "connection unreachable";
}

// The numbers of FRR 8.4's peer_down_str.
Reset reset_of(const bgp::SessionSnapshot& session, bool passive) {
  Reset out;
  out.at = session.last_end ? session.last_end->at : TimePoint();
  const auto is = [&out](int code, const char* words) {
    out.code = code;
    out.words = words;
  };
  if (session.shutdown) {
    is(11, "Admin. shutdown");
  } else if (!session.last_end && no_way(session.last_reason)) {
    is(27, "Waiting for NHT");
  } else if (!session.last_end && passive && session.established_count == 0) {
    is(30, "No AFI/SAFI activated for peer");  // bgpd's first word, before it tries
  } else if (!session.last_end) {
    is(32, "Waiting for peer OPEN");
  } else if (const auto& end = *session.last_end; end.received) {
    is(13, "BGP Notification received");
    out.notification = end.received;
    unwrap(out);
  } else if (end.reason == "cleared") {
    is(12, "User reset");
  } else if (end.reason.starts_with("BFD")) {
    is(24, "BFD down received");
  } else if (end.sent) {
    is(14, "BGP Notification send");
    out.notification = end.sent;
    unwrap(out);
  } else if (end.reason.find("interface") != std::string::npos) {
    is(25, "Interface down");
  } else {
    is(15, "Peer closed the session");
  }
  return out;
}

}  // namespace

Offered NeighborFacts::offered(bool own, bool other) const {
  if (!opened || (!own && !other)) return Offered::neither;
  if (own && other) return Offered::both;
  return own ? Offered::advertised : Offered::received;
}

NeighborFacts facts_of(const View& view, const bgp::SessionSnapshot& session, const Told& told) {
  const auto& config = told.config;
  const auto& speaker = view.speaker.config();
  const auto& profile = speaker.profile;
  NeighborFacts out{session, config, told.range};
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
  out.max_hops =
      session.internal ? 255 : config.ttl_security.value_or(config.ebgp_multihop.value_or(1));
  for (const auto& interface : view.config.interfaces) {
    for (const auto& own : interface.addresses) {
      if (own.subnet().contains(session.peer)) out.shared_network = true;
    }
  }
  out.reset = reset_of(session, config.passive);
  if (out.connected())
    out.next_hops = own_next_hops(session.local_end->address, router_address(view));
  for (auto& one : view.bfd.sessions()) {
    if (one.config.peer == session.peer) out.bfd_sessions.push_back(std::move(one));
  }
  return out;
}

bool NeighborFacts::carries(net::Family family) const {
  return holds(config.families, afi_safi(family));
}

bool holds(const std::vector<bgp::AfiSafi>& families, bgp::AfiSafi family) {
  return std::ranges::find(families, family) != families.end();
}

bgp::GracefulRestartConfig restart_config(const View& view, const bgp::NeighborConfig& config) {
  return config.graceful_restart ? *config.graceful_restart
                                 : view.speaker.config().graceful_restart;
}

bool restarts(const View& view, const bgp::NeighborConfig& config) {
  return restart_config(view, config).mode == bgp::GracefulRestartMode::restarter;
}

bool every_end_of_rib_is_in(const View& view, net::Family family) {
  const auto id = afi_safi(family);
  return std::ranges::none_of(view.speaker.sessions(), [&](const bgp::SessionSnapshot& session) {
    return session.state == bgp::State::established && session.open_received &&
           session.open_received->capabilities.graceful_restart &&
           told(view, session.peer).carries(family) && !holds(session.end_of_rib_received, id);
  });
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
  const auto restart = restart_config(view, config);
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
