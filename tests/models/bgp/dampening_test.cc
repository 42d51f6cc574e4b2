// RFC 2439 with FRR's figures: half life 900 s, reuse 750, suppress 2000, at most 3600 s.
#include "models/bgp/dampening.h"

#include <boost/test/unit_test.hpp>

#include "tests/models/bgp/speakers.h"

namespace seatrial::bgp::test {
namespace {

BOOST_AUTO_TEST_SUITE(dampening)

BOOST_AUTO_TEST_CASE(a_penalty_halves_and_lets_go) {
  Dampener dampener(Dampening{});
  const Dampener::Path path{ip("10.0.0.1"), {prefix("192.0.2.0/24"), 0}};
  const TimePoint start{};
  dampener.withdrawn(path, start);
  BOOST_TEST(!dampener.suppressed(path));
  BOOST_TEST(dampener.penalty(path, start + 900s) == 500.0, boost::test_tools::tolerance(1e-9));
  dampener.withdrawn(path, start);
  BOOST_TEST(dampener.suppressed(path));  // 2000
  // 2000 falls to 750 in 900 s x log2(2000 / 750) = 1273.5 s.
  const auto reuse = dampener.next_reuse();
  BOOST_REQUIRE(reuse);
  const double after = std::chrono::duration<double>(*reuse - start).count();
  BOOST_TEST(after == 900 * 1.4150374992788437, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(dampener.reusable(*reuse - 1s).empty());
  BOOST_TEST(dampener.reusable(*reuse).size() == 1U);
  BOOST_TEST(!dampener.suppressed(path));
}

BOOST_AUTO_TEST_CASE(no_path_waits_longer_than_the_longest_time) {
  Dampener dampener(Dampening{});
  const Dampener::Path path{ip("10.0.0.1"), {prefix("192.0.2.0/24"), 0}};
  for (int i = 0; i < 100; ++i) dampener.withdrawn(path, TimePoint{});
  // The ceiling is 750 x 2 ^ (3600 / 900) = 12000.
  BOOST_TEST(dampener.penalty(path, TimePoint{}) == 12000.0, boost::test_tools::tolerance(1e-9));
  BOOST_TEST((*dampener.next_reuse() - TimePoint{} <= 3601s));
}

BOOST_AUTO_TEST_CASE(a_flapping_route_is_not_used_until_it_has_calmed_down) {
  World w;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65002)}, {"192.0.2.0/24"});
  SpeakerConfig config;
  config.asn = {65002};
  config.router_id = RouterId::from(ip("10.0.0.2"));
  config.profile = plain_profile();
  config.neighbors = {peer("10.0.0.1", 65001)};
  config.dampening = Dampening{};
  auto& b = w.add("b", "10.0.0.2", std::move(config));
  w.start();
  w.net.run_for(5s);
  BOOST_TEST(b.has("192.0.2.0/24"));
  for (int i = 0; i < 3; ++i) {
    a.speaker->withdraw(prefix("192.0.2.0/24"));
    w.net.run_for(1s);
    a.speaker->originate({.prefix = prefix("192.0.2.0/24")});
    w.net.run_for(1s);
  }
  BOOST_TEST(!b.has("192.0.2.0/24"));
  const auto route = b.speaker->route(prefix("192.0.2.0/24"));
  BOOST_REQUIRE(route);
  BOOST_TEST(route->paths.at(0).why == "dampened: it flaps (RFC 2439)");
  // 3000 less a little falls to 750 in two half lives.
  w.net.run_for(1790s);
  BOOST_TEST(!b.has("192.0.2.0/24"));
  w.net.run_for(20s);
  BOOST_TEST(b.has("192.0.2.0/24"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
