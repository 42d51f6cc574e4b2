// `show bgp neighbors [PEER]` and its text, in bgpd's words.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/neighbor_facts.h"

namespace seatrial::bgpd {
namespace {

std::int64_t seconds(Duration d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

void add_offered(std::string& out, const std::string& what, Offered offered) {
  if (offered == Offered::neither) return;
  out += fmt::format("    {}: {}\n", what, offered_text(offered));
}

std::string add_path_text(const NeighborFacts& facts) {
  std::string out;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    const auto own = add_path_of(facts.ours, family);
    const auto other = add_path_of(facts.theirs, family);
    const auto line = [&](const char* way, Offered offered) {
      if (offered == Offered::neither) return;
      out += fmt::format("      {}: {} {}\n", family_name(family), way, offered_text(offered));
    };
    line("TX", facts.offered(own.send, other.send));
    line("RX", facts.offered(own.receive, other.receive));
  }
  return out.empty() ? out : "    AddPath:\n" + out;
}

std::string host_name_text(const NeighborFacts& facts) {
  if (!facts.ours.host_name && !facts.theirs.host_name) return {};
  const auto side = [](const char* how, const std::optional<bgp::HostName>& name) {
    if (!name) return fmt::format("not {}", how);
    return fmt::format("{} (name: {},domain name: {})", how, name->host,
                       name->domain.empty() ? "n/a" : name->domain);
  };
  return "    Hostname Capability: " + side("advertised", facts.ours.host_name) + " " +
         side("received", facts.theirs.host_name) + "\n";
}

std::string refresh_text(const NeighborFacts& facts) {
  const auto& theirs = facts.theirs;
  const auto offered = facts.offered(facts.ours.route_refresh || facts.ours.cisco_route_refresh,
                                     theirs.route_refresh || theirs.cisco_route_refresh);
  if (offered == Offered::neither) return {};
  auto out = "    Route refresh: " + offered_text(offered);
  if (offered == Offered::both) {
    out += theirs.cisco_route_refresh && theirs.route_refresh ? "(old & new)"
           : theirs.cisco_route_refresh                       ? "(old)"
                                                              : "(new)";
  }
  return out + "\n";
}

std::string capabilities_text(const NeighborFacts& facts) {
  const auto& ours = facts.ours;
  const auto& theirs = facts.theirs;
  std::string out = "  Neighbor capabilities:\n";
  add_offered(out, "4 Byte AS",
              facts.offered(ours.four_octet_as.has_value(), theirs.four_octet_as.has_value()));
  add_offered(out, "Extended Message",
              facts.offered(ours.extended_message, theirs.extended_message));
  out += add_path_text(facts);
  const auto long_lived = facts.offered(ours.long_lived.has_value(), theirs.long_lived.has_value());
  add_offered(out, "Long-lived Graceful Restart", long_lived);
  if (long_lived != Offered::neither) out += "      Address families by peer:\n";
  out += refresh_text(facts);
  add_offered(out, "Enhanced Route Refresh",
              facts.offered(ours.enhanced_route_refresh, theirs.enhanced_route_refresh));
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    const auto id = afi_safi(family);
    add_offered(out, "Address Family " + family_name(family),
                facts.offered(ours.has(id), theirs.has(id)));
  }
  out += host_name_text(facts);
  add_offered(
      out, "Graceful Restart Capability",
      facts.offered(ours.graceful_restart.has_value(), theirs.graceful_restart.has_value()));
  if (theirs.graceful_restart) {
    out += fmt::format(
        "      Remote Restart timer is {} seconds\n      Address families by peer:\n        ",
        theirs.graceful_restart->restart_time_s);
    std::string families;
    for (const auto& entry : theirs.graceful_restart->families) {
      const auto family = entry.family == bgp::ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6;
      families += (families.empty() ? "" : ", ") + family_name(family) +
                  (entry.forwarding_preserved ? "(preserved)" : "(not preserved)");
    }
    out += (families.empty() ? "none" : families) + "\n";
  }
  return out;
}

std::string restart_text(const View& view, const NeighborFacts& facts) {
  const auto& theirs = facts.theirs.graceful_restart;
  const auto& own = facts.config.graceful_restart ? *facts.config.graceful_restart
                                                  : view.speaker.config().graceful_restart;
  const auto word = [](bool yes) { return yes ? "True" : "False"; };
  return fmt::format(
      "  Graceful restart information:\n    Local GR Mode: {}\n    Remote GR Mode: {}\n"
      "    R bit: {}\n    N bit: {}\n    Timers:\n      Configured Restart Time(sec): {}\n"
      "      Received Restart Time(sec): {}\n",
      restart_mode(view, facts.config), remote_restart_mode(facts),
      word(theirs && theirs->restarted), word(theirs && theirs->notification),
      seconds(own.restart_time), theirs ? theirs->restart_time_s : 0);
}

std::string messages_text(const bgp::SessionSnapshot& s) {
  std::string out =
      "  Message statistics:\n    Inq depth is 0\n    Outq depth is 0\n"
      "                         Sent       Rcvd\n";
  const auto line = [&out](const char* name, std::uint64_t sent, std::uint64_t received) {
    out += fmt::format("    {:<15} {:>9} {:>10}\n", name, sent, received);
  };
  const auto total = [](const bgp::MessageCounters& c) {
    return c.opens + c.updates + c.notifications + c.keepalives + c.route_refreshes;
  };
  line("Opens:", s.sent.opens, s.received.opens);
  line("Notifications:", s.sent.notifications, s.received.notifications);
  line("Updates:", s.sent.updates, s.received.updates);
  line("Keepalives:", s.sent.keepalives, s.received.keepalives);
  line("Route Refresh:", s.sent.route_refreshes, s.received.route_refreshes);
  line("Capability:", 0, 0);
  line("Total:", total(s.sent), total(s.received));
  return out;
}

std::string families_text(const NeighborFacts& facts) {
  std::string out;
  const auto& config = facts.config;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (std::ranges::find(config.families, afi_safi(family)) == config.families.end()) continue;
    out += "\n For address family: " + family_name(family) + "\n";
    if (!facts.established()) out += "  Not part of any update group\n";
    if (config.route_reflector_client) out += "  Route-Reflector Client\n";
    if (config.soft_reconfiguration_inbound) out += "  Inbound soft reconfiguration allowed\n";
    if (config.next_hop_self != bgp::NextHopSelf::never)
      out += "  NEXT_HOP is always this router\n";
    if (config.send_community && config.send_extended_community) {
      out += "  Community attribute sent to this neighbor(all)\n";
    }
    out += fmt::format("  {} accepted prefixes\n", facts.session.prefixes_accepted);
  }
  return out;
}

}  // namespace

