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

// FRR 8.4.4 with `bgp dampening 1 750 2000 4`, begun 1.3 s after the start of the lab, was seen to
// use such a path again at 101.5 s, asked four times a second.
BOOST_AUTO_TEST_CASE(frr_looks_at_penalties_from_time_to_time) {
  const auto at = [](double s) {
    return TimePoint{} + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
  };
  const Dampening figures{.half_life = 60s, .reuse = 750, .suppress = 2000, .maximum = 240s};
  Dampener dampener(figures, {.start = at(1.3), .step = 5s, .tick = 10s});
  const Dampener::Path path{ip("10.0.0.1"), {prefix("20.0.3.0/24"), 0}};
  dampener.withdrawn(path, at(4.25));
  BOOST_TEST(!dampener.holds_back(path, at(5.25)));
  dampener.withdrawn(path, at(6.25));  // less than a step later: 2000
  BOOST_TEST(dampener.holds_back(path, at(7.25)));
  // 60 s x log2(2000 / 750) = 84.9 s, which are 17 steps: 92.25 s; the next tick is at 101.3 s.
  BOOST_CHECK(dampener.next_reuse() == at(101.3));
  BOOST_TEST(dampener.reusable(at(101.2)).empty());
  BOOST_TEST(dampener.reusable(at(101.3)).size() == 1U);
  // 3000 halved twice is 750, not less: 25 steps from 9.25 s, the tick of 141.3 s; seen at 141.7 s.
  const Dampener::Path worse{ip("10.0.0.1"), {prefix("20.0.1.0/24"), 0}};
  for (const double s : {4.25, 6.25, 8.25}) {
    dampener.withdrawn(worse, at(s));
    dampener.holds_back(worse, at(s + 1));
  }
  BOOST_CHECK(dampener.next_reuse() == at(141.3));
  // Said again below the limit for reuse, it need not wait for a tick.
  Dampener other(figures, {.start = at(1.3), .step = 5s, .tick = 10s});
  other.withdrawn(path, at(4.25));
  other.withdrawn(path, at(6.25));
  BOOST_TEST(other.holds_back(path, at(90)));
  BOOST_TEST(!other.holds_back(path, at(95)));
}

BOOST_AUTO_TEST_CASE(a_flapping_route_is_not_used_until_it_has_calmed_down) {
  World w;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65002)}, {"192.0.2.0/24"});
  SpeakerConfig config;
  config.asn = {65002};
  config.router_id = RouterId::from(ip("10.0.0.2"));
  config.profile = plain_profile();
  config.neighbors = {peer("10.0.0.1", 65001)};
  config.ipv4.dampening = Dampening{};
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
