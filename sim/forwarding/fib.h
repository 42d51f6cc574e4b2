// The forwarding table of one node: what every protocol offers for a prefix, which offer wins, and
// where its packets go now. Like zebra and the kernel together:
//  - several protocols may hold a route for one prefix; the lowest distance wins, then the lowest
//    metric (FRR's administrative distances: connected 0, static 1, eBGP 20, iBGP 200);
//  - a gateway is resolved recursively through connected, kernel and static routes (never through
//    BGP's own, and through a default route only when asked to), and again whenever those change;
//  - a next hop over an interface that is down is not eligible; a route with no eligible next hop
//    stays in the table but is not used, so that the next best protocol or prefix takes over.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/net/address.h"
#include "models/net/prefix_map.h"
#include "models/net/units.h"
#include "sim/forwarding/flow.h"

namespace seatrial::sim {

enum class RouteKind : std::uint8_t {
  via,          // to gateways
  connected,    // the subnet of an interface: the destination itself is on the link
  local,        // an address of this node
  blackhole,    // dropped in silence
  unreachable,  // dropped with ICMP host unreachable
};
std::string_view to_string(RouteKind kind);

enum class RouteProtocol : std::uint8_t { kernel, connected, static_route, ebgp, ibgp };
std::string_view to_string(RouteProtocol protocol);
std::uint8_t default_distance(RouteProtocol protocol);

inline constexpr int no_interface = -1;

struct NextHop {
  std::optional<net::IpAddress> gateway;  // nothing: the destination is on the link
  int interface = no_interface;           // no_interface: resolve the gateway recursively

  static NextHop via(const net::IpAddress& gateway, int interface = no_interface) {
    return {gateway, interface};
  }
  static NextHop on_link(int interface) { return {std::nullopt, interface}; }
  friend auto operator<=>(const NextHop&, const NextHop&) = default;
};

struct Route {
  net::Prefix prefix;
  RouteKind kind = RouteKind::via;
  RouteProtocol protocol = RouteProtocol::static_route;
  std::vector<NextHop> next_hops;  // empty for local, blackhole and unreachable
  std::uint32_t metric = 0;
  std::optional<std::uint8_t> distance;            // otherwise the protocol's default
  std::optional<net::IpAddress> preferred_source;  // as `ip route ... src`

  friend bool operator==(const Route&, const Route&) = default;
};

// A route as it is used: the winning offer and its eligible next hops, resolved to (gateway,
// interface) and without duplicates.
struct ActiveRoute {
  Route route;
  std::vector<NextHop> next_hops;
  friend bool operator==(const ActiveRoute&, const ActiveRoute&) = default;
};

struct FibChange {
  TimePoint at;
  net::Prefix prefix;
  std::optional<ActiveRoute> before;  // nothing: there was none in use
  std::optional<ActiveRoute> after;
};

class Fib {
 public:
  using Clock = std::function<TimePoint()>;
  explicit Fib(Clock clock) : clock_(std::move(clock)) {}
  Fib(const Fib&) = delete;
  Fib& operator=(const Fib&) = delete;

  // Adds or replaces the offer of route.protocol for route.prefix.
  void replace(Route route);
  // Withdraws it; false when there was none.
  bool remove(const net::Prefix& prefix, RouteProtocol protocol);

  // What a packet to `destination` uses; nullptr: no route. Valid until the next change.
  const ActiveRoute* lookup(const net::IpAddress& destination) const;
  // The route in use at exactly `prefix`.
  const ActiveRoute* active(const net::Prefix& prefix) const;
  // Every route in use, in address order.
  std::vector<ActiveRoute> snapshot() const;
  // Every offer, used or not, in address order and best first.
  std::vector<Route> offers() const;

  // Interfaces start up. A route over one that is down is not eligible.
  void set_interface_up(int interface, bool up);
  bool interface_up(int interface) const;
  // Told of every later change, after it took effect; one watcher per key.
  using InterfaceWatcher = std::function<void(int interface, bool up)>;
  void watch_interfaces(const std::string& key, InterfaceWatcher watcher);
  void unwatch_interfaces(const std::string& key);

  // Whether a gateway resolves now: what BGP asks of a NEXT_HOP. The watcher is told of every
  // later change; one watcher per address and key.
  bool reachable(const net::IpAddress& gateway) const;
  using ReachabilityWatcher = std::function<void(const net::IpAddress& gateway, bool reachable)>;
  void watch(const net::IpAddress& gateway, const std::string& key, ReachabilityWatcher watcher);
  void unwatch(const net::IpAddress& gateway, const std::string& key);

  // Told of every change of a route in use, after it took effect.
  void observe(std::function<void(const FibChange&)> observer);

  // Whether a gateway may be resolved through 0.0.0.0/0 (FRR: `ip nht resolve-via-default`, off).
  void resolve_via_default(bool allowed);

  std::uint64_t generation() const { return generation_; }  // grows with every change in use

 private:
  struct Entry {
    std::vector<Route> offers;  // best first
    std::optional<ActiveRoute> active;
  };

  std::vector<NextHop> resolve(const Route& route) const;
  void resolve_gateway(const net::IpAddress& gateway, int depth, std::vector<NextHop>& out) const;
  std::optional<ActiveRoute> select(const Entry& entry) const;
  void reselect(const net::Prefix& prefix, Entry& entry, std::vector<FibChange>& changes);
  void reselect_all(std::vector<FibChange>& changes);
  void settle(bool resolvers_changed, std::vector<FibChange> changes);
  void tell_watchers();
  const std::vector<NextHop>& resolved(const net::IpAddress& gateway) const;
  static bool resolves_others(RouteProtocol protocol);

  struct Watch {
    bool reachable = false;
    std::map<std::string, ReachabilityWatcher> watchers;
  };
  struct CacheLine {
    std::uint64_t generation = 0;
    std::uint32_t destination = 0;
    const ActiveRoute* route = nullptr;
  };

  Clock clock_;
  net::PrefixMap<Entry> table_;
  std::vector<bool> interface_down_;
  std::map<std::string, InterfaceWatcher> interface_watchers_;
  std::map<net::IpAddress, Watch> watches_;
  std::vector<std::function<void(const FibChange&)>> observers_;
  bool resolve_via_default_ = false;
  std::uint64_t generation_ = 1;
  mutable std::array<CacheLine, 256> cache_{};  // recent destinations, direct-mapped
  mutable std::map<net::IpAddress, std::vector<NextHop>> resolved_;  // until resolvers change
};

}  // namespace seatrial::sim
