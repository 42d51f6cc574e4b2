#include "sim/host/proxy_arp.h"

#include <ns3/arp-header.h>
#include <ns3/arp-l3-protocol.h>
#include <ns3/ipv4-interface.h>

namespace seatrial::sim {

ns3::TypeId ProxyArp::GetTypeId() {
  static const ns3::TypeId id =
      ns3::TypeId("seatrial::sim::ProxyArp").SetParent<ns3::Object>().AddConstructor<ProxyArp>();
  return id;
}

void ProxyArp::start(ns3::Ptr<ns3::NetDevice> device, ns3::Ptr<ns3::ArpCache> cache) {
  device_ = device;
  cache_ = cache;
  device->GetNode()->RegisterProtocolHandler(ns3::MakeCallback(&ProxyArp::receive, this),
                                             ns3::ArpL3Protocol::PROT_NUMBER, device);
}

void ProxyArp::DoDispose() {
  device_ = nullptr;
  cache_ = nullptr;
  Object::DoDispose();
}

void ProxyArp::receive(ns3::Ptr<ns3::NetDevice> /*device*/, ns3::Ptr<const ns3::Packet> packet,
                       std::uint16_t /*ethertype*/, const ns3::Address& /*from*/,
                       const ns3::Address& /*to*/, ns3::NetDevice::PacketType /*type*/) {
  if (device_ == nullptr) return;
  const auto copy = packet->Copy();
  ns3::ArpHeader arp;
  if (copy->RemoveHeader(arp) == 0) return;
  if (arp.IsRequest()) {
    // Not for a pod that probes its own address.
    if (arp.GetDestinationIpv4Address() == arp.GetSourceIpv4Address()) return;
    ns3::ArpHeader reply;
    reply.SetReply(device_->GetAddress(), arp.GetDestinationIpv4Address(),
                   arp.GetSourceHardwareAddress(), arp.GetSourceIpv4Address());
    const auto answer = ns3::Create<ns3::Packet>();
    answer->AddHeader(reply);
    device_->Send(answer, arp.GetSourceHardwareAddress(), ns3::ArpL3Protocol::PROT_NUMBER);
    return;
  }
  if (!arp.IsReply() || arp.GetDestinationHardwareAddress() != device_->GetAddress()) return;
  ns3::ArpCache::Entry* entry = cache_->Lookup(arp.GetSourceIpv4Address());
  if (entry == nullptr || !entry->IsWaitReply()) return;
  entry->MarkAlive(arp.GetSourceHardwareAddress());
  for (auto pending = entry->DequeuePending(); pending.first != nullptr;
       pending = entry->DequeuePending()) {
    cache_->GetInterface()->Send(pending.first, pending.second, arp.GetSourceIpv4Address());
  }
}

}  // namespace seatrial::sim
