// What the neighbours say in Established: UPDATE, End-of-RIB (RFC 4724), ROUTE-REFRESH (RFC 2918,
// RFC 7313), and the limit on how much of it is taken.
#include "models/bgp/core.h"

namespace seatrial::bgp {
namespace {

net::Family family_of(AfiSafi family) {
  return family == ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6;
}

// RFC 4486 section 4: the family and the limit.
NotificationMessage too_many(AfiSafi family, std::uint32_t limit) {
  Octets data;
  WireWriter out(data);
  out.u16(family.afi);
  out.u8(family.safi);
  out.u32(limit);
  return {ErrorCode::cease, cease::max_prefixes, std::move(data)};
}

}  // namespace

void Speaker::Core::update(Session& session, DecodedUpdate decoded) {
  auto* n = neighbor(session.config().address);
  if (n == nullptr) return;
  auto& message = decoded.message;
  if (message.end_of_rib) return end_of_rib(*n, *message.end_of_rib);
  take_back(*n, message.withdrawn);
  if (decoded.outcome == Outcome::treat_as_withdraw || !message.attributes) {
    take_back(*n, message.announced);
    take_back(*n, message.mp_announced);
    return;
  }
  if (!message.announced.empty()) {
    auto plain =
        message.mp_announced.empty() ? std::move(*message.attributes) : *message.attributes;
    take(*n, message.announced, pool_.intern(std::move(plain)));
  }
  if (!message.mp_announced.empty()) {
    auto mp = std::move(*message.attributes);
    mp.next_hop = message.mp_next_hop;
    mp.link_local_next_hop = message.mp_link_local;
    take(*n, message.mp_announced, pool_.intern(std::move(mp)));
  }
  if (!message.announced.empty()) check_limit(*n, ipv4_unicast);
  if (!message.mp_announced.empty()) {
    const bool v4 = message.mp_announced.front().prefix.family() == net::Family::ipv4;
    check_limit(*n, v4 ? ipv4_unicast : ipv6_unicast);
  }
}

void Speaker::Core::end_of_rib(Neighbor& n, AfiSafi family) {
  n.watch().restart->end_of_rib(family);
  deferral_.end_of_rib(n.session().config().address, family);
}

// What import let through counts, as in FRR and BIRD (`import limit`).
void Speaker::Core::check_limit(Neighbor& n, AfiSafi family) {
  const auto limit = n.session().config().in(family_of(family)).max_prefixes;
  if (!limit || !n.session().established()) return;
  const auto count = n.received(family_of(family)).accepted;
  const bool exceeded = count > limit->limit;
  const bool near =
      std::uint64_t{count} * 100 > std::uint64_t{limit->limit} * limit->threshold_percent;
  if (!near) n.watch().limit_warned = false;
  if (near && (exceeded || !n.watch().limit_warned)) {
    n.watch().limit_warned = true;
    if (dependencies_.observer != nullptr) {
      dependencies_.observer->prefix_limit({host_.name(), host_.now(), n.session().config().address,
                                            family, count, limit->limit, exceeded});
    }
  }
  if (!exceeded || limit->warning_only) return;
  auto& session = n.session();
  session.stop(too_many(family, limit->limit), std::to_string(count) + " prefixes, at most " +
                                                   std::to_string(limit->limit) + " allowed");
  if (!limit->restart) return;  // stays down until it is cleared
  if (!n.watch().limit_timer) {
    n.watch().limit_timer = host_.timer([&session] { session.start(); });
  }
  io::arm_in(host_, *n.watch().limit_timer, *limit->restart);
}

void Speaker::Core::route_refresh(Session& session, const RouteRefreshMessage& refresh) {
  auto* n = neighbor(session.config().address);
  if (n == nullptr || !n->carries(family_of(refresh.family))) return;
  if (refresh.subtype == static_cast<std::uint8_t>(RefreshSubtype::request)) {
    return n->resend(refresh.family);
  }
  // RFC 7313 section 4.2; an unknown subtype is ignored (section 5).
  if (!session.negotiated().enhanced_route_refresh) return;
  if (refresh.subtype == static_cast<std::uint8_t>(RefreshSubtype::begin)) {
    mark_stale(*n, refresh.family);
  } else if (refresh.subtype == static_cast<std::uint8_t>(RefreshSubtype::end)) {
    sweep(*n, refresh.family);
  }
}

bool Speaker::Core::clear(const net::IpAddress& peer, ClearKind kind) {
  auto* n = neighbor(peer);
  if (n == nullptr) return false;
  switch (kind) {
    case ClearKind::hard:
      if (n->watch().limit_timer) n->watch().limit_timer->cancel();
      n->session().restart(NotificationMessage(ErrorCode::cease, cease::admin_reset), "cleared");
      return true;
    case ClearKind::soft_in:
      for (const auto family : n->session().config().families) {
        if (n->session().config().in(family_of(family)).soft_reconfiguration_inbound) continue;
        return n->session().request_refresh();
      }
      reimport(*n);
      return true;
    case ClearKind::soft_out:
      rib_.for_each([&](const net::Prefix& prefix, const Route&) { n->touch(prefix); });
      return true;
    case ClearKind::in:
      return n->session().request_refresh();
  }
  return false;
}

// The import policies look again at what the neighbour has announced.
void Speaker::Core::reimport(Neighbor& n) {
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    for_each_path(n, family, [&](const net::Prefix& prefix, Route& route, Candidate& path) {
      import(n, prefix, route, path);
    });
  }
}

}  // namespace seatrial::bgp
