// The speaker's routes in the kernel's main table, by netlink (libnl-route), as zebra puts them
// there: protocol bgp, metric 20, several next hops as one route. A next hop that is not on a link
// is resolved by the kernel's own table at the moment of installing; nothing watches that table
// after.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "models/bgp/speaker.h"

namespace seatrial::bgpd {

class KernelRoutes final : public bgp::RibSink {
 public:
  // Told what the kernel refused: "203.0.113.0/24: Network is unreachable".
  using Complain = std::function<void(const std::string& what)>;

  // Takes out what an earlier process left, as zebra sweeps at its start; the error says why there
  // is no netlink.
  static tl::expected<std::unique_ptr<KernelRoutes>, std::string> open(Complain complain);
  ~KernelRoutes() override;  // takes out what was put in
  KernelRoutes(const KernelRoutes&) = delete;
  KernelRoutes& operator=(const KernelRoutes&) = delete;

  void route_changed(const net::Prefix& prefix, std::span<const bgp::NextHop> next_hops) override;
  void route_removed(const net::Prefix& prefix) override;

 private:
  struct Netlink;
  KernelRoutes(std::unique_ptr<Netlink> netlink, Complain complain);
  void remove(const net::Prefix& prefix);

  std::unique_ptr<Netlink> netlink_;
  Complain complain_;
  std::set<net::Prefix> installed_;
};

}  // namespace seatrial::bgpd
