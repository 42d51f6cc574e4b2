// Where packets go in the network of small_network.h, worked out by hand from its tables.
#include <boost/test/unit_test.hpp>

#include "results/forwarding/walk.h"
#include "tests/results/small_network.h"

namespace seatrial::results::test {
namespace {

using Words = std::vector<std::string>;

WalkResult ways(Duration at, const char* from, const char* to, std::uint16_t port = 0) {
  const auto record = small_network();
  const Snapshot snapshot(record, when(at));
  return walk(snapshot, from, {ip(to), port});
}

BOOST_AUTO_TEST_SUITE(forwarding)

BOOST_AUTO_TEST_CASE(every_branch_of_ecmp_is_walked_to_who_takes_the_packet) {
  const auto result = ways(20s, "users", "10.50.0.80");
  BOOST_TEST(result.delivered_at == (Words{"edge1", "node1"}), boost::test_tools::per_element());
  BOOST_TEST(result.dead_ends.empty());
  BOOST_TEST(result.loops.empty());
  // users, core1, and the two that have the address
  BOOST_REQUIRE(result.steps.size() == 4U);
  const auto& core1 = result.steps[1];
  BOOST_TEST(core1.node == "core1");
  BOOST_TEST(core1.evidence == Words{"fib/3"}, boost::test_tools::per_element());
  BOOST_REQUIRE(core1.branches.size() == 2U);
  BOOST_TEST(core1.branches[0].next == "edge1");  // by address
  BOOST_TEST(core1.branches[0].switches == Words{"tor1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_loop_is_named_by_its_nodes) {
  const auto result = ways(20s, "users", "10.60.1.1");
  BOOST_TEST(result.delivered_at.empty());
  BOOST_REQUIRE(result.loops.size() == 1U);
  BOOST_TEST(result.loops[0] == (Words{"core1", "node1", "core1"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_dead_end_says_why_and_by_which_record) {
  const auto blackhole = ways(20s, "core1", "10.70.0.1");
  BOOST_REQUIRE(blackhole.dead_ends.size() == 1U);
  BOOST_TEST(blackhole.dead_ends[0].what == "node2 drops it: blackhole route 10.70.0.0/16");
  BOOST_TEST(blackhole.dead_ends[0].evidence == "fib/13");

  const auto no_route = ways(20s, "core1", "192.0.2.1");
  BOOST_REQUIRE(no_route.dead_ends.size() == 1U);
  BOOST_TEST(no_route.dead_ends[0].what == "core1 has no route to 192.0.2.1");

  const auto nobody = ways(20s, "core1", "10.1.1.77");  // connected, but nobody has it
  BOOST_REQUIRE(nobody.dead_ends.size() == 1U);
  BOOST_TEST(nobody.dead_ends[0].what == "nobody behind core1:eth1 has 10.1.1.77");
}

BOOST_AUTO_TEST_CASE(a_fault_is_seen_from_its_moment_on) {
  BOOST_TEST(ways(30s - 1ns, "core1", "172.16.1.5").delivered_at == Words{"default/dns-1"},
             boost::test_tools::per_element());
  const auto dead = ways(30s, "core1", "172.16.1.5");
  BOOST_TEST(dead.delivered_at.empty());
  BOOST_REQUIRE(dead.dead_ends.size() == 1U);
  BOOST_TEST(dead.dead_ends[0].what == "node2 has no power since 30 s");
  BOOST_TEST(dead.dead_ends[0].evidence == "fault/0");
  // The pod went with its machine.
  BOOST_TEST(ways(30s, "default/dns-1", "10.2.0.10").dead_ends.at(0).evidence == "fault/0");
  // core1 forgets the route at 40 s.
  BOOST_TEST(ways(40s, "core1", "172.16.1.5").dead_ends.at(0).what ==
             "core1 has no route to 172.16.1.5");

  const auto pulled = ways(50s, "users", "10.50.0.80");
  BOOST_TEST(pulled.delivered_at == Words{"node1"}, boost::test_tools::per_element());
  BOOST_REQUIRE(pulled.dead_ends.size() == 1U);
  BOOST_TEST(pulled.dead_ends[0].what == "tor1:p2 has no carrier since 50 s");
  BOOST_TEST(pulled.dead_ends[0].evidence == "link/2");
}

BOOST_AUTO_TEST_CASE(a_service_address_becomes_a_backend_where_it_is_translated) {
  const auto result = ways(20s, "core1", "10.96.0.10", 53);
  BOOST_TEST(result.delivered_at == Words{"default/dns-1"}, boost::test_tools::per_element());
  BOOST_REQUIRE(result.steps.size() >= 3U);
  BOOST_TEST(result.steps[1].node == "node1");
  BOOST_TEST(result.steps[1].evidence == Words{"nat/0"}, boost::test_tools::per_element());
  BOOST_TEST(result.steps[2].to.to_string() == "172.16.1.5:5353");
  // Another port of the same address is not translated, and node1 has no route to it.
  BOOST_TEST(ways(20s, "core1", "10.96.0.10", 80).dead_ends.at(0).what ==
             "node1 has no route to 10.96.0.10");
}

BOOST_AUTO_TEST_CASE(a_pod_reaches_its_node_whatever_gateway_it_names) {
  const auto result = ways(20s, "default/dns-1", "10.70.0.1");
  BOOST_REQUIRE(result.steps.size() == 2U);
  BOOST_TEST(result.steps[1].node == "node2");  // 169.254.1.1 is nobody's address
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
