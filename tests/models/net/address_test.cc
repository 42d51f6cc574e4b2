#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "models/net/address.h"
#include "models/net/prefix_map.h"
#include "models/net/units.h"

using namespace seatrial;
using namespace seatrial::net;

BOOST_AUTO_TEST_SUITE(address)

BOOST_AUTO_TEST_CASE(text_forms) {
  BOOST_TEST(IpAddress::parse("10.1.1.4")->to_string() == "10.1.1.4");
  BOOST_TEST(IpAddress::parse("10.1.1.4")->v4_value() == 0x0a010104U);
  // RFC 5952 section 4: lower case, longest run of zeros compressed.
  BOOST_TEST(IpAddress::parse("2001:DB8:0:0:0:0:0:1")->to_string() == "2001:db8::1");
  for (const auto* bad : {"", "10.1.1", "10.1.1.256", "10.1.1.4 ", "::g", "10.1.1.4/24"}) {
    BOOST_TEST(!IpAddress::parse(bad).has_value(), bad);
  }
}

BOOST_AUTO_TEST_CASE(prefixes_have_no_host_bits) {
  BOOST_TEST(Prefix(*IpAddress::parse("172.16.1.77"), 26).to_string() == "172.16.1.64/26");
  BOOST_TEST(!Prefix::parse("172.16.1.77/26").has_value());
  BOOST_TEST(Prefix::parse_lenient("172.16.1.77/26")->to_string() == "172.16.1.64/26");
  BOOST_TEST(Prefix::parse("2001:db8::/32")->contains(*IpAddress::parse("2001:db8:1::")));
  BOOST_TEST(!Prefix::parse("0.0.0.0/0")->contains(*IpAddress::parse("::1")));
  for (const auto* bad : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0", "10.0.0.0/-1", "10.0.0.0/8x"}) {
    BOOST_TEST(!Prefix::parse(bad).has_value(), bad);
  }
}

BOOST_AUTO_TEST_CASE(endpoints) {
  BOOST_TEST(Endpoint::parse("10.0.0.1:80")->to_string() == "10.0.0.1:80");
  BOOST_TEST(Endpoint::parse("[2001:db8::1]:179")->to_string() == "[2001:db8::1]:179");
  for (const auto* bad : {"10.0.0.1", "10.0.0.1:", "10.0.0.1:70000", "2001:db8::1:179", ":80"}) {
    BOOST_TEST(!Endpoint::parse(bad).has_value(), bad);
  }
}

BOOST_AUTO_TEST_CASE(asn_asdot) {  // RFC 5396: 65546 is 1.10
  BOOST_TEST(Asn::parse("1.10")->value == 65546U);
  BOOST_TEST(Asn::parse("4294967295")->value == 4294967295U);
  BOOST_TEST(!Asn::parse("4294967296").has_value());
}

BOOST_AUTO_TEST_CASE(longest_cover_is_the_longest_entry_around_all_of_a_prefix) {
  PrefixMap<int> map;
  for (const char* text : {"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24"}) {
    map[*Prefix::parse(text)] = Prefix::parse(text)->length();
  }
  const auto cover = [&](const char* text) {
    return *map.longest_cover(*Prefix::parse(text)).value;
  };
  BOOST_TEST(cover("10.1.1.0/24") == 24);
  BOOST_TEST(cover("10.1.1.128/25") == 24);
  BOOST_TEST(cover("10.1.0.0/17") == 16);  // 10.1.1.0/24 lies inside it
  BOOST_TEST(cover("10.2.0.0/16") == 8);
  BOOST_TEST(cover("11.0.0.0/8") == 0);
  BOOST_TEST(!PrefixMap<int>().longest_cover(*Prefix::parse("10.0.0.0/8")));
}

BOOST_AUTO_TEST_CASE(longest_match_and_erase) {
  PrefixMap<int> map;
  map[*Prefix::parse("0.0.0.0/0")] = 0;
  map[*Prefix::parse("172.16.1.0/24")] = 24;
  map[*Prefix::parse("172.16.1.64/26")] = 26;
  map[*Prefix::parse("172.16.1.70/32")] = 32;
  map[*Prefix::parse("10.0.0.0/8")] = 8;
  const auto match = [&](const char* a) { return *map.longest_match(*IpAddress::parse(a)).value; };
  BOOST_TEST(match("172.16.1.70") == 32);
  BOOST_TEST(match("172.16.1.71") == 26);
  BOOST_TEST(match("172.16.1.1") == 24);
  BOOST_TEST(match("10.255.0.1") == 8);
  BOOST_TEST(match("9.9.9.9") == 0);
  BOOST_TEST(map.erase(*Prefix::parse("172.16.1.64/26")));
  BOOST_TEST(!map.erase(*Prefix::parse("172.16.1.64/26")));
  BOOST_TEST(match("172.16.1.71") == 24);
  BOOST_TEST(match("172.16.1.70") == 32);
  BOOST_TEST(map.size() == 4U);
  BOOST_TEST(map.find(*Prefix::parse("172.16.1.0/25")) == nullptr);
}

