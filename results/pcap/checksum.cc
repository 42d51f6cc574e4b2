#include "results/pcap/checksum.h"

#include <cstddef>
#include <optional>

namespace seatrial::results {

namespace {

using Octets = std::span<std::uint8_t>;

constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::uint16_t ethertype_vlan = 0x8100;
constexpr std::uint16_t ethertype_service_vlan = 0x88a8;
constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_ipip = 4;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint8_t protocol_ipv6 = 41;
constexpr std::uint8_t protocol_icmpv6 = 58;
constexpr std::uint16_t port_vxlan = 4789;
// A frame made of tunnels in tunnels must not exhaust the stack.
constexpr int most_nested = 8;

std::uint16_t read_u16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

void write_u16(Octets bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

std::uint64_t sum(std::span<const std::uint8_t> bytes) {
  std::uint64_t total = 0;
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) total += read_u16(bytes, i);
  if (i < bytes.size()) total += static_cast<std::uint64_t>(bytes[i]) << 8;
  return total;
}

void fill_packet(Octets packet, int depth);
void fill_frame(Octets frame, int depth);

void write_checksum(Octets segment, std::size_t at, std::uint64_t pseudo_header, bool zero_means) {
  write_u16(segment, at, 0);
  std::uint16_t checksum = internet_checksum(segment, pseudo_header);
  if (checksum == 0 && zero_means) checksum = 0xffff;
  write_u16(segment, at, checksum);
}

// `addresses`: source and destination as they stand in the header.
std::uint64_t pseudo_header(std::span<const std::uint8_t> addresses, std::uint8_t protocol,
                            std::size_t length) {
  return sum(addresses) + protocol + length;
}

void fill_tcp(Octets segment, std::uint64_t pseudo) {
  if (segment.size() >= 20) write_checksum(segment, 16, pseudo, false);
}

void fill_udp(Octets datagram, std::uint64_t pseudo, int depth) {
  if (datagram.size() < 8 || read_u16(datagram, 4) != datagram.size()) return;
  if (read_u16(datagram, 2) == port_vxlan && datagram.size() > 16) {
    fill_frame(datagram.subspan(16), depth + 1);
  }
  write_checksum(datagram, 6, pseudo, true);
}

// Types that quote the packet they are about: unreachable, source quench, redirect, time exceeded,
// parameter problem.
bool is_icmp_error(std::uint8_t type) {
  return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

void fill_icmp(Octets message, int depth) {
  if (message.size() < 8) return;
  if (is_icmp_error(message[0])) fill_packet(message.subspan(8), depth + 1);
  write_checksum(message, 2, 0, false);
}

void fill_icmpv6(Octets message, std::uint64_t pseudo, int depth) {
  if (message.size() < 8) return;
  const bool error = message[0] >= 1 && message[0] <= 127;
  if (error) fill_packet(message.subspan(8), depth + 1);
  write_checksum(message, 2, pseudo, false);
}

void fill_ipv4(Octets packet, int depth) {
  if (packet.size() < 20) return;
  const std::size_t header = (packet[0] & 0x0fU) * 4U;
  if (header < 20 || header > packet.size()) return;
  const std::size_t total = read_u16(packet, 2);
  const bool fragment = (read_u16(packet, 6) & 0x3fffU) != 0;  // more fragments, or an offset
  if (!fragment && total >= header && total <= packet.size()) {
    const Octets payload = packet.subspan(header, total - header);
    const std::uint8_t protocol = packet[9];
    const std::uint64_t pseudo = pseudo_header(packet.subspan(12, 8), protocol, payload.size());
    switch (protocol) {
      case protocol_icmp:
        fill_icmp(payload, depth);
        break;
      case protocol_tcp:
        fill_tcp(payload, pseudo);
        break;
      case protocol_udp:
        fill_udp(payload, pseudo, depth);
        break;
      case protocol_ipip:
      case protocol_ipv6:
        fill_packet(payload, depth + 1);
        break;
      default:
        break;
    }
  }
  write_checksum(packet.first(header), 10, 0, false);
}

struct Upper {
  std::uint8_t protocol = 0;
  std::size_t offset = 0;
};

// The first header behind the extensions that may precede a transport header; nothing for a
// fragment or a header that this function does not know how to step over.
std::optional<Upper> skip_extensions(std::span<const std::uint8_t> packet, std::size_t end) {
  Upper upper{packet[6], 40};
  while (upper.protocol == 0 || upper.protocol == 43 || upper.protocol == 60) {
    // A routing header with segments left makes the final address differ from the header's.
    if (upper.offset + 8 > end) return std::nullopt;
    if (upper.protocol == 43 && packet[upper.offset + 3] != 0) return std::nullopt;
    upper.protocol = packet[upper.offset];
    upper.offset += (packet[upper.offset + 1] + 1U) * 8U;
  }
  if (upper.offset > end) return std::nullopt;
  return upper;
}

void fill_ipv6(Octets packet, int depth) {
  if (packet.size() < 40) return;
  const std::size_t end = 40U + read_u16(packet, 4);
  if (end > packet.size()) return;
  const auto upper = skip_extensions(packet, end);
  if (!upper) return;
  const Octets payload = packet.subspan(upper->offset, end - upper->offset);
  const std::uint64_t pseudo =
      pseudo_header(packet.subspan(8, 32), upper->protocol, payload.size());
  switch (upper->protocol) {
    case protocol_tcp:
      fill_tcp(payload, pseudo);
      break;
    case protocol_udp:
      fill_udp(payload, pseudo, depth);
      break;
    case protocol_icmpv6:
      fill_icmpv6(payload, pseudo, depth);
      break;
    case protocol_ipip:
    case protocol_ipv6:
      fill_packet(payload, depth + 1);
      break;
    default:
      break;
  }
}

void fill_packet(Octets packet, int depth) {
  if (packet.empty() || depth > most_nested) return;
  if ((packet[0] >> 4) == 4) fill_ipv4(packet, depth);
  if ((packet[0] >> 4) == 6) fill_ipv6(packet, depth);
}

void fill_frame(Octets frame, int depth) {
  std::size_t offset = 12;
  while (frame.size() >= offset + 2) {
    const std::uint16_t ethertype = read_u16(frame, offset);
    if (ethertype == ethertype_vlan || ethertype == ethertype_service_vlan) {
      offset += 4;
      continue;
    }
    if (ethertype == ethertype_ipv4 || ethertype == ethertype_ipv6) {
      fill_packet(frame.subspan(offset + 2), depth);
    }
    return;
  }
}

}  // namespace

std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes, std::uint64_t initial) {
  std::uint64_t total = initial + sum(bytes);
  while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
  return static_cast<std::uint16_t>(~total);
}

void fill_checksums(std::span<std::uint8_t> frame) {
  fill_frame(frame, 0);
}

void fill_ip_checksums(std::span<std::uint8_t> packet) {
  fill_packet(packet, 0);
}

}  // namespace seatrial::results
