#include "models/nginx/idle_pool.h"

#include <algorithm>

namespace seatrial::nginx {

struct IdlePool::Entry : io::StreamHandler {
  Entry(IdlePool& p, IdleConnection c) : pool(p), connection(std::move(c)) {
    connection.stream->set_handler(this);
    timer = pool.host_.timer([this] { pool.drop(this); });
    io::arm_in(pool.host_, *timer, pool.timeout_);
  }
  void on_data(io::Bytes) override { pool.drop(this); }
  void on_end() override { pool.drop(this); }
  void on_closed(io::CloseReason) override { pool.drop(this); }

  IdlePool& pool;
  IdleConnection connection;
  std::unique_ptr<io::Timer> timer;
};

IdlePool::IdlePool(io::Host& host, const UpstreamConfig& config)
    : host_(host),
      capacity_(static_cast<std::size_t>(std::max(config.keepalive, 0))),
      max_requests_(config.keepalive_requests),
      max_age_(config.keepalive_time),
      timeout_(config.keepalive_timeout) {}

IdlePool::~IdlePool() = default;

std::optional<IdleConnection> IdlePool::take(const net::Endpoint& peer) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&peer](const auto& entry) {
    return entry->connection.stream->remote() == peer;
  });
  if (found == entries_.rend()) return std::nullopt;
  auto connection = std::move((*found)->connection);
  entries_.erase(std::next(found).base());
  return connection;
}

void IdlePool::put(IdleConnection connection) {
  const bool worn =
      connection.requests >= max_requests_ || host_.now() - connection.opened > max_age_;
  if (capacity_ == 0 || worn) return;  // deleting the stream closes it
  if (entries_.size() >= capacity_) entries_.pop_front();
  entries_.push_back(std::make_unique<Entry>(*this, std::move(connection)));
}

void IdlePool::clear() {
  entries_.clear();
}

void IdlePool::drop(Entry* entry) {
  entries_.remove_if([entry](const auto& e) { return e.get() == entry; });
}

}  // namespace seatrial::nginx