std::string neighbor_text(const View& view, const bgp::SessionSnapshot& session,
                          const bgp::NeighborConfig& config) {
  const auto facts = facts_of(view, session, config);
  auto out = fmt::format("BGP neighbor is {}, remote AS {}, local AS {}, {} link\n",
                         session.peer.to_string(), facts.remote_as, session.local_as.to_string(),
                         session.internal ? "internal" : "external");
  out += "  Local Role: " + role_name(config.role) + "\n";
  out += "  Remote Role: " + role_name(remote_role(facts)) + "\n";
  if (!session.description.empty()) out += " Description: " + session.description + "\n";
  if (facts.theirs.host_name) out += "Hostname: " + facts.theirs.host_name->host + "\n";
  if (!config.peer_group.empty()) {
    out += " Member of peer-group " + config.peer_group + " for session parameters\n";
  }
  if (session.shutdown) out += " Administratively shut down\n";
  out += fmt::format("  BGP version 4, remote router ID {}, local router ID {}\n",
                     session.remote_id ? session.remote_id->to_string() : "0.0.0.0",
                     view.speaker.config().router_id.to_string());
  out += fmt::format("  BGP state = {}", to_string(session.state));
  if (facts.established()) out += ", up for " + uptime(view.since(session.since));
  out += fmt::format("\n  Hold time is {} seconds, keepalive interval is {} seconds\n",
                     seconds(facts.hold), seconds(facts.keepalive));
  out += fmt::format("  Configured hold time is {} seconds, keepalive interval is {} seconds\n",
                     seconds(facts.configured_hold), seconds(facts.configured_keepalive));
  out += "  Configured conditional advertisements interval is 60 seconds\n";
  if (facts.opened) out += capabilities_text(facts);
  out += restart_text(view, facts);
  out += messages_text(session);
  out += fmt::format("  Minimum time between advertisement runs is {} seconds\n",
                     seconds(facts.advertisement_interval));
  if (config.local_address) out += "  Update source is " + config.local_address->to_string() + "\n";
  out += families_text(facts);
  out += fmt::format("\n  Connections established {}; dropped {}\n", session.established_count,
                     session.established_count - (facts.established() ? 1 : 0));
  if (facts.reset_cause.empty()) {
    out += "  Last reset never\n";
  } else {
    out +=
        fmt::format("  Last reset {},  {}\n", uptime(view.since(session.since)), facts.reset_cause);
  }
  out += fmt::format("  {} BGP neighbor may be up to {} hops away.\n",
                     session.internal ? "Internal" : "External", facts.max_hops);
  if (!session.local_address.is_unspecified()) {
    out += "Local host: " + session.local_address.to_string() + "\n";
    out += "Foreign host: " + session.peer.to_string() + "\n";
    out += "Nexthop: " + session.local_address.to_string() + "\n";
    out += std::string("BGP connection: ") +
           (facts.shared_network ? "shared network\n" : "non shared network\n");
  }
  out += fmt::format("BGP Connect Retry Timer in Seconds: {}\n", seconds(facts.connect_retry));
  if (config.bfd) {
    const auto& bfd = facts.bfd_sessions;
    const bool far = !bfd.empty() && bfd.front().config.multihop;
    out += fmt::format(
        "\n  BFD: Type: {} hop\n  Detect Multiplier: {}, Min Rx interval: {}, Min Tx interval: "
        "{}\n",
        far ? "multi" : "single", config.bfd->detect_multiplier,
        milliseconds(config.bfd->receive_interval), milliseconds(config.bfd->transmit_interval));
    if (!bfd.empty()) {
      out += fmt::format("  Status: {}, Last update: 0:{}\n",
                         bfd.front().state == bfd::State::up ? "Up" : "Down",
                         uptime(view.since(bfd.front().since)));
    }
  }
  return out + "\n";
}

std::string show_neighbors(const View& view, const net::IpAddress* only, bool json) {
  auto all = Json::object();
  std::string text;
  const auto& neighbors = view.speaker.config().neighbors;
  for (const auto& session : view.speaker.sessions()) {
    if (only != nullptr && session.peer != *only) continue;
    const auto known = std::ranges::find(neighbors, session.peer, &bgp::NeighborConfig::address);
    const auto config = known == neighbors.end() ? bgp::NeighborConfig{} : *known;
    if (json) {
      all[session.peer.to_string()] = neighbor_json(view, session, config);
    } else {
      text += neighbor_text(view, session, config);
    }
  }
  if (only != nullptr && (json ? all.empty() : text.empty())) {
    return json ? printed(Json{{"bgpNoSuchNeighbor", true}})
                : "% No such neighbor in this view/vrf\n";
  }
  return json ? printed(all) : text;
}

}  // namespace seatrial::bgpd
