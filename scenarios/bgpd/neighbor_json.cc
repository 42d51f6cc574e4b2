// `show bgp neighbors [PEER] json` with bgpd's keys; README.md names those that are left out.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/neighbor_family.h"

namespace seatrial::bgpd {
namespace {

void put_offered(Json& out, const char* key, Offered offered) {
  if (offered != Offered::neither) out[key] = offered_key(offered);
}

// What of a family is offered: {"advertisedAndReceived": true}.
Json families_json(const NeighborFacts& facts) {
  auto out = Json::object();
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    const auto id = afi_safi(family);
    const auto offered = facts.offered(facts.ours.has(id), facts.theirs.has(id));
    if (offered != Offered::neither) {
      out[family_key(family)] = Json{{offered_key(offered), true}};
    }
  }
  return out;
}

Json add_path_json(const NeighborFacts& facts) {
  auto out = Json::object();
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (!facts.carries(family)) continue;
    const auto own = add_path_of(facts.ours, family);
    const auto other = add_path_of(facts.theirs, family);
    Json entry;
    const auto put = [&](const char* prefix, Offered offered) {
      auto word = offered_key(offered);
      if (word.empty()) return;
      word.front() = static_cast<char>(word.front() - 'a' + 'A');
      entry[prefix + word] = true;
    };
    put("tx", facts.offered(own.send, other.send));
    put("rx", facts.offered(own.receive, other.receive));
    if (!entry.is_null()) out[family_key(family)] = std::move(entry);
  }
  return out;
}

Json capabilities_json(const NeighborFacts& facts) {
  const auto& ours = facts.ours;
  const auto& theirs = facts.theirs;
  Json out;
  put_offered(out, "4byteAs",
              facts.offered(ours.four_octet_as.has_value(), theirs.four_octet_as.has_value()));
  put_offered(out, "extendedMessage",
              facts.offered(ours.extended_message, theirs.extended_message));
  if (auto add_path = add_path_json(facts); !add_path.empty()) out["addPath"] = add_path;
  const auto long_lived = facts.offered(ours.long_lived.has_value(), theirs.long_lived.has_value());
  if (long_lived != Offered::neither) {
    out["longLivedGracefulRestart"] = offered_key(long_lived);
    auto& families = out["longLivedGracefulRestartByPeer"] = Json::object();
    if (facts.theirs.long_lived) {
      for (const auto& entry : *facts.theirs.long_lived) {
        if (entry.stale_time_s == 0) continue;
        families[family_key(family_of(entry.family))] =
            Json{{"staleTimeMsecs", std::uint64_t{entry.stale_time_s} * 1000}};
      }
    }
  }
  if (const auto refresh = facts.offered(ours.route_refresh || ours.cisco_route_refresh,
                                         theirs.route_refresh || theirs.cisco_route_refresh);
      refresh == Offered::both) {
    const bool old_too = theirs.cisco_route_refresh;
    out["routeRefresh"] = old_too && theirs.route_refresh ? "advertisedAndReceivedOldNew"
                          : old_too                       ? "advertisedAndReceivedOld"
                                                          : "advertisedAndReceivedNew";
  } else {
    put_offered(out, "routeRefresh", refresh);
  }
  put_offered(out, "enhancedRouteRefresh",
              facts.offered(ours.enhanced_route_refresh, theirs.enhanced_route_refresh));
  out["multiprotocolExtensions"] = families_json(facts);
  if (ours.host_name || theirs.host_name) {
    auto& host = out["hostName"] = Json::object();
    const auto word = [](const std::string& text) { return text.empty() ? "n/a" : text; };
    if (ours.host_name) {
      host["advHostName"] = word(ours.host_name->host);
      host["advDomainName"] = word(ours.host_name->domain);
    }
    if (theirs.host_name) {
      host["rcvHostName"] = word(theirs.host_name->host);
      host["rcvDomainName"] = word(theirs.host_name->domain);
    }
  }
  put_offered(
      out, "gracefulRestart",
      facts.offered(ours.graceful_restart.has_value(), theirs.graceful_restart.has_value()));
  if (theirs.graceful_restart) {
    out["gracefulRestartRemoteTimerMsecs"] = theirs.graceful_restart->restart_time_s * 1000;
    auto families = Json::object();
    for (const auto& entry : theirs.graceful_restart->families) {
      if (!facts.carries(family_of(entry.family))) continue;
      auto& said = families[family_key(family_of(entry.family))] = Json::object();
      if (entry.forwarding_preserved) said["preserved"] = true;
    }
    if (families.empty()) {
      out["addressFamiliesByPeer"] = "none";
    } else {
      out["addressFamiliesByPeer"] = std::move(families);
    }
  }
  return out;
}

