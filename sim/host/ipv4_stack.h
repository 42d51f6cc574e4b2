// ns-3's IPv4 with Linux's choice of a source address for interfaces that have none: the node's
// primary address, where ns-3 would take the first address of any interface, which is the
// loopback's. ARP asks with it.
#pragma once

#include <ns3/ipv4-l3-protocol.h>

namespace seatrial::sim {

class Ipv4Stack : public ns3::Ipv4L3Protocol {
 public:
  static ns3::TypeId GetTypeId();
  ns3::Ipv4Address SelectSourceAddress(
      ns3::Ptr<const ns3::NetDevice> device, ns3::Ipv4Address destination,
      ns3::Ipv4InterfaceAddress::InterfaceAddressScope_e scope) override;
};

}  // namespace seatrial::sim
