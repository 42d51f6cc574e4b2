// A BGP speaker: RFC 4271, with 4456, 4760, 6793 and the rest of README.md's table. Sans-IO: the
// same object peers with another model inside ns-3 and with a real FRR over a real socket.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/bgp/config.h"
#include "models/bgp/link.h"
#include "models/bgp/liveness.h"
#include "models/bgp/observer.h"
#include "models/bgp/snapshot.h"
#include "models/io/host.h"

namespace seatrial::bgp {

// Where selected routes go: a router's FIB. Routes originated here are never reported.
class RibSink {
 public:
  virtual ~RibSink() = default;
  // The next hops are as BGP knows them (they may be several hops away), sorted by address.
  virtual void route_changed(const net::Prefix& prefix, std::span<const NextHop> next_hops) = 0;
  virtual void route_removed(const net::Prefix& prefix) = 0;
  // A restarting speaker has made its choice: what it has not told by now is of its former life.
  virtual void restart_done() {}
};

// Next-hop tracking: the router's non-BGP routing table as BGP sees it. When its answers may have
// changed the router calls Speaker::nexthops_changed().
class NexthopResolver {
 public:
  virtual ~NexthopResolver() = default;
  // The IGP metric to the next hop; nothing when it cannot be reached.
  virtual std::optional<std::uint32_t> resolve(const net::IpAddress& next_hop) const = 0;
  // For `network` with import check: the prefix is in the routing table, exactly.
  virtual bool has_route(const net::Prefix& prefix) const {
    (void)prefix;
    return true;
  }
  // The interface with this address, for a session with the peer.
  virtual Link link(const net::IpAddress& local, const net::IpAddress& peer) const {
    (void)local;
    (void)peer;
    return {};
  }
  // The address is on a subnet of one of the router's interfaces.
  virtual bool connected(const net::IpAddress& address) const {
    (void)address;
    return true;
  }
};

// All may be nullptr: no sink, every next hop resolves with metric 0, no observer, `bfd` without
// effect. Not owned.
struct Dependencies {
  RibSink* sink = nullptr;
  NexthopResolver* resolver = nullptr;
  Observer* observer = nullptr;
  Liveness* liveness = nullptr;
};

enum class StartMode {
  fresh,
  restarting,  // after a crash, with its routes still in the FIB: RFC 4724 section 4.1
};

enum class ClearKind {
  hard,      // Cease/Administrative Reset, then start again
  soft_in,   // the import policies look again: at what is stored, or after a ROUTE-REFRESH
  soft_out,  // the export policies look again; what differs is sent
  in,        // ROUTE-REFRESH, whatever is stored
};

class Speaker {
 public:
  // `host` and the dependencies must outlive the speaker.
  Speaker(io::Host& host, SpeakerConfig config, Dependencies dependencies = {},
          StartMode mode = StartMode::fresh);
  ~Speaker();  // closes every connection without a NOTIFICATION, as a killed process does
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;

  // False when the port cannot be listened on; sessions are started all the same.
  bool start();
  // Cease/Administrative Shutdown to every peer; withdraws every route from the sink.
  void shutdown();

  void originate(OriginatedRoute route);  // replaces an earlier one of the same prefix
  void withdraw(const net::Prefix& prefix);
  // Add or remove a neighbour while running (Calico's configuration changes).
  void add_neighbor(NeighborConfig neighbor);
  void remove_neighbor(const net::IpAddress& peer);  // Cease/Peer De-configured
  void nexthops_changed();
  // False for an unknown peer, and for a ROUTE-REFRESH that cannot be sent.
  bool clear(const net::IpAddress& peer, ClearKind kind = ClearKind::hard);
  // `neighbor shutdown [message]` (RFC 9003) while running, and back; false for an unknown peer.
  bool set_shutdown(const net::IpAddress& peer, bool down, const std::string& message = {});
  // The interface with this address has lost its carrier: directly connected eBGP sessions over it
  // fall at once (`bgp fast-external-failover`).
  void interface_down(const net::IpAddress& local);
  // Asks the peer for its routes again (RFC 2918); false when not Established or not negotiated.
  bool refresh(const net::IpAddress& peer);

  const SpeakerConfig& config() const;
  // Each sorted by peer or prefix.
  std::vector<SessionSnapshot> sessions() const;
  std::optional<SessionSnapshot> session(const net::IpAddress& peer) const;
  std::vector<RouteSnapshot> loc_rib() const;
  std::optional<RouteSnapshot> route(const net::Prefix& prefix) const;
  std::vector<AdjRouteSnapshot> adj_rib_in(const net::IpAddress& peer) const;
  std::vector<AdjRouteSnapshot> adj_rib_out(const net::IpAddress& peer) const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace seatrial::bgp