Json restart_of_family_json(const View& view, const NeighborFacts& facts, net::Family family) {
  const auto id = afi_safi(family);
  const auto own = restart_config(view, facts.config);
  const auto& sent = facts.session.end_of_rib_sent;
  const auto& received = facts.session.end_of_rib_received;
  const bool preserved = std::ranges::any_of(
      facts.theirs.graceful_restart->families,
      [&](const auto& entry) { return entry.family == id && entry.forwarding_preserved; });
  Json timers{{"stalePathTimer", seconds(own.stale_time)}};
  if (facts.session.stale_timer) {
    timers["stalePathTimerRemaining"] = seconds(*facts.session.stale_timer);
  }
  if (restarts(view, facts.config))
    timers["selectionDeferralTimer"] =
        seconds(own.select_deferral.value_or(view.config.bgp->profile.restart_wait_max));
  return {{"fBit", preserved},
          {"endOfRibStatus",
           {{"endOfRibSend", holds(sent, id)},
            {"endOfRibSentAfterUpdate", every_end_of_rib_is_in(view, family)},
            {"endOfRibRecv", holds(received, id)}}},
          {"timers", std::move(timers)}};
}

Json restart_json(const View& view, const NeighborFacts& facts) {
  const auto& theirs = facts.theirs.graceful_restart;
  const auto own = restart_config(view, facts.config);
  Json out{{"endOfRibSend", Json::object()}, {"endOfRibRecv", Json::object()}};
  if (facts.established()) {
    for (const auto& family : facts.session.end_of_rib_sent) {
      out["endOfRibSend"][family_key(family_of(family))] = true;
    }
    for (const auto& family : facts.session.end_of_rib_received) {
      out["endOfRibRecv"][family_key(family_of(family))] = true;
    }
  }
  out["localGrMode"] = restart_mode(view, facts.config);
  out["remoteGrMode"] = remote_restart_mode(facts);
  out["rBit"] = theirs && theirs->restarted;
  out["nBit"] = theirs && theirs->notification;
  out["timers"] = {{"configuredRestartTimer", seconds(own.restart_time)},
                   {"receivedRestartTimer", theirs ? theirs->restart_time_s : 0}};
  if (facts.session.restart_timer) {
    out["timers"]["restartTimerRemaining"] = seconds(*facts.session.restart_timer);
  }
  if (!theirs || !facts.established()) return out;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (!facts.carries(family)) continue;
    out[family_key(family)] = restart_of_family_json(view, facts, family);
  }
  return out;
}

Json messages_json(const bgp::SessionSnapshot& s) {
  const auto total = [](const bgp::MessageCounters& c) {
    return c.opens + c.updates + c.notifications + c.keepalives + c.route_refreshes;
  };
  return {{"depthInq", 0},
          {"depthOutq", 0},
          {"opensSent", s.sent.opens},
          {"opensRecv", s.received.opens},
          {"notificationsSent", s.sent.notifications},
          {"notificationsRecv", s.received.notifications},
          {"updatesSent", s.sent.updates},
          {"updatesRecv", s.received.updates},
          {"keepalivesSent", s.sent.keepalives},
          {"keepalivesRecv", s.received.keepalives},
          {"routeRefreshSent", s.sent.route_refreshes},
          {"routeRefreshRecv", s.received.route_refreshes},
          {"capabilitySent", 0},
          {"capabilityRecv", 0},
          {"totalSent", total(s.sent)},
          {"totalRecv", total(s.received)}};
}

