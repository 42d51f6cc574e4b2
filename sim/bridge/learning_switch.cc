#include "sim/bridge/learning_switch.h"

#include <memory>
#include <utility>

#include "sim/ethernet/clock.h"

namespace seatrial::sim {

LearningSwitch::LearningSwitch(std::string name, const SwitchOptions& options)
    : name_(std::move(name)), options_(options), fdb_(options.aging, options.fdb_capacity) {}

LearningSwitch::~LearningSwitch() {
  for (Port& port : ports_) port.device->set_frame_sink(nullptr);
}

std::size_t LearningSwitch::add_port(ns3::Ptr<EthernetDevice> device, const PortMode& mode) {
  const std::size_t index = ports_.size();
  device->set_frame_sink(this);
  // IEEE 802.1Q section 8.8.3: what was learned on a port is void once its link has gone.
  device->on_carrier([this, index](bool up) {
    if (!up) fdb_.flush_port(index);
  });
  const std::uint32_t interface = device->GetIfIndex();
  if (port_of_interface_.size() <= interface) port_of_interface_.resize(interface + 1);
  port_of_interface_[interface] = index;
  ports_.push_back({std::move(device), std::nullopt, {}});
  set_mode(index, mode);
  return index;
}

void LearningSwitch::set_mode(std::size_t index, const PortMode& mode) {
  Port& port = ports_[index];
  port.untagged.reset();
  port.tagged.reset();
  if (const auto* access = std::get_if<AccessPort>(&mode)) {
    port.untagged = access->vlan;
  } else {
    const auto& trunk = std::get<TrunkPort>(mode);
    for (const VlanId vlan : trunk.allowed) port.tagged.set(vlan.value & 0x0fffU);
    port.untagged = trunk.native;
  }
  fdb_.flush_port(index);
}

std::vector<FdbEntry> LearningSwitch::fdb() const {
  return fdb_.entries(now());
}

void LearningSwitch::on_frame(EthernetDevice& device, ns3::Ptr<ns3::Packet> frame) {
  const std::size_t ingress = port_of_interface_[device.GetIfIndex()];
  const auto info = read_frame(*frame);
  if (!info) return device.report_drop(DropReason::malformed, frame);
  const auto vlan = ingress_vlan(ports_[ingress], *info);
  if (!vlan) return device.report_drop(DropReason::vlan, frame);

  const auto egress =
      info->group_destination() ? std::nullopt : fdb_.find(*vlan, info->destination, now());
  if (!egress && came_back(*frame, *info, *vlan, ingress)) {  // before it can spoil the table
    ++counters_.loops;
    return device.report_drop(DropReason::loop, frame);
  }
  learn(*vlan, *info, ingress);
  if (!egress) {
    ++counters_.flooded;
    flood(std::move(frame), *info, *vlan, ingress);
  } else if (*egress == ingress) {
    ++counters_.filtered;
  } else {
    ++counters_.forwarded;
    send(ports_[*egress], std::move(frame), *info, *vlan);
  }
}

std::optional<VlanId> LearningSwitch::ingress_vlan(const Port& port, const FrameInfo& info) const {
  if (!info.vlan) return port.untagged;
  return port.tagged[info.vlan->value] ? info.vlan : std::nullopt;
}

void LearningSwitch::learn(VlanId vlan, const FrameInfo& info, std::size_t ingress) {
  if (((info.source >> 40) & 1U) != 0) return;  // a group address sends nothing
  switch (fdb_.learn(vlan, info.source, ingress, now())) {
    case ForwardingDatabase::Learned::moved:
      ++counters_.mac_moves;
      break;
    case ForwardingDatabase::Learned::full:
      ++counters_.not_learned;
      break;
    case ForwardingDatabase::Learned::added:
    case ForwardingDatabase::Learned::refreshed:
      break;
  }
}

// ns-3 keeps a packet's id through copies, so a flooded frame that arrives by a second port with
// the same id and the same source has gone round a loop. A router that forwards it changes the
// source; a sender that repeats it comes by the same port.
bool LearningSwitch::came_back(const ns3::Packet& frame, const FrameInfo& info, VlanId vlan,
                               std::size_t ingress) {
  const std::uint64_t uid = frame.GetUid();
  Flooded& slot = recent_floods_[uid % recent_floods_.size()];
  if (slot.uid == uid && slot.source == info.source && slot.vlan == vlan) {
    return slot.ingress != ingress;
  }
  slot = {uid, info.source, vlan, ingress};
  return false;
}

void LearningSwitch::flood(ns3::Ptr<ns3::Packet> frame, const FrameInfo& info, VlanId vlan,
                           std::size_t ingress) {
  egress_.clear();
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    if (i != ingress && ports_[i].carries(vlan) && ports_[i].device->IsLinkUp()) {
      egress_.push_back(i);
    }
  }
  for (std::size_t i = 0; i < egress_.size(); ++i) {
    // The last port takes the frame itself.
    send(ports_[egress_[i]], i + 1 < egress_.size() ? frame->Copy() : frame, info, vlan);
  }
}

void LearningSwitch::send(Port& egress, ns3::Ptr<ns3::Packet> frame, const FrameInfo& info,
                          VlanId vlan) {
  const bool untagged = egress.untagged == vlan;
  retag(*frame, info, untagged ? std::nullopt : std::optional(vlan));
  egress.device->transmit(std::move(frame), options_.latency);
}

}  // namespace seatrial::sim
