// One speaker against a peer played by hand, message by message.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/models/bgp/puppet.h"

namespace seatrial::bgp::test {
namespace {

struct Stage : World {
  Router* a = nullptr;
  seatrial::test::FakeHost* b = nullptr;

  explicit Stage(bool passive = true) {
    auto p = peer("10.0.0.2", 65001);
    p.passive = passive;
    a = &add("a", "10.0.0.1", 65001, {p});
    b = &net.host("b", "10.0.0.2");
  }
  void call(Puppet& puppet) {
    puppet.stream = b->connect({ip("10.0.0.1"), 179}, &puppet);
    net.run_for(10ms);
  }
  void establish(Puppet& puppet) {
    call(puppet);
    puppet.open(65001, 0x0A000002);
    net.run_for(10ms);
    puppet.keepalive();
    net.run_for(10ms);
    BOOST_REQUIRE(a->established("10.0.0.2"));
  }
};

BOOST_AUTO_TEST_SUITE(session)

BOOST_AUTO_TEST_CASE(a_malformed_update_withdraws_and_keeps_the_session) {
  Stage s;
  s.start();
  Puppet p;
  s.establish(p);
  p.announce("192.0.2.0/24", "10.0.0.2");
  s.net.run_for(10ms);
  BOOST_REQUIRE(s.a->has("192.0.2.0/24"));
  // The same prefix with ORIGIN 9: RFC 7606 section 7.1.
  UpdateMessage update;
  update.attributes.emplace();
  update.attributes->next_hop = ip("10.0.0.2");
  update.attributes->local_pref = 100;
  update.announced = {{prefix("192.0.2.0/24"), 0}};
  auto bytes = encode(update, {}).at(0);
  const std::size_t origin_value = header_size + 4 + 3;  // two lengths; flags, code, length
  BOOST_REQUIRE_EQUAL(bytes[origin_value], 2);           // incomplete
  bytes[origin_value] = 9;
  p.stream->send(bytes);
  s.net.run_for(10ms);
  BOOST_TEST(!s.a->has("192.0.2.0/24"));
  BOOST_TEST(s.a->established("10.0.0.2"));
}

BOOST_AUTO_TEST_CASE(garbage_ends_the_session_with_its_code) {
  Stage s;
  s.start();
  Puppet p;
  s.establish(p);
  p.stream->send(Octets(19, 0));
  s.net.run_for(10ms);
  BOOST_TEST(!s.a->established("10.0.0.2"));
  BOOST_REQUIRE_EQUAL(p.notifications.size(), 1U);
  BOOST_TEST(p.notifications[0].to_string() == "Message Header Error/Connection Not Synchronized");
  BOOST_TEST(p.ended);
}

BOOST_AUTO_TEST_CASE(a_second_connection_does_not_disturb_an_established_one) {
  Stage s;
  s.start();
  Puppet first, second;
  s.establish(first);
  s.call(second);
  second.open(65001, 0x0A000002);
  s.net.run_for(10ms);
  BOOST_TEST(s.a->established("10.0.0.2"));
  BOOST_REQUIRE_EQUAL(second.notifications.size(), 1U);
  BOOST_TEST(second.notifications[0].to_string() == "Cease/Connection Collision Resolution");
  BOOST_TEST(first.notifications.empty());
}

// RFC 4271 section 6.8: of the connection a opened and the one the peer opened, the one of the side
// with the higher identifier stays. a's identifier is 10.0.0.1.
BOOST_AUTO_TEST_CASE(a_collision_is_decided_by_the_identifiers) {
  for (const std::uint32_t peer_id : {0x0A000000U, 0x0A000002U}) {
    const bool a_is_higher = peer_id < 0x0A000001U;
    Stage s(false);
    Puppet from_a, from_b;
    auto listener = s.b->listen({ip("10.0.0.2"), 179}, [&](std::unique_ptr<io::Stream> stream) {
      stream->set_handler(&from_a);
      from_a.stream = std::move(stream);
    });
    s.start();
    s.call(from_b);
    BOOST_REQUIRE(from_a.stream != nullptr);
    from_a.open(65001, peer_id);
    s.net.run_for(10ms);
    from_b.open(65001, peer_id);
    s.net.run_for(10ms);
    auto& stays = a_is_higher ? from_a : from_b;
    auto& goes = a_is_higher ? from_b : from_a;
    BOOST_TEST(stays.notifications.empty());
    BOOST_REQUIRE_EQUAL(goes.notifications.size(), 1U);
    BOOST_TEST(goes.notifications[0].to_string() == "Cease/Connection Collision Resolution");
    BOOST_TEST(stays.heard_keepalive());
    stays.keepalive();
    s.net.run_for(10ms);
    BOOST_TEST(s.a->established("10.0.0.2"));
    stays.announce("192.0.2.0/24", "10.0.0.2");
    s.net.run_for(10ms);
    BOOST_TEST(s.a->has("192.0.2.0/24"));
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_away_takes_its_routes_along) {
  Stage s;
  s.start();
  Puppet p;
  s.establish(p);
  p.announce("192.0.2.0/24", "10.0.0.2");
  s.net.run_for(10ms);
  p.stream.reset();  // FIN
  s.net.run_for(10ms);
  BOOST_TEST(!s.a->has("192.0.2.0/24"));
  BOOST_TEST(s.a->speaker->session(ip("10.0.0.2"))->last_reason == "peer closed the connection");
}

BOOST_AUTO_TEST_CASE(a_next_hop_that_is_the_speaker_itself_is_of_no_use) {
  Stage s;
  s.start();
  Puppet p;
  s.establish(p);
  p.announce("192.0.2.0/24", "10.0.0.1");  // RFC 4271 section 5.1.3
  s.net.run_for(10ms);
  BOOST_TEST(!s.a->has("192.0.2.0/24"));
  BOOST_TEST(!s.a->speaker->route(prefix("192.0.2.0/24"))->paths.at(0).eligible);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
