// Smooth weighted round robin, and the passive health that every method shares.
#include "models/nginx/balancer.h"

namespace seatrial::nginx {

int PeerGroup::usable() const {
  int count = 0;
  for (const auto& peer : peers) count += peer->down ? 0 : 1;
  return count;
}

Peer* take(Peer* peer, Walk& walk, Seconds now) {
  walk.tried.insert(peer);
  if (now - peer->checked > peer->fail_timeout) peer->checked = now;
  return peer;
}

Peer* at_weight(const PeerGroup& group, std::uint64_t point) {
  for (const auto& peer : group.peers) {
    const auto weight = static_cast<std::uint64_t>(peer->weight);
    if (point < weight) return peer.get();
    point -= weight;
  }
  return nullptr;
}

Peer* pick_round_robin(const PeerGroup& group, Walk& walk, Seconds now) {
  if (group.single) {
    auto* only = group.peers.front().get();
    return only->down || only->full() ? nullptr : only;
  }
  Peer* best = nullptr;
  int total = 0;
  for (const auto& peer : group.peers) {
    if (!walk.may_take(*peer, now)) continue;
    peer->current_weight += peer->effective_weight;
    total += peer->effective_weight;
    if (peer->effective_weight < peer->weight) ++peer->effective_weight;
    if (best == nullptr || peer->current_weight > best->current_weight) best = peer.get();
  }
  if (best == nullptr) return nullptr;
  best->current_weight -= total;
  return take(best, walk, now);
}

bool report_failure(Peer& peer, const PeerGroup& group, Seconds now) {
  if (group.single) return false;
  ++peer.fails;
  peer.accessed = now;
  peer.checked = now;
  if (peer.max_fails == 0) return false;
  peer.effective_weight -= peer.weight / peer.max_fails;
  if (peer.effective_weight < 0) peer.effective_weight = 0;
  return peer.fails == peer.max_fails;
}

void report_success(Peer& peer) {
  // It was let through once after fail_timeout, and that went well.
  if (peer.accessed < peer.checked) peer.fails = 0;
}

namespace {

class RoundRobin : public Balancer {
 public:
  Peer* pick(const PeerGroup& group, Walk& walk, const Request& request) override {
    return pick_round_robin(group, walk, request.now);
  }
};

}  // namespace

std::unique_ptr<Balancer> make_round_robin() {
  return std::make_unique<RoundRobin>();
}

std::unique_ptr<Balancer> make_balancer(Balancing method) {
  switch (method) {
    case Balancing::round_robin:
      return make_round_robin();
    case Balancing::least_conn:
      return make_least_conn();
    case Balancing::ip_hash:
      return make_ip_hash();
    case Balancing::hash:
      return make_hash();
    case Balancing::hash_consistent:
      return make_consistent_hash();
    case Balancing::random:
      return make_random(false);
    case Balancing::random_two_least_conn:
      return make_random(true);
  }
  return make_round_robin();
}

}  // namespace seatrial::nginx
