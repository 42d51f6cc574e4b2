// Ethernet II frames (DIX: a type, never a length) with at most one IEEE 802.1Q tag, as they lie in
// an ns3::Packet: no preamble, no FCS, no padding. The 64-byte minimum counts in wire time only.
#pragma once

#include <ns3/header.h>
#include <ns3/mac48-address.h>
#include <ns3/packet.h>

#include <compare>
#include <cstdint>
#include <optional>

namespace seatrial::sim {

struct VlanId {
  std::uint16_t value = 1;  // 1 to 4094
  friend constexpr auto operator<=>(const VlanId&, const VlanId&) = default;
};

inline constexpr std::uint16_t ethertype_arp = 0x0806;
inline constexpr std::uint16_t ethertype_vlan = 0x8100;
inline constexpr std::uint32_t ethernet_header_bytes = 14;
inline constexpr std::uint32_t vlan_tag_bytes = 4;

// What follows the EthernetHeader of type 0x8100: the tag control information and the real type.
class VlanHeader final : public ns3::Header {
 public:
  VlanHeader() = default;
  // Priority 0, not drop-eligible: nothing in this world marks traffic classes.
  VlanHeader(VlanId vlan, std::uint16_t ethertype) : tci_(vlan.value), ethertype_(ethertype) {}

  VlanId vlan() const { return {static_cast<std::uint16_t>(tci_ & 0x0fffU)}; }
  std::uint16_t ethertype() const { return ethertype_; }

  static ns3::TypeId GetTypeId();
  ns3::TypeId GetInstanceTypeId() const override;
  std::uint32_t GetSerializedSize() const override { return vlan_tag_bytes; }
  void Serialize(ns3::Buffer::Iterator start) const override;
  std::uint32_t Deserialize(ns3::Buffer::Iterator start) override;
  void Print(std::ostream& os) const override;

 private:
  std::uint16_t tci_ = 0;
  std::uint16_t ethertype_ = 0;
};

// The addresses as numbers, so that a switch can hash them without converting.
struct FrameInfo {
  std::uint64_t destination = 0;  // 48 bits
  std::uint64_t source = 0;
  std::optional<VlanId> vlan;  // nothing: untagged, or priority-tagged (VLAN 0)
  bool tagged = false;
  std::uint16_t ethertype = 0;  // behind the tag
  std::uint32_t header_bytes = ethernet_header_bytes;

  bool group_destination() const { return ((destination >> 40) & 1U) != 0; }
};

// Reads the header in place; nothing when the frame is too short for it.
std::optional<FrameInfo> read_frame(const ns3::Packet& frame);
ns3::Mac48Address to_mac(std::uint64_t address);
std::uint64_t to_number(const ns3::Mac48Address& address);

// Puts the Ethernet header (and the tag) in front of a payload.
void add_frame_header(ns3::Packet& payload, const ns3::Mac48Address& destination,
                      const ns3::Mac48Address& source, std::uint16_t ethertype,
                      std::optional<VlanId> vlan);
// Replaces the header so that it carries exactly this tag, or none.
void retag(ns3::Packet& frame, const FrameInfo& info, std::optional<VlanId> vlan);

}  // namespace seatrial::sim
