// BFD under BGP (RFC 5882 section 4.4): two speakers on an in-memory network whose sessions fall
// with BFD long before their hold timers, and what a peer's AdminDown does.
#include <boost/test/unit_test.hpp>

#include "models/bfd/bgp_liveness.h"
#include "tests/models/bgp/speakers.h"

using namespace seatrial;
using seatrial::bgp::test::ip;
using seatrial::bgp::test::peer;

namespace {

struct Router {
  bgp::test::Watcher watcher;
  bfd::Agent agent;
  bfd::BgpLiveness liveness;
  bgp::Speaker speaker;

  Router(io::Host& host, const std::string& address, bgp::NeighborConfig neighbor,
         const bfd::Profile& bfd_profile, bgp::Profile profile = bgp::test::plain_profile())
      : agent(host, bfd_profile),
        liveness(agent),
        speaker(host, config(address, std::move(neighbor), std::move(profile)),
                {.observer = &watcher, .liveness = &liveness}) {
    speaker.start();
  }
  static bgp::SpeakerConfig config(const std::string& address, bgp::NeighborConfig neighbor,
                                   bgp::Profile profile) {
    bgp::SpeakerConfig c;
    c.asn = {65001};
    c.router_id = bgp::RouterId::from(ip(address));
    c.profile = std::move(profile);
    c.neighbors = {std::move(neighbor)};
    return c;
  }
  bool established() const { return speaker.sessions().front().state == bgp::State::established; }
};

bgp::NeighborConfig with_bfd(const std::string& address) {
  auto n = peer(address, 65001);
  n.bfd = bgp::BfdConfig{};  // 300 ms x 3
  return n;
}

struct Two {
  seatrial::test::FakeNetwork net;
  Router a;
  Router b;
  explicit Two(const bfd::Profile& profile = bfd::frr_8_4())
      : a(net.host("a", "10.0.0.1"), "10.0.0.1", with_bfd("10.0.0.2"), profile),
        b(net.host("b", "10.0.0.2"), "10.0.0.2", with_bfd("10.0.0.1"), profile) {}
  bool come_up() {
    return net.run_until(
        [this] {
          return a.established() && b.established() &&
                 a.agent.sessions().front().state == bfd::State::up &&
                 b.agent.sessions().front().state == bfd::State::up;
        },
        400s);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bgp_liveness)

BOOST_AUTO_TEST_CASE(a_silent_loss_ends_bgp_within_the_detection_time) {
  Two two;
  BOOST_REQUIRE(two.come_up());
  two.net.run_for(5s);
  const auto cut_at = two.net.now();
  two.net.cut("a", "b");
  two.net.run_for(2s);
  for (const auto* router : {&two.a, &two.b}) {
    const auto found = std::find_if(
        router->watcher.sessions.begin(), router->watcher.sessions.end(),
        [&](const auto& e) { return e.from == bgp::State::established && e.time > cut_at; });
    BOOST_REQUIRE(found != router->watcher.sessions.end());
    BOOST_TEST(found->reason == "BFD down: control detection time expired");
    BOOST_TEST(found->notification_sent == "Cease/BFD Down");
    BOOST_TEST((found->time - cut_at <= 901ms));  // the hold time is 90 s
  }
  two.net.heal("a", "b");
  BOOST_TEST(two.come_up());
}

BOOST_AUTO_TEST_CASE(without_bfd_at_the_peer_bgp_stays_up) {
  seatrial::test::FakeNetwork net;
  Router a(net.host("a", "10.0.0.1"), "10.0.0.1", with_bfd("10.0.0.2"), bfd::rfc());
  Router b(net.host("b", "10.0.0.2"), "10.0.0.2", peer("10.0.0.1", 65001), bfd::rfc());
  BOOST_TEST(net.run_until([&] { return a.established() && b.established(); }, 10s));
  net.run_for(60s);
  BOOST_TEST(a.established());
  BOOST_TEST((a.agent.sessions().front().state == bfd::State::down));
}

// RFC 5882 section 3.2 keeps the session; FRR 8.4 and BIRD 2.0.12 end it (measured).
BOOST_AUTO_TEST_CASE(a_peer_that_goes_admin_down) {
  for (const auto* profile : {&bfd::rfc(), &bfd::frr_8_4(), &bfd::bird_2_0()}) {
    Two two(*profile);
    BOOST_REQUIRE(two.come_up());
    two.a.agent.set_shutdown(ip("10.0.0.2"), true);
    two.net.run_for(5ms);
    BOOST_TEST(two.b.established() == !profile->admin_down_is_down);
  }
}

BOOST_AUTO_TEST_CASE(a_neighbour_that_is_removed_is_watched_no_more) {
  Two two(bfd::rfc());
  BOOST_REQUIRE(two.come_up());
  two.a.speaker.remove_neighbor(ip("10.0.0.2"));
  BOOST_TEST(two.a.agent.sessions().empty());
  two.a.speaker.add_neighbor(with_bfd("10.0.0.2"));
  BOOST_TEST(two.a.agent.sessions().size() == 1U);
  BOOST_TEST(two.come_up());
}

BOOST_AUTO_TEST_CASE(bird_says_cease_without_a_subcode_and_waits) {
  seatrial::test::FakeNetwork net;
  auto bird = *bgp::profile_named("bird-2.0");
  bird.ebgp_default_deny = false;
  Router a(net.host("a", "10.0.0.1"), "10.0.0.1", with_bfd("10.0.0.2"), bfd::bird_2_0(), bird);
  Router b(net.host("b", "10.0.0.2"), "10.0.0.2", with_bfd("10.0.0.1"), bfd::frr_8_4());
  BOOST_REQUIRE(net.run_until(
      [&] {
        return a.established() && a.agent.sessions().front().state == bfd::State::up &&
               b.agent.sessions().front().state == bfd::State::up;
      },
      20s));
  b.agent.set_shutdown(ip("10.0.0.1"), true);
  net.run_for(5ms);
  BOOST_TEST(a.watcher.sessions.back().notification_sent == "Cease");
  // "Startup delayed by 60 seconds due to errors"
  b.agent.set_shutdown(ip("10.0.0.1"), false);
  net.run_for(59s);
  BOOST_TEST(!a.established());
  net.run_for(70s);
  BOOST_TEST(a.established());
}

BOOST_AUTO_TEST_SUITE_END()
