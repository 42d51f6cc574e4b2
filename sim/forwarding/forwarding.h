// The IP layer's decisions at one node: an ns3::Ipv4RoutingProtocol on our Fib, with per-flow
// ECMP, hooks for netfilter, ICMP errors, and reports to an observer.
//
// Differences from ns-3's own routing protocols, each on purpose:
//  - whether an address is ours is a hash lookup, not a walk over all interfaces for every packet;
//  - the strong/weak end-system question does not arise: like Linux, any local address is accepted
//    on any interface;
//  - routes returned to ns-3 are made once per next hop, not once per packet.
#pragma once

#include <ns3/ipv4-header.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/ipv4-route.h>
#include <ns3/ipv4-routing-protocol.h>
#include <ns3/packet.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "models/net/address.h"
#include "sim/forwarding/fib.h"
#include "sim/forwarding/flow.h"
#include "sim/forwarding/observer.h"

namespace seatrial::sim {

// A packet on its way through the hooks, with the header that goes with it. `packet` starts with
// the transport header and may be replaced, not changed in place (other holders share it).
struct PacketInFlight {
  ns3::Ptr<ns3::Packet> packet;
  ns3::Ipv4Header header;
  Flow flow;  // kept in step with both
};

enum class Verdict : std::uint8_t { accept, drop, reject };

// Where netfilter sits (the names are Linux's).
class PacketHooks {
 public:
  virtual ~PacketHooks() = default;
  // Before the routing decision: DNAT, and the reverse of what postrouting did.
  virtual Verdict prerouting(PacketInFlight& packet, int in_interface) = 0;
  // A packet of this node's own, before its routing decision: DNAT.
  virtual Verdict output(PacketInFlight& packet) = 0;
  // Between the decision and the next step; `out` is no_interface for a packet delivered here.
  virtual Verdict filter(PacketInFlight& packet, int in_interface, int out_interface) = 0;
  // On the way out: SNAT. in_interface is no_interface for own packets.
  virtual Verdict postrouting(PacketInFlight& packet, int in_interface, int out_interface) = 0;
};

class Forwarding : public ns3::Ipv4RoutingProtocol {
 public:
  static ns3::TypeId GetTypeId();
  Forwarding();
  ~Forwarding() override;

  Fib& fib() { return fib_; }
  const Fib& fib() const { return fib_; }

  void set_forwarding(bool on) { forwarding_ = on; }
  void set_ecmp_seed(std::uint64_t seed) { ecmp_seed_ = seed; }
  void set_hooks(PacketHooks* hooks) { hooks_ = hooks; }
  void set_observer(PacketObserver* observer) { observer_ = observer; }

  std::uint64_t forwarded() const { return forwarded_; }
  std::uint64_t drops(PacketDrop reason) const { return drops_[static_cast<std::size_t>(reason)]; }

  // Local addresses; the machine keeps them in step with the interfaces.
  void add_local_address(const net::IpAddress& address, int interface);
  void remove_local_address(const net::IpAddress& address);
  bool is_local(std::uint32_t address) const { return local_.contains(address); }
  // What own packets that leave by this interface carry as source, unless they or the route say
  // otherwise.
  void set_source_address(int interface, const net::IpAddress& source);
  std::optional<net::IpAddress> source_address(int interface) const;
  std::optional<net::IpAddress> source_for(const net::IpAddress& destination) const;

  // The MTU of the interface that packets to `destination` leave by; nothing when there is no way.
  std::optional<std::uint16_t> mtu_towards(const net::IpAddress& destination) const;

