// Sessions that come and go, as the RIBs see it: what an end takes along and what is kept over a
// graceful restart (RFC 4724, RFC 9494), and how a restarting speaker puts off its own choice.
#include <algorithm>

#include "models/bgp/core.h"

namespace seatrial::bgp {
namespace {

net::Family family_of(AfiSafi family) {
  return family == ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6;
}

}  // namespace

void Speaker::Core::established(Session& session) {
  auto* n = neighbor(session.config().address);
  if (n == nullptr) return;
  const auto& agreed = session.negotiated();
  n->watch().restart->established(agreed.peer.capabilities);
  deferral_.established(session.config().address, agreed);
  n->hold(deferral_.active());
  n->established();
  loc_rib_.for_each([&](const net::Prefix& prefix, const Route& route) {
    if (route.best) n->touch(prefix);
  });
  if (session.config().default_originate) {
    n->touch(net::Prefix(net::IpAddress::v4(0), 0));
    n->touch(net::Prefix(net::IpAddress(*net::IpAddress::parse("::")), 0));
  }
}

void Speaker::Core::lost(Session& session, const FsmCause& end) {
  auto* n = neighbor(session.config().address);
  if (n == nullptr) return;
  n->lost();
  const auto kept = session.config().shutdown ? std::vector<PeerRestart::Kept>()
                                              : kept_over(session.negotiated(), end);
  for (const auto family : {ipv4_unicast, ipv6_unicast}) {
    if (std::ranges::find(kept, family, &PeerRestart::Kept::family) == kept.end()) {
      flush(*n, family);
    }
  }
  const auto bound = restart_config(config_, session.config()).stale_time;
  n->watch().restart->lost(kept, config_.profile.stale_timer ? bound : Duration::zero());
  n->watch().limit_warned = false;
}

std::unique_ptr<PeerRestart> Speaker::Core::make_restart(Neighbor& n) {
  return std::make_unique<PeerRestart>(
      host_, PeerRestart::Actions{
                 .mark = [&n](AfiSafi family) { n.adj_rib_in().mark_stale(family_of(family)); },
                 .sweep = [this, &n](AfiSafi family) { sweep(n, family); },
                 .long_lived = [this, &n](AfiSafi family) { make_long_lived(n, family); },
                 .report =
                     [this, &n](AfiSafi family, RestartPhase phase) {
                       const auto stale = n.adj_rib_in().stale(family_of(family));
                       if (dependencies_.observer != nullptr) {
                         dependencies_.observer->graceful_restart({host_.name(), host_.now(),
                                                                   n.session().config().address,
                                                                   family, phase, stale});
                       }
                       if (phase == RestartPhase::over && n.watch().dynamic)
                         reaper_->arm(host_.now());
                     },
             });
}

// What the neighbour announced is no longer a candidate.
void Speaker::Core::drop(const Neighbor& n, const Nlri& nlri) {
  remove(nlri.prefix, {n.session().source(), n.session().config().address, nlri.path_id});
}

// Everything that the neighbour announced goes.
void Speaker::Core::flush(Neighbor& n, AfiSafi family) {
  for (const auto& nlri : n.adj_rib_in().clear(family_of(family))) drop(n, nlri);
}

void Speaker::Core::sweep(Neighbor& n, AfiSafi family) {
  for (const auto& nlri : n.adj_rib_in().sweep(family_of(family))) drop(n, nlri);
}

// RFC 9494 section 4.2: NO_LLGR goes now, the rest is marked and chosen last.
void Speaker::Core::make_long_lived(Neighbor& n, AfiSafi family) {
  std::vector<Nlri> refused;
  std::vector<Nlri> kept;
  n.adj_rib_in().table().for_each(
      [&](const net::Prefix& prefix, const std::vector<ReceivedPath>& paths) {
        if (prefix.family() != family_of(family)) return;
        for (const auto& path : paths) {
          if (!path.stale) continue;
          (path.attributes->has(no_llgr) ? refused : kept).push_back({prefix, path.path_id});
        }
      });
  for (const auto& nlri : refused) {
    n.adj_rib_in().erase(nlri);
    drop(n, nlri);
  }
  for (const auto& nlri : kept) {
    n.adj_rib_in().find(nlri)->long_lived = true;
    reimport(n, nlri);
  }
}

// The R bit of our OPENs.
bool Speaker::Core::restarting() const {
  return deferral_.active() || (config_.profile.restart_bit_after_start &&
                                host_.now() - started_ < config_.graceful_restart.restart_time);
}

void Speaker::Core::restart_over() {
  run_decisions();
  for (auto& [address, n] : neighbors_) n->hold(false);
  if (dependencies_.sink != nullptr) dependencies_.sink->restart_done();
}

}  // namespace seatrial::bgp
