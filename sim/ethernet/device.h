// A full-duplex Ethernet NIC for ns-3's stack: a real Ethernet II header on every frame, unicast
// filtering, promiscuous mode, an optional 802.1Q VLAN, counters and drop reasons. It has no
// channel access and no events of its own; the link does the timing.
//
// A device serves either ns-3's protocol handlers (a host, a router) or one FrameSink (a switch
// port), which gets whole frames so that an untagged bridged frame is never taken apart.
#pragma once

#include <ns3/mac48-address.h>
#include <ns3/net-device.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/ptr.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/net/units.h"
#include "sim/ethernet/drop.h"
#include "sim/ethernet/frame.h"
#include "sim/ethernet/link.h"

namespace seatrial::sim {

// Takes over every frame that arrives at a device, header included.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void on_frame(EthernetDevice& port, ns3::Ptr<ns3::Packet> frame) = 0;
};

// Sees the frames of a device in both directions, without any effect on them or on their timing.
class FrameTap {
 public:
  virtual ~FrameTap() = default;
  // At hand-over, for frames that the queue accepted; `first_bit` is when it will leave the NIC and
  // never decreases.
  virtual void on_transmit(TimePoint first_bit, const ns3::Packet& frame) = 0;
  // When the last bit has arrived.
  virtual void on_receive(TimePoint last_bit, const ns3::Packet& frame) = 0;
  // Frames whose first_bit lies after `at` never left.
  virtual void on_carrier_lost(TimePoint at) = 0;
};

class EthernetDevice final : public ns3::NetDevice {
 public:
  static ns3::TypeId GetTypeId();
  // Makes the device and adds it to the node. `name` is for people: "core1:eth1".
  static ns3::Ptr<EthernetDevice> create(ns3::Ptr<ns3::Node> node, std::string name,
                                         ns3::Mac48Address address);
  EthernetDevice(std::string name, ns3::Mac48Address address);

  const std::string& name() const { return name_; }
  ns3::Mac48Address mac() const { return address_; }
  // nullptr when not connected.
  ns3::Ptr<EthernetLink> link() const { return link_; }

  // `ip link set up/down`, or the power of the host: a disabled device takes the peer's carrier
  // too.
  void set_enabled(bool enabled);
  bool enabled() const { return enabled_; }
  // Called after each change of the carrier, for the life of the device.
  void on_carrier(std::function<void(bool up)> observer);

  // Sends tagged and takes only this VLAN; nothing: untagged only (the default).
  void set_vlan(std::optional<VlanId> vlan) { vlan_ = vlan; }
  // nullptr gives the frames back to ns-3's handlers.
  void set_frame_sink(FrameSink* sink) { sink_ = sink; }
  // Sends a frame that already has its header. False when it was dropped. `hold`: see EthernetLink.
  bool transmit(ns3::Ptr<ns3::Packet> frame, Duration hold = Duration::zero());

  const DeviceCounters& counters() const { return counters_; }
  // Counts and reports a frame that ended at this device.
  void report_drop(DropReason reason, const ns3::Ptr<const ns3::Packet>& packet);
  void set_drop_observer(DropObserver observer) { drop_observer_ = std::move(observer); }
  void set_queue_observer(QueueObserver observer) { queue_observer_ = std::move(observer); }
  // Told of every ARP frame (without its Ethernet header) after the stack has taken it.
  void set_arp_observer(std::function<void(const ns3::Packet& arp)> observer) {
    arp_observer_ = std::move(observer);
  }
  void add_tap(FrameTap* tap);
  void remove_tap(FrameTap* tap);

  // For EthernetLink.
  void attach(ns3::Ptr<EthernetLink> link, std::uint16_t mtu);
  void detach();
  void carrier_changed(bool up);
  void receive(ns3::Ptr<ns3::Packet> frame);

  // ns3::NetDevice
  void SetIfIndex(std::uint32_t index) override { if_index_ = index; }
  std::uint32_t GetIfIndex() const override { return if_index_; }
  ns3::Ptr<ns3::Channel> GetChannel() const override;
  void SetAddress(ns3::Address address) override;
  ns3::Address GetAddress() const override { return address_; }
  bool SetMtu(std::uint16_t mtu) override;
  std::uint16_t GetMtu() const override { return mtu_; }
  bool IsLinkUp() const override;
  void AddLinkChangeCallback(ns3::Callback<void> callback) override;
  bool IsBroadcast() const override { return true; }
  ns3::Address GetBroadcast() const override { return ns3::Mac48Address::GetBroadcast(); }
  bool IsMulticast() const override { return true; }
  ns3::Address GetMulticast(ns3::Ipv4Address group) const override;
  ns3::Address GetMulticast(ns3::Ipv6Address group) const override;
  bool IsBridge() const override { return false; }
  bool IsPointToPoint() const override { return false; }
  bool Send(ns3::Ptr<ns3::Packet> packet, const ns3::Address& destination,
            std::uint16_t ethertype) override;
  bool SendFrom(ns3::Ptr<ns3::Packet> packet, const ns3::Address& source,
                const ns3::Address& destination, std::uint16_t ethertype) override;
  ns3::Ptr<ns3::Node> GetNode() const override { return node_; }
  void SetNode(ns3::Ptr<ns3::Node> node) override { node_ = node; }
  bool NeedsArp() const override { return true; }
  void SetReceiveCallback(ReceiveCallback callback) override { receive_callback_ = callback; }
  void SetPromiscReceiveCallback(PromiscReceiveCallback callback) override {
    promiscuous_callback_ = callback;
  }
  bool SupportsSendFrom() const override { return true; }

 protected:
  void DoDispose() override;

 private:
  PacketType classify(const FrameInfo& info) const;

  std::string name_;
  ns3::Mac48Address address_;
  std::uint64_t address_number_ = 0;
  ns3::Ptr<ns3::Node> node_;
  ns3::Ptr<EthernetLink> link_;
  std::uint32_t if_index_ = 0;
  std::uint16_t mtu_ = 1500;
  bool enabled_ = true;
  std::optional<VlanId> vlan_;
  FrameSink* sink_ = nullptr;
  std::vector<FrameTap*> taps_;
  std::vector<std::function<void(bool)>> carrier_observers_;
  std::vector<ns3::Callback<void>> link_change_callbacks_;
  ReceiveCallback receive_callback_;
  PromiscReceiveCallback promiscuous_callback_;
  DeviceCounters counters_;
  DropObserver drop_observer_;
  QueueObserver queue_observer_;
  bool long_queue_ = false;  // the frame before waited long
  std::function<void(const ns3::Packet&)> arp_observer_;
};

}  // namespace seatrial::sim
