// Flapping paths of external peers (RFC 2439): kept in the Loc-RIB, not used until their penalty
// has decayed.
#include "models/bgp/core.h"

namespace seatrial::bgp {

void Speaker::Core::flapped(const Neighbor& n, const Nlri& nlri, bool withdrawn) {
  if (!dampener_ || n.session().kind() != PeerKind::external) return;
  const Dampener::Path path{n.session().config().address, nlri};
  if (withdrawn) {
    dampener_->withdrawn(path, host_.now());
  } else {
    dampener_->changed(path, host_.now());
  }
  if (const auto next = dampener_->next_reuse()) reuse_timer_->arm(*next);
}

bool Speaker::Core::dampened(const Neighbor& n, const Nlri& nlri) const {
  return dampener_ && dampener_->suppressed({n.session().config().address, nlri});
}

void Speaker::Core::reuse() {
  for (const auto& path : dampener_->reusable(host_.now())) {
    auto* n = neighbor(path.peer);
    auto* route = n == nullptr ? nullptr : rib_.find(path.nlri.prefix);
    auto* received = route == nullptr ? nullptr : route->find(path.peer, path.nlri.path_id);
    if (received != nullptr) import(*n, path.nlri.prefix, *route, *received);
  }
  if (const auto next = dampener_->next_reuse()) reuse_timer_->arm(*next);
}

}  // namespace seatrial::bgp
