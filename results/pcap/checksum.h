// Checksum offload for captured frames: writes the Internet checksums (RFC 1071) that a sender with
// an offloading NIC leaves to the hardware.
//
// Covered: Ethernet II with any number of 802.1Q/802.1ad tags; IPv4 header (RFC 791), TCP (RFC
// 9293), UDP (RFC 768), ICMP (RFC 792); TCP, UDP and ICMPv6 (RFC 4443) over IPv6 (RFC 8200) behind
// hop-by-hop, routing and destination options; IP in IP (RFC 2003), VXLAN (RFC 7348) and the packet
// quoted in an ICMP error, from the inside out. Existing values are overwritten.
//
// Left alone: the transport checksum of a fragment (it spans all fragments), of a packet that is
// cut short, and everything that is not one of the above. A UDP checksum that comes out as 0 is
// sent as ffff, since 0 means "none".
#pragma once

#include <cstdint>
#include <span>

namespace seatrial::results {

// The frame starts at the destination address and has no FCS.
void fill_checksums(std::span<std::uint8_t> frame);
// The same for a bare IPv4 or IPv6 packet.
void fill_ip_checksums(std::span<std::uint8_t> packet);

// The one's complement of the one's complement sum of 16-bit words, an odd octet padded with zero.
// `initial` adds what precedes (a pseudo header's sum).
std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes, std::uint64_t initial = 0);

}  // namespace seatrial::results
