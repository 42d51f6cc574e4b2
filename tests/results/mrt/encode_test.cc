// Every expected octet is laid out by hand from RFC 6396 (sections 2, 3, 4.3, 4.4) and RFC 8050.
#include <boost/test/unit_test.hpp>

#include "models/bgp/path_attributes.h"
#include "results/mrt/attributes.h"
#include "results/mrt/mrt.h"
#include "tests/results/mrt/octets.h"

namespace seatrial::results::mrt::test {
namespace {

// 1700000000 is 0x6553F100; 123456 microseconds are 0x0001E240.
constexpr Timestamp moment = std::chrono::microseconds(1'700'000'000'123'456);

const Peering v4{.peer_as = {64512},        // 0x0000FC00
                 .local_as = {4200000001},  // 0xFA56EA01
                 .peer = ip("10.1.1.2"),
                 .local = ip("10.1.1.4")};
const Peering v6{.peer_as = {65001},  // 0x0000FDE9
                 .local_as = {65002},
                 .peer = ip("2001:db8::2"),
                 .local = ip("2001:db8::4")};

void same(const bgp::Octets& got, std::string_view expected) {
  BOOST_TEST(text_of(got) == text_of(hex(expected)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_state_change) {
  // Type 17, subtype 5; length 4 + 2*4 + 2 + 2 + 2*4 + 2*2 = 28. Connect is 2, OpenSent 4.
  same(encode(moment, StateChange{v4, bgp::State::connect, bgp::State::open_sent}),
       "6553F100 0011 0005 0000001C 0001E240"
       "0000FC00 FA56EA01 0000 0001 0A010102 0A010104 0002 0004");
}

BOOST_AUTO_TEST_CASE(states_are_numbered_from_1_to_6) {
  const auto octets = encode(moment, StateChange{v4, bgp::State::idle, bgp::State::established});
  same({octets.end() - 4, octets.end()}, "0001 0006");
}

BOOST_AUTO_TEST_CASE(a_received_message) {
  // Subtype 4; length 4 + 8 + 2 + 2 + 8 + 19 = 43.
  same(encode(moment, Message{.peering = v4, .data = keepalive}),
       "6553F100 0011 0004 0000002B 0001E240"
       "0000FC00 FA56EA01 0000 0001 0A010102 0A010104"
       "FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF 0013 04");
}

BOOST_AUTO_TEST_CASE(a_sent_message_over_ipv6) {
  // Subtype 7; address family 2; length 4 + 8 + 2 + 2 + 32 + 19 = 67.
  same(encode(moment, Message{.peering = v6, .sent = true, .data = keepalive}),
       "6553F100 0011 0007 00000043 0001E240"
       "0000FDE9 0000FDEA 0000 0002"
       "20010DB8 00000000 00000000 00000002 20010DB8 00000000 00000000 00000004"
       "FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF 0013 04");
}

BOOST_AUTO_TEST_CASE(two_octet_as_numbers_have_subtypes_of_their_own) {
  // Subtype 1; length 4 + 4 + 2 + 2 + 8 + 19 = 39; AS 4200000001 is AS_TRANS, 23456 = 0x5BA0.
  same(encode(moment, Message{.peering = v4, .four_octet_as = false, .data = keepalive}),
       "6553F100 0011 0001 00000027 0001E240"
       "FC00 5BA0 0000 0001 0A010102 0A010104"
       "FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF 0013 04");
}

BOOST_AUTO_TEST_CASE(each_kind_of_message_has_its_subtype) {
  const auto subtype = [](bool sent, bool four, bool add_path) {
    const auto octets = encode(moment, Message{v4, sent, four, add_path, keepalive});
    return octets[6] * 256 + octets[7];
  };
  BOOST_TEST(subtype(false, false, false) == 1);  // RFC 6396 section 4.4
  BOOST_TEST(subtype(false, true, false) == 4);
  BOOST_TEST(subtype(true, false, false) == 6);
  BOOST_TEST(subtype(true, true, false) == 7);
  BOOST_TEST(subtype(false, false, true) == 8);  // RFC 8050 section 3
  BOOST_TEST(subtype(false, true, true) == 9);
  BOOST_TEST(subtype(true, false, true) == 10);
  BOOST_TEST(subtype(true, true, true) == 11);
}

BOOST_AUTO_TEST_CASE(a_local_address_that_is_not_known_is_unspecified_in_the_peers_family) {
  auto before = v6;
  before.local = {};
  const auto octets = encode(moment, StateChange{before, bgp::State::idle, bgp::State::connect});
  // Length 4 + 8 + 2 + 2 + 32 + 4 = 52.
  same(octets,
       "6553F100 0011 0005 00000034 0001E240 0000FDE9 0000FDEA 0000 0002"
       "20010DB8 00000000 00000000 00000002 00000000 00000000 00000000 00000000 0001 0002");
}

BOOST_AUTO_TEST_CASE(the_table_of_peers) {
  // Type 13, subtype 1, no microseconds. Length 4 + 2 + 5 + 2 + (1+4+4+4) + (1+4+16+4) = 51.
  // Peer type 2: IPv4 and a 4-octet AS; 3: IPv6 and a 4-octet AS.
  const PeerIndexTable table{
      {0x0A010104},
      "edge1",
      {{{0x0A010102}, ip("10.1.1.2"), {64512}}, {{0x0A010103}, ip("2001:db8::2"), {4200000001}}}};
  same(encode(moment, table),
       "6553F100 000D 0001 00000033 0A010104 0005 6564676531 0002"
       "02 0A010102 0A010102 0000FC00"
       "03 0A010103 20010DB8 00000000 00000000 00000002 FA56EA01");
}

BOOST_AUTO_TEST_CASE(the_paths_of_an_ipv4_prefix) {
  // Subtype 2. A /26 takes 4 octets, a /20 would take 3. Length 4 + 1 + 4 + 2 + (2+4+2+4) = 23.
  Rib rib{.sequence = 7, .prefix = prefix("172.16.1.64/26")};
  rib.entries.push_back({2, std::chrono::seconds(0x6553F0F0), 0, hex("40010100")});
  same(encode(moment, rib),
       "6553F100 000D 0002 00000017 00000007 1A AC100140 0001 0002 6553F0F0 0004 40010100");
  rib.prefix = prefix("172.16.16.0/20");
  same(encode(moment, rib),
       "6553F100 000D 0002 00000016 00000007 14 AC1010 0001 0002 6553F0F0 0004 40010100");
}

BOOST_AUTO_TEST_CASE(path_identifiers_have_subtypes_of_their_own) {
  // RFC 8050 section 4.1: the identifier follows the originated time. Length 23 + 4 - 1 = 26.
  Rib rib{.sequence = 0, .prefix = prefix("172.16.16.0/20"), .add_path = true};
  rib.entries.push_back({1, std::chrono::seconds(1), 5, hex("40010100")});
  same(encode(moment, rib),
       "6553F100 000D 0008 0000001A 00000000 14 AC1010 0001 0001 00000001 00000005 0004 40010100");
  rib.prefix = prefix("2001:db8::/32");
  const auto octets = encode(moment, rib);
  BOOST_TEST(octets[7] == 10);
}

BOOST_AUTO_TEST_CASE(the_attributes_of_an_ipv4_path_are_those_of_an_update) {
  bgp::PathAttributes a;
  a.origin = bgp::Origin::igp;
  a.as_path.segments = {{bgp::AsSegment::Type::sequence, {{65001}, {4200000001}}}};
  a.next_hop = ip("10.1.1.2");
  a.med = 50;
  a.communities = {{0xFC000064}};  // 64512:100
  same(encode_attributes(a),
       "40 01 01 00"                       // ORIGIN IGP
       "40 02 0A 02 02 0000FDE9 FA56EA01"  // AS_PATH: a sequence of 2, 4 octets each
       "40 03 04 0A010102"                 // NEXT_HOP
       "80 04 04 00000032"                 // MED
       "C0 08 04 FC000064");               // COMMUNITIES
}

BOOST_AUTO_TEST_CASE(of_mp_reach_nlri_only_the_next_hop_is_kept) {
  // RFC 6396 section 4.3.4: the length of the next hop and the next hop; 80 0E is the attribute.
  bgp::PathAttributes a;
  a.origin = bgp::Origin::incomplete;
  a.next_hop = ip("2001:db8::2");
  same(encode_attributes(a),
       "40 01 01 02 40 02 00 80 0E 11 10 20010DB8 00000000 00000000 00000002");
  a.link_local_next_hop = ip("fe80::2");
  same(encode_attributes(a),
       "40 01 01 02 40 02 00 80 0E 21 20 20010DB8 00000000 00000000 00000002"
       "FE800000 00000000 00000000 00000002");
}

BOOST_AUTO_TEST_CASE(an_unknown_attribute_stays_as_it_was_received) {
  // Code 99 = 0x63, optional transitive without the Partial bit, which an UPDATE on its way on
  // would set.
  bgp::PathAttributes a;
  a.origin = bgp::Origin::igp;
  a.unknown = {{0xC0, 99, {1, 2}}};
  same(encode_attributes(a), "40 01 01 00 40 02 00 C0 63 02 0102");
  a.unknown.edit()[0].value.assign(256, 7);  // more than one octet can count: 50 is Extended Length
  const auto octets = encode_attributes(a);
  same({octets.begin() + 7, octets.begin() + 12}, "D0 63 0100 07");
  BOOST_TEST(octets.size() == 7 + 4 + 256);
}

}  // namespace seatrial::results::mrt::test