Json families_info_json(const View& view, const NeighborFacts& facts) {
  auto out = Json::object();
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (!facts.carries(family)) continue;
    auto info = Json::object();
    for (auto& fact : family_facts(view, facts, family)) {
      if (!fact.key.empty()) info[fact.key] = std::move(fact.value);
    }
    out[family_key(family)] = std::move(info);
  }
  return out;
}

void put_timers(Json& out, const View& view, const NeighborFacts& facts) {
  const auto& session = facts.session;
  if (facts.established()) {
    out["bgpTimerUpMsec"] = whole_seconds_ms(view.since(session.since));
    out["bgpTimerUpString"] = uptime(view.since(session.since));
    out["bgpTimerUpEstablishedEpoch"] = view.epoch(session.since);
  }
  // Of what never was, bgpd gives the time since it started, or since the machine did.
  const auto since = [&view](const std::optional<TimePoint>& at) {
    return whole_seconds_ms(view.since(at.value_or(TimePoint())));
  };
  out["bgpTimerLastRead"] = since(session.last_read);
  out["bgpTimerLastWrite"] = since(session.last_written);
  out["bgpInUpdateElapsedTimeMsecs"] = since(session.last_update);
  out["bgpTimerConfiguredHoldTimeMsecs"] = milliseconds(facts.configured_hold);
  out["bgpTimerConfiguredKeepAliveIntervalMsecs"] = milliseconds(facts.configured_keepalive);
  out["bgpTimerHoldTimeMsecs"] = milliseconds(facts.hold);
  out["bgpTimerKeepAliveIntervalMsecs"] = milliseconds(facts.keepalive);
  out["extendedOptionalParametersLength"] = false;
  out["bgpTimerConfiguredConditionalAdvertisementsSec"] =
      seconds(view.speaker.config().condition_interval);
}

void put_reset(Json& out, const View& view, const NeighborFacts& facts) {
  const auto& reset = facts.reset;
  out["lastResetTimerMsecs"] = whole_seconds_ms(view.since(reset.at));
  if (reset.notification) {
    const auto& n = *reset.notification;
    out["lastErrorCodeSubcode"] = fmt::format("{:02X}{:02X}", n.code, n.subcode);
    out["lastNotificationReason"] = n.to_string();
    out["lastNotificationHardReset"] = reset.hard;
    if (!reset.message.empty()) out["lastShutdownDescription"] = reset.message;
  }
  out["lastResetDueTo"] = reset.words;
  out["lastResetCode"] = reset.code;
}

void put_connection(Json& out, const NeighborFacts& facts) {
  const auto& session = facts.session;
  const bool connected = facts.connected();
  out["hostLocal"] = connected ? session.local_end->address.to_string() : "Unknown";
  out["portLocal"] = connected ? session.local_end->port : -1;
  out["hostForeign"] = connected ? session.remote_end->address.to_string() : "Unknown";
  out["portForeign"] = connected ? session.remote_end->port : -1;
  if (!connected) return;
  out["nexthop"] = facts.next_hops.ipv4.to_string();
  out["nexthopGlobal"] = facts.next_hops.global.to_string();
  out["nexthopLocal"] = facts.next_hops.link_local.to_string();
  out["bgpConnection"] = facts.shared_network ? "sharedNetwork" : "nonSharedNetwork";
}

