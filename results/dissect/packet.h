// A captured frame taken apart, without a copy: Ethernet II with 802.1Q/802.1ad tags, Linux cooked
// capture v1 and v2, BSD loopback, bare IP; ARP (RFC 826), IPv4 (RFC 791), IPv6 (RFC 8200) with
// hop-by-hop, routing, destination and fragment headers, TCP (RFC 9293), UDP (RFC 768), ICMP.
//
// Nothing a frame claims is believed before it is checked against its bytes: what is cut short or
// makes no sense stays a payload of the last layer that could be read.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "models/net/address.h"
#include "results/pcap/reader.h"

namespace seatrial::results {

using ByteSpan = std::span<const std::uint8_t>;

struct MacAddress {
  std::array<std::uint8_t, 6> octets{};
  std::string to_string() const;
  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

namespace ip_protocol {
inline constexpr std::uint8_t icmp = 1;
inline constexpr std::uint8_t tcp = 6;
inline constexpr std::uint8_t udp = 17;
inline constexpr std::uint8_t icmpv6 = 58;
}  // namespace ip_protocol

namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
}  // namespace tcp_flag

// "SYN, ACK"
std::string tcp_flag_names(std::uint8_t flags);

enum class Network : std::uint8_t { other, arp, ip };
enum class Transport : std::uint8_t { other, tcp, udp, icmp };

struct Packet {
  bool ethernet = false;
  MacAddress eth_source, eth_destination;
  std::array<std::uint16_t, 2> vlans{};
  std::uint8_t vlan_count = 0;
  std::uint16_t ethertype = 0;

  Network network = Network::other;
  net::IpAddress source, destination;  // ARP: the sender's and the target's protocol address
  std::uint8_t traffic_class = 0;
  std::uint8_t hop_limit = 0;
  std::uint8_t protocol = 0;
  std::uint32_t identification = 0;
  bool dont_fragment = false;
  bool more_fragments = false;
  std::uint32_t fragment_offset = 0;

  std::uint16_t arp_operation = 0;
  MacAddress arp_source, arp_target;

  Transport transport = Transport::other;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint32_t sequence = 0, acknowledgment = 0;
  std::uint16_t window = 0;
  std::uint8_t flags = 0;
  ByteSpan tcp_options;
  std::uint8_t icmp_type = 0, icmp_code = 0;

  ByteSpan payload;         // of the last layer above
  std::size_t missing = 0;  // octets of the payload that were sent and not captured

  bool is_fragment() const { return more_fragments || fragment_offset > 0; }
};

Packet dissect(LinkType link, const CapturedFrame& frame);

// The transport header and what follows, of a packet whose fragments have been put together.
void dissect_transport(Packet& packet, ByteSpan bytes, std::size_t missing);

}  // namespace seatrial::results
