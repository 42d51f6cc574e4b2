#include "models/bgp/link.h"

#include <algorithm>

namespace seatrial::bgp {
namespace {

const net::Prefix& link_local_addresses() {
  static const auto prefix = *net::Prefix::parse("fe80::/10");
  return prefix;
}

}  // namespace

bool Link::shares(const net::IpAddress& address) const {
  return std::any_of(subnets.begin(), subnets.end(),
                     [&](const net::Prefix& subnet) { return subnet.contains(address); });
}

Link link_of(std::span<const net::InterfaceAddress> interface, const net::IpAddress& peer) {
  Link out;
  for (const auto& own : interface) {
    const bool v4 = own.address.is_v4();
    const bool local = link_local_addresses().contains(own.address);
    auto& place = v4 ? out.v4 : local ? out.link_local : out.v6;
    if (!place) place = own.address;
    if (!local) out.subnets.push_back(own.subnet());
  }
  out.on_subnet = out.shares(peer);
  return out;
}

}  // namespace seatrial::bgp
