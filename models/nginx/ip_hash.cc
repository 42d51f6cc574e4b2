// The client's address decides: its first three octets for IPv4, all sixteen for IPv6.
#include "models/nginx/balancer.h"

namespace seatrial::nginx {

namespace {

class IpHash : public Balancer {
 public:
  Peer* pick(const PeerGroup& group, Walk& walk, const Request& request) override {
    if (group.single || walk.tries > 20) return pick_round_robin(group, walk, request.now);
    if (!walk.hashed) {
      walk.hashed = true;
      walk.hash = 89;
    }
    const auto octets = request.client.bytes().first(request.client.is_v4() ? 3 : 16);
    for (;;) {
      for (const auto octet : octets) walk.hash = (walk.hash * 113 + octet) % 6271;
      auto* peer = at_weight(group, walk.hash % static_cast<unsigned>(group.total_weight));
      if (peer != nullptr && walk.may_take(*peer, request.now)) {
        return take(peer, walk, request.now);
      }
      if (++walk.tries > 20) return pick_round_robin(group, walk, request.now);
    }
  }
};

}  // namespace

std::unique_ptr<Balancer> make_ip_hash() {
  return std::make_unique<IpHash>();
}

}  // namespace seatrial::nginx
