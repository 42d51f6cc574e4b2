#include "sim/ethernet/link.h"

#include <ns3/event-impl.h>
#include <ns3/node.h>
#include <ns3/simulator.h>

#include <utility>

#include "sim/ethernet/clock.h"
#include "sim/ethernet/device.h"

namespace seatrial::sim {

// The one event of a packet-hop; a class of its own saves the closure that Simulator::Schedule
// would build for the arguments.
class EthernetLink::Arrival final : public ns3::EventImpl {
 public:
  Arrival(ns3::Ptr<EthernetLink> link, std::size_t from, ns3::Ptr<ns3::Packet> frame)
      : link_(std::move(link)), frame_(std::move(frame)), epoch_(link_->epoch_), from_(from) {}

 private:
  void Notify() override { link_->arrive(from_, epoch_, std::move(frame_)); }

  ns3::Ptr<EthernetLink> link_;
  ns3::Ptr<ns3::Packet> frame_;
  std::uint32_t epoch_;
  std::size_t from_;
};

LinkOptions virtual_pair_options() {
  LinkOptions options;
  options.rate = Bandwidth::bits_per_second(100'000'000'000);
  options.delay = std::chrono::microseconds(1);
  return options;
}

ns3::TypeId EthernetLink::GetTypeId() {
  static ns3::TypeId tid = ns3::TypeId("seatrial::sim::EthernetLink").SetParent<ns3::Channel>();
  return tid;
}

EthernetLink::EthernetLink(const LinkOptions& options)
    : options_(options),
      ends_{End{nullptr, Transmitter(options.rate, options.queue)},
            End{nullptr, Transmitter(options.rate, options.queue)}} {}

ns3::Ptr<EthernetLink> EthernetLink::connect(ns3::Ptr<EthernetDevice> a, ns3::Ptr<EthernetDevice> b,
                                             const LinkOptions& options) {
  auto link = ns3::CreateObject<EthernetLink>(options);
  const std::array devices{a, b};
  for (std::size_t i = 0; i < 2; ++i) {
    link->ends_[i].device = devices[i];
    link->ends_[i].node_id = devices[i]->GetNode()->GetId();
    devices[i]->attach(link, options.mtu);
  }
  link->refresh_carrier();
  return link;
}

void EthernetLink::set_plugged(bool plugged) {
  plugged_ = plugged;
  refresh_carrier();
}

void EthernetLink::disconnect() {
  const ns3::Ptr<EthernetLink> keep = this;
  set_plugged(false);
  for (End& end : ends_) {
    if (end.device) end.device->detach();
  }
}

ns3::Ptr<EthernetDevice> EthernetLink::peer(const EthernetDevice& of) const {
  return ends_[1 - side(of)].device;
}

std::size_t EthernetLink::waiting_packets(const EthernetDevice& from) {
  return ends_[side(from)].transmitter.waiting_packets(now());
}

std::uint64_t EthernetLink::waiting_bytes(const EthernetDevice& from) {
  return ends_[side(from)].transmitter.waiting_bytes(now());
}

tl::expected<Transmitter::Slot, DropReason> EthernetLink::transmit(const EthernetDevice& from,
                                                                   ns3::Ptr<ns3::Packet> frame,
                                                                   Duration hold) {
  if (!up_) return tl::unexpected(DropReason::link_down);
  const std::size_t sender = side(from);
  const TimePoint at = now();
  const auto slot = ends_[sender].transmitter.offer(at + hold, frame->GetSize());
  if (!slot) return tl::unexpected(DropReason::queue_full);
  ns3::Simulator::ScheduleWithContext(ends_[1 - sender].node_id,
                                      to_ns3(slot->last_bit + options_.delay - at),
                                      new Arrival(this, sender, std::move(frame)));
  return *slot;
}

void EthernetLink::refresh_carrier() {
  const bool up = plugged_ && ends_[0].device && ends_[0].device->enabled() && ends_[1].device &&
                  ends_[1].device->enabled();
  if (up == up_) return;
  up_ = up;
  if (!up) {
    ++epoch_;
    for (End& end : ends_) end.transmitter.reset();
  }
  // Copies: an observer may disconnect the link.
  const std::array devices{ends_[0].device, ends_[1].device};
  for (const auto& device : devices) {
    if (device) device->carrier_changed(up);
  }
}

std::size_t EthernetLink::GetNDevices() const {
  return 2;
}

ns3::Ptr<ns3::NetDevice> EthernetLink::GetDevice(std::size_t index) const {
  return index < 2 ? ends_[index].device : nullptr;
}

void EthernetLink::DoDispose() {
  up_ = false;
  ++epoch_;
  for (End& end : ends_) end.device = nullptr;
  ns3::Channel::DoDispose();
}

std::size_t EthernetLink::side(const EthernetDevice& device) const {
  return ns3::PeekPointer(ends_[0].device) == &device ? 0 : 1;
}

void EthernetLink::arrive(std::size_t from, std::uint32_t epoch, ns3::Ptr<ns3::Packet> frame) {
  const End& sender = ends_[from];
  const End& receiver = ends_[1 - from];
  if (!sender.device || !receiver.device) return;  // the world is being taken down
  if (epoch != epoch_) {
    sender.device->report_drop(DropReason::lost_in_flight, frame);
  } else if (silent_loss_) {
    sender.device->report_drop(DropReason::silent_loss, frame);
  } else {
    receiver.device->receive(std::move(frame));
  }
}

}  // namespace seatrial::sim
