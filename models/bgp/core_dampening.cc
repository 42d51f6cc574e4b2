// Flapping paths of external peers (RFC 2439): kept in the Loc-RIB, not used until their penalty
// has decayed. Each address family has figures of its own, as in FRR.
#include "models/bgp/core.h"

namespace seatrial::bgp {

void Speaker::Core::flapped(const Neighbor& n, const Nlri& nlri, bool withdrawn) {
  auto& memory = dampener(nlri.prefix.family());
  if (!memory || n.session().kind() != PeerKind::external) return;
  const Dampener::Path path{n.session().config().address, nlri};
  if (withdrawn) {
    memory->withdrawn(path, host_.now());
  } else {
    memory->changed(path, host_.now());
  }
  await_reuse();
}

bool Speaker::Core::dampened(const Neighbor& n, const Nlri& nlri) {
  auto& memory = dampener(nlri.prefix.family());
  return memory && memory->holds_back({n.session().config().address, nlri}, host_.now());
}

void Speaker::Core::reuse() {
  for (auto& memory : dampeners_) {
    if (!memory) continue;
    for (const auto& path : memory->reusable(host_.now())) {
      auto* n = neighbor(path.peer);
      auto* route = n == nullptr ? nullptr : rib_.find(path.nlri.prefix);
      auto* received = route == nullptr ? nullptr : route->find(path.peer, path.nlri.path_id);
      if (received != nullptr) import(*n, path.nlri.prefix, *route, *received);
    }
  }
  await_reuse();
}

void Speaker::Core::await_reuse() {
  std::optional<TimePoint> next;
  for (const auto& memory : dampeners_) {
    const auto at = memory ? memory->next_reuse() : std::nullopt;
    if (at) next = std::min(next.value_or(*at), *at);
  }
  if (next) reuse_timer_->arm(*next);
}

}  // namespace seatrial::bgp
