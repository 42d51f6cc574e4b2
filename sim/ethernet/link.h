// A full-duplex cable between two devices. A frame costs one event: its arrival, scheduled when it
// is handed over, at the end of its serialization plus the propagation delay.
//
// The carrier is up when the cable is plugged and both devices are enabled, as with a real NIC
// whose peer loses its light when a host powers off. When the carrier goes, everything under way
// and queued is lost. `set_silent_loss` is the failure without that courtesy: both ends keep their
// carrier and nothing arrives, which only a protocol's own timers (BGP hold time, BFD) can notice.
#pragma once

#include <ns3/channel.h>
#include <ns3/packet.h>
#include <ns3/ptr.h>

#include <array>
#include <cstdint>
#include <tl/expected.hpp>

#include "models/net/units.h"
#include "sim/ethernet/drop.h"
#include "sim/ethernet/transmitter.h"

namespace seatrial::sim {

class EthernetDevice;

struct LinkOptions {
  Bandwidth rate = Bandwidth::bits_per_second(10'000'000'000);
  Duration delay = std::chrono::microseconds(1);
  std::uint16_t mtu = 1500;
  QueueLimit queue;  // of each direction
};

// The pair of a pod's interface and the node's end of it: fast enough never to be the bottleneck.
LinkOptions virtual_pair_options();

class EthernetLink final : public ns3::Channel {
 public:
  static ns3::TypeId GetTypeId();
  // Plugs both ends and sets both devices' MTU to the link's; the carrier comes up at once when
  // both are enabled.
  static ns3::Ptr<EthernetLink> connect(ns3::Ptr<EthernetDevice> a, ns3::Ptr<EthernetDevice> b,
                                        const LinkOptions& options = {});
  explicit EthernetLink(const LinkOptions& options);

  const LinkOptions& options() const { return options_; }
  bool up() const { return up_; }
  void set_plugged(bool plugged);
  void set_silent_loss(bool on) { silent_loss_ = on; }
  // Pulls the cable for good; both devices can be connected anew.
  void disconnect();

  ns3::Ptr<EthernetDevice> peer(const EthernetDevice& of) const;
  // What waits behind the frame that is being sent.
  std::size_t waiting_packets(const EthernetDevice& from);
  std::uint64_t waiting_bytes(const EthernetDevice& from);

  // For EthernetDevice. `hold` delays the hand-over to the queue without an event of its own; it
  // must be the same for all frames of a device.
  tl::expected<Transmitter::Slot, DropReason> transmit(const EthernetDevice& from,
                                                       ns3::Ptr<ns3::Packet> frame, Duration hold);
  // For EthernetDevice: its enabled state changed.
  void refresh_carrier();

  std::size_t GetNDevices() const override;
  ns3::Ptr<ns3::NetDevice> GetDevice(std::size_t index) const override;

 protected:
  void DoDispose() override;

 private:
  class Arrival;
  struct End {
    ns3::Ptr<EthernetDevice> device;
    Transmitter transmitter;  // away from the device
    std::uint32_t node_id = 0;
  };
  std::size_t side(const EthernetDevice& device) const;
  void arrive(std::size_t from, std::uint32_t epoch, ns3::Ptr<ns3::Packet> frame);

  LinkOptions options_;
  std::array<End, 2> ends_;
  bool plugged_ = true;
  bool up_ = false;
  bool silent_loss_ = false;
  std::uint32_t epoch_ = 0;  // counts carrier losses; a frame of an earlier epoch is lost
};

}  // namespace seatrial::sim
