// What goes out only under a condition, in a limited number or with another MED for a time, and
// what a neighbour is told in one address family only.
#include <boost/test/unit_test.hpp>

#include "tests/models/bgp/speakers.h"

namespace seatrial::bgp::test {
namespace {

// Permits this prefix alone.
Policy policy(const char* text) {
  PolicyClause clause{.label = "10"};
  const PrefixListEntry entry{.sequence = 5, .prefix = prefix(text), .ge = {}, .le = {}};
  clause.match.prefix_list =
      std::make_shared<const PrefixList>("P", std::vector<PrefixListEntry>{entry});
  return {.name = "R", .clauses = {std::move(clause)}};
}

std::optional<AttributesRef> at(const Router& router, const char* text) {
  const auto route = router.speaker->route(prefix(text));
  if (!route || route->paths.empty()) return std::nullopt;
  return route->paths.front().attributes;
}

// a announces two networks to b and c; what b gets depends on what the test says to a.
struct Pair {
  World w;
  SpeakerConfig a;
  NeighborConfig to_b = peer("10.0.0.2", 65002);

  Pair() {
    a.asn = {65001};
    a.router_id = RouterId::from(ip("10.0.0.1"));
    a.profile = plain_profile();
    for (const auto* text : {"192.0.2.0/25", "192.0.2.128/25"}) {
      a.networks.push_back({.prefix = prefix(text)});
    }
  }
  Router& run() {
    a.neighbors = {to_b};
    w.add("a", "10.0.0.1", a);
    auto& b = w.add("b", "10.0.0.2", 65002, {peer("10.0.0.1", 65001)});
    w.start();
    w.net.run_for(10s);
    return b;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(conditional)

BOOST_FIXTURE_TEST_CASE(what_a_backup_announces_goes_out_while_the_main_route_is_missing, Pair) {
  // `advertise-map .. non-exist-map ..`: the upper half only while 198.51.100.0/24 is not there.
  to_b.conditional = {
      .routes = {policy("192.0.2.128/25")},
      .condition = {policy("198.51.100.0/24")},
      .while_exists = false,
  };
  a.networks.push_back({.prefix = prefix("198.51.100.0/24")});
  auto& b = run();
  // bgpd lets everything out until it has looked for the first time, after 60 s.
  BOOST_TEST(b.has("192.0.2.128/25"));
  w.net.run_for(60s);
  BOOST_TEST(!b.has("192.0.2.128/25"));
  BOOST_TEST(b.has("192.0.2.0/25"));  // not what the advertise-map is about
  // The condition holds again from the next look on, and not before it.
  w["a"].speaker->withdraw(prefix("198.51.100.0/24"));
  w.net.run_for(5s);
  BOOST_TEST(!b.has("192.0.2.128/25"));
  w.net.run_for(60s);
  BOOST_TEST(b.has("192.0.2.128/25"));
}

BOOST_FIXTURE_TEST_CASE(what_depends_on_a_route_goes_with_it, Pair) {
  to_b.conditional = {
      .routes = {policy("192.0.2.128/25")},
      .condition = {policy("198.51.100.0/24")},
      .while_exists = true,
  };
  a.condition_interval = 10s;
  auto& b = run();
  w.net.run_for(5s);
  BOOST_TEST(!b.has("192.0.2.128/25"));
  w["a"].speaker->originate({.prefix = prefix("198.51.100.0/24")});
  w.net.run_for(10s);
  BOOST_TEST(b.has("192.0.2.128/25"));
}

BOOST_FIXTURE_TEST_CASE(no_more_prefixes_go_out_than_are_allowed, Pair) {
  to_b.max_prefixes_out = 1;
  auto& b = run();
  BOOST_TEST(b.speaker->loc_rib().size() == 1U);
  // One that is there already may change.
  OriginatedRoute changed{.prefix = prefix("192.0.2.0/25")};
  changed.communities = {Community{7}};
  w["a"].speaker->originate(changed);
  w.net.run_for(1s);
  BOOST_TEST(at(b, "192.0.2.0/25").value()->has(Community{7}));
}

BOOST_FIXTURE_TEST_CASE(the_worst_med_after_the_start, Pair) {
  a.max_med = MaxMed{.after_start = 100s};
  auto& b = run();
  // RFC 4271 section 9.1.2.2 c: the lowest wins; FRR's default is the largest number but one.
  BOOST_TEST(at(b, "192.0.2.0/25").value()->med.value_or(0) == 4294967294U);
  w.net.run_for(100s);
  BOOST_TEST(!at(b, "192.0.2.0/25").value()->med.has_value());
}

BOOST_FIXTURE_TEST_CASE(the_worst_med_for_good, Pair) {
  a.max_med = MaxMed{.value = 77};
  auto& b = run();
  w.net.run_for(200s);
  BOOST_TEST(at(b, "192.0.2.0/25").value()->med.value_or(0) == 77U);
}

BOOST_AUTO_TEST_CASE(a_table_map_keeps_a_route_out_of_the_routing_table_alone) {
  World w;
  w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65002)}, {"192.0.2.0/25", "192.0.2.128/25"});
  SpeakerConfig config;
  config.asn = {65002};
  config.router_id = RouterId::from(ip("10.0.0.2"));
  config.profile = plain_profile();
  config.neighbors = {peer("10.0.0.1", 65001), peer("10.0.0.3", 65003)};
  config.table_map = {policy("192.0.2.0/25")};
  auto& b = w.add("b", "10.0.0.2", config);
  auto& c = w.add("c", "10.0.0.3", 65003, {peer("10.0.0.2", 65002)});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST(b.has("192.0.2.0/25"));
  BOOST_TEST(!b.has("192.0.2.128/25"));
  BOOST_TEST(b.speaker->route(prefix("192.0.2.128/25"))->paths.front().best);
  BOOST_TEST(c.has("192.0.2.128/25"));
}

BOOST_AUTO_TEST_CASE(what_is_said_for_ipv6_is_not_for_ipv4) {
  World w;
  SpeakerConfig config;
  config.asn = {65001};
  config.router_id = RouterId::from(ip("10.0.0.1"));
  config.profile = plain_profile();
  config.networks = {{.prefix = prefix("192.0.2.0/24"), .next_hop = ip("10.0.0.1")},
                     {.prefix = prefix("2001:db8:1::/48"), .next_hop = ip("2001:db8::1")}};
  for (auto& network : config.networks) network.communities = {Community{(65001U << 16) | 1U}};
  auto to_b = peer("10.0.0.2", 65001);
  to_b.families = {ipv4_unicast, ipv6_unicast};
  auto of_ipv6 = to_b;
  of_ipv6.send_community = false;
  to_b.ipv6 = std::make_shared<const NeighborConfig>(of_ipv6);
  config.neighbors = {to_b};
  w.add("a", "10.0.0.1", config);
  auto to_a = peer("10.0.0.1", 65001);
  to_a.families = {ipv4_unicast, ipv6_unicast};
  auto& b = w.add("b", "10.0.0.2", 65001, {to_a});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST(at(b, "192.0.2.0/24").value()->communities.size() == 1U);
  BOOST_TEST(at(b, "2001:db8:1::/48").value()->communities.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::bgp::test
