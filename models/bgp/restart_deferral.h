// The restarter's side of a graceful restart (RFC 4724 section 4.1): routes are chosen only when
// every peer that still has what we forgot has said End-of-RIB, or has waited long enough.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "models/bgp/negotiation.h"
#include "models/io/host.h"

namespace seatrial::bgp {

class RestartDeferral {
 public:
  RestartDeferral(io::Host& host, std::function<void()> done);

  // At most so long; the peers of await() count before they come.
  void start(Duration at_most);
  bool active() const { return active_; }
  void await(const net::IpAddress& peer, const std::vector<AfiSafi>& families);
  // A peer that restarts itself, or does not know graceful restart, is not waited for.
  void established(const net::IpAddress& peer, const Negotiated& agreed);
  void end_of_rib(const net::IpAddress& peer, AfiSafi family);
  void gone(const net::IpAddress& peer);

 private:
  void check();
  void finish();

  io::Host& host_;
  std::function<void()> done_;
  std::unique_ptr<io::Timer> limit_;
  std::set<std::pair<net::IpAddress, AfiSafi>> awaited_;
  bool active_ = false;
};

}  // namespace seatrial::bgp
