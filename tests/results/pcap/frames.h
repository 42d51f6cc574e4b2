// Frames written by hand with every checksum zero, as checksum offload leaves them.
#pragma once

#include <cstdint>
#include <vector>

namespace seatrial::results::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Bytes u16(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

inline Bytes ethernet(std::size_t ethertype) {
  return Bytes{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1} + u16(ethertype);
}

inline Bytes vlan_ethernet(std::size_t vlan, std::size_t ethertype) {
  return ethernet(0x8100) + u16(vlan) + u16(ethertype);
}

// 192.168.0.1 to 192.168.0.199, TTL 64.
inline Bytes ipv4(std::uint8_t protocol, const Bytes& payload, std::size_t flags_and_offset = 0) {
  return Bytes{0x45, 0} + u16(20 + payload.size()) + u16(0) + u16(flags_and_offset) +
         Bytes{64, protocol, 0, 0, 192, 168, 0, 1, 192, 168, 0, 199} + payload;
}

// 2001:db8::1 to 2001:db8::2.
inline Bytes ipv6(std::uint8_t next_header, const Bytes& payload) {
  const Bytes one{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  Bytes two = one;
  two.back() = 2;
  return Bytes{0x60, 0, 0, 0} + u16(payload.size()) + Bytes{next_header, 64} + one + two + payload;
}

inline Bytes udp(std::size_t to_port, const Bytes& data) {
  return u16(4000) + u16(to_port) + u16(8 + data.size()) + u16(0) + data;
}

// A segment with PSH and ACK.
inline Bytes tcp(const Bytes& data) {
  return u16(40000) + u16(9) + Bytes{0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18} + u16(65535) + u16(0) +
         u16(0) + data;
}

// Type, code, checksum 0, four octets of the rest of the header.
inline Bytes icmp(std::uint8_t type, std::uint8_t code, const Bytes& data) {
  return Bytes{type, code, 0, 0, 0, 1, 0, 1} + data;
}

}  // namespace seatrial::results::test
