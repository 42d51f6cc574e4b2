// The restarter's side of a graceful restart (RFC 4724 section 4.1): it is over when every peer
// that still has what we forgot has said End-of-RIB, or has been waited for long enough. What waits
// meanwhile is the daemon's way: by the RFC the choice of routes, in BIRD what is told to the peers
// that are waited for, in FRR only the deletion of what its predecessor left in the kernel.
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
  struct Held {
    bool choice = true;       // no route is chosen, and so nothing told to anybody
    bool ready_peers = true;  // nothing is told to a peer that helps, even after its End-of-RIB
  };

  RestartDeferral(io::Host& host, std::function<void()> done);

  // At most so long; over at once when nobody was named to await().
  void start(Duration at_most, Held held);
  bool active() const { return active_; }
  bool holds_choice() const { return active_ && held_.choice; }
  bool holds(const net::IpAddress& peer) const;
  // The peers of await() count before they come.
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
  std::set<net::IpAddress> ready_;  // came, and help
  Held held_;
  bool active_ = false;
};

}  // namespace seatrial::bgp
