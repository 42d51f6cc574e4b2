// Windows whose times follow from the changes by hand. README.md of results/dataplane has the
// rules.
#include "results/dataplane/windows.h"

#include <boost/test/unit_test.hpp>

#include "tests/results/dataplane/small_world.h"

namespace seatrial::results::test {
namespace {

const auto vip = prefix("10.50.0.80/32");

std::string shown(const Window& window) {
  std::string out(word_of(window.kind));
  for (const auto& one : window.prefixes) out += " " + one.to_string();
  out += " " + seconds(window.from) + "-" + (window.to ? seconds(*window.to) : "");
  for (const auto& node : window.nodes) {
    out += " " + node.node;
    for (const auto& span : node.spans) {
      out += "[" + seconds(span.from) + "-" + (span.to ? seconds(*span.to) : "") + "]";
    }
  }
  return out;
}

std::string way(const Window& window) {
  std::string out;
  for (const auto& hop : window.witness) out += (out.empty() ? "" : " > ") + hop.node;
  return out;
}

BOOST_AUTO_TEST_SUITE(windows)

BOOST_AUTO_TEST_CASE(nothing_is_wrong_where_every_way_ends_at_the_announcer) {
  SmallWorld world(3);
  world.announce(0s, 2, vip);
  world.route(1s, 0, vip, {1});
  world.route(1s, 1, vip, {2});
  BOOST_TEST(find_windows(world.record).empty());
}

// a and b point at each other from 3 s until b learns better at 5 s.
BOOST_AUTO_TEST_CASE(two_routers_that_point_at_each_other_loop) {
  SmallWorld world(3);
  world.announce(0s, 2, vip);
  world.route(1s, 0, vip, {2});
  world.route(1s, 1, vip, {2});
  world.route(2s, 0, vip, {1});
  world.route(3s, 1, vip, {0});
  world.route(5s, 1, vip, {2});
  const auto found = find_windows(world.record);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(shown(found[0]) == "loop 10.50.0.80/32 3-5 a[3-5] b[3-5]");
  BOOST_TEST(way(found[0]) == "a > b > a");
  BOOST_TEST(found[0].witness[0].evidence == "fib/2");
  BOOST_TEST(found[0].witness[1].evidence == "fib/3");
}

// c loses power at 10 s; a withdraws at 16 s, b at 19 s.
BOOST_AUTO_TEST_CASE(a_route_to_a_machine_without_power_is_a_blackhole_until_it_is_withdrawn) {
  SmallWorld world(3);
  world.announce(0s, 2, vip);
  world.route(1s, 0, vip, {2});
  world.route(1s, 1, vip, {2});
  world.power_off(10s, 2);
  world.route(16s, 0, vip, {});
  world.route(19s, 1, vip, {});
  const auto found = find_windows(world.record);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(shown(found[0]) == "blackhole 10.50.0.80/32 10-19 a[10-16] b[10-19]");
  BOOST_TEST(found[0].reason == "c has no power");
  BOOST_TEST(found[0].evidence == std::vector<std::string>{"fault/0"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(one_bad_branch_of_ecmp_is_enough_and_a_way_that_uses_it_counts) {
  SmallWorld world(4);
  world.announce(0s, 2, vip);
  world.announce(0s, 3, vip);
  world.route(1s, 1, vip, {2, 3});
  world.route(1s, 0, vip, {1});
  world.power_off(10s, 3);
  world.route(12s, 1, vip, {2});
  const auto found = find_windows(world.record);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(shown(found[0]) == "blackhole 10.50.0.80/32 10-12 a[10-12] b[10-12]");
  BOOST_TEST(way(found[0]) == "a > b");
}

BOOST_AUTO_TEST_CASE(
    a_machine_that_lost_its_route_has_a_window_and_one_that_never_had_one_has_not) {
  SmallWorld world(3);
  world.announce(0s, 2, vip);
  world.route(1s, 0, vip, {2});
  world.route(4s, 0, vip, {});
  world.route(6s, 0, vip, {2});
  const auto found = find_windows(world.record);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(shown(found[0]) == "blackhole 10.50.0.80/32 4-6 a[4-6]");
  BOOST_TEST(found[0].reason == "a has no route");
  BOOST_TEST(found[0].evidence == std::vector<std::string>{"fib/1"},
             boost::test_tools::per_element());
}

// Withdrawn by its announcer: nobody is asked for it any more.
BOOST_AUTO_TEST_CASE(a_prefix_that_nobody_announces_is_not_missed) {
  SmallWorld world(3);
  world.announce(0s, 2, vip);
  world.route(1s, 0, vip, {2});
  world.announce(4s, 2, vip, false);
  world.route(4s, 0, vip, {});
  BOOST_TEST(find_windows(world.record).empty());
}

BOOST_AUTO_TEST_CASE(a_cable_without_carrier_and_one_that_loses_everything_are_told_apart) {
  SmallWorld world(2);
  world.announce(0s, 1, vip);
  world.route(1s, 0, vip, {1});
  world.carrier(3s, 1, false);
  world.carrier(4s, 1, true);
  world.record.add(FaultInjected{at(6s), "link_silent", "b"});
  world.record.add(FaultInjected{at(9s), "link_restored", "b"});
  const auto found = find_windows(world.record);
  BOOST_REQUIRE_EQUAL(found.size(), 2U);
  BOOST_TEST(shown(found[0]) == "blackhole 10.50.0.80/32 3-4 a[3-4]");
  BOOST_TEST(found[0].reason == "no carrier at b:eth0 (to b)");
  BOOST_TEST(shown(found[1]) == "blackhole 10.50.0.80/32 6-9 a[6-9]");
  BOOST_TEST(found[1].reason == "the cable at b:eth0 loses every frame (to b)");
}

BOOST_AUTO_TEST_CASE(a_neighbour_that_nobody_answers_for_loses_packets_until_it_answers) {
  SmallWorld world(2);
  world.announce(0s, 1, vip);
  world.route(1s, 0, vip, {1});
  world.record.add(NeighbourChanged{at(2s), "a", "eth0", address_of(1), "", "failed"});
  world.record.add(
      NeighbourChanged{at(5s), "a", "eth0", address_of(1), "02:00:00:00:00:01", "reachable"});
  const auto found = find_windows(world.record);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(shown(found[0]) == "blackhole 10.50.0.80/32 2-5 a[2-5]");
  BOOST_TEST(found[0].reason == "nobody answers ARP for 10.0.0.2 (to b)");
}

// A Calico node has a blackhole for the rest of its own block: that is where it ends. Another
// machine's blackhole swallows what somebody else announces.
BOOST_AUTO_TEST_CASE(a_blackhole_route_is_right_at_the_announcer_alone) {
  SmallWorld world(3);
  const auto block = prefix("172.16.1.0/26");
  world.announce(0s, 1, block);
  world.blackhole(0s, 1, block);
  world.route(1s, 0, block, {1});
  BOOST_TEST(find_windows(world.record).empty());
  world.blackhole(3s, 0, block);
  const auto found = find_windows(world.record);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(shown(found[0]) == "blackhole 172.16.1.0/26 3- a[3-]");
  BOOST_TEST(found[0].reason == "a drops it by its own route");
}

// b translates the service address to a backend behind c, which loses power; the endpoint goes at
// 20 s.
BOOST_AUTO_TEST_CASE(a_service_is_lost_where_a_backend_of_it_is) {
  SmallWorld world(4);
  const auto service = prefix("10.96.0.10/32");
  const auto lost = prefix("172.16.1.65/32");
  const net::Endpoint address{service.address(), 53};
  const net::Endpoint near = *net::Endpoint::parse("172.16.1.1:53");
  const net::Endpoint far = *net::Endpoint::parse("172.16.1.65:53");
  world.announce(0s, 1, service);
  world.route(1s, 0, service, {1});
  world.announce(0s, 2, lost);
  world.route(1s, 1, lost, {2});
  world.announce(0s, 3, prefix("172.16.1.1/32"));
  world.route(1s, 1, prefix("172.16.1.1/32"), {3});
  world.record.add(NatChanged{at(2s), "b", "udp", address, {near, far}, true});
  world.power_off(10s, 2);
  world.record.add(NatChanged{at(20s), "b", "udp", address, {near}, true});
  const auto found = find_windows(world.record);
  BOOST_REQUIRE_EQUAL(found.size(), 2U);
  BOOST_TEST(shown(found[0]) == "blackhole 10.96.0.10/32 10-20 a[10-20] b[10-20]");
  BOOST_TEST(way(found[0]) == "a > b > b");
  BOOST_TEST(found[0].witness[1].evidence == "nat/0");
  BOOST_TEST(found[0].reason == "c has no power");
  BOOST_TEST(shown(found[1]) == "blackhole 172.16.1.65/32 10- b[10-]");
}

BOOST_AUTO_TEST_CASE(prefixes_that_share_everything_share_a_window) {
  SmallWorld world(2);
  for (const char* one : {"10.50.0.1/32", "10.50.0.2/32"}) {
    world.announce(0s, 1, prefix(one));
    world.route(1s, 0, prefix(one), {1});
  }
  world.power_off(2s, 1);
  const auto found = find_windows(world.record);
  BOOST_REQUIRE_EQUAL(found.size(), 1U);
  BOOST_TEST(shown(found[0]) == "blackhole 10.50.0.1/32 10.50.0.2/32 2- a[2-]");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
