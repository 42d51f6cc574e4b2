// Neighbours that come from a range, say too much, are shut, cleared and refreshed: against a peer
// that is played by hand.
#include <boost/test/unit_test.hpp>

#include "tests/models/bgp/puppet.h"

namespace seatrial::bgp::test {
namespace {

struct Limits : Watcher {
  std::vector<PrefixLimitEvent> limits;
  void prefix_limit(const PrefixLimitEvent& e) override { limits.push_back(e); }
};

// Our speaker is 10.0.0.1 in AS 65001; the peers connect.
struct Alone {
  seatrial::test::FakeNetwork net;
  seatrial::test::FakeHost* b = nullptr;
  Sink sink;
  Resolver resolver;
  Limits watcher;
  std::unique_ptr<Speaker> speaker;

  explicit Alone(const std::function<void(SpeakerConfig&)>& adapt) {
    SpeakerConfig config;
    config.asn = {65001};
    config.router_id = RouterId::from(ip("10.0.0.1"));
    config.profile = plain_profile();
    adapt(config);
    auto& a = net.host("a", "10.0.0.1");
    b = &net.host("b", "10.0.0.2");
    speaker =
        std::make_unique<Speaker>(a, std::move(config), Dependencies{&sink, &resolver, &watcher});
    speaker->start();
  }
  void call(Puppet& p, seatrial::test::FakeHost& from) {
    p.stream = from.connect({ip("10.0.0.1"), 179}, &p);
    net.run_for(10ms);
  }
  void establish(Puppet& p, seatrial::test::FakeHost& from, std::uint32_t asn) {
    call(p, from);
    p.open(asn, from.address().v4_value());
    net.run_for(10ms);
    p.keepalive();
    net.run_for(10ms);
  }
  void establish(Puppet& p) { establish(p, *b, 65002); }
  SessionSnapshot session() const { return *speaker->session(ip("10.0.0.2")); }
};

NeighborConfig passive_peer() {
  auto n = peer("10.0.0.2", 65002);
  n.passive = true;
  return n;
}

BOOST_AUTO_TEST_SUITE(neighbors)

BOOST_AUTO_TEST_CASE(who_connects_from_a_range_is_a_neighbour_while_the_session_lasts) {
  Alone w([](SpeakerConfig& c) {
    c.dynamic_ranges = {{prefix("10.0.0.0/24"), peer("0.0.0.0", 65002)}};
    c.dynamic_limit = 2;
  });
  BOOST_TEST(w.speaker->sessions().empty());
  Puppet p, q, r, s;
  w.establish(p);
  BOOST_REQUIRE(w.speaker->session(ip("10.0.0.2")));
  BOOST_CHECK(w.session().state == State::established);
  BOOST_TEST(w.session().dynamic);
  p.announce("192.0.2.0/24", "10.0.0.2");
  w.establish(q, w.net.host("c", "10.0.0.3"), 65002);
  w.call(r, w.net.host("d", "10.0.0.4"));   // one more than the limit
  w.call(s, w.net.host("e", "192.0.2.9"));  // from outside the range
  BOOST_TEST(w.speaker->sessions().size() == 2U);
  BOOST_TEST(r.ended);
  BOOST_TEST(s.ended);
  BOOST_TEST(w.sink.fib.size() == 1U);
  p.stream->abort();
  w.net.run_for(10ms);
  BOOST_TEST(w.speaker->sessions().size() == 1U);
  BOOST_TEST(w.sink.fib.empty());
  Puppet again;
  w.establish(again);
  BOOST_CHECK(w.session().state == State::established);
  Puppet wrong;  // a peer of another AS leaves nothing behind
  q.stream->abort();
  w.net.run_for(10ms);
  w.establish(wrong, w.net.host("c", "10.0.0.3"), 65009);
  BOOST_REQUIRE_EQUAL(wrong.notifications.size(), 1U);
  BOOST_TEST(wrong.notifications[0].to_string() == "OPEN Message Error/Bad Peer AS");
  w.net.run_for(10ms);
  BOOST_TEST(w.speaker->sessions().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_limit_warns_at_its_threshold_and_ends_the_session_for_its_time) {
  Alone w([](SpeakerConfig& c) {
    auto n = passive_peer();
    n.max_prefixes = MaxPrefixes{.limit = 4, .threshold_percent = 50, .restart = 60s};
    c.neighbors = {n};
  });
  Puppet p;
  w.establish(p);
  for (const auto* route : {"192.0.2.0/26", "192.0.2.64/26"}) p.announce(route, "10.0.0.2");
  w.net.run_for(10ms);
  BOOST_TEST(w.watcher.limits.empty());  // 2 of 4 are 50 %
  p.announce("192.0.2.128/26", "10.0.0.2");
  p.announce("192.0.2.192/26", "10.0.0.2");
  w.net.run_for(10ms);
  BOOST_REQUIRE_EQUAL(w.watcher.limits.size(), 1U);  // said once
  BOOST_TEST(w.watcher.limits[0].prefixes == 3U);
  BOOST_TEST(!w.watcher.limits[0].exceeded);
  p.announce("198.51.100.0/24", "10.0.0.2");
  w.net.run_for(10ms);
  BOOST_TEST(w.watcher.limits.back().exceeded);
  BOOST_REQUIRE_EQUAL(p.notifications.size(), 1U);
  // RFC 4486 section 4: AFI 1, SAFI 1, the limit.
  BOOST_CHECK(p.notifications[0] ==
              NotificationMessage(ErrorCode::cease, cease::max_prefixes, {0, 1, 1, 0, 0, 0, 4}));
  w.net.run_for(50s);
  Puppet early, late;
  w.call(early, *w.b);
  BOOST_TEST(early.ended);
  w.net.run_for(20s);
  w.establish(late);
  BOOST_CHECK(w.session().state == State::established);
}

BOOST_AUTO_TEST_CASE(a_limit_that_only_warns) {
  Alone w([](SpeakerConfig& c) {
    auto n = passive_peer();
    n.max_prefixes = MaxPrefixes{.limit = 1, .warning_only = true};
    c.neighbors = {n};
  });
  Puppet p;
  w.establish(p);
  p.announce("192.0.2.0/25", "10.0.0.2");
  p.announce("192.0.2.128/25", "10.0.0.2");
  w.net.run_for(10ms);
  BOOST_TEST(w.watcher.limits.back().exceeded);
  BOOST_CHECK(w.session().state == State::established);
  BOOST_TEST(w.sink.fib.size() == 2U);
}

BOOST_AUTO_TEST_CASE(shut_with_a_message_and_opened_again) {
  Alone w([](SpeakerConfig& c) { c.neighbors = {passive_peer()}; });
  Puppet p, q, r;
  w.establish(p);
  BOOST_TEST(w.speaker->set_shutdown(ip("10.0.0.2"), true, "maintenance"));
  w.net.run_for(10ms);
  BOOST_REQUIRE_EQUAL(p.notifications.size(), 1U);
  BOOST_TEST(p.notifications[0].describe() == "Cease/Administrative Shutdown \"maintenance\"");
  w.call(q, *w.b);
  BOOST_TEST(q.ended);
  w.speaker->set_shutdown(ip("10.0.0.2"), false);
  w.net.run_for(10ms);
  w.establish(r);
  BOOST_CHECK(w.session().state == State::established);
  r.notify(cease_with_message(cease::admin_shutdown, "our turn"));
  w.net.run_for(10ms);
  BOOST_TEST(w.session().last_notification_received ==
             "Cease/Administrative Shutdown \"our turn\"");
  BOOST_TEST(!w.speaker->set_shutdown(ip("10.9.9.9"), true));
}

// RFC 7313 section 4.
BOOST_AUTO_TEST_CASE(a_refresh_is_marked_at_both_ends_and_sweeps_what_it_does_not_name) {
  Alone w([](SpeakerConfig& c) {
    c.neighbors = {passive_peer()};
    c.networks = {{.prefix = prefix("203.0.113.0/24")}};
  });
  Puppet p;
  p.says.capabilities.route_refresh = p.says.capabilities.enhanced_route_refresh = true;
  w.establish(p);
  w.net.run_for(1s);
  p.heard.clear();
  p.refreshes.clear();
  p.refresh(RefreshSubtype::request);
  w.net.run_for(1s);
  using enum MessageType;
  BOOST_CHECK(p.heard == (std::vector{route_refresh, update, route_refresh}));
  BOOST_REQUIRE_EQUAL(p.refreshes.size(), 2U);
  BOOST_TEST(p.refreshes[0].subtype == 1);
  BOOST_TEST(p.refreshes[1].subtype == 2);

  p.announce("192.0.2.0/25", "10.0.0.2");
  p.announce("192.0.2.128/25", "10.0.0.2");
  w.net.run_for(10ms);
  BOOST_REQUIRE_EQUAL(w.sink.fib.size(), 2U);
  BOOST_TEST(w.speaker->clear(ip("10.0.0.2"), ClearKind::in));
  w.net.run_for(10ms);
  BOOST_TEST(p.refreshes.back().subtype == 0);
  p.refresh(RefreshSubtype::begin);
  p.announce("192.0.2.0/25", "10.0.0.2");
  w.net.run_for(10ms);
  BOOST_TEST(w.session().stale_prefixes == 1U);
  BOOST_TEST(w.sink.fib.size() == 2U);
  p.refresh(RefreshSubtype::end);
  w.net.run_for(10ms);
  BOOST_TEST(w.sink.fib.size() == 1U);
  BOOST_TEST(w.sink.fib.contains(prefix("192.0.2.0/25")));

  // Section 5: another length is an error of its own; an unknown subtype is ignored.
  p.stream->send(encode(RouteRefreshMessage{ipv4_unicast, 7}));
  w.net.run_for(10ms);
  BOOST_CHECK(w.session().state == State::established);
  auto longer = encode(RouteRefreshMessage{ipv4_unicast, 1});
  longer.push_back(0);
  finish_message(longer);
  p.stream->send(longer);
  w.net.run_for(10ms);
  BOOST_REQUIRE_EQUAL(p.notifications.size(), 1U);
  BOOST_TEST(p.notifications[0].to_string() ==
             "ROUTE-REFRESH Message Error/Invalid Message Length");
  // The data is the complete message.
  BOOST_TEST(p.notifications[0].data == longer, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(clear_in_asks_unless_everything_is_stored) {
  for (const bool stored : {false, true}) {
    Alone w([&](SpeakerConfig& c) {
      auto n = passive_peer();
      n.soft_reconfiguration_inbound = stored;
      c.neighbors = {n};
    });
    Puppet p;
    p.says.capabilities.route_refresh = true;
    w.establish(p);
    p.announce("192.0.2.0/25", "10.0.0.2");
    w.net.run_for(10ms);
    BOOST_TEST(w.speaker->clear(ip("10.0.0.2"), ClearKind::soft_in));
    w.net.run_for(10ms);
    BOOST_TEST(p.refreshes.size() == (stored ? 0U : 1U));
    BOOST_TEST(w.sink.fib.size() == 1U);
    BOOST_TEST(w.speaker->clear(ip("10.0.0.2"), ClearKind::soft_out));
    BOOST_CHECK(w.session().state == State::established);
  }
}

// A direct external peer waits for its subnet; `disable-connected-check` and multihop do not.
BOOST_AUTO_TEST_CASE(an_external_peer_must_be_on_a_connected_subnet) {
  struct Nowhere : Resolver {
    bool there = false;
    bool connected(const net::IpAddress&) const override { return there; }
  };
  for (const auto kind : {0, 1, 2}) {
    seatrial::test::FakeNetwork net;
    Nowhere resolver;
    SpeakerConfig config;
    config.asn = {65001};
    config.router_id = RouterId::from(ip("10.0.0.1"));
    config.profile = plain_profile();
    auto n = peer("10.0.0.2", 65002);
    n.disable_connected_check = kind == 1;
    if (kind == 2) n.ebgp_multihop = 2;
    config.neighbors = {n};
    Speaker speaker(net.host("a", "10.0.0.1"), config, {nullptr, &resolver, nullptr});
    net.host("b", "10.0.0.2");
    speaker.start();
    net.run_for(1s);
    BOOST_CHECK((speaker.session(ip("10.0.0.2"))->state == State::idle) == (kind == 0));
    resolver.there = true;
    speaker.nexthops_changed();
    net.run_for(1s);
    BOOST_CHECK(speaker.session(ip("10.0.0.2"))->state != State::idle);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
