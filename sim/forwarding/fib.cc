#include "sim/forwarding/fib.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace seatrial::sim {

namespace {

// How far a gateway may be resolved through other routes' gateways. Real tables need two or three;
// the bound is what ends a loop.
constexpr int recursion_limit = 8;

std::uint8_t distance_of(const Route& route) {
  return route.distance.value_or(default_distance(route.protocol));
}

bool better(const Route& a, const Route& b) {
  return std::tuple(distance_of(a), a.metric, a.protocol) <
         std::tuple(distance_of(b), b.metric, b.protocol);
}

}  // namespace

std::string_view to_string(RouteKind kind) {
  switch (kind) {
    case RouteKind::via:
      return "via";
    case RouteKind::connected:
      return "connected";
    case RouteKind::local:
      return "local";
    case RouteKind::blackhole:
      return "blackhole";
    case RouteKind::unreachable:
      return "unreachable";
  }
  return "?";
}

std::string_view to_string(RouteProtocol protocol) {
  switch (protocol) {
    case RouteProtocol::kernel:
      return "kernel";
    case RouteProtocol::connected:
      return "connected";
    case RouteProtocol::static_route:
      return "static";
    case RouteProtocol::ebgp:
      return "ebgp";
    case RouteProtocol::ibgp:
      return "ibgp";
  }
  return "?";
}

std::uint8_t default_distance(RouteProtocol protocol) {
  switch (protocol) {  // FRR 8.4, lib/zebra.h ZEBRA_*_DISTANCE_DEFAULT
    case RouteProtocol::kernel:
      return 0;
    case RouteProtocol::connected:
      return 0;
    case RouteProtocol::static_route:
      return 1;
    case RouteProtocol::ebgp:
      return 20;
    case RouteProtocol::ibgp:
      return 200;
  }
  return 255;
}

bool Fib::resolves_others(RouteProtocol protocol) {
  return protocol != RouteProtocol::ebgp && protocol != RouteProtocol::ibgp;
}

void Fib::replace(Route route) {
  const net::Prefix prefix = route.prefix;
  const bool resolver = resolves_others(route.protocol);
  std::sort(route.next_hops.begin(), route.next_hops.end());
  if (resolver) resolved_.clear();
  Entry& entry = table_[prefix];
  std::erase_if(entry.offers, [&](const Route& r) { return r.protocol == route.protocol; });
  const auto place = std::upper_bound(entry.offers.begin(), entry.offers.end(), route, better);
  entry.offers.insert(place, std::move(route));
  std::vector<FibChange> changes;
  reselect(prefix, entry, changes);
  settle(resolver, std::move(changes));
}

bool Fib::remove(const net::Prefix& prefix, RouteProtocol protocol) {
  Entry* entry = table_.find(prefix);
  if (entry == nullptr) return false;
  if (std::erase_if(entry->offers, [&](const Route& r) { return r.protocol == protocol; }) == 0) {
    return false;
  }
  if (resolves_others(protocol)) resolved_.clear();
  std::vector<FibChange> changes;
  reselect(prefix, *entry, changes);
  if (entry->offers.empty()) table_.erase(prefix);
  settle(resolves_others(protocol), std::move(changes));
  return true;
}

const ActiveRoute* Fib::lookup(const net::IpAddress& destination) const {
  const std::uint32_t value = destination.v4_value();
  CacheLine& line = cache_[(value ^ (value >> 8U) ^ (value >> 16U)) % cache_.size()];
  if (line.generation == generation_ && line.destination == value && destination.is_v4()) {
    return line.route;
  }
  // An entry without an eligible next hop is passed over for the next shorter prefix, as a kernel
  // table does not hold it at all.
  const ActiveRoute* found = nullptr;
  if (const auto match = table_.longest_match(destination)) {
    if (match.value->active) {
      found = &*match.value->active;
    } else {
      for (int length = match.prefix->length() - 1; length >= 0 && found == nullptr; --length) {
        const Entry* shorter = table_.find(net::Prefix(destination, length));
        if (shorter != nullptr && shorter->active) found = &*shorter->active;
      }
    }
  }
  if (destination.is_v4()) line = {generation_, value, found};
  return found;
}

const ActiveRoute* Fib::active(const net::Prefix& prefix) const {
  const Entry* entry = table_.find(prefix);
  return entry != nullptr && entry->active ? &*entry->active : nullptr;
}

std::vector<ActiveRoute> Fib::snapshot() const {
  std::vector<ActiveRoute> routes;
  table_.for_each([&](const net::Prefix&, const Entry& entry) {
    if (entry.active) routes.push_back(*entry.active);
  });
  return routes;
}

std::vector<Route> Fib::offers() const {
  std::vector<Route> routes;
  table_.for_each([&](const net::Prefix&, const Entry& entry) {
    routes.insert(routes.end(), entry.offers.begin(), entry.offers.end());
  });
  return routes;
}

void Fib::set_interface_up(int interface, bool up) {
  if (interface < 0) return;
  const auto index = static_cast<std::size_t>(interface);
  if (interface_down_.size() <= index) interface_down_.resize(index + 1, false);
  if (interface_down_[index] == !up) return;
  interface_down_[index] = !up;
  settle(true, {});
  for (const auto& [key, watcher] : interface_watchers_) watcher(interface, up);
}

