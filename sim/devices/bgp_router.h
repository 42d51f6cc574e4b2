// A BGP speaker on a machine: its routes go into the machine's forwarding table, its next hops are
// tracked there, and a session whose interface goes down notices as far as the profile does. BFD
// runs beside it for the neighbours that have it.
#pragma once

#include <memory>
#include <set>

#include "models/bfd/bgp_liveness.h"
#include "models/bgp/speaker.h"
#include "sim/host/host.h"
#include "sim/host/machine.h"

namespace seatrial::sim {

class BgpRouter final : public bgp::RibSink, public bgp::NexthopResolver {
 public:
  // The machine has its interfaces and addresses already, and outlives the router.
  BgpRouter(Machine& machine, bgp::SpeakerConfig config, bgp::Observer* observer,
            bfd::Observer* bfd_observer = nullptr);
  ~BgpRouter() override;

  // False when the port was not to be had.
  bool start() { return speaker_->start(); }
  bgp::Speaker& speaker() { return *speaker_; }
  const bgp::Speaker& speaker() const { return *speaker_; }
  bfd::Agent& bfd() { return bfd_; }

  void route_changed(const net::Prefix& prefix, std::span<const bgp::NextHop> next_hops) override;
  void route_removed(const net::Prefix& prefix) override;
  std::optional<std::uint32_t> resolve(const net::IpAddress& next_hop) const override;
  bool has_route(const net::Prefix& prefix) const override;
  bool connected(const net::IpAddress& address) const override;

 private:
  Machine& machine_;
  bfd::Agent bfd_;
  bfd::BgpLiveness liveness_;
  std::unique_ptr<bgp::Speaker> speaker_;
  std::unique_ptr<io::Timer> recheck_;
  mutable std::set<net::IpAddress> watched_;
};

}  // namespace seatrial::sim
