#include "results/pcap/checksum.h"

#include <boost/test/unit_test.hpp>

#include "tests/results/pcap/frames.h"

namespace seatrial::results::test {

namespace {

std::uint16_t word(const Bytes& bytes, std::size_t at) {
  return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

Bytes filled(Bytes frame) {
  fill_checksums(frame);
  return frame;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checksum)

BOOST_AUTO_TEST_CASE(rfc_1071_section_3_numerical_example) {
  // 0001 + f203 + f4f5 + f6f7 = 2ddf0, folded ddf2; the checksum is its complement.
  const Bytes bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  BOOST_TEST(internet_checksum(bytes) == 0x220d);
}

BOOST_AUTO_TEST_CASE(an_odd_octet_counts_as_the_high_half) {
  // 0102 + 0300 = 0402, complement fbfd.
  BOOST_TEST(internet_checksum(Bytes{1, 2, 3}) == 0xfbfd);
}

BOOST_AUTO_TEST_CASE(ipv4_header_by_hand) {
  // 4500 + 0073 + 0000 + 4000 + 4011 + c0a8 + 0001 + c0a8 + 00c7 = 2479c; 479c + 2 = 479e; its
  // complement is b861.
  Bytes frame = ethernet(0x0800) + ipv4(17, Bytes(95, 0), 0x4000);
  const Bytes header(frame.begin() + 14, frame.begin() + 34);
  BOOST_TEST(word(header, 2) == 0x0073);
  frame = filled(frame);
  BOOST_TEST(word(frame, 14 + 10) == 0xb861);
}

BOOST_AUTO_TEST_CASE(a_wrong_header_checksum_is_replaced) {
  Bytes frame = ethernet(0x0800) + ipv4(17, Bytes(95, 0), 0x4000);
  frame[24] = 0xde;
  frame[25] = 0xad;
  BOOST_TEST(word(filled(frame), 24) == 0xb861);
}

BOOST_AUTO_TEST_CASE(udp_by_hand) {
  // Pseudo header c0a8 + 0001 + c0a8 + 00c7 + 0011 + 000a = 18233, UDP 0fa0 + 0035 + 000a + 0000,
  // data 6869: 18233 + 0fdf + 6869 = 1fa7b; fa7b + 1 = fa7c; complement 0583.
  const Bytes frame = filled(ethernet(0x0800) + ipv4(17, udp(53, {'h', 'i'})));
  BOOST_TEST(word(frame, 34 + 6) == 0x0583);
}

BOOST_AUTO_TEST_CASE(a_udp_checksum_of_zero_is_sent_as_ones) {
  // As above with data that makes the sum ffff: 18233 + 0fdf = 19212, folded 9213; ffff - 9213 =
  // 6dec. RFC 768: "If the computed checksum is zero, it is transmitted as all ones".
  const Bytes frame = filled(ethernet(0x0800) + ipv4(17, udp(53, {0x6d, 0xec})));
  BOOST_TEST(word(frame, 34 + 6) == 0xffff);
}

BOOST_AUTO_TEST_CASE(tcp_by_hand) {
  // Pseudo header c0a8 + 0001 + c0a8 + 00c7 + 0006 + 0016 = 18234. TCP 9c40 + 0009 + 0000 + 0001 +
  // 0000 + 0001 + 5018 + ffff + 0 + 0 = 1ec62, data 6869. In all 18234 + 1ec62 + 6869 = 3d6ff;
  // d6ff + 3 = d702; complement 28fd.
  const Bytes frame = filled(ethernet(0x0800) + ipv4(6, tcp({'h', 'i'})));
  BOOST_TEST(word(frame, 34 + 16) == 0x28fd);
}

BOOST_AUTO_TEST_CASE(icmp_echo_by_hand) {
  // 0800 + 0000 + 0001 + 0001 = 0802, complement f7fd.
  const Bytes frame = filled(ethernet(0x0800) + ipv4(1, icmp(8, 0, {})));
  BOOST_TEST(word(frame, 34 + 2) == 0xf7fd);
}

BOOST_AUTO_TEST_CASE(an_icmp_error_quotes_a_packet_with_its_header_checksum) {
  // The quoted header is that of ipv4_header_by_hand, cut after 8 octets of payload.
  Bytes quoted = ipv4(17, Bytes(95, 0), 0x4000);
  quoted.resize(28);
  const Bytes frame = filled(ethernet(0x0800) + ipv4(1, icmp(3, 1, quoted)));
  BOOST_TEST(word(frame, 34 + 8 + 10) == 0xb861);
  // A sum over bytes with a right checksum inside is ffff, its complement 0: the receiver's check.
  const Bytes message(frame.begin() + 34, frame.end());
  BOOST_TEST(internet_checksum(message) == 0);
}

BOOST_AUTO_TEST_CASE(vlan_tags_are_stepped_over) {
  const Bytes frame = filled(vlan_ethernet(10, 0x0800) + ipv4(17, udp(53, {'h', 'i'})));
  BOOST_TEST(word(frame, 38 + 6) == 0x0583);
  const Bytes twice = filled(ethernet(0x88a8) + u16(7) + u16(0x8100) + u16(10) + u16(0x0800) +
                             ipv4(17, udp(53, {'h', 'i'})));
  BOOST_TEST(word(twice, 42 + 6) == 0x0583);
}

BOOST_AUTO_TEST_CASE(a_fragments_transport_checksum_is_left_alone) {
  for (const std::size_t flags_and_offset : {0x2000U, 0x0001U}) {
    const Bytes frame = filled(ethernet(0x0800) + ipv4(17, udp(53, {'h', 'i'}), flags_and_offset));
    BOOST_TEST(word(frame, 34 + 6) == 0);
    BOOST_TEST(internet_checksum(Bytes(frame.begin() + 14, frame.begin() + 34)) == 0);
  }
}

BOOST_AUTO_TEST_CASE(padding_behind_the_packet_does_not_count) {
  const Bytes frame = filled(ethernet(0x0800) + ipv4(17, udp(53, {'h', 'i'})) + Bytes(16, 0xff));
  BOOST_TEST(word(frame, 34 + 6) == 0x0583);
}

BOOST_AUTO_TEST_CASE(a_packet_that_is_cut_short_keeps_its_transport_bytes) {
  Bytes frame = ethernet(0x0800) + ipv4(6, tcp(Bytes(100, 1)));
  frame.resize(60);
  const Bytes result = filled(frame);
  BOOST_TEST(word(result, 34 + 16) == 0);
  BOOST_TEST(word(result, 24) != 0);  // the header is whole
}

BOOST_AUTO_TEST_CASE(a_tunnels_inner_packet_is_filled_first) {
  const Bytes inner = ipv4(17, udp(53, {'h', 'i'}));
  const Bytes ipip = filled(ethernet(0x0800) + ipv4(4, inner));
  BOOST_TEST(word(ipip, 34 + 20 + 6) == 0x0583);
  const Bytes vxlan_header{8, 0, 0, 0, 0, 0, 1, 0};
  const Bytes vxlan =
      filled(ethernet(0x0800) + ipv4(17, udp(4789, vxlan_header + ethernet(0x0800) + inner)));
  BOOST_TEST(word(vxlan, 34 + 8 + 8 + 14 + 20 + 6) == 0x0583);
  // The outer checksum covers the inner ones: with its pseudo header it sums to ffff.
  const Bytes datagram(vxlan.begin() + 34, vxlan.end());
  const std::uint64_t pseudo = 0xc0a8 + 0x0001 + 0xc0a8 + 0x00c7 + 17 + datagram.size();
  BOOST_TEST(internet_checksum(datagram, pseudo) == 0);
}

BOOST_AUTO_TEST_CASE(udp_over_ipv6_by_hand) {
  // 2001 + 0db8 + 1 + 2001 + 0db8 + 2 = 5b75, length 000a, next header 0011; UDP 0fa0 + 0035 +
  // 000a + 0000, data 6869: 5b75 + 1b + 0fdf + 6869 = d3d8, complement 2c27.
  const Bytes frame = filled(ethernet(0x86dd) + ipv6(17, udp(53, {'h', 'i'})));
  BOOST_TEST(word(frame, 54 + 6) == 0x2c27);
  // The same behind a hop-by-hop header of eight octets (PadN).
  const Bytes behind =
      filled(ethernet(0x86dd) + ipv6(0, Bytes{17, 0, 1, 4, 0, 0, 0, 0} + udp(53, {'h', 'i'})));
  BOOST_TEST(word(behind, 62 + 6) == 0x2c27);
}

BOOST_AUTO_TEST_CASE(no_frame_can_break_it) {
  // Every prefix of a frame, and headers that lie about their lengths.
  const Bytes whole = vlan_ethernet(10, 0x0800) + ipv4(1, icmp(11, 0, ipv4(6, tcp({'x'}))));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    fill_checksums(cut);
    BOOST_TEST(cut.size() == size);
  }
  Bytes lies = ethernet(0x0800) + ipv4(17, udp(53, {'h', 'i'}));
  lies[14] = 0x4f;  // a header of 60 octets in a packet of 30
  const Bytes before = lies;
  fill_checksums(lies);
  BOOST_TEST(lies == before, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results::test
