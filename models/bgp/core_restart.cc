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
  begin_max_med();
  const auto& agreed = session.negotiated();
  n->watch().restart->established(agreed.peer.capabilities);
  deferral_.established(session.config().address, agreed);
  if (dependencies_.resolver != nullptr) {
    n->watch().link =
        dependencies_.resolver->link(session.local_address(), session.config().address);
  }
  n->hold(deferral_.holds(session.config().address));
  ++own_addresses_[session.local_address()];
  n->watch().own_address = session.local_address();
  n->established(join_group(*n));
  first_updates_due_ = config_.profile.first_update_on_wakeup;
  paths_are_sent_ =
      paths_are_sent_ || n->sends_paths(net::Family::ipv4) || n->sends_paths(net::Family::ipv6);
  rib_.for_each([&](const net::Prefix& prefix, const Route& route) {
    if (route.chosen() != nullptr) n->touch(prefix);
  });
  touch_default(*n);
}

void Speaker::Core::lost(Session& session, const FsmCause& end) {
  auto* n = neighbor(session.config().address);
  if (n == nullptr) return;
  leave_group(*n);
  n->lost();
  const auto own = own_addresses_.find(n->watch().own_address);
  if (own != own_addresses_.end() && --own->second == 0) own_addresses_.erase(own);
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
                 .mark = [this, &n](AfiSafi family) { mark_stale(n, family); },
                 .sweep = [this, &n](AfiSafi family) { sweep(n, family); },
                 .long_lived = [this, &n](AfiSafi family) { make_long_lived(n, family); },
                 .report =
                     [this, &n](AfiSafi family, RestartPhase phase) {
                       const auto stale = n.received(family_of(family)).stale;
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

void Speaker::Core::mark_stale(Neighbor& n, AfiSafi family) {
  for_each_path(n, family_of(family), [&](const net::Prefix&, Route&, Candidate& path) {
    if (!path.stale) ++n.received(family_of(family)).stale;
    path.stale = true;
  });
}

// Everything that the neighbour announced goes.
void Speaker::Core::flush(Neighbor& n, AfiSafi family) {
  for_each_path(n, family_of(family),
                [&](const net::Prefix& prefix, Route& route, Candidate& path) {
                  erase(n, prefix, route, path);
                });
}

void Speaker::Core::sweep(Neighbor& n, AfiSafi family) {
  for_each_path(n, family_of(family),
                [&](const net::Prefix& prefix, Route& route, Candidate& path) {
                  if (path.stale) erase(n, prefix, route, path);
                });
}

// RFC 9494 section 4.2: NO_LLGR goes now, the rest is marked and chosen last.
void Speaker::Core::make_long_lived(Neighbor& n, AfiSafi family) {
  for_each_path(n, family_of(family),
                [&](const net::Prefix& prefix, Route& route, Candidate& path) {
                  if (!path.stale) return;
                  if (path.announced->has(no_llgr)) return erase(n, prefix, route, path);
                  path.long_lived = true;
                  import(n, prefix, route, path);
                });
}

// The R bit of our OPENs.
bool Speaker::Core::restarting() const {
  return (deferral_.active() && config_.profile.restart_defers) ||
         (config_.profile.restart_bit_after_start &&
          host_.now() - started_ < config_.graceful_restart.restart_time);
}

void Speaker::Core::restart_over() {
  run_decisions();
  for (auto& [address, n] : neighbors_) n->hold(false);
  if (dependencies_.sink != nullptr) dependencies_.sink->restart_done();
}

}  // namespace seatrial::bgp
