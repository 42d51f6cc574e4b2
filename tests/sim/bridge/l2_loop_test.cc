#include "sim/bridge/l2_loop.h"

#include <boost/test/unit_test.hpp>

namespace seatrial::sim {

BOOST_AUTO_TEST_SUITE(l2_loop)

BOOST_AUTO_TEST_CASE(a_tree_has_none) {
  const std::vector<L2Link> links{{"spine", "tor1"}, {"spine", "tor2"}, {"tor2", "closet"}};
  BOOST_TEST(!find_l2_loop(links).has_value());
}

BOOST_AUTO_TEST_CASE(the_witness_is_the_loop_itself) {
  const std::vector<L2Link> links{
      {"access", "tor1"}, {"tor1", "tor2"}, {"tor2", "tor3"}, {"tor3", "leaf"}, {"tor3", "tor1"}};
  const auto loop = find_l2_loop(links);
  BOOST_REQUIRE(loop.has_value());
  // The link tor3 - tor1 closes it; the way back is tor3, tor2... written from tor3 to tor1.
  BOOST_TEST(loop->to_string() == "VLAN 1: tor3 - tor2 - tor1 - tor3");
  BOOST_TEST((loop->links == std::vector<std::size_t>{2, 1, 4}));
}

BOOST_AUTO_TEST_CASE(two_parallel_cables_are_a_loop) {
  const std::vector<L2Link> links{{"tor1", "tor2"}, {"tor1", "tor2"}};
  const auto loop = find_l2_loop(links);
  BOOST_REQUIRE(loop.has_value());
  BOOST_TEST(loop->to_string() == "VLAN 1: tor1 - tor2 - tor1");
  BOOST_TEST((loop->links == std::vector<std::size_t>{0, 1}));
}

BOOST_AUTO_TEST_CASE(a_cable_into_the_same_switch_is_a_loop) {
  const std::vector<L2Link> links{{"tor1", "tor1"}};
  const auto loop = find_l2_loop(links);
  BOOST_REQUIRE(loop.has_value());
  BOOST_TEST(loop->to_string() == "VLAN 1: tor1 - tor1");
}

BOOST_AUTO_TEST_CASE(vlans_that_share_no_ring_are_fine) {
  // A ring of cables, but each VLAN is missing on one of them.
  const std::vector<L2Link> links{{"a", "b", {10, 20}}, {"b", "c", {10}}, {"c", "a", {20}}};
  BOOST_TEST(!find_l2_loop(links).has_value());
  const std::vector<L2Link> ring{{"a", "b", {10, 20}}, {"b", "c", {10, 20}}, {"c", "a", {20}}};
  const auto loop = find_l2_loop(ring);
  BOOST_REQUIRE(loop.has_value());
  BOOST_TEST(loop->vlan == 20);
  BOOST_TEST(loop->switches.size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::sim
