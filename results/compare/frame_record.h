// A frame as the layer of frames compares it: its headers as numbers, its payload as a hash.
//
// Sequence and acknowledgment numbers count from the first of their direction, as Wireshark shows
// them, since every connection begins with a random one. Checksums follow from the rest, and
// offload leaves them out: they are not compared.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "results/dissect/packet.h"
#include "results/messages/message.h"

namespace seatrial::results {

enum class FrameField : std::uint8_t {
  eth_source,
  eth_destination,
  eth_type,
  vlan,
  length,
  traffic_class,
  hop_limit,
  identification,
  ip_flags,
  fragment_offset,
  sequence,
  acknowledgment,
  flags,
  window,
  options,
  icmp_type,
  icmp_code,
  arp_operation,
  arp_source,
  arp_target,
  payload,
  count,
};
inline constexpr auto frame_fields = static_cast<std::size_t>(FrameField::count);

struct FrameRecord {
  Stamp at;
  bool from_low = true;
  Transport transport = Transport::other;
  Network network = Network::other;
  std::uint32_t payload_octets = 0;
  std::array<std::uint64_t, frame_fields> values{};
  std::uint64_t key = 0;     // equal: the same frame, perhaps with other fields
  std::uint64_t digest = 0;  // equal: the same in every field that is compared

  // The same frame, perhaps with other fields: what it carries is the same, or where in its TCP
  // stream and how much.
  bool is_like(const FrameRecord& other) const;
  std::string title() const;
  std::string text(FrameField field) const;  // of a value
};

// The display filter name of a field in a frame of that kind.
std::string_view frame_field_name(FrameField field, Network network, Transport transport);

// First numbers of a flow's two directions on one side.
struct FlowBase {
  std::array<std::uint32_t, 2> sequence{};
  std::array<bool, 2> known{};
};

FrameRecord record_of(const Packet& packet, const CapturedFrame& frame, bool from_low,
                      FlowBase& base, const Lens& lens);

}  // namespace seatrial::results
