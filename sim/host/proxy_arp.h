// ARP on the node's side of a pod's veth. Calico gives that side no address and sets proxy_arp: the
// node answers whatever the pod asks for (169.254.1.1, its default gateway) with the veth's own
// MAC. ns-3's ARP answers only for addresses of the interface, and takes replies only that are
// addressed to one; so this does both in its place, on this one device.
#pragma once

#include <ns3/arp-cache.h>
#include <ns3/net-device.h>
#include <ns3/node.h>
#include <ns3/object.h>
#include <ns3/packet.h>

namespace seatrial::sim {

class ProxyArp : public ns3::Object {
 public:
  static ns3::TypeId GetTypeId();
  // `cache` is the interface's.
  void start(ns3::Ptr<ns3::NetDevice> device, ns3::Ptr<ns3::ArpCache> cache);

 protected:
  void DoDispose() override;

 private:
  void receive(ns3::Ptr<ns3::NetDevice> device, ns3::Ptr<const ns3::Packet> packet,
               std::uint16_t ethertype, const ns3::Address& from, const ns3::Address& to,
               ns3::NetDevice::PacketType type);

  ns3::Ptr<ns3::NetDevice> device_;
  ns3::Ptr<ns3::ArpCache> cache_;
};

}  // namespace seatrial::sim
