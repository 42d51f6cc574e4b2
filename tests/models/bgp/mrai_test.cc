// RFC 4271 section 9.2.1.1: the least time between what a peer is told and what it is told next,
// kept for a peer, not for each destination, as daemons do.
#include <boost/test/unit_test.hpp>

#include "tests/models/bgp/speakers.h"

namespace seatrial::bgp::test {
namespace {

struct Sent {
  Duration after;  // since the test began to count
  std::size_t announced;
  std::size_t withdrawn;
  friend bool operator==(const Sent&, const Sent&) = default;
};
std::ostream& operator<<(std::ostream& out, const Sent& s) {
  return out << "after " << s.after / 1ms << " ms +" << s.announced << " -" << s.withdrawn;
}

// A speaker that tells an external or internal peer of its routes.
struct Teller {
  World w;
  Router* a = nullptr;
  TimePoint start;

  explicit Teller(std::uint32_t peer_as, const NeighborConfig& told) {
    auto profile = plain_profile();
    profile.mrai_ebgp = 6s;
    profile.mrai_ibgp = 2s;
    a = &w.add("a", "10.0.0.1", 65001, {told}, {}, profile);
    w.add("b", "10.0.0.2", peer_as, {peer("10.0.0.1", 65001)});
    w.start();
    w.net.run_for(60s);
    BOOST_REQUIRE(a->established("10.0.0.2"));
    start = w.net.now();
    a->watcher.messages.clear();
  }
  void at(Duration when, bool there, const std::string& what) {
    w.net.run_for(start + when - w.net.now());
    if (there) {
      a->speaker->originate({.prefix = prefix(what)});
    } else {
      a->speaker->withdraw(prefix(what));
    }
  }
  std::vector<Sent> sent(Duration until) {
    w.net.run_for(start + until - w.net.now());
    std::vector<Sent> out;
    for (const auto& m : a->watcher.messages) {
      if (m.sent && m.type == MessageType::update) {
        out.push_back({m.time - start, m.announced, m.withdrawn});
      }
    }
    return out;
  }
};

BOOST_AUTO_TEST_SUITE(mrai)

// FRR 8.4.4 with `advertisement-interval 6`, told the same: at 3.15 s, 9.33 s (a withdrawal and an
// announcement), 30.17 s, 36.33 s and 45.22 s for 3.12, 4.28, 5.23, 30.12, 31.28 and 45.18.
BOOST_AUTO_TEST_CASE(what_comes_within_the_interval_goes_together_at_its_end) {
  Teller t(65002, peer("10.0.0.2", 65002));
  t.at(0s, true, "10.0.1.0/24");
  t.at(1s, true, "10.0.2.0/24");
  t.at(2s, false, "10.0.1.0/24");
  t.at(27s, false, "10.0.2.0/24");  // long after: at once, and the interval runs from here
  t.at(28s, true, "10.0.2.0/24");
  t.at(42s, true, "10.0.4.0/24");
  const std::vector<Sent> expected{{0s, 1, 0},  {6s, 0, 1},  {6s, 1, 0},
                                   {27s, 0, 1}, {33s, 1, 0}, {42s, 1, 0}};
  BOOST_TEST(t.sent(60s) == expected, boost::test_tools::per_element());
}

// What came and went within it is not worth a word.
BOOST_AUTO_TEST_CASE(a_flap_within_the_interval_is_not_told) {
  Teller t(65002, peer("10.0.0.2", 65002));
  t.at(0s, true, "10.0.1.0/24");
  t.at(1s, true, "10.0.2.0/24");
  t.at(2s, false, "10.0.2.0/24");
  BOOST_TEST(t.sent(60s) == (std::vector<Sent>{{0s, 1, 0}}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(internal_peers_and_neighbours_have_intervals_of_their_own) {
  Teller internal(65001, peer("10.0.0.2", 65001));
  internal.at(0s, true, "10.0.1.0/24");
  internal.at(1s, true, "10.0.2.0/24");
  internal.at(3s, true, "10.0.3.0/24");
  BOOST_TEST(internal.sent(60s) == (std::vector<Sent>{{0s, 1, 0}, {2s, 1, 0}, {4s, 1, 0}}),
             boost::test_tools::per_element());
  auto told = peer("10.0.0.2", 65002);
  told.advertisement_interval = 0s;
  Teller at_once(65002, told);
  at_once.at(0s, true, "10.0.1.0/24");
  at_once.at(1s, true, "10.0.2.0/24");
  BOOST_TEST(at_once.sent(60s) == (std::vector<Sent>{{0s, 1, 0}, {1s, 1, 0}}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
