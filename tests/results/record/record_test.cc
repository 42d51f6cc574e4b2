#include <boost/test/unit_test.hpp>

#include "results/record/record.h"

namespace seatrial::results {
namespace {

const auto peer = net::IpAddress::v4(0x0a010108);
const auto other = net::IpAddress::v4(0x0a010109);
const auto prefix = *net::Prefix::parse("172.16.1.0/26");
TimePoint at(Duration d) {
  return TimePoint(d);
}

BOOST_AUTO_TEST_SUITE(record)

BOOST_AUTO_TEST_CASE(a_sessions_history_is_summed_up_to_a_moment) {
  // Given a session that comes up at 2 s, is lost at 5 s and comes back at 7 s
  Record r;
  r.add(SessionChanged{at(1s), "core1", peer, "Connect", ""});
  r.add(SessionChanged{at(2s), "core1", peer, "Established", ""});
  r.add(SessionChanged{at(5s), "core1", peer, "Idle", "hold timer expired"});
  r.add(SessionChanged{at(7s), "core1", peer, "Established", ""});
  // Then at 6 s it is down, and knows since when and why
  const auto then = r.sessions_at(at(6s));
  BOOST_REQUIRE(then.size() == 1U);
  BOOST_TEST(!then[0].established());
  BOOST_TEST(then[0].last_reason == "hold timer expired");
  BOOST_TEST((then[0].first_established == at(2s)));
  BOOST_TEST((then[0].last_lost == at(5s)));
  // and at the end it is up for the second time
  const auto end = r.sessions_at();
  BOOST_TEST(end[0].established_count == 2U);
  BOOST_TEST((end[0].last_established == at(7s)));
  BOOST_TEST(end[0].record == 3U);
}

BOOST_AUTO_TEST_CASE(tables_are_as_they_stood) {
  Record r;
  r.add(FibChanged{at(1s), "edge1", prefix, {{other, "eth0"}, {peer, "eth0"}}, "bgp", true});
  r.add(FibChanged{at(2s), "core1", prefix, {{peer, "eth1"}}, "bgp", true});
  r.add(FibChanged{at(3s), "edge1", prefix, {}, "bgp", false});
  r.add(RibChanged{at(1s), "edge1", prefix, {peer}, "bgp", ""});
  r.add(RibChanged{at(4s), "edge1", prefix, {}, "bgp", ""});
  const auto fib = r.fib_at("edge1", at(2s));
  BOOST_REQUIRE(fib.find(prefix) != nullptr);
  BOOST_TEST(
      (fib.find(prefix)->next_hops == std::vector<NextHop>{{peer, "eth0"}, {other, "eth0"}}));
  BOOST_TEST(r.fib_at("edge1").empty());
  BOOST_TEST(r.rib_at("edge1", at(3s)).size() == 1U);
  BOOST_TEST(r.rib_at("edge1").empty());
  BOOST_TEST((r.fib_nodes() == std::vector<std::string>{"core1", "edge1"}));
}

BOOST_AUTO_TEST_CASE(an_address_belongs_to_the_pod_that_has_it_then) {
  Record r;
  r.add(PodChanged{at(1s), "default/a", "worker1", peer, "Running", true});
  r.add(PodChanged{at(5s), "default/a", "worker1", peer, "Gone", false});
  r.add(PodChanged{at(6s), "default/b", "worker1", peer, "Running", true});
  BOOST_TEST(r.pod_at(peer, at(0s)) == nullptr);
  BOOST_REQUIRE(r.pod_at(peer, at(2s)) != nullptr);
  BOOST_TEST(r.pod_at(peer, at(2s))->pod == "default/a");
  BOOST_TEST(r.pod_at(peer, at(5s)) == nullptr);
  BOOST_REQUIRE(r.pod_at(peer, at(7s)) != nullptr);
  BOOST_TEST(r.pod_at(peer, at(7s))->pod == "default/b");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results
