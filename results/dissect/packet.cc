#include "results/dissect/packet.h"

#include <algorithm>

namespace seatrial::results {
namespace {

constexpr std::uint16_t type_ipv4 = 0x0800;
constexpr std::uint16_t type_arp = 0x0806;
constexpr std::uint16_t type_ipv6 = 0x86dd;

std::uint16_t u16(ByteSpan bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}
std::uint32_t u32(ByteSpan bytes, std::size_t at) {
  return (std::uint32_t{u16(bytes, at)} << 16) | u16(bytes, at + 2);
}
MacAddress mac(ByteSpan bytes, std::size_t at) {
  MacAddress out;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 6, out.octets.begin());
  return out;
}
net::IpAddress address(ByteSpan bytes, std::size_t at, std::size_t size) {
  return net::IpAddress::from_bytes(bytes.subspan(at, size)).value_or(net::IpAddress());
}

// `sent`: how many octets the sender put there, `bytes` are those that were captured.
struct Cut {
  ByteSpan bytes;
  std::size_t missing = 0;
};
Cut limit(ByteSpan bytes, std::size_t sent) {
  if (bytes.size() >= sent) return {bytes.first(sent), 0};
  return {bytes, sent - bytes.size()};
}

void dissect_arp(Packet& packet, ByteSpan bytes) {
  // Ethernet and IPv4, the only pair in use.
  if (bytes.size() < 28 || u16(bytes, 0) != 1 || u16(bytes, 2) != type_ipv4 || bytes[4] != 6 ||
      bytes[5] != 4) {
    packet.payload = bytes;
    return;
  }
  packet.network = Network::arp;
  packet.payload = {};
  packet.arp_operation = u16(bytes, 6);
  packet.arp_source = mac(bytes, 8);
  packet.source = address(bytes, 14, 4);
  packet.arp_target = mac(bytes, 18);
  packet.destination = address(bytes, 24, 4);
}

void dissect_upper(Packet& packet, Cut rest) {
  packet.payload = rest.bytes;
  packet.missing = rest.missing;
  if (!packet.is_fragment()) dissect_transport(packet, rest.bytes, rest.missing);
}

void dissect_ipv4(Packet& packet, ByteSpan bytes) {
  packet.payload = bytes;
  if (bytes.size() < 20 || bytes[0] >> 4 != 4) return;
  const std::size_t header = (bytes[0] & 0x0fU) * 4U;
  std::size_t total = u16(bytes, 2);
  if (total == 0) total = bytes.size();  // segmentation offload leaves it so
  if (header < 20 || header > bytes.size() || total < header) return;
  packet.network = Network::ip;
  packet.traffic_class = bytes[1];
  packet.identification = u16(bytes, 4);
  packet.dont_fragment = (bytes[6] & 0x40U) != 0;
  packet.more_fragments = (bytes[6] & 0x20U) != 0;
  packet.fragment_offset = (u16(bytes, 6) & 0x1fffU) * 8U;
  packet.hop_limit = bytes[8];
  packet.protocol = bytes[9];
  packet.source = address(bytes, 12, 4);
  packet.destination = address(bytes, 16, 4);
  auto rest = limit(bytes, total);
  rest.bytes = rest.bytes.subspan(header);
  dissect_upper(packet, rest);
}

void dissect_ipv6(Packet& packet, ByteSpan bytes) {
  packet.payload = bytes;
  if (bytes.size() < 40 || bytes[0] >> 4 != 6) return;
  packet.network = Network::ip;
  packet.traffic_class = static_cast<std::uint8_t>(u16(bytes, 0) >> 4);
  packet.hop_limit = bytes[7];
  packet.source = address(bytes, 8, 16);
  packet.destination = address(bytes, 24, 16);
  std::uint8_t next = bytes[6];
  std::size_t length = u16(bytes, 4);
  if (length == 0) length = bytes.size() - 40;  // a jumbogram or offload
  auto rest = limit(bytes.subspan(40), length);
  for (;;) {
    const bool options = next == 0 || next == 43 || next == 60;
    const bool fragment = next == 44;
    if ((!options && !fragment) || rest.bytes.size() < 8) break;
    const std::size_t size = fragment ? 8 : (rest.bytes[1] + 1U) * 8U;
    if (size > rest.bytes.size()) break;
    if (fragment) {
      packet.fragment_offset = u16(rest.bytes, 2) & 0xfff8U;
      packet.more_fragments = (rest.bytes[3] & 1U) != 0;
      packet.identification = u32(rest.bytes, 4);
    }
    next = rest.bytes[0];
    rest.bytes = rest.bytes.subspan(size);
    if (fragment && packet.is_fragment()) break;
  }
  packet.protocol = next;
  dissect_upper(packet, rest);
}

void dissect_network(Packet& packet, std::uint16_t ethertype, ByteSpan bytes) {
  packet.ethertype = ethertype;
  packet.payload = bytes;
  while ((packet.ethertype == 0x8100 || packet.ethertype == 0x88a8) && bytes.size() >= 4) {
    if (packet.vlan_count < packet.vlans.size()) {
      packet.vlans.at(packet.vlan_count++) = u16(bytes, 0) & 0x0fffU;
    }
    packet.ethertype = u16(bytes, 2);
    bytes = bytes.subspan(4);
    packet.payload = bytes;
  }
  if (packet.ethertype == type_ipv4) dissect_ipv4(packet, bytes);
  if (packet.ethertype == type_ipv6) dissect_ipv6(packet, bytes);
  if (packet.ethertype == type_arp) dissect_arp(packet, bytes);
}

std::uint16_t type_of_ip(ByteSpan bytes) {
  if (bytes.empty()) return 0;
  return bytes[0] >> 4 == 4 ? type_ipv4 : bytes[0] >> 4 == 6 ? type_ipv6 : 0;
}

}  // namespace

