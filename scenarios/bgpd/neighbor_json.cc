// `show bgp neighbors [PEER] json` with bgpd's keys. Not said, because a sans-IO speaker does not
// know them: ports, the interface's link-local address, the round-trip time.
#include <algorithm>

#include "scenarios/bgpd/neighbor_facts.h"

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
    out["longLivedGracefulRestartByPeer"] = Json::object();
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
      const auto family = entry.family == bgp::ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6;
      families[family_key(family)] = Json{{"preserved", entry.forwarding_preserved}};
    }
    if (families.empty()) {
      out["addressFamiliesByPeer"] = "none";
    } else {
      out["addressFamiliesByPeer"] = std::move(families);
    }
  }
  return out;
}

Json restart_json(const View& view, const NeighborFacts& facts) {
  const auto& theirs = facts.theirs.graceful_restart;
  const auto& own = facts.config.graceful_restart ? *facts.config.graceful_restart
                                                  : view.speaker.config().graceful_restart;
  const auto seconds = [](Duration d) {
    return std::chrono::duration_cast<std::chrono::seconds>(d).count();
  };
  return {{"localGrMode", restart_mode(view, facts.config)},
          {"remoteGrMode", remote_restart_mode(facts)},
          {"rBit", theirs && theirs->restarted},
          {"nBit", theirs && theirs->notification},
          {"timers",
           {{"configuredRestartTimer", seconds(own.restart_time)},
            {"receivedRestartTimer", theirs ? theirs->restart_time_s : 0}}}};
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

Json families_info_json(const NeighborFacts& facts) {
  auto out = Json::object();
  const auto& config = facts.config;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (std::ranges::find(config.families, afi_safi(family)) == config.families.end()) continue;
    Json info;
    if (config.route_reflector_client) info["routeReflectorClient"] = true;
    if (config.soft_reconfiguration_inbound) info["inboundSoftConfigPermit"] = true;
    if (config.remove_private_as != bgp::RemovePrivateAs::never) {
      info["privateAsNumsRemovedInUpdatesToNbr"] = true;
    }
    if (config.next_hop_self == bgp::NextHopSelf::unless_reflected) {
      info["routerAlwaysNextHop"] = true;
    }
    if (config.next_hop_self == bgp::NextHopSelf::always) info["routerAlwaysNextHop"] = true;
    if (config.route_server_client) info["routeServerClient"] = true;
    const char* sent = config.send_extended_community
                           ? (config.send_community ? "extendedAndStandard" : "extended")
                           : (config.send_community ? "standard" : nullptr);
    if (sent != nullptr) info["commAttriSentToNbr"] = sent;
    if (config.default_originate) info["defaultSent"] = facts.established();
    info["acceptedPrefixCounter"] = facts.session.prefixes_accepted;
    if (facts.established()) info["sentPrefixCounter"] = facts.session.prefixes_advertised;
    if (config.max_prefixes) {
      info["prefixAllowedMax"] = config.max_prefixes->limit;
      if (config.max_prefixes->warning_only) info["prefixAllowedMaxWarning"] = true;
      info["prefixAllowedWarningThresh"] = config.max_prefixes->threshold_percent;
    }
    out[family_key(family)] = std::move(info);
  }
  return out;
}

}  // namespace

Json neighbor_json(const View& view, const bgp::SessionSnapshot& session,
                   const bgp::NeighborConfig& config) {
  const auto facts = facts_of(view, session, config);
  const auto& speaker = view.speaker.config();
  Json out{{"remoteAs", facts.remote_as}, {"localAs", session.local_as.value}};
  out[session.internal ? "nbrInternalLink" : "nbrExternalLink"] = true;
  out["localRole"] = role_name(config.role);
  out["remoteRole"] = role_name(remote_role(facts));
  if (!session.description.empty()) out["nbrDesc"] = session.description;
  if (facts.theirs.host_name) out["hostname"] = facts.theirs.host_name->host;
  if (!config.peer_group.empty()) out["peerGroup"] = config.peer_group;
  if (session.shutdown) out["adminShutDown"] = true;
  out["bgpVersion"] = 4;
  out["remoteRouterId"] = session.remote_id ? session.remote_id->to_string() : "0.0.0.0";
  out["localRouterId"] = speaker.router_id.to_string();
  out["bgpState"] = to_string(session.state);
  if (facts.established()) {
    out["bgpTimerUpMsec"] = whole_seconds_ms(view.since(session.since));
    out["bgpTimerUpString"] = uptime(view.since(session.since));
    out["bgpTimerUpEstablishedEpoch"] = view.epoch(session.since);
  }
  out["bgpTimerConfiguredHoldTimeMsecs"] = milliseconds(facts.configured_hold);
  out["bgpTimerConfiguredKeepAliveIntervalMsecs"] = milliseconds(facts.configured_keepalive);
  out["bgpTimerHoldTimeMsecs"] = milliseconds(facts.hold);
  out["bgpTimerKeepAliveIntervalMsecs"] = milliseconds(facts.keepalive);
  out["extendedOptionalParametersLength"] = false;
  if (facts.opened) out["neighborCapabilities"] = capabilities_json(facts);
  out["gracefulRestartInfo"] = restart_json(view, facts);
  out["messageStats"] = messages_json(session);
  out["minBtwnAdvertisementRunsTimerMsecs"] = milliseconds(facts.advertisement_interval);
  if (config.local_address) out["updateSource"] = config.local_address->to_string();
  out["addressFamilyInfo"] = families_info_json(facts);
  out["connectionsEstablished"] = session.established_count;
  out["connectionsDropped"] = session.established_count - (facts.established() ? 1 : 0);
  if (!facts.reset_cause.empty()) {
    out["lastResetDueTo"] = facts.reset_cause;
    const auto& notification = session.last_notification_received.empty()
                                   ? session.last_notification_sent
                                   : session.last_notification_received;
    if (!notification.empty() && !session.shutdown) out["lastNotificationReason"] = notification;
  }
  out[session.internal ? "internalBgpNbrMaxHopsAway" : "externalBgpNbrMaxHopsAway"] =
      facts.max_hops;
  out["hostLocal"] =
      session.local_address.is_unspecified() ? "Unknown" : session.local_address.to_string();
  out["hostForeign"] = facts.opened ? session.peer.to_string() : "Unknown";
  if (facts.established()) {
    out["nexthop"] = session.local_address.to_string();
    out["bgpConnection"] = facts.shared_network ? "sharedNetwork" : "nonSharedNetwork";
  }
  out["connectRetryTimer"] = milliseconds(facts.connect_retry) / 1000;
  if (config.bfd) {
    const auto& bfd = facts.bfd_sessions;
    const bool far = !bfd.empty() && bfd.front().config.multihop;
    const bool up = !bfd.empty() && bfd.front().state == bfd::State::up;
    out["peerBfdInfo"] = {
        {"type", far ? "multi hop" : "single hop"},
        {"detectMultiplier", config.bfd->detect_multiplier},
        {"rxMinInterval", milliseconds(config.bfd->receive_interval)},
        {"txMinInterval", milliseconds(config.bfd->transmit_interval)},
        {"status", bfd.empty() ? "Unknown"
                   : up        ? "Up"
                               : "Down"},
        {"lastUpdate", bfd.empty() ? "never" : "0:" + uptime(view.since(bfd.front().since))}};
  }
  return out;
}

}  // namespace seatrial::bgpd
