// What the timeline does to a BGP daemon that goes on running: its sessions are cleared, a prefix
// of its own is announced or withdrawn.
#include <algorithm>

#include "scenarios/engine/trial/trial.h"

namespace seatrial::scenario {

std::string Trial::target_words(const Event& event) {
  auto out = event.target;
  if (!event.neighbor.empty()) out += " " + event.neighbor;
  if (event.direction) out += *event.direction == SoftDirection::in ? " in" : " out";
  if (event.prefix) out += " " + event.prefix->to_string();
  return out;
}

void Trial::clear_sessions(const Event& event, const std::string& node, sim::BgpRouter& router) {
  const bool soft = event.action == Action::clear_soft;
  if (event.neighbor.empty() && !event.direction) {
    return soft ? router.clear_soft() : router.clear();
  }
  const auto kind = !soft                                   ? bgp::ClearKind::hard
                    : !event.direction                      ? bgp::ClearKind::in
                    : *event.direction == SoftDirection::in ? bgp::ClearKind::soft_in
                                                            : bgp::ClearKind::soft_out;
  for (const auto& side : design_.sessions) {
    const bool meant = event.neighbor.empty() || side.peer_name == event.neighbor ||
                       side.peer.to_string() == event.neighbor;
    if (side.node == node && meant) router.clear(side.peer, kind);
  }
}

void Trial::change_origin(const Event& event, const std::string& node, sim::BgpRouter& router) {
  const auto& prefix = *event.prefix;
  if (event.action == Action::withdraw) {
    router.withdraw(prefix);
    return;
  }
  const auto& networks = router.config().networks;
  const auto known = std::ranges::find(networks, prefix, &bgp::OriginatedRoute::prefix);
  bgp::OriginatedRoute route;
  route.prefix = prefix;
  route.check_import = false;
  router.originate(known == networks.end() ? route : *known);
  if (router.speaker() == nullptr) {
    recorder_.note(world_.now(), node, "bgpd", "announces " + prefix.to_string() + " once it runs");
  }
}

}  // namespace seatrial::scenario
