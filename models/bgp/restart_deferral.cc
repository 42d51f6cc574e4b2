#include "models/bgp/restart_deferral.h"

#include <algorithm>

namespace seatrial::bgp {

RestartDeferral::RestartDeferral(io::Host& host, std::function<void()> done)
    : host_(host), done_(std::move(done)), limit_(host.timer([this] { finish(); })) {}

void RestartDeferral::start(Duration at_most, Held held) {
  active_ = true;
  held_ = held;
  io::arm_in(host_, *limit_, at_most);
  check();
}

bool RestartDeferral::holds(const net::IpAddress& peer) const {
  return active_ && (held_.choice || (held_.ready_peers && ready_.contains(peer)));
}

void RestartDeferral::await(const net::IpAddress& peer, const std::vector<AfiSafi>& families) {
  for (const auto family : families) awaited_.emplace(peer, family);
}

void RestartDeferral::established(const net::IpAddress& peer, const Negotiated& agreed) {
  if (!active_) return;
  const auto& theirs = agreed.peer.capabilities.graceful_restart;
  std::erase_if(awaited_, [&](const auto& entry) { return entry.first == peer; });
  if (theirs && !theirs->restarted) {
    ready_.insert(peer);
    await(peer, agreed.families);
  }
  check();
}

void RestartDeferral::end_of_rib(const net::IpAddress& peer, AfiSafi family) {
  if (active_ && awaited_.erase({peer, family}) > 0) check();
}

void RestartDeferral::gone(const net::IpAddress& peer) {
  if (!active_) return;
  ready_.erase(peer);
  if (std::erase_if(awaited_, [&](const auto& entry) { return entry.first == peer; }) > 0) check();
}

void RestartDeferral::check() {
  if (awaited_.empty()) finish();
}

void RestartDeferral::finish() {
  if (!std::exchange(active_, false)) return;
  limit_->cancel();
  awaited_.clear();
  ready_.clear();
  done_();
}

}  // namespace seatrial::bgp
