// How nginx 1.22 chooses among the peers of an upstream: the algorithms of
// ngx_http_upstream_round_robin.c and of the least_conn, ip_hash, hash and random modules, decision
// for decision. The stream module's are the same.
//
// A Balancer belongs to one upstream; a Walk to one request, because a retry must not come back to
// the same peer. Choosing counts no connection: Selection (upstream.h) does.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/io/random.h"
#include "models/net/address.h"
#include "models/net/units.h"
#include "models/nginx/config.h"

namespace seatrial::nginx {

// nginx counts whole seconds here (ngx_time()).
using Seconds = std::int64_t;
inline Seconds whole_seconds(TimePoint t) {
  return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}
inline constexpr Seconds long_ago = -1'000'000'000;

struct Peer {
  net::Endpoint endpoint;
  std::string server;  // the `server` line's name, which the consistent hash uses
  int weight = 1;
  int max_fails = 1;
  Seconds fail_timeout = 10;
  int max_conns = 0;
  bool backup = false;
  bool down = false;

  int current_weight = 0;
  int effective_weight = 1;
  int connections = 0;
  int fails = 0;
  Seconds accessed = long_ago;  // last failure
  Seconds checked = long_ago;   // last failure, or last try after fail_timeout

  // Skipped because of max_fails at this moment.
  bool disabled(Seconds now) const {
    return max_fails > 0 && fails >= max_fails && now - checked <= fail_timeout;
  }
  bool full() const { return max_conns > 0 && connections >= max_conns; }
};

// Primaries, or backups, of an upstream at one time.
struct PeerGroup {
  std::vector<std::shared_ptr<Peer>> peers;
  int total_weight = 0;
  bool single = false;  // one primary and no backup: never disabled

  int usable() const;  // not marked down
};

// One request's way through the peers.
struct Walk {
  std::set<const Peer*> tried;
  unsigned tries = 0;  // of the hash and the random draw; past 20, round robin decides
  bool hashed = false;
  std::uint32_t hash = 0;
  unsigned rehash = 0;

  bool may_take(const Peer& peer, Seconds now) const {
    return !tried.contains(&peer) && !peer.down && !peer.disabled(now) && !peer.full();
  }
};

// What the choice may depend on.
struct Request {
  Seconds now = 0;
  net::IpAddress client;
  std::string_view key;  // of `hash`
  io::RandomStream* random = nullptr;
};

class Balancer {
 public:
  virtual ~Balancer() = default;
  // The primaries have changed.
  virtual void prepare(const PeerGroup& primaries) { (void)primaries; }
  // nullptr: no peer of this group is to be had.
  virtual Peer* pick(const PeerGroup& group, Walk& walk, const Request& request) = 0;
};

std::unique_ptr<Balancer> make_balancer(Balancing method);

std::unique_ptr<Balancer> make_round_robin();
std::unique_ptr<Balancer> make_least_conn();
std::unique_ptr<Balancer> make_ip_hash();
std::unique_ptr<Balancer> make_hash();
std::unique_ptr<Balancer> make_consistent_hash();
std::unique_ptr<Balancer> make_random(bool two);

// Where all others fall back to.
Peer* pick_round_robin(const PeerGroup& group, Walk& walk, Seconds now);
// Marks it as tried, and restarts its fail_timeout when that has passed.
Peer* take(Peer* peer, Walk& walk, Seconds now);
// The peer at `point` when each takes as many points as its weight.
Peer* at_weight(const PeerGroup& group, std::uint64_t point);

// ngx_http_upstream_free_round_robin_peer without the connection count. True: the peer has just
// reached max_fails.
bool report_failure(Peer& peer, const PeerGroup& group, Seconds now);
void report_success(Peer& peer);

}  // namespace seatrial::nginx
