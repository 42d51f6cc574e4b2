// `keepalive N` of an upstream: idle connections, the last one in first out, closed when the peer
// closes, speaks out of turn or keepalive_timeout passes (ngx_http_upstream_keepalive_module.c).
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>

#include "models/io/host.h"
#include "models/nginx/config.h"

namespace seatrial::nginx {

struct IdleConnection {
  std::unique_ptr<io::Stream> stream;
  TimePoint opened{};
  int requests = 0;
};

class IdlePool {
 public:
  IdlePool(io::Host& host, const UpstreamConfig& config);
  ~IdlePool();

  // The caller sets its handler at once.
  std::optional<IdleConnection> take(const net::Endpoint& peer);
  // Closes it instead when it has served its time, or the pool is off.
  void put(IdleConnection connection);
  void clear();
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry;
  void drop(Entry* entry);

  io::Host& host_;
  std::size_t capacity_;
  int max_requests_;
  Duration max_age_;
  Duration timeout_;
  std::list<std::unique_ptr<Entry>> entries_;  // oldest first
};

}  // namespace seatrial::nginx
