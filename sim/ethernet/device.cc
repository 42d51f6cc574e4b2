#include "sim/ethernet/device.h"

#include <algorithm>
#include <utility>

#include "sim/ethernet/clock.h"

namespace seatrial::sim {

ns3::TypeId EthernetDevice::GetTypeId() {
  static ns3::TypeId tid = ns3::TypeId("seatrial::sim::EthernetDevice").SetParent<ns3::NetDevice>();
  return tid;
}

ns3::Ptr<EthernetDevice> EthernetDevice::create(ns3::Ptr<ns3::Node> node, std::string name,
                                                ns3::Mac48Address address) {
  auto device = ns3::CreateObject<EthernetDevice>(std::move(name), address);
  node->AddDevice(device);
  return device;
}

EthernetDevice::EthernetDevice(std::string name, ns3::Mac48Address address)
    : name_(std::move(name)), address_(address), address_number_(to_number(address)) {}

void EthernetDevice::set_enabled(bool enabled) {
  enabled_ = enabled;
  if (link_) link_->refresh_carrier();
}

void EthernetDevice::on_carrier(std::function<void(bool up)> observer) {
  carrier_observers_.push_back(std::move(observer));
}

bool EthernetDevice::transmit(ns3::Ptr<ns3::Packet> frame, Duration hold) {
  if (!link_) {
    report_drop(DropReason::link_down, frame);
    return false;
  }
  const std::uint32_t bytes = frame->GetSize();
  const auto slot = link_->transmit(*this, frame, hold);
  if (!slot) {
    report_drop(slot.error(), frame);
    return false;
  }
  ++counters_.tx_frames;
  counters_.tx_bytes += bytes;
  const bool waits_long = slot->waited >= long_wait;
  if (waits_long || long_queue_) {
    long_queue_ = waits_long;
    if (queue_observer_) {
      queue_observer_({now(), *this, slot->waited, link_->waiting_packets(*this)});
    }
  }
  for (FrameTap* tap : taps_) tap->on_transmit(slot->first_bit, *frame);
  return true;
}

void EthernetDevice::report_drop(DropReason reason, const ns3::Ptr<const ns3::Packet>& packet) {
  ++counters_.drops[static_cast<std::size_t>(reason)];
  if (drop_observer_) drop_observer_(Drop{now(), *this, reason, packet});
}

void EthernetDevice::add_tap(FrameTap* tap) {
  taps_.push_back(tap);
}

void EthernetDevice::remove_tap(FrameTap* tap) {
  std::erase(taps_, tap);
}

void EthernetDevice::attach(ns3::Ptr<EthernetLink> link, std::uint16_t mtu) {
  link_ = std::move(link);
  mtu_ = mtu;
}

void EthernetDevice::detach() {
  link_ = nullptr;
}

void EthernetDevice::carrier_changed(bool up) {
  if (!up) {
    for (FrameTap* tap : taps_) tap->on_carrier_lost(now());
  }
  // Copies: an observer may add another.
  auto callbacks = link_change_callbacks_;
  for (auto& callback : callbacks) callback();
  const auto observers = carrier_observers_;
  for (const auto& observer : observers) observer(up);
}

void EthernetDevice::receive(ns3::Ptr<ns3::Packet> frame) {
  ++counters_.rx_frames;
  counters_.rx_bytes += frame->GetSize();
  for (FrameTap* tap : taps_) tap->on_receive(now(), *frame);
  const auto info = read_frame(*frame);
  if (!info) return report_drop(DropReason::malformed, frame);
  if (frame->GetSize() - info->header_bytes > mtu_) {
    return report_drop(DropReason::oversize, frame);
  }
  if (sink_ != nullptr) return sink_->on_frame(*this, std::move(frame));
  if (info->vlan != vlan_) return report_drop(DropReason::vlan, frame);

  const PacketType type = classify(*info);
  if (type == PACKET_OTHERHOST) {
    ++counters_.rx_other_host;
    if (promiscuous_callback_.IsNull()) return;
  }
  frame->RemoveAtStart(info->header_bytes);
  const ns3::Mac48Address source = to_mac(info->source);
  if (!promiscuous_callback_.IsNull()) {
    promiscuous_callback_(this, frame->Copy(), info->ethertype, source, to_mac(info->destination),
                          type);
  }
  if (type != PACKET_OTHERHOST && !receive_callback_.IsNull()) {
    receive_callback_(this, frame, info->ethertype, source);
    if (info->ethertype == ethertype_arp && arp_observer_) arp_observer_(*frame);
  }
}

ns3::Ptr<ns3::Channel> EthernetDevice::GetChannel() const {
  return link_;
}

void EthernetDevice::SetAddress(ns3::Address address) {
  address_ = ns3::Mac48Address::ConvertFrom(address);
  address_number_ = to_number(address_);
}

bool EthernetDevice::SetMtu(std::uint16_t mtu) {
  if (mtu < 68) return false;  // RFC 791: every link carries 68 octets
  mtu_ = mtu;
  return true;
}

bool EthernetDevice::IsLinkUp() const {
  return link_ && link_->up();
}

void EthernetDevice::AddLinkChangeCallback(ns3::Callback<void> callback) {
  link_change_callbacks_.push_back(callback);
}

ns3::Address EthernetDevice::GetMulticast(ns3::Ipv4Address group) const {
  return ns3::Mac48Address::GetMulticast(group);
}

ns3::Address EthernetDevice::GetMulticast(ns3::Ipv6Address group) const {
  return ns3::Mac48Address::GetMulticast(group);
}

bool EthernetDevice::Send(ns3::Ptr<ns3::Packet> packet, const ns3::Address& destination,
                          std::uint16_t ethertype) {
  return SendFrom(std::move(packet), address_, destination, ethertype);
}

bool EthernetDevice::SendFrom(ns3::Ptr<ns3::Packet> packet, const ns3::Address& source,
                              const ns3::Address& destination, std::uint16_t ethertype) {
  const bool fits = packet->GetSize() <= mtu_;
  add_frame_header(*packet, ns3::Mac48Address::ConvertFrom(destination),
                   ns3::Mac48Address::ConvertFrom(source), ethertype, vlan_);
  if (!fits) {
    report_drop(DropReason::oversize, packet);
    return false;
  }
  return transmit(std::move(packet));
}

void EthernetDevice::DoDispose() {
  link_ = nullptr;
  node_ = nullptr;
  sink_ = nullptr;
  taps_.clear();
  carrier_observers_.clear();
  link_change_callbacks_.clear();
  receive_callback_ = ReceiveCallback();
  promiscuous_callback_ = PromiscReceiveCallback();
  drop_observer_ = nullptr;
  queue_observer_ = nullptr;
  arp_observer_ = nullptr;
  ns3::NetDevice::DoDispose();
}

ns3::NetDevice::PacketType EthernetDevice::classify(const FrameInfo& info) const {
  if (info.destination == address_number_) return PACKET_HOST;
  if (info.destination == 0xffff'ffff'ffffU) return PACKET_BROADCAST;
  if (info.group_destination()) return PACKET_MULTICAST;
  return PACKET_OTHERHOST;
}

}  // namespace seatrial::sim