Json bfd_json(const View& view, const NeighborFacts& facts) {
  const auto& asked = *facts.config.bfd;
  const auto& known = facts.bfd_sessions;
  const bool far = !known.empty() && known.front().config.multihop;
  const bool up = !known.empty() && known.front().state == bfd::State::up;
  return {{"type", far ? "multi hop" : "single hop"},
          {"detectMultiplier", asked.detect_multiplier},
          {"rxMinInterval", milliseconds(asked.receive_interval)},
          {"txMinInterval", milliseconds(asked.transmit_interval)},
          {"status", known.empty() ? "Unknown"
                     : up          ? "Up"
                                   : "Down"},
          {"lastUpdate", known.empty() ? "never" : "0:" + uptime(view.since(known.front().since))}};
}

}  // namespace

Json neighbor_json(const View& view, const bgp::SessionSnapshot& session, const Told& told) {
  const auto facts = facts_of(view, session, told);
  const auto& config = facts.config;
  Json out{{"remoteAs", facts.remote_as}, {"localAs", session.local_as.value}};
  if (config.local_as) {
    if (config.local_as->no_prepend) out["localAsNoPrepend"] = true;
    if (config.local_as->replace_as) out["localAsReplaceAs"] = true;
  }
  out[session.internal ? "nbrInternalLink" : "nbrExternalLink"] = true;
  out["localRole"] = role_name(config.role);
  out["remoteRole"] = role_name(remote_role(facts));
  if (!session.description.empty()) out["nbrDesc"] = session.description;
  if (facts.theirs.host_name) out["hostname"] = facts.theirs.host_name->host;
  if (!config.peer_group.empty()) out["peerGroup"] = config.peer_group;
  if (facts.range != nullptr) out["peerSubnetRangeGroup"] = facts.range->prefix.to_string();
  if (session.shutdown) out["adminShutDown"] = true;
  out["bgpVersion"] = 4;
  out["remoteRouterId"] = session.remote_id ? session.remote_id->to_string() : "0.0.0.0";
  out["localRouterId"] = view.speaker.config().router_id.to_string();
  out["bgpState"] = to_string(session.state);
  if (session.state == bgp::State::active && config.passive) out["bgpStateIs"] = "passive";
  put_timers(out, view, facts);
  if (facts.opened) out["neighborCapabilities"] = capabilities_json(facts);
  out["gracefulRestartInfo"] = restart_json(view, facts);
  out["messageStats"] = messages_json(session);
  out["minBtwnAdvertisementRunsTimerMsecs"] = milliseconds(facts.advertisement_interval);
  if (config.local_address) out["updateSource"] = config.local_address->to_string();
  out["addressFamilyInfo"] = families_info_json(view, facts);
  out["connectionsEstablished"] = session.established_count;
  out["connectionsDropped"] = session.established_count - (facts.established() ? 1 : 0);
  put_reset(out, view, facts);
  out[session.internal ? "internalBgpNbrMaxHopsAway" : "externalBgpNbrMaxHopsAway"] =
      facts.max_hops;
  put_connection(out, facts);
  out["connectRetryTimer"] = milliseconds(facts.connect_retry) / 1000;
  if (session.round_trip && facts.established()) {
    out["estimatedRttInMsecs"] = milliseconds(*session.round_trip);
  }
  if (session.next_attempt && session.state <= bgp::State::active) {
    const bool idle = session.state == bgp::State::idle;
    out[idle ? "nextStartTimerDueInMsecs" : "nextConnectTimerDueInMsecs"] =
        seconds(*session.next_attempt - view.host.now()) * 1000;
  }
  if (config.advertisement_interval) {
    out["mraiInterval"] = seconds(*config.advertisement_interval);
  }
  if (!config.password.empty()) out["authenticationEnabled"] = 1;
  out["readThread"] = facts.connected() ? "on" : "off";
  out["writeThread"] = facts.connected() ? "on" : "off";
  if (config.bfd) out["peerBfdInfo"] = bfd_json(view, facts);
  return out;
}

}  // namespace seatrial::bgpd
