// `show bgp neighbors [PEER]` and its text, in bgpd's words.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/neighbor_family.h"

namespace seatrial::bgpd {
namespace {

void add_offered(std::string& out, const std::string& what, Offered offered) {
  if (offered == Offered::neither) return;
  out += fmt::format("    {}: {}\n", what, offered_text(offered));
}

std::string add_path_text(const NeighborFacts& facts) {
  std::string out;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (!facts.carries(family)) continue;
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
  if (long_lived != Offered::neither) {
    out += "      Address families by peer:\n";
    for (const auto& entry : theirs.long_lived.value_or(std::vector<bgp::LongLivedCapability>())) {
      // bgpd takes one only where the family is in the peer's graceful restart, too.
      const auto& kept = theirs.graceful_restart;
      if (!kept || std::ranges::find(kept->families, entry.family,
                                     &bgp::GracefulRestartCapability::Entry::family) ==
                       kept->families.end()) {
        continue;
      }
      out += "           " + family_name(family_of(entry.family)) + "\n";
    }
  }
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
      const auto family = family_of(entry.family);
      if (!facts.carries(family)) continue;
      families += (families.empty() ? "" : ", ") + family_name(family) +
                  (entry.forwarding_preserved ? "(preserved)" : "(not preserved)");
    }
    out += (families.empty() ? "none" : families) + "\n";
  }
  return out;
}

std::string families_list(const char* what, const std::vector<bgp::AfiSafi>& families) {
  if (families.empty()) return {};
  std::string names;
  for (const auto& family : families) {
    names += (names.empty() ? "" : ", ") + family_name(family_of(family));
  }
  return fmt::format("    End-of-RIB {}: {}\n", what, names);
}

std::string restart_of_family_text(const View& view, const NeighborFacts& facts,
                                   net::Family family) {
  const auto id = afi_safi(family);
  const auto own = restart_config(view, facts.config);
  const auto yes = [](bool it_is) { return it_is ? "Yes" : "No"; };
  const bool preserved = std::ranges::any_of(
      facts.theirs.graceful_restart->families,
      [&](const auto& entry) { return entry.family == id && entry.forwarding_preserved; });
  auto out = fmt::format(
      "    {}:\n      F bit: {}\n      End-of-RIB sent: {}\n      End-of-RIB sent after update: "
      "{}\n"
      "      End-of-RIB received: {}\n      Timers:\n        Configured Stale Path Time(sec): {}\n",
      family_name(family), preserved ? "True" : "False",
      yes(holds(facts.session.end_of_rib_sent, id)), yes(every_end_of_rib_is_in(view, family)),
      yes(holds(facts.session.end_of_rib_received, id)), seconds(own.stale_time));
  if (restarts(view, facts.config)) {
    out += fmt::format(
        "        Configured Selection Deferral Time(sec): {}\n",
        seconds(own.select_deferral.value_or(view.config.bgp->profile.restart_wait_max)));
  }
  return out;
}

std::string restart_text(const View& view, const NeighborFacts& facts) {
  const auto& theirs = facts.theirs.graceful_restart;
  const auto own = restart_config(view, facts.config);
  const auto word = [](bool yes) { return yes ? "True" : "False"; };
  std::string out = "  Graceful restart information:\n";
  if (facts.established()) {
    out += families_list("send", facts.session.end_of_rib_sent);
    out += families_list("received", facts.session.end_of_rib_received);
  }
  out += fmt::format(
      "    Local GR Mode: {}\n    Remote GR Mode: {}\n"
      "    R bit: {}\n    N bit: {}\n    Timers:\n      Configured Restart Time(sec): {}\n"
      "      Received Restart Time(sec): {}\n",
      restart_mode(view, facts.config), remote_restart_mode(facts),
      word(theirs && theirs->restarted), word(theirs && theirs->notification),
      seconds(own.restart_time), theirs ? theirs->restart_time_s : 0);
  if (!theirs || !facts.established()) return out;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (facts.carries(family)) out += restart_of_family_text(view, facts, family);
  }
  return out;
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

std::string families_text(const View& view, const NeighborFacts& facts) {
  std::string out;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (!facts.carries(family)) continue;
    out += "\n For address family: " + family_name(family) + "\n";
    for (const auto& fact : family_facts(view, facts, family)) out += fact.text;
  }
  return out;
}

std::string reset_text(const View& view, const NeighborFacts& facts) {
  const auto& reset = facts.reset;
  const auto when = uptime(view.since(reset.at));
  if (!reset.notification) return fmt::format("  Last reset {},  {}\n", when, reset.words);
  auto out = fmt::format("  Last reset {},  Notification {} ({}{})\n", when,
                         reset.code == 13 ? "received" : "sent", reset.notification->to_string(),
                         reset.hard ? "/Hard Reset" : "");
  if (!reset.message.empty()) out += fmt::format("    Message: \"{}\"\n", reset.message);
  return out;
}

std::string connection_text(const NeighborFacts& facts) {
  const auto& session = facts.session;
  if (!facts.connected()) return {};
  return fmt::format(
      "Local host: {}, Local port: {}\nForeign host: {}, Foreign port: {}\nNexthop: {}\n"
      "Nexthop global: {}\nNexthop local: {}\nBGP connection: {}\n",
      session.local_end->address.to_string(), session.local_end->port,
      session.remote_end->address.to_string(), session.remote_end->port,
      facts.next_hops.ipv4.to_string(), facts.next_hops.global.to_string(),
      facts.next_hops.link_local.to_string(),
      facts.shared_network ? "shared network" : "non shared network");
}

