// RFC 7606 by attribute: for each type what its RFC calls malformed (flags, length, value), and
// what comes of it from an external and from an internal peer. Every length is that of its parts.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "models/bgp/codec.h"
#include "tests/models/bgp/speakers.h"

namespace seatrial::bgp::test {
namespace {

constexpr auto none = Outcome::none;
constexpr auto discard = Outcome::attribute_discard;
constexpr auto withdraw = Outcome::treat_as_withdraw;
constexpr auto reset = Outcome::session_reset;

Octets joined(std::initializer_list<Octets> parts) {
  Octets all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
Octets attribute(std::uint8_t flags, std::uint8_t code, const Octets& value) {
  return joined({{flags, code, static_cast<std::uint8_t>(value.size())}, value});
}
Octets body_of(const Octets& attributes, const Octets& nlri) {
  const auto size = attributes.size();
  return joined({{0, 0, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)},
                 attributes,
                 nlri});
}

const Octets nlri_24{24, 192, 0, 2};
const Octets hop6{0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
Octets reach(const Octets& hop, const Octets& prefixes) {
  return joined({{0, 2, 1, static_cast<std::uint8_t>(hop.size())}, hop, {0}, prefixes});
}
const Octets prefix6{32, 0x20, 0x01, 0x0D, 0xB8};
const Octets multicast6{0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
const Octets hop6_and_local =
    joined({hop6, {0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}});
Octets reach_v4(const Octets& hop) {
  return joined({{0, 1, 1, static_cast<std::uint8_t>(hop.size())}, hop, {0}, {24, 198, 51, 100}});
}
Octets reserved(std::uint8_t value) {
  return joined({{0, 2, 1, 16}, hop6, {value}, prefix6});
}

// What an internal peer has to send, without the attribute under test.
Octets others(std::uint8_t code, bool four_octet_as = true) {
  Octets all;
  const std::vector<Octets> needed{
      attribute(0x40, 1, {0}),
      attribute(0x40, 2, four_octet_as ? Octets{2, 1, 0, 0, 0xFD, 0xE9} : Octets{2, 1, 0xFD, 0xE9}),
      attribute(0x40, 3, {10, 0, 0, 1}), attribute(0x40, 5, {0, 0, 0, 100})};
  for (const auto& one : needed) {
    if (one[1] != code) all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

struct Row {
  const char* what;
  std::uint8_t flags;
  std::uint8_t code;
  Octets value;
  Outcome from_external;
  Outcome from_internal;
  bool four_octet_as = true;
};

const std::vector<Row> rows{
    {"ORIGIN, well", 0x40, 1, {2}, none, none},
    {"7.1 ORIGIN undefined", 0x40, 1, {3}, withdraw, withdraw},
    {"7.1 ORIGIN of 0", 0x40, 1, {}, withdraw, withdraw},
    {"7.1 ORIGIN of 2", 0x40, 1, {0, 0}, withdraw, withdraw},
    {"3 c ORIGIN partial: neither of the two bits", 0x60, 1, {0}, none, none},
    {"3 c ORIGIN optional", 0xC0, 1, {0}, withdraw, withdraw},
    {"3 c ORIGIN not transitive", 0x00, 1, {0}, withdraw, withdraw},
    {"AS_PATH, empty", 0x40, 2, {}, none, none},
    {"7.2 AS_PATH, segment overruns", 0x40, 2, {2, 2, 0, 0, 0, 1}, withdraw, withdraw},
    {"7.2 AS_PATH, one octet left", 0x40, 2, {2, 1, 0, 0, 0, 1, 2}, withdraw, withdraw},
    {"7.2 AS_PATH, empty segment", 0x40, 2, {2, 0}, withdraw, withdraw},
    {"7.2 AS_PATH, segment type 0", 0x40, 2, {0, 1, 0, 0, 0, 1}, withdraw, withdraw},
    {"7.2 AS_PATH, segment type 5", 0x40, 2, {5, 1, 0, 0, 0, 1}, withdraw, withdraw},
    {"7.2 AS_PATH, set and sequence",
     0x40,
     2,
     {1, 2, 0, 0, 0, 1, 0, 0, 0, 2, 2, 1, 0, 0, 0, 3},
     none,
     none},
    {"7.2 AS_PATH, one octet", 0x40, 2, {2}, withdraw, withdraw},
    {"7.2 AS_PATH, empty segment behind another",
     0x40,
     2,
     {2, 1, 0, 0, 0, 1, 2, 0},
     withdraw,
     withdraw},
    {"7.2 AS_PATH, 4-octet ASes from a 2-octet speaker",
     0x40,
     2,
     {2, 1, 0, 0, 0, 1},
     withdraw,
     withdraw,
     false},
    {"7.2 AS_PATH, 2-octet ASes from a 4-octet speaker", 0x40, 2, {2, 1, 0, 1}, withdraw, withdraw},
    {"3 c AS_PATH not transitive", 0x00, 2, {}, withdraw, withdraw},
    {"RFC 7607 AS_PATH, AS 0 in a set",
     0x40,
     2,
     {1, 2, 0, 0, 0, 1, 0, 0, 0, 0},
     withdraw,
     withdraw},
    {"RFC 7607 AS_PATH, AS 0", 0x40, 2, {2, 1, 0, 0, 0, 0}, withdraw, withdraw},
    {"RFC 5065 AS_CONFED_SEQUENCE", 0x40, 2, {3, 1, 0, 0, 0, 1}, withdraw, none},
    {"RFC 5065 AS_CONFED_SET", 0x40, 2, {4, 1, 0, 0, 0, 1}, withdraw, none},
    {"3 c AS_PATH optional", 0xC0, 2, {}, withdraw, withdraw},
    {"7.3 NEXT_HOP of 0", 0x40, 3, {}, withdraw, withdraw},
    {"7.3 NEXT_HOP of 5", 0x40, 3, {10, 0, 0, 1, 1}, withdraw, withdraw},
    {"RFC 4271 6.3 NEXT_HOP 0.0.0.0", 0x40, 3, {0, 0, 0, 0}, withdraw, withdraw},
    {"RFC 4271 6.3 NEXT_HOP 224.0.0.1", 0x40, 3, {224, 0, 0, 1}, withdraw, withdraw},
    {"RFC 4271 6.3 NEXT_HOP 0.0.0.1", 0x40, 3, {0, 0, 0, 1}, withdraw, withdraw},
    {"RFC 4271 6.3 NEXT_HOP 240.0.0.1", 0x40, 3, {240, 0, 0, 1}, withdraw, withdraw},
    {"RFC 4271 6.3 NEXT_HOP 255.255.255.255", 0x40, 3, {255, 255, 255, 255}, withdraw, withdraw},
    {"RFC 1122 3.2.1.3 g NEXT_HOP 127.0.0.1", 0x40, 3, {127, 0, 0, 1}, withdraw, withdraw},
    {"NEXT_HOP, well", 0x40, 3, {223, 255, 255, 254}, none, none},
    {"3 c NEXT_HOP optional", 0x80, 3, {10, 0, 0, 1}, withdraw, withdraw},
    {"MED, well", 0x80, 4, {0, 0, 0, 1}, none, none},
    {"7.4 MED of 0", 0x80, 4, {}, withdraw, withdraw},
    {"7.4 MED of 5", 0x80, 4, {0, 0, 0, 0, 1}, withdraw, withdraw},
    {"3 c MED well-known", 0x40, 4, {0, 0, 0, 1}, withdraw, withdraw},
    {"3 c MED transitive", 0xC0, 4, {0, 0, 0, 1}, withdraw, withdraw},
    {"7.5 LOCAL_PREF, well", 0x40, 5, {0, 0, 0, 1}, discard, none},
    {"7.5 LOCAL_PREF of 0", 0x40, 5, {}, discard, withdraw},
    {"7.5 LOCAL_PREF of 3", 0x40, 5, {0, 0, 1}, discard, withdraw},
    {"3 c LOCAL_PREF optional", 0xC0, 5, {0, 0, 0, 1}, withdraw, withdraw},
    {"ATOMIC_AGGREGATE, well", 0x40, 6, {}, none, none},
    {"7.6 ATOMIC_AGGREGATE of 1", 0x40, 6, {0}, discard, discard},
    {"3 c ATOMIC_AGGREGATE optional", 0xC0, 6, {}, withdraw, withdraw},
    {"AGGREGATOR, well", 0xC0, 7, {0, 0, 0, 1, 10, 0, 0, 1}, none, none},
    {"7.7 AGGREGATOR of 6 with 4-octet AS", 0xC0, 7, {0, 1, 10, 0, 0, 1}, discard, discard},
    {"7.7 AGGREGATOR of 8 with 2-octet AS", 0xC0, 7, Octets(8, 1), discard, discard, false},
    {"7.7 AGGREGATOR of 0", 0xC0, 7, {}, discard, discard},
    {"RFC 7607 AGGREGATOR, AS 0", 0xC0, 7, {0, 0, 0, 0, 10, 0, 0, 1}, discard, discard},
    {"AGGREGATOR of 6 with 2-octet AS", 0xC0, 7, {0, 1, 10, 0, 0, 1}, none, none, false},
    {"RFC 7607 AGGREGATOR, AS 0 of 2 octets",
     0xC0,
     7,
     {0, 0, 10, 0, 0, 1},
     discard,
     discard,
     false},
    {"3 c AGGREGATOR well-known", 0x40, 7, {0, 0, 0, 1, 10, 0, 0, 1}, withdraw, withdraw},
    {"3 c AGGREGATOR not transitive", 0x80, 7, {0, 0, 0, 1, 10, 0, 0, 1}, withdraw, withdraw},
    {"COMMUNITIES, well", 0xC0, 8, Octets(8, 1), none, none},
    {"COMMUNITIES, partial", 0xE0, 8, Octets(8, 1), none, none},
    {"7.8 COMMUNITIES of 0", 0xC0, 8, {}, withdraw, withdraw},
    {"7.8 COMMUNITIES of 6", 0xC0, 8, Octets(6, 1), withdraw, withdraw},
    {"7.8 COMMUNITIES of 3", 0xC0, 8, Octets(3, 1), withdraw, withdraw},
    {"3 c COMMUNITIES not transitive", 0x80, 8, Octets(8, 1), withdraw, withdraw},
    {"3 c COMMUNITIES well-known", 0x40, 8, Octets(8, 1), withdraw, withdraw},
    {"7.9 ORIGINATOR_ID, well", 0x80, 9, {10, 0, 0, 1}, discard, none},
    {"7.9 ORIGINATOR_ID of 3", 0x80, 9, {10, 0, 0}, discard, withdraw},
    {"7.9 ORIGINATOR_ID of 0", 0x80, 9, {}, discard, withdraw},
    {"3 c ORIGINATOR_ID transitive", 0xC0, 9, {10, 0, 0, 1}, withdraw, withdraw},
    {"7.10 CLUSTER_LIST, well", 0x80, 10, Octets(8, 1), discard, none},
    {"3 c CLUSTER_LIST transitive", 0xC0, 10, Octets(8, 1), withdraw, withdraw},
    {"7.10 CLUSTER_LIST of 0", 0x80, 10, {}, discard, withdraw},
    {"7.10 CLUSTER_LIST of 6", 0x80, 10, Octets(6, 1), discard, withdraw},
    {"MP_REACH_NLRI, well", 0x80, 14, reach(hop6, prefix6), none, none},
    {"RFC 4760 3 MP_REACH_NLRI, reserved 1", 0x80, 14, reserved(1), none, none},
    {"MP_REACH_NLRI without prefixes", 0x80, 14, reach(hop6, {}), none, none},
    {"RFC 2545 3 next hop with a link-local one", 0x80, 14, reach(hop6_and_local, prefix6), none,
     none},
    {"RFC 8950 3 IPv4 over an IPv6 next hop", 0x80, 14, reach_v4(hop6), none, none},
    {"5.3 MP_REACH_NLRI transitive", 0xC0, 14, reach(hop6, prefix6), reset, reset},
    {"5.3 MP_REACH_NLRI well-known", 0x40, 14, reach(hop6, prefix6), reset, reset},
    {"5.3 MP_REACH_NLRI of 4", 0x80, 14, {0, 2, 1, 0}, reset, reset},
    {"5.3 MP_REACH_NLRI of 0", 0x80, 14, {}, reset, reset},
    {"7.11 MP_REACH_NLRI, next hop of 4", 0x80, 14, reach({10, 0, 0, 1}, prefix6), reset, reset},
    {"7.11 MP_REACH_NLRI, next hop of 0", 0x80, 14, reach({}, prefix6), reset, reset},
    {"7.11 MP_REACH_NLRI, next hop of 15", 0x80, 14, reach(Octets(15, 1), prefix6), reset, reset},
    {"7.11 MP_REACH_NLRI, next hop of 24", 0x80, 14, reach(Octets(24, 1), prefix6), reset, reset},
    {"7.11 IPv4 over a next hop of 5", 0x80, 14, reach_v4(Octets(5, 1)), reset, reset},
    {"7.11 MP_REACH_NLRI, next hop overruns", 0x80, 14, {0, 2, 1, 16, 1, 2}, reset, reset},
    {"RFC 4271 6.3 next hop ::", 0x80, 14, reach(Octets(16, 0), prefix6), withdraw, withdraw},
    {"RFC 4271 6.3 next hop ff02::1", 0x80, 14, reach(multicast6, prefix6), withdraw, withdraw},
    {"RFC 4271 6.3 IPv4 over 0.0.0.0", 0x80, 14, reach_v4({0, 0, 0, 0}), withdraw, withdraw},
    {"5.3 MP_REACH_NLRI, 33 bits of IPv4", 0x80, 14,
     joined({reach_v4({10, 0, 0, 1}), {33, 1, 2, 3, 4, 5}}), reset, reset},
    {"5.3 MP_REACH_NLRI, 129 bits", 0x80, 14, reach(hop6, {129, 1}), reset, reset},
    {"5.3 MP_REACH_NLRI, prefix cut", 0x80, 14, reach(hop6, {64, 1}), reset, reset},
    {"MP_UNREACH_NLRI, well", 0x80, 15, joined({{0, 2, 1}, prefix6}), none, none},
    {"5.3 MP_UNREACH_NLRI transitive", 0xC0, 15, {0, 2, 1}, reset, reset},
    {"5.3 MP_UNREACH_NLRI of 0", 0x80, 15, {}, reset, reset},
    {"5.3 MP_UNREACH_NLRI, prefix cut", 0x80, 15, {0, 2, 1, 64, 1}, reset, reset},
    {"5.3 MP_UNREACH_NLRI, 33 bits of IPv4", 0x80, 15, {0, 1, 1, 33, 1, 2, 3, 4, 5}, reset, reset},
    {"5.3 MP_UNREACH_NLRI of 2", 0x80, 15, {0, 2}, reset, reset},
    {"5.3 MP_UNREACH_NLRI, 129 bits", 0x80, 15, {0, 2, 1, 129, 1}, reset, reset},
    {"EXTENDED COMMUNITIES, of no type that is known", 0xC0, 16, Octets(8, 0xEE), none, none},
    {"EXTENDED COMMUNITIES, non-transitive ones", 0xC0, 16, Octets(8, 0x40), none, none},
    {"3 c EXTENDED COMMUNITIES not transitive", 0x80, 16, Octets(8, 1), withdraw, withdraw},
    {"7.14 EXTENDED COMMUNITIES of 0", 0xC0, 16, {}, withdraw, withdraw},
    {"7.14 EXTENDED COMMUNITIES of 12", 0xC0, 16, Octets(12, 1), withdraw, withdraw},
    {"AS4_PATH from a 2-octet speaker", 0xC0, 17, {2, 1, 0, 1, 0, 0}, none, none, false},
    {"RFC 6793 6 AS4_PATH from a 4-octet speaker", 0xC0, 17, {2, 1, 0, 1, 0, 0}, discard, discard},
    {"RFC 6793 6 AS4_PATH of 5", 0xC0, 17, {2, 1, 0, 1, 0}, discard, discard, false},
    {"RFC 6793 6 AS4_PATH, empty segment", 0xC0, 17, {2, 0}, discard, discard, false},
    {"RFC 6793 6 AS4_PATH, AS_CONFED_SEQUENCE", 0xC0, 17, {3, 1, 0, 1, 0, 0}, none, none, false},
    {"3 c AS4_PATH not transitive", 0x80, 17, {2, 1, 0, 1, 0, 0}, withdraw, withdraw, false},
    {"RFC 6793 6 AS4_PATH of 0", 0xC0, 17, {}, discard, discard, false},
    {"RFC 6793 6 AS4_PATH overruns", 0xC0, 17, {2, 2, 0, 1, 0, 0}, discard, discard, false},
    {"RFC 6793 6 AS4_PATH, type 9", 0xC0, 17, {9, 1, 0, 1, 0, 0}, discard, discard, false},
    {"RFC 7607 AS4_PATH, AS 0", 0xC0, 17, {2, 1, 0, 0, 0, 0}, discard, discard, false},
    {"RFC 6793 6 AS4_AGGREGATOR of 6", 0xC0, 18, Octets(6, 1), discard, discard, false},
    {"RFC 6793 6 AS4_AGGREGATOR from 4-octet", 0xC0, 18, Octets(8, 1), discard, discard},
    {"AS4_AGGREGATOR from a 2-octet speaker", 0xC0, 18, Octets(8, 1), none, none, false},
    {"RFC 6793 6 AS4_AGGREGATOR of 0", 0xC0, 18, {}, discard, discard, false},
    {"RFC 7607 AS4_AGGREGATOR, AS 0", 0xC0, 18, Octets(8, 0), discard, discard, false},
    {"IPv6 EXTENDED COMMUNITIES, well", 0xC0, 25, Octets(20, 1), none, none},
    {"3 c IPv6 EXTENDED COMMUNITIES well-known", 0x40, 25, Octets(20, 1), withdraw, withdraw},
    {"7.15 IPv6 EXTENDED COMMUNITIES of 8", 0xC0, 25, Octets(8, 1), withdraw, withdraw},
    {"7.15 IPv6 EXTENDED COMMUNITIES of 0", 0xC0, 25, {}, withdraw, withdraw},
    {"AIGP, well", 0x80, 26, {1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 1}, none, none},
    {"RFC 7311 3 AIGP, TLV of 10", 0x80, 26, {1, 0, 10, 0, 0, 0, 0, 0, 0, 0}, discard, discard},
    {"RFC 7311 3 AIGP, TLV of 2", 0x80, 26, {1, 0, 2}, discard, discard},
    {"RFC 7311 3 AIGP, TLV overruns", 0x80, 26, {1, 0, 11, 0, 0}, discard, discard},
    {"RFC 7311 3 AIGP, TLV cut", 0x80, 26, {1, 0}, discard, discard},
    {"RFC 7311 3 AIGP, TLV of a type that is unknown", 0x80, 26, {9, 0, 4, 7}, none, none},
    {"RFC 7311 3 AIGP transitive", 0xC0, 26, {1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 1}, discard, discard},
    {"4 AIGP of 0", 0x80, 26, {}, discard, discard},
    {"LARGE_COMMUNITY, well, one twice", 0xC0, 32, Octets(24, 1), none, none},
    {"3 c LARGE_COMMUNITY not transitive", 0x80, 32, Octets(12, 1), withdraw, withdraw},
    {"RFC 8092 6 LARGE_COMMUNITY of 0", 0xC0, 32, {}, withdraw, withdraw},
    {"RFC 8092 6 LARGE_COMMUNITY of 8", 0xC0, 32, Octets(8, 1), withdraw, withdraw},
    {"RFC 8092 6 LARGE_COMMUNITY of 16", 0xC0, 32, Octets(16, 1), withdraw, withdraw},
    {"OTC, well", 0xC0, 35, {0, 0, 0, 1}, none, none},
    {"RFC 9234 5 OTC of 2", 0xC0, 35, {0, 1}, withdraw, withdraw},
    {"RFC 9234 5 OTC of 0", 0xC0, 35, {}, withdraw, withdraw},
    {"RFC 9234 5 OTC of 8", 0xC0, 35, Octets(8, 1), withdraw, withdraw},
    {"3 c OTC not transitive", 0x80, 35, {0, 0, 0, 1}, withdraw, withdraw},
    {"unknown, optional", 0xC0, 99, {1}, none, none},
    {"RFC 6514 PMSI_TUNNEL, unknown here", 0xC0, 22, {0, 0, 0, 0, 0}, none, none},
    {"RFC 9012 TUNNEL_ENCAPSULATION, unknown here", 0xC0, 23, {0, 1, 0, 9}, none, none},
    {"RFC 6368 ATTR_SET, unknown here", 0xC0, 128, {0, 0, 0, 1}, none, none},
    {"RFC 4271 6.3 unknown, well-known, not transitive", 0x00, 99, {1}, reset, reset},
    {"unknown, optional, of 0", 0x80, 99, {}, none, none},
    {"RFC 4271 6.3 unknown, well-known", 0x40, 99, {1}, reset, reset},
};

CodecOptions options_of(const Row& row, bool external) {
  CodecOptions options;
  options.external = external;
  options.four_octet_as = row.four_octet_as;
  return options;
}

BOOST_AUTO_TEST_SUITE(update_errors)

BOOST_AUTO_TEST_CASE(each_malformation_has_the_outcome_of_its_rfc) {
  for (const auto& row : rows) {
    for (const bool external : {true, false}) {
      auto attributes = others(row.code, row.four_octet_as);
      // LOCAL_PREF is not for an external peer's UPDATE: its own outcome would hide another's.
      if (external && row.code != 5) attributes.erase(attributes.end() - 7, attributes.end());
      const auto body =
          body_of(joined({attributes, attribute(row.flags, row.code, row.value)}), nlri_24);
      const auto decoded = decode_update(body, options_of(row, external));
      const auto outcome = decoded ? decoded->outcome : reset;
      BOOST_TEST_CONTEXT(row.what << (external ? ", eBGP" : ", iBGP")) {
        BOOST_TEST(to_string(outcome) ==
                   to_string(external ? row.from_external : row.from_internal));
        // Whatever is withdrawn must be known.
        if (decoded) BOOST_TEST(decoded->message.announced.size() == 1U);
      }
    }
  }
}

// RFC 4271 section 6.3: the NOTIFICATION carries the attribute as it came.
BOOST_AUTO_TEST_CASE(a_reset_for_an_attribute_shows_it) {
  for (const auto& bad : {attribute(0x80, 15, {0, 2}), attribute(0x40, 99, {1})}) {
    const auto decoded = decode_update(body_of(joined({others(0), bad}), nlri_24), {});
    BOOST_REQUIRE(!decoded);
    BOOST_TEST(decoded.error().notification.data == bad, boost::test_tools::per_element());
  }
}

// RFC 7606 section 5.2: with an error that withdraws and no prefix to withdraw, the session goes.
BOOST_AUTO_TEST_CASE(an_error_without_prefixes_resets) {
  const auto outcome = [](const Octets& attributes) {
    const auto decoded = decode_update(body_of(attributes, {}), {});
    return to_string(decoded ? decoded->outcome : reset);
  };
  const auto unreach = attribute(0x80, 15, joined({{0, 2, 1}, prefix6}));
  const auto bad_origin = attribute(0x40, 1, {3});
  BOOST_TEST(outcome(joined({others(1), bad_origin})) == to_string(reset));
  BOOST_TEST(outcome(joined({unreach, bad_origin})) == to_string(reset));
  BOOST_TEST(outcome({0x40}) == to_string(reset));
  // A discarded attribute costs nothing, nor does a withdrawal alone.
  BOOST_TEST(outcome(joined({others(0), attribute(0x40, 6, {1})})) == to_string(discard));
  BOOST_TEST(outcome(unreach) == to_string(none));
  // Prefixes in MP_REACH_NLRI are prefixes, too.
  BOOST_TEST(outcome(joined({others(1), bad_origin, attribute(0x80, 14, reach(hop6, prefix6))})) ==
             to_string(withdraw));
}

// RFC 7606 section 4: an attribute that does not fit costs the routes; RFC 7606 section 3 b, i and
// j: where the prefixes cannot be found or read, it costs the session.
BOOST_AUTO_TEST_CASE(lengths_that_conflict) {
  const auto outcome = [](const Octets& body) {
    const auto decoded = decode_update(body, {});
    return to_string(decoded ? decoded->outcome : reset);
  };
  const auto well = others(0);
  BOOST_TEST(outcome(body_of(well, nlri_24)) == to_string(none));
  BOOST_TEST(outcome(body_of(joined({well, {0x80}}), nlri_24)) == to_string(withdraw));
  BOOST_TEST(outcome(body_of(joined({well, {0x80, 4}}), nlri_24)) == to_string(withdraw));
  BOOST_TEST(outcome(body_of(joined({well, {0x90, 4, 0}}), nlri_24)) == to_string(withdraw));
  BOOST_TEST(outcome(body_of(joined({well, {0x80, 4, 4, 0, 0, 0}}), nlri_24)) ==
             to_string(withdraw));
  // The prefixes of what overruns are lost.
  for (const std::uint8_t code : {14, 15}) {
    BOOST_TEST(outcome(body_of(joined({well, {0x80, code, 9, 0, 2, 1}}), nlri_24)) ==
               to_string(reset));
  }
  // Total Path Attribute Length, Withdrawn Routes Length beyond the message.
  BOOST_TEST(outcome({0, 0, 0, 1}) == to_string(reset));
  BOOST_TEST(outcome({0, 1, 0, 0}) == to_string(reset));
  BOOST_TEST(outcome({0, 9, 0, 0}) == to_string(reset));
  BOOST_TEST(outcome({0, 0, 0}) == to_string(reset));
  BOOST_TEST(outcome({0, 0, 0, 0}) == to_string(none));
  // Section 5.3 for the fields of IPv4.
  BOOST_TEST(outcome(body_of(well, {33, 1, 2, 3, 4, 5})) == to_string(reset));
  BOOST_TEST(outcome(body_of(well, {24, 192, 0})) == to_string(reset));
  BOOST_TEST(outcome({0, 3, 24, 192, 0, 0, 0}) == to_string(reset));
  BOOST_TEST(outcome({0, 6, 33, 1, 2, 3, 4, 5, 0, 0}) == to_string(reset));
}

// RFC 4271 section 4.3: the Extended Length flag may stand with a short length, too.
BOOST_AUTO_TEST_CASE(an_extended_length_may_be_short) {
  const Octets origin{0x50, 1, 0, 1, 0};
  const auto decoded = decode_update(body_of(joined({others(1), origin}), nlri_24), {});
  BOOST_REQUIRE(decoded);
  BOOST_TEST(to_string(decoded->outcome) == to_string(none));
  BOOST_CHECK(decoded->message.attributes->origin == Origin::igp);
}

// RFC 7606 section 3 g: the first stays, recognized or not; two of MP_(UN)REACH_NLRI reset.
BOOST_AUTO_TEST_CASE(an_attribute_twice) {
  const auto decoded = [](const Octets& attributes) {
    return decode_update(body_of(joined({others(0), attributes}), nlri_24), {});
  };
  const auto med =
      decoded(joined({attribute(0x80, 4, {0, 0, 0, 7}), attribute(0x80, 4, {0, 0, 0, 9})}));
  BOOST_REQUIRE(med);
  BOOST_TEST(to_string(med->outcome) == to_string(discard));
  BOOST_CHECK(med->message.attributes->med == 7U);
  const auto unknown = decoded(joined({attribute(0xC0, 99, {7}), attribute(0xC0, 99, {9})}));
  BOOST_REQUIRE(unknown);
  BOOST_TEST(to_string(unknown->outcome) == to_string(discard));
  BOOST_TEST(unknown->message.attributes->unknown.size() == 1U);
  // The first counts, even when it is the malformed one.
  const auto bad = decoded(joined({attribute(0x80, 4, {7}), attribute(0x80, 4, {0, 0, 0, 9})}));
  BOOST_REQUIRE(bad);
  BOOST_TEST(to_string(bad->outcome) == to_string(withdraw));
  for (const auto& mp :
       {attribute(0x80, 14, reach(hop6, prefix6)), attribute(0x80, 15, {0, 2, 1})}) {
    const auto twice = decoded(joined({mp, mp}));
    BOOST_REQUIRE(!twice);
    BOOST_TEST(twice.error().notification.to_string() ==
               "UPDATE Message Error/Malformed Attribute List");
  }
}

// RFC 7606 section 3 d, RFC 4760 section 3.
BOOST_AUTO_TEST_CASE(what_is_mandatory_and_missing) {
  const auto outcome = [](const Octets& attributes, const Octets& nlri, bool external) {
    CodecOptions options;
    options.external = external;
    const auto decoded = decode_update(body_of(attributes, nlri), options);
    return to_string(decoded ? decoded->outcome : reset);
  };
  for (const std::uint8_t code : {1, 2, 3, 5}) {
    BOOST_TEST(outcome(others(code), nlri_24, false) == to_string(withdraw));
  }
  auto external = others(5);
  BOOST_TEST(outcome(external, nlri_24, true) == to_string(none));
  const auto mp = attribute(0x80, 14, reach(hop6, prefix6));
  BOOST_TEST(outcome(joined({mp, others(3)}), {}, false) == to_string(none));
  BOOST_TEST(outcome(joined({mp, others(2)}), {}, false) == to_string(withdraw));
}

// RFC 6793 section 4.2.3, with its AS_CONFED_SEQUENCE in front.
BOOST_AUTO_TEST_CASE(an_as4_path_takes_the_place_of_the_tail) {
  const auto path = [](const Octets& two, const Octets& four, const Octets& more = {}) {
    CodecOptions options;
    options.four_octet_as = false;
    const auto attributes =
        joined({others(2), attribute(0x40, 2, two), attribute(0xC0, 17, four), more});
    return decode_update(body_of(attributes, nlri_24), options)
        ->message.attributes->as_path.to_string();
  };
  const Octets four{2, 2, 0, 1, 0x11, 0x70, 0, 0, 0, 3};  // 70000 3
  BOOST_TEST(path({2, 3, 0, 1, 0x5B, 0xA0, 0, 3}, four) == "1 70000 3");
  BOOST_TEST(path({2, 2, 0x5B, 0xA0, 0, 3}, four) == "70000 3");
  BOOST_TEST(path({2, 1, 0, 3}, four) == "3");  // fewer than AS4_PATH has: that is ignored
  BOOST_TEST(path({3, 1, 0, 9, 2, 2, 0x5B, 0xA0, 0, 3}, four) == "(9) 70000 3");
  BOOST_TEST(path({2, 1, 0, 1, 3, 1, 0, 9, 2, 2, 0x5B, 0xA0, 0, 3}, four) == "1 (9) 70000 3");
  BOOST_TEST(path({2, 2, 0, 1, 0x5B, 0xA0, 3, 1, 0, 9, 2, 1, 0, 3}, four) == "1 70000 3");
  BOOST_TEST(path({1, 2, 0, 1, 0, 2, 2, 2, 0x5B, 0xA0, 0, 3}, four) == "{1,2} 70000 3");
  // Section 4.2.2: a confederation's segments are not in an AS4_PATH of ours.
  UpdateMessage update;
  update.attributes.emplace().next_hop = ip("10.0.0.1");
  update.attributes->local_pref = 100;
  update.attributes->as_path.segments = {{AsSegment::Type::confed_sequence, {{9}}},
                                         {AsSegment::Type::sequence, {{70000}}}};
  update.announced = {{prefix("192.0.2.0/24"), 0}};
  CodecOptions narrow;
  narrow.four_octet_as = false;
  const auto sent = encode(update, narrow).at(0);
  const auto as4_path = attribute(0xC0, 17, {2, 1, 0, 1, 0x11, 0x70});
  BOOST_TEST(
      (std::search(sent.begin(), sent.end(), as4_path.begin(), as4_path.end()) != sent.end()));
  BOOST_TEST(decode_update(Bytes(sent).subspan(header_size), narrow)
                 ->message.attributes->as_path.to_string() == "(9) 70000");
  // An AGGREGATOR of a 2-octet AS: who set it did not know AS4_PATH.
  const auto late = joined({attribute(0xC0, 7, {0, 9, 10, 0, 0, 1}),
                            attribute(0xC0, 18, {0, 1, 0x11, 0x70, 10, 0, 0, 2})});
  BOOST_TEST(path({2, 3, 0, 1, 0x5B, 0xA0, 0, 3}, four, late) == "1 23456 3");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
