// The peer with the least connections for its weight; among equals, smooth weighted round robin.
#include "models/nginx/balancer.h"

namespace seatrial::nginx {

namespace {

// Compares connections / weight without dividing.
std::int64_t load(const Peer& a, const Peer& b) {
  return std::int64_t{a.connections} * b.weight - std::int64_t{b.connections} * a.weight;
}

class LeastConn : public Balancer {
 public:
  Peer* pick(const PeerGroup& group, Walk& walk, const Request& request) override {
    if (group.single) return pick_round_robin(group, walk, request.now);
    Peer* best = nullptr;
    std::size_t first = 0;
    bool many = false;
    for (std::size_t i = 0; i < group.peers.size(); ++i) {
      auto& peer = *group.peers[i];
      if (!walk.may_take(peer, request.now)) continue;
      if (best == nullptr || load(peer, *best) < 0) {
        best = &peer;
        first = i;
        many = false;
      } else if (load(peer, *best) == 0) {
        many = true;
      }
    }
    if (best == nullptr) return nullptr;
    int total = 0;
    // Without an equal, round robin's weights stay as they are.
    for (std::size_t i = first; many && i < group.peers.size(); ++i) {
      auto& peer = *group.peers[i];
      if (!walk.may_take(peer, request.now) || load(peer, *best) != 0) continue;
      peer.current_weight += peer.effective_weight;
      total += peer.effective_weight;
      if (peer.effective_weight < peer.weight) ++peer.effective_weight;
      if (peer.current_weight > best->current_weight) best = &peer;
    }
    best->current_weight -= total;
    return take(best, walk, request.now);
  }
};

}  // namespace

std::unique_ptr<Balancer> make_least_conn() {
  return std::make_unique<LeastConn>();
}

}  // namespace seatrial::nginx