std::string timers_text(const View& view, const NeighborFacts& facts) {
  const auto& session = facts.session;
  auto out = fmt::format("BGP Connect Retry Timer in Seconds: {}\n", seconds(facts.connect_retry));
  if (session.round_trip && facts.established()) {
    out += fmt::format("Estimated round trip time: {} ms\n", milliseconds(*session.round_trip));
  }
  if (session.next_attempt && session.state <= bgp::State::active) {
    out += fmt::format("Next {} timer due in {} seconds\n",
                       session.state == bgp::State::idle ? "start" : "connect",
                       seconds(*session.next_attempt - view.host.now()));
  }
  if (!facts.config.password.empty()) out += "Peer Authentication Enabled\n";
  const auto* on = facts.connected() ? "on" : "off";
  return out + fmt::format("Read thread: {}  Write thread: {}\n", on, on);
}

std::string bfd_text(const View& view, const NeighborFacts& facts) {
  const auto& asked = *facts.config.bfd;
  const auto& known = facts.bfd_sessions;
  const bool far = !known.empty() && known.front().config.multihop;
  auto out = fmt::format(
      "\n  BFD: Type: {} hop\n  Detect Multiplier: {}, Min Rx interval: {}, Min Tx interval: {}\n",
      far ? "multi" : "single", asked.detect_multiplier, milliseconds(asked.receive_interval),
      milliseconds(asked.transmit_interval));
  if (known.empty()) return out;
  return out + fmt::format("  Status: {}, Last update: 0:{}\n",
                           known.front().state == bfd::State::up ? "Up" : "Down",
                           uptime(view.since(known.front().since)));
}

}  // namespace

std::string neighbor_text(const View& view, const bgp::SessionSnapshot& session, const Told& told) {
  const auto facts = facts_of(view, session, told);
  const auto& config = facts.config;
  auto out = fmt::format("BGP neighbor is {}{}, remote AS {}, local AS {}{}{}, {} link\n",
                         facts.range != nullptr ? "*" : "", session.peer.to_string(),
                         facts.remote_as, session.local_as.to_string(),
                         config.local_as && config.local_as->no_prepend ? " no-prepend" : "",
                         config.local_as && config.local_as->replace_as ? " replace-as" : "",
                         session.internal ? "internal" : "external");
  out += "  Local Role: " + role_name(config.role) + "\n";
  out += "  Remote Role: " + role_name(remote_role(facts)) + "\n";
  if (!session.description.empty()) out += " Description: " + session.description + "\n";
  if (facts.theirs.host_name) out += "Hostname: " + facts.theirs.host_name->host + "\n";
  if (!config.peer_group.empty()) {
    out += " Member of peer-group " + config.peer_group + " for session parameters\n";
  }
  if (facts.range != nullptr) {
    out += "  Belongs to the subnet range group: " + facts.range->prefix.to_string() + "\n";
  }
  if (session.shutdown) out += " Administratively shut down\n";
  out += fmt::format("  BGP version 4, remote router ID {}, local router ID {}\n",
                     session.remote_id ? session.remote_id->to_string() : "0.0.0.0",
                     view.speaker.config().router_id.to_string());
  out += fmt::format("  BGP state = {}", to_string(session.state));
  if (facts.established()) out += ", up for " + uptime(view.since(session.since));
  if (session.state == bgp::State::active && config.passive) out += " (passive)";
  const auto age = [&view](const std::optional<TimePoint>& at) {
    return at ? uptime(view.since(*at)) : "never";
  };
  out += fmt::format("\n  Last read {}, Last write {}\n",
                     uptime(view.since(session.last_read.value_or(TimePoint()))),
                     age(session.last_written));
  out += fmt::format("  Hold time is {} seconds, keepalive interval is {} seconds\n",
                     seconds(facts.hold), seconds(facts.keepalive));
  out += fmt::format("  Configured hold time is {} seconds, keepalive interval is {} seconds\n",
                     seconds(facts.configured_hold), seconds(facts.configured_keepalive));
  out += fmt::format("  Configured conditional advertisements interval is {} seconds\n",
                     seconds(view.speaker.config().condition_interval));
  if (facts.opened) out += capabilities_text(facts);
  out += restart_text(view, facts);
  out += messages_text(session);
  out += fmt::format("  Minimum time between advertisement runs is {} seconds\n",
                     seconds(facts.advertisement_interval));
  if (config.local_address) out += "  Update source is " + config.local_address->to_string() + "\n";
  out += families_text(view, facts);
  out += fmt::format("\n  Connections established {}; dropped {}\n", session.established_count,
                     session.established_count - (facts.established() ? 1 : 0));
  out += reset_text(view, facts);
  out += fmt::format("  {} BGP neighbor may be up to {} hops away.\n",
                     session.internal ? "Internal" : "External", facts.max_hops);
  out += connection_text(facts);
  out += timers_text(view, facts);
  if (config.bfd) out += bfd_text(view, facts);
  return out + "\n";
}

std::string show_neighbors(const View& view, const net::IpAddress* only, bool json) {
  auto all = Json::object();
  std::string text;
  for (const auto& session : view.speaker.sessions()) {
    if (only != nullptr && session.peer != *only) continue;
    const auto config = told(view, session.peer);
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
