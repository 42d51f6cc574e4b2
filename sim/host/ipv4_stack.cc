#include "sim/host/ipv4_stack.h"

#include "sim/forwarding/forwarding.h"

namespace seatrial::sim {

ns3::TypeId Ipv4Stack::GetTypeId() {
  static const ns3::TypeId id = ns3::TypeId("seatrial::sim::Ipv4Stack")
                                    .SetParent<ns3::Ipv4L3Protocol>()
                                    .AddConstructor<Ipv4Stack>();
  return id;
}

ns3::Ipv4Address Ipv4Stack::SelectSourceAddress(
    ns3::Ptr<const ns3::NetDevice> device, ns3::Ipv4Address destination,
    ns3::Ipv4InterfaceAddress::InterfaceAddressScope_e scope) {
  const auto interface = device == nullptr ? -1 : GetInterfaceForDevice(device);
  if (interface > 0 && GetNAddresses(static_cast<std::uint32_t>(interface)) == 0) {
    const auto forwarding = ns3::DynamicCast<Forwarding>(GetRoutingProtocol());
    if (forwarding != nullptr) {
      if (const auto source = forwarding->source_for(from_ns3(destination))) return to_ns3(*source);
    }
  }
  return ns3::Ipv4L3Protocol::SelectSourceAddress(device, destination, scope);
}

}  // namespace seatrial::sim
