// Vectors by hand from the RFCs' layouts. Length fields are computed here from the parts, never
// copied from the encoder, so that a vector cannot agree with a wrong encoder by accident.
#include <boost/test/unit_test.hpp>

#include "models/bgp/framer.h"
#include "tests/models/bgp/speakers.h"

namespace seatrial::bgp::test {
namespace {

Octets operator+(Octets a, const Octets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
Octets length16(const Octets& of) {
  return {static_cast<std::uint8_t>(of.size() >> 8), static_cast<std::uint8_t>(of.size())};
}
// RFC 4271 section 4.1.
Octets message(std::uint8_t type, const Octets& body) {
  const auto total = 16 + 2 + 1 + body.size();
  return Octets(16, 0xFF) +
         Octets{static_cast<std::uint8_t>(total >> 8), static_cast<std::uint8_t>(total), type} +
         body;
}
// RFC 4271 section 4.3: flags, code, one octet of length, value.
Octets attribute(std::uint8_t flags, std::uint8_t code, const Octets& value) {
  return Octets{flags, code, static_cast<std::uint8_t>(value.size())} + value;
}
Octets update_body(const Octets& withdrawn, const Octets& attributes, const Octets& nlri) {
  return length16(withdrawn) + withdrawn + length16(attributes) + attributes + nlri;
}

const Octets origin_igp = attribute(0x40, 1, {0});
const Octets path_65001 = attribute(0x40, 2, {2, 1, 0, 0, 0xFD, 0xE9});  // 65001 = 0xFDE9
const Octets hop = attribute(0x40, 3, {10, 0, 0, 1});
const Octets pref_100 = attribute(0x40, 5, {0, 0, 0, 100});
const Octets nlri_24 = {24, 192, 0, 2};

CodecOptions internal() {
  return {};
}
CodecOptions external() {
  CodecOptions o;
  o.external = true;
  return o;
}

BOOST_AUTO_TEST_SUITE(wire)

BOOST_AUTO_TEST_CASE(open_with_capabilities_is_laid_out_as_the_rfcs_say) {
  OpenMessage open;
  open.asn = {4200000000};  // 0xFA56EA00
  open.hold_time_s = 9;
  open.id = RouterId::from(ip("10.0.0.1"));
  open.capabilities.families = {ipv4_unicast};
  open.capabilities.route_refresh = true;
  open.capabilities.four_octet_as = open.asn;
  const Octets capabilities = Octets{1, 4, 0, 1, 0, 1} +              // RFC 4760: AFI 1, SAFI 1
                              Octets{2, 0} +                          // RFC 2918
                              Octets{65, 4, 0xFA, 0x56, 0xEA, 0x00};  // RFC 6793
  const Octets parameter = Octets{2, static_cast<std::uint8_t>(capabilities.size())} + capabilities;
  const auto expected = message(1, Octets{4, 0x5B, 0xA0, 0, 9, 10, 0, 0, 1,  // AS_TRANS = 0x5BA0
                                          static_cast<std::uint8_t>(parameter.size())} +
                                       parameter);
  const auto bytes = encode(open);
  BOOST_TEST(bytes == expected, boost::test_tools::per_element());
  const auto back = decode_open(Bytes(bytes).subspan(header_size));
  BOOST_REQUIRE(back.has_value());
  BOOST_CHECK(*back == open);
}

BOOST_AUTO_TEST_CASE(unknown_capabilities_are_kept_and_broken_opens_named) {
  // Capabilities 4 (deprecated) and 200 come back as they were.
  const Octets caps = {4, 2, 1, 'a', 200, 1, 9};
  const Octets parameter = Octets{2, static_cast<std::uint8_t>(caps.size())} + caps;
  const auto with = [&](std::uint8_t version, std::uint16_t hold, std::uint8_t id) {
    return Octets{version, 0xFD, 0xE9, 0,  static_cast<std::uint8_t>(hold),
                  0,       0,    0,    id, static_cast<std::uint8_t>(parameter.size())} +
           parameter;
  };
  const auto good = decode_open(with(4, 90, 1));
  BOOST_REQUIRE(good.has_value());
  BOOST_REQUIRE_EQUAL(good->capabilities.other.size(), 2U);
  BOOST_TEST(good->capabilities.other[1].code == 200);
  BOOST_TEST(good->asn.value == 65001U);
  const auto failing = [&](const Octets& body) { return decode_open(body).error().notification; };
  BOOST_TEST(failing(with(3, 90, 1)).to_string() ==
             "OPEN Message Error/Unsupported Version Number");
  BOOST_TEST(failing(with(4, 2, 1)).to_string() == "OPEN Message Error/Unacceptable Hold Time");
  BOOST_TEST(failing(with(4, 90, 0)).to_string() == "OPEN Message Error/Bad BGP Identifier");
  BOOST_TEST(failing({4, 0xFD, 0xE9, 0, 90, 0, 0, 0, 1, 3, 1, 1, 0}).to_string() ==
             "OPEN Message Error/Unsupported Optional Parameter");
  BOOST_CHECK(decode_open(with(4, 0, 1)).has_value());  // 0 means no keepalives
}

BOOST_AUTO_TEST_CASE(an_update_is_laid_out_as_the_rfc_says) {
  UpdateMessage update;
  update.attributes.emplace();
  auto& a = *update.attributes;
  a.origin = Origin::igp;
  a.as_path.prepend({65001});
  a.next_hop = ip("10.0.0.1");
  a.local_pref = 100;
  a.communities = {{(65001U << 16) | 7U}};
  update.announced = {{prefix("192.0.2.0/24"), 0}};
  const auto attributes = origin_igp + path_65001 + hop + pref_100 +
                          attribute(0xC0, 8, {0xFD, 0xE9, 0, 7});  // RFC 1997
  const auto expected = message(2, update_body({}, attributes, nlri_24));
  const auto encoded = encode(update, internal());
  BOOST_REQUIRE_EQUAL(encoded.size(), 1U);
  BOOST_TEST(encoded[0] == expected, boost::test_tools::per_element());
  const auto back = decode_update(Bytes(encoded[0]).subspan(header_size), internal());
  BOOST_REQUIRE(back.has_value());
  BOOST_CHECK(back->outcome == Outcome::none);
  BOOST_CHECK(back->message == update);
}

BOOST_AUTO_TEST_CASE(every_attribute_survives_the_wire) {
  UpdateMessage update;
  update.attributes.emplace();
  auto& a = *update.attributes;
  a.origin = Origin::egp;
  a.as_path.segments = {{AsSegment::Type::sequence, {{70000}, {65001}}},
                        {AsSegment::Type::set, {{1}, {2}}}};
  a.next_hop = ip("10.0.0.1");
  a.med = 5;
  a.local_pref = 200;
  a.atomic_aggregate = true;
  a.aggregator = Aggregator{{70000}, ip("10.9.9.9")};
  a.communities = {no_export, {1}};
  a.extended_communities = {{0x0002FDE900000001ULL}};
  a.large_communities = {{{1, 2, 3}}};
  a.originator_id = RouterId{42};
  a.cluster_list = {{1}, {2}};
  a.unknown = {{0xE0, 99, {1, 2, 3}}};  // optional transitive, partial already set
  update.announced = {{prefix("0.0.0.0/0"), 0}, {prefix("10.50.0.80/32"), 0}};
  update.withdrawn = {{prefix("192.0.2.128/25"), 0}};
  for (const bool four : {true, false}) {
    CodecOptions options;
    options.four_octet_as = four;  // RFC 6793: AS 70000 travels in AS4_PATH and AS4_AGGREGATOR
    const auto encoded = encode(update, options);
    BOOST_REQUIRE_EQUAL(encoded.size(), 2U);  // withdrawal, announcement
    const auto first = decode_update(Bytes(encoded[0]).subspan(header_size), options);
    BOOST_CHECK(first->message.withdrawn == update.withdrawn);
    const auto second = decode_update(Bytes(encoded[1]).subspan(header_size), options);
    BOOST_REQUIRE(second.has_value());
    BOOST_CHECK(second->message.attributes == update.attributes);
    BOOST_CHECK(second->message.announced == update.announced);
  }
}

BOOST_AUTO_TEST_CASE(ipv6_travels_in_mp_reach_and_mp_unreach) {
  UpdateMessage update;
  update.attributes.emplace();
  update.attributes->local_pref = 100;
  update.mp_next_hop = ip("2001:db8::1");
  update.mp_announced = {{prefix("2001:db8:1::/48"), 0}};
  update.withdrawn = {{prefix("2001:db8:2::/48"), 0}};
  const auto encoded = encode(update, internal());
  BOOST_REQUIRE_EQUAL(encoded.size(), 2U);
  // RFC 4760 section 4: AFI 2, SAFI 1, then 48 bits of prefix.
  const Octets unreach = attribute(0x80, 15, {0, 2, 1, 48, 0x20, 0x01, 0x0d, 0xb8, 0, 2});
  BOOST_TEST(encoded[0] == message(2, update_body({}, unreach, {})),
             boost::test_tools::per_element());
  const auto back = decode_update(Bytes(encoded[1]).subspan(header_size), internal());
  BOOST_REQUIRE(back.has_value());
  BOOST_CHECK(back->message.mp_announced == update.mp_announced);
  BOOST_CHECK(back->message.mp_next_hop == update.mp_next_hop);
}

BOOST_AUTO_TEST_CASE(many_prefixes_are_cut_into_messages_of_at_most_4096_octets) {
  UpdateMessage update;
  update.attributes.emplace();
  update.attributes->next_hop = ip("10.0.0.1");
  update.attributes->local_pref = 100;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    update.announced.push_back({net::Prefix(net::IpAddress::v4(0x0A000000 + i * 256), 24), 0});
  }
  // Attributes: ORIGIN 4, AS_PATH 3, NEXT_HOP 7, LOCAL_PREF 7 = 21; left of 4096: 4096 - 23 - 21 =
  // 4052, at 4 octets a /24 that is 1013 prefixes; 2000 take two messages.
  const auto encoded = encode(update, internal());
  BOOST_REQUIRE_EQUAL(encoded.size(), 2U);
  BOOST_TEST(encoded[0].size() == 19U + 4U + 21U + 1013U * 4U);
  BOOST_TEST(encoded[1].size() == 19U + 4U + 21U + 987U * 4U);
}

BOOST_AUTO_TEST_CASE(end_of_rib_is_the_empty_update) {
  BOOST_TEST(encode_end_of_rib(ipv4_unicast) == message(2, {0, 0, 0, 0}),
             boost::test_tools::per_element());
  for (const auto family : {ipv4_unicast, ipv6_unicast}) {
    const auto bytes = encode_end_of_rib(family);
    const auto back = decode_update(Bytes(bytes).subspan(header_size), internal());
    BOOST_CHECK(back->message.end_of_rib == family);
  }
}

BOOST_AUTO_TEST_CASE(rfc_7606_outcomes) {
  struct Row {
    const char* what;
    Octets attributes;
    Outcome outcome;
  };
  const auto whole = origin_igp + path_65001 + hop + pref_100;
  const std::vector<Row> rows{
      {"all is well", whole, Outcome::none},
      {"7.1: ORIGIN 3", attribute(0x40, 1, {3}) + path_65001 + hop + pref_100,
       Outcome::treat_as_withdraw},
      {"7.2: segment overruns",
       origin_igp + attribute(0x40, 2, {2, 2, 0, 0, 0, 1}) + hop + pref_100,
       Outcome::treat_as_withdraw},
      {"7.2: empty segment", origin_igp + attribute(0x40, 2, {2, 0}) + hop + pref_100,
       Outcome::treat_as_withdraw},
      {"7.2: unknown segment type",
       origin_igp + attribute(0x40, 2, {9, 1, 0, 0, 0, 1}) + hop + pref_100,
       Outcome::treat_as_withdraw},
      {"RFC 7607: AS 0", origin_igp + attribute(0x40, 2, {2, 1, 0, 0, 0, 0}) + hop + pref_100,
       Outcome::treat_as_withdraw},
      {"7.3: NEXT_HOP of 5",
       origin_igp + path_65001 + attribute(0x40, 3, {1, 2, 3, 4, 5}) + pref_100,
       Outcome::treat_as_withdraw},
      {"7.4: MED of 3", whole + attribute(0x80, 4, {0, 0, 1}), Outcome::treat_as_withdraw},
      {"7.5: LOCAL_PREF of 3", origin_igp + path_65001 + hop + attribute(0x40, 5, {0, 0, 1}),
       Outcome::treat_as_withdraw},
      {"7.6: ATOMIC_AGGREGATE of 1", whole + attribute(0x40, 6, {0}), Outcome::attribute_discard},
      {"7.7: AGGREGATOR of 6 between 4-octet speakers",
       whole + attribute(0xC0, 7, {1, 2, 3, 4, 5, 6}), Outcome::attribute_discard},
      {"7.8: COMMUNITIES of 3", whole + attribute(0xC0, 8, {1, 2, 3}), Outcome::treat_as_withdraw},
      {"7.9: ORIGINATOR_ID of 3", whole + attribute(0x80, 9, {1, 2, 3}),
       Outcome::treat_as_withdraw},
      {"7.10: CLUSTER_LIST of 0", whole + attribute(0x80, 10, {}), Outcome::treat_as_withdraw},
      {"7.14: EXTENDED COMMUNITIES of 7", whole + attribute(0xC0, 16, Octets(7)),
       Outcome::treat_as_withdraw},
      {"RFC 8092: LARGE_COMMUNITY of 11", whole + attribute(0xC0, 32, Octets(11)),
       Outcome::treat_as_withdraw},
      {"3 c: flags", attribute(0xC0, 1, {0}) + path_65001 + hop + pref_100,
       Outcome::treat_as_withdraw},
      {"3 d: no AS_PATH", origin_igp + hop + pref_100, Outcome::treat_as_withdraw},
      {"3 g: ORIGIN twice", whole + origin_igp, Outcome::attribute_discard},
      {"4: runs past the end", whole + Octets{0x80, 4, 40}, Outcome::treat_as_withdraw},
      {"unknown optional", whole + attribute(0xC0, 99, {1}), Outcome::none},
  };
  for (const auto& row : rows) {
    const auto decoded = decode_update(update_body({}, row.attributes, nlri_24), internal());
    BOOST_TEST_CONTEXT(row.what) {
      BOOST_REQUIRE(decoded.has_value());
      BOOST_TEST(to_string(decoded->outcome) == to_string(row.outcome));
      BOOST_TEST(decoded->message.announced.size() == 1U);  // still known, to withdraw it
    }
  }
  // From an external peer LOCAL_PREF is discarded (7.5), and not missed.
  const auto outside = decode_update(update_body({}, whole, nlri_24), external());
  BOOST_CHECK(outside->outcome == Outcome::attribute_discard);
  BOOST_CHECK(!outside->message.attributes->local_pref);
  // From another member AS of a confederation it may come, and GoBGP leaves it out.
  CodecOptions member;
  member.confederation = true;
  const auto short_of = origin_igp + path_65001 + hop;
  for (const auto& attributes : {whole, short_of}) {
    const auto inside = decode_update(update_body({}, attributes, nlri_24), member);
    BOOST_TEST(to_string(inside->outcome) == to_string(Outcome::none));
    BOOST_TEST(inside->message.attributes->local_pref.has_value() == (attributes == whole));
  }
}

BOOST_AUTO_TEST_CASE(what_still_resets_the_session) {
  const auto whole = origin_igp + path_65001 + hop + pref_100;
  const auto reason = [&](const Octets& body) {
    const auto decoded = decode_update(body, internal());
    return decoded ? std::string("none") : decoded.error().notification.to_string();
  };
  BOOST_TEST(reason({0, 9, 0, 0}) == "UPDATE Message Error/Malformed Attribute List");
  BOOST_TEST(reason({0, 0, 0, 9}) == "UPDATE Message Error/Malformed Attribute List");
  BOOST_TEST(reason(update_body({}, whole, {33, 1, 2, 3, 4, 5})) ==
             "UPDATE Message Error/Invalid Network Field");
  BOOST_TEST(reason(update_body({24, 192}, {}, {})) ==
             "UPDATE Message Error/Invalid Network Field");
  BOOST_TEST(reason(update_body({}, whole + attribute(0x40, 99, {1}), nlri_24)) ==
             "UPDATE Message Error/Unrecognized Well-known Attribute");
  BOOST_TEST(reason(update_body({}, attribute(0x80, 14, {0, 2, 1, 5}), {})) ==
             "UPDATE Message Error/Optional Attribute Error");
}

BOOST_AUTO_TEST_CASE(path_ids_are_read_where_negotiated) {
  CodecOptions options = internal();
  options.add_path_receive = {ipv4_unicast};
  const auto body = update_body({}, origin_igp + path_65001 + hop + pref_100,
                                Octets{0, 0, 0, 7} + nlri_24);  // RFC 7911 section 3
  const auto decoded = decode_update(body, options);
  BOOST_REQUIRE(decoded.has_value());
  BOOST_TEST(decoded->message.announced.at(0).path_id == 7U);
  BOOST_CHECK(decoded->message.announced[0].prefix == prefix("192.0.2.0/24"));
}

BOOST_AUTO_TEST_CASE(the_framer_takes_bytes_in_any_pieces) {
  const auto both = message(4, {}) + message(3, {6, 2});
  for (std::size_t piece = 1; piece <= both.size(); ++piece) {
    Framer framer;
    std::vector<MessageType> types;
    for (std::size_t at = 0; at < both.size(); at += piece) {
      framer.feed(Bytes(both).subspan(at, std::min(piece, both.size() - at)));
      for (;;) {
        const auto next = framer.next();
        BOOST_REQUIRE(next.has_value());
        if (!*next) break;
        types.push_back((*next)->type);
      }
    }
    BOOST_REQUIRE_EQUAL(types.size(), 2U);
    BOOST_CHECK(types[0] == MessageType::keepalive && types[1] == MessageType::notification);
  }
}

BOOST_AUTO_TEST_CASE(header_errors_carry_their_code_and_data) {
  const auto failing = [](Octets bytes) {
    Framer framer;
    framer.feed(bytes);
    return framer.next().error().notification;
  };
  auto unsynchronized = message(4, {});
  unsynchronized[3] = 0;
  BOOST_TEST(failing(unsynchronized).to_string() ==
             "Message Header Error/Connection Not Synchronized");
  // RFC 4271 section 6.1: the data is the erroneous length, or type.
  const auto long_keepalive = failing(message(4, {0}));
  BOOST_TEST(long_keepalive.to_string() == "Message Header Error/Bad Message Length");
  BOOST_TEST(long_keepalive.data == (Octets{0, 20}), boost::test_tools::per_element());
  const auto type = failing(message(77, {}));
  BOOST_TEST(type.to_string() == "Message Header Error/Bad Message Type");
  BOOST_TEST(type.data == Octets{77}, boost::test_tools::per_element());
  auto huge = message(2, Octets(4078));  // 19 + 4078 = 4097
  BOOST_TEST(failing(huge).to_string() == "Message Header Error/Bad Message Length");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
