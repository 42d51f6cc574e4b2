// What a node reports about the packets it handles.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/net/units.h"
#include "sim/forwarding/fib.h"
#include "sim/forwarding/flow.h"

namespace seatrial::sim {

enum class PacketDrop : std::uint8_t {
  no_route,        // ICMP network unreachable was sent
  blackhole,       // silent
  unreachable,     // an unreachable route: ICMP host unreachable was sent
  ttl_expired,     // ICMP time exceeded was sent
  not_forwarding,  // for another address, at a node that does not forward
  interface_down,  // no eligible next hop
  too_big,         // larger than the MTU with DF set: ICMP fragmentation needed was sent
  no_neighbour,    // no answer to ARP: ICMP host unreachable was sent
  rejected,        // by netfilter, with ICMP port unreachable
  filtered,        // by netfilter, silent
  count
};
std::string_view to_string(PacketDrop reason);

// One hop of a connection's first packet.
struct FlowHop {
  TimePoint at;
  Flow flow;                         // as it left this node, after translation
  Flow flow_before;                  // as it arrived
  int in_interface = no_interface;   // no_interface: sent by this node
  int out_interface = no_interface;  // no_interface: delivered here
  net::IpAddress next_hop;           // the gateway, or the destination on the link
};

class PacketObserver {
 public:
  virtual ~PacketObserver() = default;
  // Every TCP segment with SYN that this node sends, forwards or delivers: the first packet of each
  // direction of a connection.
  virtual void on_flow_hop(const FlowHop& hop) { (void)hop; }
  virtual void on_drop(TimePoint at, const Flow& flow, PacketDrop reason, int in_interface) {
    (void)at, (void)flow, (void)reason, (void)in_interface;
  }
};

}  // namespace seatrial::sim
