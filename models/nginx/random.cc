// A weighted draw; or two of them, and the one with fewer connections for its weight.
#include "models/nginx/balancer.h"

namespace seatrial::nginx {

namespace {

class Random : public Balancer {
 public:
  explicit Random(bool two) : two_(two) {}

  Peer* pick(const PeerGroup& group, Walk& walk, const Request& request) override {
    if (group.single || walk.tries > 20 || request.random == nullptr) {
      return pick_round_robin(group, walk, request.now);
    }
    Peer* previous = nullptr;
    for (;;) {
      auto* peer =
          at_weight(group, request.random->below(static_cast<unsigned>(group.total_weight)));
      if (peer != nullptr && peer != previous && walk.may_take(*peer, request.now)) {
        if (!two_) return take(peer, walk, request.now);
        if (previous != nullptr) {
          const bool previous_is_better = std::int64_t{peer->connections} * previous->weight >
                                          std::int64_t{previous->connections} * peer->weight;
          return take(previous_is_better ? previous : peer, walk, request.now);
        }
        previous = peer;
        continue;
      }
      if (++walk.tries > 20) return pick_round_robin(group, walk, request.now);
    }
  }

 private:
  bool two_;
};

}  // namespace

std::unique_ptr<Balancer> make_random(bool two) {
  return std::make_unique<Random>(two);
}

}  // namespace seatrial::nginx
