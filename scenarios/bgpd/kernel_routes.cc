#include "scenarios/bgpd/kernel_routes.h"

#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

namespace seatrial::bgpd {
namespace {

constexpr std::uint32_t zebra_metric = 20;

struct Put {
  void operator()(nl_addr* address) const { nl_addr_put(address); }
  void operator()(rtnl_route* route) const { rtnl_route_put(route); }
};
using Address = std::unique_ptr<nl_addr, Put>;
using Route = std::unique_ptr<rtnl_route, Put>;

int family_of(net::Family family) {
  return family == net::Family::ipv4 ? AF_INET : AF_INET6;
}

Address to_netlink(const net::IpAddress& address) {
  const auto bytes = address.bytes();
  return Address(nl_addr_build(family_of(address.family()), bytes.data(), bytes.size()));
}

Route make_route(const net::Prefix& prefix) {
  Route route(rtnl_route_alloc());
  auto destination = to_netlink(prefix.address());
  nl_addr_set_prefixlen(destination.get(), prefix.length());
  rtnl_route_set_family(route.get(), static_cast<std::uint8_t>(family_of(prefix.family())));
  rtnl_route_set_dst(route.get(), destination.get());
  rtnl_route_set_table(route.get(), RT_TABLE_MAIN);
  rtnl_route_set_protocol(route.get(), RTPROT_BGP);
  rtnl_route_set_priority(route.get(), zebra_metric);
  rtnl_route_set_type(route.get(), RTN_UNICAST);
  // Said, because libnl guesses it by the next hops, and a deletion has none.
  rtnl_route_set_scope(route.get(), RT_SCOPE_UNIVERSE);
  return route;
}

}  // namespace

struct KernelRoutes::Netlink {
  nl_sock* socket = nl_socket_alloc();
  ~Netlink() { nl_socket_free(socket); }
  Netlink() = default;
  Netlink(const Netlink&) = delete;
  Netlink& operator=(const Netlink&) = delete;

  // Takes out what a process before this one put in and, killed, left behind. The error is libnl's.
  int sweep() const {
    nl_cache* all = nullptr;
    if (const int error = rtnl_route_alloc_cache(socket, AF_UNSPEC, 0, &all); error < 0) {
      return error;
    }
    int worst = 0;
    for (auto* object = nl_cache_get_first(all); object != nullptr;
         object = nl_cache_get_next(object)) {
      // An object of this cache is an rtnl_route, as libnl's own nl_cache_foreach users have it.
      auto* route = reinterpret_cast<rtnl_route*>(object);
      if (rtnl_route_get_protocol(route) != RTPROT_BGP ||
          rtnl_route_get_table(route) != RT_TABLE_MAIN ||
          rtnl_route_get_priority(route) != zebra_metric) {
        continue;
      }
      const int error = rtnl_route_delete(socket, route, 0);
      if (error < 0 && error != -NLE_OBJ_NOTFOUND) worst = error;
    }
    nl_cache_free(all);
    return worst;
  }

  // Adds the way to `address`: over a link, or by the gateway that the kernel would take. The error
  // is libnl's.
  int add_next_hop(rtnl_route* route, const net::IpAddress& address) {
    const auto wanted = to_netlink(address);
    rtnl_route* found = nullptr;
    if (const int error = rtnl_route_lookup(socket, wanted.get(), &found); error < 0) return error;
    const Route known(found);
    auto* way = rtnl_route_nexthop_n(found, 0);
    if (way == nullptr) return -NLE_OBJ_NOTFOUND;
    auto* gateway = rtnl_route_nh_get_gateway(way);
    auto* next_hop = rtnl_route_nh_alloc();
    rtnl_route_nh_set_gateway(next_hop, gateway != nullptr ? gateway : wanted.get());
    rtnl_route_nh_set_ifindex(next_hop, rtnl_route_nh_get_ifindex(way));
    rtnl_route_add_nexthop(route, next_hop);  // which owns it
    return 0;
  }
};

KernelRoutes::KernelRoutes(std::unique_ptr<Netlink> netlink, Complain complain)
    : netlink_(std::move(netlink)), complain_(std::move(complain)) {}

tl::expected<std::unique_ptr<KernelRoutes>, std::string> KernelRoutes::open(Complain complain) {
  auto netlink = std::make_unique<Netlink>();
  if (const int error = nl_connect(netlink->socket, NETLINK_ROUTE); error < 0) {
    return tl::make_unexpected(std::string("netlink: ") + nl_geterror(error));
  }
  if (const int error = netlink->sweep(); error < 0) {
    return tl::make_unexpected(std::string("netlink, old routes: ") + nl_geterror(error));
  }
  return std::unique_ptr<KernelRoutes>(new KernelRoutes(std::move(netlink), std::move(complain)));
}

KernelRoutes::~KernelRoutes() {
  for (const auto& prefix : installed_) remove(prefix);
}

void KernelRoutes::route_changed(const net::Prefix& prefix,
                                 std::span<const bgp::NextHop> next_hops) {
  const auto route = make_route(prefix);
  int usable = 0;
  for (const auto& hop : next_hops) {
    const int result = netlink_->add_next_hop(route.get(), hop.address);
    if (result < 0) {
      complain_(prefix.to_string() + " via " + hop.address.to_string() + ": " +
                nl_geterror(result));
    } else {
      ++usable;
    }
  }
  if (usable == 0) return route_removed(prefix);
  const int error = rtnl_route_add(netlink_->socket, route.get(), NLM_F_CREATE | NLM_F_REPLACE);
  if (error < 0) return complain_(prefix.to_string() + ": " + nl_geterror(error));
  installed_.insert(prefix);
}

void KernelRoutes::route_removed(const net::Prefix& prefix) {
  if (installed_.erase(prefix) > 0) remove(prefix);
}

void KernelRoutes::remove(const net::Prefix& prefix) {
  const auto route = make_route(prefix);
  const int error = rtnl_route_delete(netlink_->socket, route.get(), 0);
  // The kernel itself takes out the routes of an interface that goes down.
  if (error < 0 && error != -NLE_OBJ_NOTFOUND) {
    complain_(prefix.to_string() + ": " + nl_geterror(error));
  }
}

}  // namespace seatrial::bgpd
