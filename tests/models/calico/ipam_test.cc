#include <boost/test/unit_test.hpp>
#include <set>

#include "models/calico/ipam.h"

using namespace seatrial;
using namespace seatrial::calico;

namespace {

net::Prefix prefix(const std::string& text) {
  return *net::Prefix::parse(text);
}

IpPool pool(const std::string& cidr, int block_size) {
  return {.name = "pool", .cidr = prefix(cidr), .block_size = block_size};
}

struct Change {
  std::string node;
  std::string block;
  bool affine;
  friend bool operator==(const Change&, const Change&) = default;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ipam)

// FNV-1, 32 bits, of the single letter "a": 2166136261 * 16777619 mod 2^32 = 0x050c5d7e... is the
// published vector: FNV-1("a") = 0x050c5d7e (draft-eastlake-fnv, appendix C). 0x7e mod 4 = 2.
BOOST_AUTO_TEST_CASE(block_order_starts_at_the_hash_of_the_node) {
  BOOST_TEST(Ipam::first_block("a", 4) == 2U);
  BOOST_TEST(Ipam::first_block("", 4) == 0x811c9dc5U % 4);  // the offset basis
  Ipam ipam({pool("172.16.1.0/24", 26)});
  ipam.add_node("a");
  const auto first = ipam.assign("a", "pod-1");
  BOOST_REQUIRE(first.has_value());
  // Block 2 of four /26 of 172.16.1.0/24 begins at 2 * 64; its first address is handed out too.
  BOOST_TEST(first->block.to_string() == "172.16.1.128/26");
  BOOST_TEST(first->address.to_string() == "172.16.1.128");
  BOOST_TEST(!first->borrowed);
  BOOST_TEST(ipam.assign("a", "pod-2")->address.to_string() == "172.16.1.129");
}

BOOST_AUTO_TEST_CASE(full_blocks_then_the_next_around_the_pool_until_nothing_is_left) {
  Ipam ipam({pool("10.0.0.0/28", 30)});  // four blocks of four
  ipam.add_node("a");                    // starts at block 2
  std::vector<std::string> blocks;
  std::set<net::IpAddress> addresses;
  for (int i = 0; i < 16; ++i) {
    const auto got = ipam.assign("a", "pod");
    BOOST_REQUIRE(got.has_value());
    addresses.insert(got->address);
    if (i % 4 == 0) blocks.push_back(got->block.to_string());
  }
  const std::vector<std::string> around{"10.0.0.8/30", "10.0.0.12/30", "10.0.0.0/30",
                                        "10.0.0.4/30"};
  BOOST_TEST(blocks == around, boost::test_tools::per_element());
  BOOST_TEST(addresses.size() == 16U);
  BOOST_TEST(!ipam.assign("a", "one too many").has_value());
}

BOOST_AUTO_TEST_CASE(the_third_node_borrows_when_two_own_all_blocks) {
  Ipam ipam({pool("10.0.0.0/29", 30)});  // two blocks of four
  for (const auto* node : {"n1", "n2", "n3"}) ipam.add_node(node);
  BOOST_REQUIRE(ipam.assign("n1", "p1"));
  BOOST_REQUIRE(ipam.assign("n2", "p2"));
  const auto borrowed = ipam.assign("n3", "p3");
  BOOST_REQUIRE(borrowed.has_value());
  BOOST_TEST(borrowed->borrowed);
  BOOST_TEST(*ipam.owner(borrowed->block) != "n3");
  BOOST_TEST(ipam.blocks_of("n3").empty());
}

BOOST_AUTO_TEST_CASE(strict_affinity_leaves_the_pod_pending) {
  Ipam ipam({pool("10.0.0.0/29", 30)}, {.strict_affinity = true});
  for (const auto* node : {"n1", "n2", "n3"}) ipam.add_node(node);
  BOOST_REQUIRE(ipam.assign("n1", "p1"));
  BOOST_REQUIRE(ipam.assign("n2", "p2"));
  BOOST_TEST(!ipam.assign("n3", "p3").has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_block_of_another_node_is_reclaimed_before_borrowing) {
  std::vector<Change> seen;
  Ipam ipam({pool("10.0.0.0/30", 30)});  // one block
  ipam.observe_affinity([&](const std::string& node, const net::Prefix& block, bool affine) {
    seen.push_back({node, block.to_string(), affine});
  });
  ipam.add_node("n1");
  ipam.add_node("n2");
  const auto first = ipam.assign("n1", "p1");
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(ipam.release(first->address));
  BOOST_TEST(!ipam.release(first->address));  // already free
  const auto second = ipam.assign("n2", "p2");
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(!second->borrowed);
  const std::vector<Change> wanted{
      {"n1", "10.0.0.0/30", true}, {"n1", "10.0.0.0/30", false}, {"n2", "10.0.0.0/30", true}};
  BOOST_TEST((seen == wanted));
}

BOOST_AUTO_TEST_CASE(at_most_so_many_blocks_a_node) {
  // Blocks of one address: with a limit of 20 the 21st address is nobody's to take, for the other
  // blocks have no owner to borrow from.
  Ipam ipam({pool("10.0.0.0/24", 32)});
  ipam.add_node("n1");
  for (int i = 0; i < 20; ++i) BOOST_REQUIRE(ipam.assign("n1", "pod"));
  BOOST_TEST(ipam.blocks_of("n1").size() == 20U);
  BOOST_TEST(!ipam.assign("n1", "pod").has_value());
}

BOOST_AUTO_TEST_CASE(a_released_address_is_used_again_only_after_the_fresh_ones) {
  Ipam ipam({pool("10.0.0.0/30", 30)});
  ipam.add_node("n1");
  const auto first = ipam.assign("n1", "p1")->address;
  ipam.release(first);
  BOOST_TEST(ipam.assign("n1", "p2")->address.to_string() == "10.0.0.1");
  ipam.assign("n1", "p3");
  ipam.assign("n1", "p4");
  BOOST_TEST((ipam.assign("n1", "p5")->address == first));
  BOOST_TEST(*ipam.handle_of(first) == "p5");
  BOOST_TEST(ipam.release_handle("p5") == 1U);
  BOOST_TEST(ipam.handle_of(first) == nullptr);
  BOOST_TEST(ipam.assigned_count() == 3U);
}

BOOST_AUTO_TEST_CASE(pools_are_chosen_by_node_selector_or_by_name) {
  auto edge = pool("10.1.0.0/24", 26);
  edge.name = "edge";
  edge.node_selector = *Selector::parse("role == 'edge'");
  auto off = pool("10.2.0.0/24", 26);
  off.name = "off";
  off.disabled = true;
  auto tunnels = pool("10.3.0.0/24", 26);
  tunnels.name = "tunnels";
  tunnels.for_workloads = false;
  Ipam ipam({edge, off, tunnels});
  ipam.add_node("n1", {{"role", "edge"}});
  ipam.add_node("n2", {{"role", "worker"}});
  BOOST_TEST(edge.cidr.contains(ipam.assign("n1", "p")->address));
  BOOST_TEST(!ipam.assign("n2", "p").has_value());
  BOOST_TEST(edge.cidr.contains(ipam.assign("n2", "p", {"edge"})->address));
  BOOST_TEST(!ipam.assign("n2", "p", {"off"}).has_value());
  BOOST_TEST(!ipam.assign("stranger", "p").has_value());
}

BOOST_AUTO_TEST_CASE(ipv6_blocks) {
  Ipam ipam({pool("fd00::/120", 122)});
  ipam.add_node("a");  // four blocks of 64: starts at block 2, that is at 0x80
  BOOST_TEST(ipam.assign("a", "p")->address.to_string() == "fd00::80");
}

BOOST_AUTO_TEST_SUITE_END()