std::string MacAddress::to_string() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const auto octet : octets) {
    if (!out.empty()) out += ':';
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
  return out;
}

std::string tcp_flag_names(std::uint8_t flags) {
  static constexpr std::array<const char*, 8> names{"FIN", "SYN", "RST", "PSH",
                                                    "ACK", "URG", "ECE", "CWR"};
  std::string out;
  for (const std::size_t bit : {1U, 0U, 2U, 3U, 4U, 5U, 6U, 7U}) {
    if ((flags >> bit & 1U) == 0) continue;
    if (!out.empty()) out += ", ";
    out += names.at(bit);
  }
  return out.empty() ? "none" : out;
}

void dissect_transport(Packet& packet, ByteSpan bytes, std::size_t missing) {
  packet.payload = bytes;
  packet.missing = missing;
  if (packet.protocol == ip_protocol::tcp && bytes.size() >= 20) {
    const std::size_t header = (bytes[12] >> 4) * 4U;
    if (header < 20 || header > bytes.size() + missing) return;
    packet.transport = Transport::tcp;
    packet.source_port = u16(bytes, 0);
    packet.destination_port = u16(bytes, 2);
    packet.sequence = u32(bytes, 4);
    packet.acknowledgment = u32(bytes, 8);
    packet.flags = bytes[13];
    packet.window = u16(bytes, 14);
    const auto captured = std::min(header, bytes.size());  // a snaplen may cut the options
    packet.missing = missing - (header - captured);
    packet.tcp_options = bytes.subspan(20, captured - 20);
    packet.payload = bytes.subspan(captured);
  } else if (packet.protocol == ip_protocol::udp && bytes.size() >= 8) {
    packet.transport = Transport::udp;
    packet.source_port = u16(bytes, 0);
    packet.destination_port = u16(bytes, 2);
    packet.payload = bytes.subspan(8);
    const std::size_t length = u16(bytes, 4);
    if (length >= 8 && length <= bytes.size()) packet.payload = bytes.subspan(8, length - 8);
  } else if ((packet.protocol == ip_protocol::icmp || packet.protocol == ip_protocol::icmpv6) &&
             bytes.size() >= 8) {
    packet.transport = Transport::icmp;
    packet.icmp_type = bytes[0];
    packet.icmp_code = bytes[1];
    packet.payload = bytes.subspan(4);  // the rest of the header begins with what the type says
  }
}

Packet dissect(LinkType link, const CapturedFrame& frame) {
  Packet packet;
  const auto bytes = frame.bytes;
  packet.payload = bytes;
  packet.missing = frame.original_bytes > bytes.size() ? frame.original_bytes - bytes.size() : 0;
  switch (link) {
    case LinkType::ethernet:
      if (bytes.size() < 14) break;
      packet.ethernet = true;
      packet.eth_destination = mac(bytes, 0);
      packet.eth_source = mac(bytes, 6);
      dissect_network(packet, u16(bytes, 12), bytes.subspan(14));
      break;
    case LinkType::linux_cooked:
      if (bytes.size() >= 16) dissect_network(packet, u16(bytes, 14), bytes.subspan(16));
      break;
    case LinkType::linux_cooked_v2:
      if (bytes.size() >= 20) dissect_network(packet, u16(bytes, 0), bytes.subspan(20));
      break;
    case LinkType::null:
      if (bytes.size() >= 4) {
        dissect_network(packet, type_of_ip(bytes.subspan(4)), bytes.subspan(4));
      }
      break;
    case LinkType::raw_ip:
      dissect_network(packet, type_of_ip(bytes), bytes);
      break;
    case LinkType::unknown:
      break;
  }
  return packet;
}

}  // namespace seatrial::results
