// `hash KEY` as Cache::Memcached distributes keys, and `hash KEY consistent` as
// Cache::Memcached::Fast does (ketama): 160 points on the ring for each unit of weight.
#include <algorithm>
#include <boost/crc.hpp>

#include "models/nginx/balancer.h"

namespace seatrial::nginx {

namespace {

class Hash : public Balancer {
 public:
  Peer* pick(const PeerGroup& group, Walk& walk, const Request& request) override {
    if (group.single || walk.tries > 20 || request.key.empty()) {
      return pick_round_robin(group, walk, request.now);
    }
    for (;;) {
      boost::crc_32_type crc;
      if (walk.rehash > 0) {
        const auto count = std::to_string(walk.rehash);
        crc.process_bytes(count.data(), count.size());
      }
      crc.process_bytes(request.key.data(), request.key.size());
      walk.hash += (crc.checksum() >> 16) & 0x7fff;
      ++walk.rehash;
      auto* peer = at_weight(group, walk.hash % static_cast<unsigned>(group.total_weight));
      if (peer != nullptr && walk.may_take(*peer, request.now)) {
        return take(peer, walk, request.now);
      }
      if (++walk.tries > 20) return pick_round_robin(group, walk, request.now);
    }
  }
};

class ConsistentHash : public Balancer {
 public:
  void prepare(const PeerGroup& primaries) override {
    points_.clear();
    for (const auto& peer : primaries.peers) add_points(*peer);
    std::stable_sort(points_.begin(), points_.end(),
                     [](const Point& a, const Point& b) { return a.hash < b.hash; });
    points_.erase(std::unique(points_.begin(), points_.end(),
                              [](const Point& a, const Point& b) { return a.hash == b.hash; }),
                  points_.end());
  }

  Peer* pick(const PeerGroup& group, Walk& walk, const Request& request) override {
    if (group.single || walk.tries > 20 || request.key.empty() || points_.empty()) {
      return pick_round_robin(group, walk, request.now);
    }
    if (!walk.hashed) {
      walk.hashed = true;
      boost::crc_32_type crc;
      crc.process_bytes(request.key.data(), request.key.size());
      const auto point =
          std::lower_bound(points_.begin(), points_.end(), crc.checksum(),
                           [](const Point& p, std::uint32_t h) { return p.hash < h; });
      walk.hash = static_cast<std::uint32_t>(point - points_.begin());
    }
    for (;;) {
      const auto& server = points_[walk.hash % points_.size()].server;
      if (auto* peer = pick_of(server, group, walk, request.now)) {
        return take(peer, walk, request.now);
      }
      ++walk.hash;
      if (++walk.tries > 20) return pick_round_robin(group, walk, request.now);
    }
  }

 private:
  struct Point {
    std::uint32_t hash;
    std::string server;
  };

  // crc32(HOST NUL PORT previous), where `previous` is the last point as four octets, low first.
  void add_points(const Peer& peer) {
    std::string_view host = peer.server, port;
    const auto colon = peer.server.rfind(':');
    if (colon != std::string::npos &&
        peer.server.find_first_not_of("0123456789", colon + 1) == std::string::npos) {
      host = std::string_view(peer.server).substr(0, colon);
      port = std::string_view(peer.server).substr(colon + 1);
    }
    boost::crc_32_type base;
    base.process_bytes(host.data(), host.size());
    base.process_byte(0);
    base.process_bytes(port.data(), port.size());
    std::uint32_t previous = 0;
    for (int i = 0; i < peer.weight * 160; ++i) {
      auto crc = base;
      for (int shift = 0; shift < 32; shift += 8) {
        crc.process_byte(static_cast<unsigned char>(previous >> shift));
      }
      previous = crc.checksum();
      points_.push_back({previous, peer.server});
    }
  }

  // A name may stand for several addresses: round robin among them.
  static Peer* pick_of(const std::string& server, const PeerGroup& group, const Walk& walk,
                       Seconds now) {
    Peer* best = nullptr;
    int total = 0;
    for (const auto& peer : group.peers) {
      if (peer->server != server || !walk.may_take(*peer, now)) continue;
      peer->current_weight += peer->effective_weight;
      total += peer->effective_weight;
      if (peer->effective_weight < peer->weight) ++peer->effective_weight;
      if (best == nullptr || peer->current_weight > best->current_weight) best = peer.get();
    }
    if (best != nullptr) best->current_weight -= total;
    return best;
  }

  std::vector<Point> points_;
};

}  // namespace

std::unique_ptr<Balancer> make_hash() {
  return std::make_unique<Hash>();
}

std::unique_ptr<Balancer> make_consistent_hash() {
  return std::make_unique<ConsistentHash>();
}

}  // namespace seatrial::nginx