// Every question is answered by a look at all entries, in the order of their addresses.
BOOST_AUTO_TEST_CASE(a_table_answers_as_a_plain_list_does) {
  std::mt19937 random(7);
  const auto number = [&](std::uint32_t below) { return static_cast<int>(random() % below); };
  const auto some_address = [&](bool v6) {  // close together, so that prefixes nest
    std::array<std::uint8_t, 16> octets{};
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(number(4) * 0x41);
    return *IpAddress::from_bytes({octets.data(), v6 ? 16U : 4U});
  };
  const auto some_prefix = [&] {
    const bool v6 = number(2) == 0;
    return Prefix(some_address(v6), number(v6 ? 129 : 33));
  };
  PrefixMap<std::string> map;
  std::map<Prefix, std::string> plain;
  for (int step = 0; step < 20000; ++step) {
    const auto prefix = some_prefix();
    if (number(3) == 0) {
      BOOST_REQUIRE(map.erase(prefix) == (plain.erase(prefix) == 1));
    } else {
      plain[prefix] = map[prefix] = std::to_string(step);
    }
    BOOST_REQUIRE(map.size() == plain.size());
    const auto probe = some_prefix();
    const auto known = plain.find(probe);
    const auto* found = map.find(probe);
    BOOST_REQUIRE((found != nullptr) == (known != plain.end()));
    if (found != nullptr) BOOST_REQUIRE(*found == known->second);
    const auto longest = [&](const auto& contains) {
      const std::pair<const Prefix, std::string>* best = nullptr;
      for (const auto& entry : plain) {
        if (contains(entry.first) && (!best || entry.first.length() > best->first.length())) {
          best = &entry;
        }
      }
      return best;
    };
    if (step % 50 != 0) continue;  // these look at the whole list
    const auto address = some_address(number(2) == 0);
    const auto* best = longest([&](const Prefix& p) { return p.contains(address); });
    auto match = map.longest_match(address);
    BOOST_REQUIRE(static_cast<bool>(match) == (best != nullptr));
    if (match) BOOST_REQUIRE((*match.prefix == best->first && *match.value == best->second));
    best = longest([&](const Prefix& p) { return p.contains(probe); });
    match = map.longest_cover(probe);
    BOOST_REQUIRE(static_cast<bool>(match) == (best != nullptr));
    if (match) BOOST_REQUIRE((*match.prefix == best->first && *match.value == best->second));
    std::vector<Prefix> all;
    std::vector<Prefix> inside;
    map.for_each([&](const Prefix& p, const std::string&) { all.push_back(p); });
    map.for_each_within(probe, [&](const Prefix& p, const std::string&) { inside.push_back(p); });
    std::vector<Prefix> wanted;
    std::vector<Prefix> wanted_inside;
    for (const auto& [p, value] : plain) {
      wanted.push_back(p);
      if (probe.contains(p)) wanted_inside.push_back(p);
    }
    BOOST_REQUIRE(all == wanted);
    BOOST_REQUIRE(inside == wanted_inside);
  }
  auto moved = std::move(map);
  BOOST_TEST(moved.size() == plain.size());
  moved = PrefixMap<std::string>();
  BOOST_TEST(moved.empty());
}

BOOST_AUTO_TEST_CASE(units) {
  BOOST_TEST(parse_duration("1.5ms")->count() == 1'500'000);
  BOOST_TEST(to_string(Duration(1'500'000)) == "1.5ms");
  BOOST_TEST(!parse_duration("0.5ns").has_value());
  BOOST_TEST(!parse_duration("5").has_value());
  // 1500 bytes at 10 Gb/s: 12000 bits / 10 bits a nanosecond.
  BOOST_TEST(parse_bandwidth("10Gbps")->serialization(1500).count() == 1200);
}

BOOST_AUTO_TEST_SUITE_END()