  // Sends a transport packet of this node: the down target of TCP, UDP and ICMP. DF is set for TCP,
  // whose path MTU is discovered (RFC 1191).
  void send(ns3::Ptr<ns3::Packet> packet, ns3::Ipv4Address source, ns3::Ipv4Address destination,
            std::uint8_t protocol, ns3::Ptr<ns3::Ipv4Route> route);
  // Tells the sender of `header` + `packet` of an error, from this node.
  void send_unreachable(const ns3::Ipv4Header& header, ns3::Ptr<const ns3::Packet> packet,
                        std::uint8_t code, std::uint16_t next_hop_mtu = 0);
  // A packet (with its IP header) for which no neighbour answered: tells whoever sent it.
  void neighbour_failed(ns3::Ptr<const ns3::Packet> packet);
  // Up means: administratively up, and the device has its carrier.
  void refresh_interface(std::uint32_t interface);
  void count_drop(const Flow& flow, PacketDrop reason, int in_interface);

  // ns3::Ipv4RoutingProtocol
  ns3::Ptr<ns3::Ipv4Route> RouteOutput(ns3::Ptr<ns3::Packet> packet, const ns3::Ipv4Header& header,
                                       ns3::Ptr<ns3::NetDevice> oif,
                                       ns3::Socket::SocketErrno& error) override;
  bool RouteInput(ns3::Ptr<const ns3::Packet> packet, const ns3::Ipv4Header& header,
                  ns3::Ptr<const ns3::NetDevice> device, UnicastForwardCallback forward,
                  MulticastForwardCallback multicast, LocalDeliverCallback deliver,
                  ErrorCallback error) override;
  void NotifyInterfaceUp(std::uint32_t interface) override;
  void NotifyInterfaceDown(std::uint32_t interface) override;
  void NotifyAddAddress(std::uint32_t interface, ns3::Ipv4InterfaceAddress address) override;
  void NotifyRemoveAddress(std::uint32_t interface, ns3::Ipv4InterfaceAddress address) override;
  void SetIpv4(ns3::Ptr<ns3::Ipv4> ipv4) override;
  void PrintRoutingTable(ns3::Ptr<ns3::OutputStreamWrapper> stream,
                         ns3::Time::Unit unit) const override;

 protected:
  void DoDispose() override;

 private:
  struct Decision {
    const ActiveRoute* route = nullptr;
    NextHop next_hop;
  };

  Decision decide(const Flow& flow) const;
  ns3::Ptr<ns3::Ipv4Route> ns3_route(const NextHop& hop,
                                     const std::optional<net::IpAddress>& source);
  void forward(PacketInFlight& packet, const Flow& before, int in_interface,
               const UnicastForwardCallback& next);
  void refuse(const PacketInFlight& packet, const Decision& decision, int in_interface);
  bool admit(Verdict verdict, const PacketInFlight& packet, int in_interface);
  void trace(const PacketInFlight& packet, const Flow& before, int in_interface, int out_interface,
             const NextHop& hop);
  bool fits(const PacketInFlight& packet, int interface, int in_interface);

  Fib fib_;
  ns3::Ptr<ns3::Ipv4L3Protocol> ipv4_;
  bool forwarding_ = false;
  std::uint64_t ecmp_seed_ = 0;
  PacketHooks* hooks_ = nullptr;
  PacketObserver* observer_ = nullptr;
  std::uint64_t forwarded_ = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(PacketDrop::count)> drops_{};
  std::unordered_map<std::uint32_t, int> local_;  // looked up only, never walked
  std::vector<net::IpAddress> sources_;           // by interface
  std::map<std::pair<NextHop, std::uint32_t>, ns3::Ptr<ns3::Ipv4Route>> routes_;
  std::uint16_t identification_ = 0;
};

// The ports of a transport header at the start of `packet`, and for TCP whether it has SYN. `syn`
// may be nullptr.
Flow flow_of(const ns3::Ipv4Header& header, const ns3::Packet& packet, bool* syn);

// Addresses between the two worlds.
inline ns3::Ipv4Address to_ns3(const net::IpAddress& address) {
  return ns3::Ipv4Address(address.v4_value());
}
inline net::IpAddress from_ns3(ns3::Ipv4Address address) {
  return net::IpAddress::v4(address.Get());
}

}  // namespace seatrial::sim
