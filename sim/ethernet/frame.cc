#include "sim/ethernet/frame.h"

#include <ns3/ethernet-header.h>

#include <array>
#include <ostream>

namespace seatrial::sim {

namespace {

std::uint64_t read_mac(const std::uint8_t* octets) {
  std::uint64_t value = 0;
  for (int i = 0; i < 6; ++i) value = (value << 8) | octets[i];
  return value;
}

std::uint16_t read_u16(const std::uint8_t* octets) {
  return static_cast<std::uint16_t>((octets[0] << 8) | octets[1]);
}

}  // namespace

ns3::TypeId VlanHeader::GetTypeId() {
  static ns3::TypeId tid = ns3::TypeId("seatrial::sim::VlanHeader")
                               .SetParent<ns3::Header>()
                               .AddConstructor<VlanHeader>();
  return tid;
}

ns3::TypeId VlanHeader::GetInstanceTypeId() const {
  return GetTypeId();
}

void VlanHeader::Serialize(ns3::Buffer::Iterator start) const {
  start.WriteHtonU16(tci_);
  start.WriteHtonU16(ethertype_);
}

std::uint32_t VlanHeader::Deserialize(ns3::Buffer::Iterator start) {
  tci_ = start.ReadNtohU16();
  ethertype_ = start.ReadNtohU16();
  return vlan_tag_bytes;
}

void VlanHeader::Print(std::ostream& os) const {
  os << "vlan " << vlan().value << " type " << ethertype_;
}

std::optional<FrameInfo> read_frame(const ns3::Packet& frame) {
  std::array<std::uint8_t, ethernet_header_bytes + vlan_tag_bytes> head;
  const std::uint32_t size = frame.CopyData(head.data(), head.size());
  if (size < ethernet_header_bytes) return std::nullopt;
  FrameInfo info;
  info.destination = read_mac(head.data());
  info.source = read_mac(head.data() + 6);
  info.ethertype = read_u16(head.data() + 12);
  if (info.ethertype == ethertype_vlan) {
    if (size < head.size()) return std::nullopt;
    const VlanId vlan{static_cast<std::uint16_t>(read_u16(head.data() + 14) & 0x0fffU)};
    if (vlan.value != 0) info.vlan = vlan;
    info.tagged = true;
    info.ethertype = read_u16(head.data() + 16);
    info.header_bytes += vlan_tag_bytes;
  }
  return info;
}

ns3::Mac48Address to_mac(std::uint64_t address) {
  std::array<std::uint8_t, 6> octets{};
  for (std::size_t i = 0; i < 6; ++i) {
    octets[i] = static_cast<std::uint8_t>(address >> (40 - 8 * i));
  }
  ns3::Mac48Address mac;
  mac.CopyFrom(octets.data());
  return mac;
}

std::uint64_t to_number(const ns3::Mac48Address& address) {
  std::array<std::uint8_t, 6> octets{};
  address.CopyTo(octets.data());
  return read_mac(octets.data());
}

void add_frame_header(ns3::Packet& payload, const ns3::Mac48Address& destination,
                      const ns3::Mac48Address& source, std::uint16_t ethertype,
                      std::optional<VlanId> vlan) {
  if (vlan) {
    payload.AddHeader(VlanHeader(*vlan, ethertype));
    ethertype = ethertype_vlan;
  }
  ns3::EthernetHeader header(false);
  header.SetDestination(destination);
  header.SetSource(source);
  header.SetLengthType(ethertype);
  payload.AddHeader(header);
}

void retag(ns3::Packet& frame, const FrameInfo& info, std::optional<VlanId> vlan) {
  if (info.tagged == vlan.has_value() && info.vlan == vlan) return;
  frame.RemoveAtStart(info.header_bytes);
  add_frame_header(frame, to_mac(info.destination), to_mac(info.source), info.ethertype, vlan);
}

}  // namespace seatrial::sim