void Fib::watch_interfaces(const std::string& key, InterfaceWatcher watcher) {
  interface_watchers_[key] = std::move(watcher);
}

void Fib::unwatch_interfaces(const std::string& key) {
  interface_watchers_.erase(key);
}

bool Fib::interface_up(int interface) const {
  const auto index = static_cast<std::size_t>(interface);
  return interface >= 0 && (index >= interface_down_.size() || !interface_down_[index]);
}

void Fib::resolve_via_default(bool allowed) {
  if (resolve_via_default_ == allowed) return;
  resolve_via_default_ = allowed;
  settle(true, {});
}

void Fib::resolve_gateway(const net::IpAddress& gateway, int depth,
                          std::vector<NextHop>& out) const {
  if (depth > recursion_limit) return;
  // The most specific route that may resolve: BGP's are not asked, nor offers that are not in use.
  for (int length = gateway.bits(); length >= (resolve_via_default_ ? 0 : 1); --length) {
    const Entry* entry = table_.find(net::Prefix(gateway, length));
    if (entry == nullptr) continue;
    for (const Route& route : entry->offers) {
      if (!resolves_others(route.protocol)) continue;
      if (route.kind == RouteKind::local) return;  // our own address leads nowhere
      if (route.kind != RouteKind::connected && route.kind != RouteKind::via) return;
      const std::size_t before = out.size();
      for (const NextHop& hop : route.next_hops) {
        if (hop.interface == no_interface) {
          if (hop.gateway) resolve_gateway(*hop.gateway, depth + 1, out);
        } else if (interface_up(hop.interface)) {
          out.push_back({hop.gateway.value_or(gateway), hop.interface});
        }
      }
      if (out.size() != before) return;
    }
  }
}

const std::vector<NextHop>& Fib::resolved(const net::IpAddress& gateway) const {
  const auto [found, added] = resolved_.try_emplace(gateway);
  if (added) resolve_gateway(gateway, 0, found->second);
  return found->second;
}

std::vector<NextHop> Fib::resolve(const Route& route) const {
  std::vector<NextHop> hops;
  for (const NextHop& hop : route.next_hops) {
    if (hop.interface != no_interface) {
      if (interface_up(hop.interface)) hops.push_back(hop);
    } else if (hop.gateway) {
      const std::vector<NextHop>& found = resolved(*hop.gateway);
      hops.insert(hops.end(), found.begin(), found.end());
    }
  }
  std::sort(hops.begin(), hops.end());
  hops.erase(std::unique(hops.begin(), hops.end()), hops.end());
  return hops;
}

std::optional<ActiveRoute> Fib::select(const Entry& entry) const {
  for (const Route& route : entry.offers) {
    std::vector<NextHop> hops = resolve(route);
    const bool needs_hop = route.kind == RouteKind::via || route.kind == RouteKind::connected;
    if (needs_hop && hops.empty()) continue;
    return ActiveRoute{route, std::move(hops)};
  }
  return std::nullopt;
}

void Fib::reselect(const net::Prefix& prefix, Entry& entry, std::vector<FibChange>& changes) {
  std::optional<ActiveRoute> chosen = select(entry);
  if (chosen == entry.active) return;
  changes.push_back({clock_(), prefix, std::move(entry.active), chosen});
  entry.active = std::move(chosen);
}

void Fib::reselect_all(std::vector<FibChange>& changes) {
  table_.for_each(
      [&](const net::Prefix& prefix, Entry& entry) { reselect(prefix, entry, changes); });
}

void Fib::settle(bool resolvers_changed, std::vector<FibChange> changes) {
  if (resolvers_changed) {
    resolved_.clear();
    reselect_all(changes);
  }
  if (!changes.empty()) ++generation_;
  // Observers may change the table in turn: they see this change complete first.
  for (const FibChange& change : changes) {
    for (const auto& observer : observers_) observer(change);
  }
  if (resolvers_changed) tell_watchers();
}

bool Fib::reachable(const net::IpAddress& gateway) const {
  return !resolved(gateway).empty();
}

void Fib::watch(const net::IpAddress& gateway, const std::string& key,
                ReachabilityWatcher watcher) {
  Watch& watch = watches_[gateway];
  if (watch.watchers.empty()) watch.reachable = reachable(gateway);
  watch.watchers[key] = std::move(watcher);
}

void Fib::unwatch(const net::IpAddress& gateway, const std::string& key) {
  const auto found = watches_.find(gateway);
  if (found == watches_.end()) return;
  found->second.watchers.erase(key);
  if (found->second.watchers.empty()) watches_.erase(found);
}

void Fib::tell_watchers() {
  std::vector<std::pair<net::IpAddress, bool>> changed;
  for (auto& [gateway, watch] : watches_) {
    const bool now = reachable(gateway);
    if (std::exchange(watch.reachable, now) != now) changed.emplace_back(gateway, now);
  }
  for (const auto& [gateway, up] : changed) {
    const auto found = watches_.find(gateway);  // an earlier watcher may have let go of it
    if (found == watches_.end()) continue;
    const auto watchers = found->second.watchers;
    for (const auto& [key, watcher] : watchers) watcher(gateway, up);
  }
}

void Fib::observe(std::function<void(const FibChange&)> observer) {
  observers_.push_back(std::move(observer));
}

}  // namespace seatrial::sim
