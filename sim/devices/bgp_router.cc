#include "sim/devices/bgp_router.h"

#include <algorithm>

namespace seatrial::sim {
namespace {

constexpr const char* watch_key = "bgp";

bool is_bgp(RouteProtocol protocol) {
  return protocol == RouteProtocol::ibgp || protocol == RouteProtocol::ebgp;
}

}  // namespace

BgpRouter::BgpRouter(Machine& machine, bgp::SpeakerConfig config, bgp::Observer* observer,
                     bfd::Observer* bfd_observer)
    : machine_(machine),
      bfd_(machine.host(), bfd::profile_of(config.profile.name), bfd_observer),
      liveness_(bfd_),
      speaker_(std::make_unique<bgp::Speaker>(
          machine.host(), std::move(config),
          bgp::Dependencies{
              .sink = this, .resolver = this, .observer = observer, .liveness = &liveness_})),
      recheck_(machine.host().timer([this] { speaker_->nexthops_changed(); })) {}

BgpRouter::~BgpRouter() {
  for (const auto& address : watched_) machine_.fib().unwatch(address, watch_key);
}

void BgpRouter::route_changed(const net::Prefix& prefix, std::span<const bgp::NextHop> next_hops) {
  const auto selected = speaker_->route(prefix);
  const bool external = selected && !selected->paths.empty() &&
                        selected->paths.front().source == bgp::RouteSource::ebgp;
  const auto protocol = external ? RouteProtocol::ebgp : RouteProtocol::ibgp;
  Route route{.prefix = prefix, .kind = RouteKind::via, .protocol = protocol};
  for (const auto& hop : next_hops) route.next_hops.push_back(NextHop::via(hop.address));
  // A prefix is never offered by both: a best path that changed its source replaces the old offer.
  machine_.fib().remove(prefix, external ? RouteProtocol::ibgp : RouteProtocol::ebgp);
  machine_.fib().replace(std::move(route));
}

void BgpRouter::route_removed(const net::Prefix& prefix) {
  machine_.fib().remove(prefix, RouteProtocol::ibgp);
  machine_.fib().remove(prefix, RouteProtocol::ebgp);
}

std::optional<std::uint32_t> BgpRouter::resolve(const net::IpAddress& next_hop) const {
  if (watched_.insert(next_hop).second) {
    machine_.fib().watch(next_hop, watch_key, [this](const net::IpAddress&, bool) {
      // One interface takes many next hops with it: tell the speaker once.
      if (recheck_->armed()) return;
      recheck_->arm(machine_.host().now());
    });
  }
  if (!machine_.fib().reachable(next_hop)) return std::nullopt;
  return 0;
}

bool BgpRouter::has_route(const net::Prefix& prefix) const {
  const auto* route = machine_.fib().active(prefix);
  return route != nullptr && !is_bgp(route->route.protocol);
}

bool BgpRouter::connected(const net::IpAddress& address) const {
  for (int i = 0; i < machine_.interface_count(); ++i) {
    for (const auto& own : machine_.addresses(i)) {
      if (own.subnet().contains(address)) return true;
    }
  }
  return false;
}

}  // namespace seatrial::sim
