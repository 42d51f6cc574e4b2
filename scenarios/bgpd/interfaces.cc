#include "scenarios/bgpd/interfaces.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace seatrial::bgpd {
namespace {

struct Named {
  std::string interface;
  net::IpAddress address;
};

std::optional<net::IpAddress> address_of(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return net::IpAddress::v4(ntohl(v4->sin_addr.s_addr));
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
  return net::IpAddress::from_bytes(v6->sin6_addr.s6_addr);
}

std::vector<Named> addresses() {
  ifaddrs* list = nullptr;
  std::vector<Named> out;
  if (getifaddrs(&list) != 0) return out;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned(list, freeifaddrs);
  for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (const auto address = address_of(entry->ifa_addr))
      out.push_back({entry->ifa_name, *address});
  }
  return out;
}

bool link_local(const net::IpAddress& address) {
  static const auto range = *net::Prefix::parse("fe80::/10");
  return !address.is_v4() && range.contains(address);
}

}  // namespace

OwnNextHops own_next_hops(const net::IpAddress& local, const net::IpAddress& router_id) {
  const auto none = *net::IpAddress::parse("::");
  OwnNextHops out{local.is_v4() ? local : net::IpAddress(), local.is_v4() ? none : local, none};
  const auto all = addresses();
  std::string interface;
  for (const auto& one : all) {
    if (one.address == local) interface = one.interface;
  }
  for (const auto& [name, address] : all) {
    if (name != interface) continue;
    if (address.is_v4()) {
      if (out.ipv4.is_unspecified()) out.ipv4 = address;
    } else if (link_local(address)) {
      if (out.link_local == none) out.link_local = address;
    } else if (out.global == none) {
      out.global = address;
    }
  }
  if (out.global == none) out.global = out.link_local;
  if (out.ipv4.is_unspecified()) out.ipv4 = router_id;
  return out;
}

}  // namespace seatrial::bgpd
