// Graceful restart from both sides: RFC 4724, RFC 8538 (N bit, Hard Reset) and RFC 9494
// (long-lived).
#include <boost/test/unit_test.hpp>

#include "tests/models/bgp/puppet.h"

namespace seatrial::bgp::test {
namespace {

constexpr auto route = "192.0.2.0/24";
constexpr auto other = "198.51.100.0/24";

// Our speaker, 10.0.0.1 in AS 65001, and an external peer, 10.0.0.2 in AS 65002, that restarts in
// 30 s, or so it says.
struct Helped : World {
  Router* a = nullptr;
  seatrial::test::FakeHost* b = nullptr;

  explicit Helped(const std::function<void(SpeakerConfig&)>& adapt = {}) {
    SpeakerConfig config;
    config.asn = {65001};
    config.router_id = RouterId::from(ip("10.0.0.1"));
    config.profile = plain_profile();
    config.profile.graceful_restart_notification = true;
    auto p = peer("10.0.0.2", 65002);
    p.passive = true;
    config.neighbors = {p};
    if (adapt) adapt(config);
    a = &add("a", "10.0.0.1", std::move(config));
    b = &net.host("b", "10.0.0.2");
    start();
  }
  void establish(Puppet& p, bool notification = false, bool forwarding = true,
                 bool restarted = false) {
    auto& gr = p.says.capabilities.graceful_restart.emplace();
    gr.restart_time_s = 30;
    gr.notification = notification;
    gr.restarted = restarted;
    gr.families = {{ipv4_unicast, forwarding}};
    p.stream = b->connect({ip("10.0.0.1"), 179}, &p);
    net.run_for(10ms);
    p.open(65002, 0x0A000002);
    net.run_for(10ms);
    p.keepalive();
    net.run_for(10ms);
    BOOST_REQUIRE(a->established("10.0.0.2"));
  }
  void establish_with_routes(Puppet& p, bool notification = false) {
    establish(p, notification);
    p.announce(route, "10.0.0.2");
    p.announce(other, "10.0.0.2");
    p.end_of_rib();
    net.run_for(10ms);
    BOOST_REQUIRE(a->has(route) && a->has(other));
  }
  std::size_t stale() const { return a->speaker->session(ip("10.0.0.2"))->stale_prefixes; }
};

BOOST_AUTO_TEST_SUITE(restart)

BOOST_AUTO_TEST_CASE(routes_of_a_peer_that_crashed_stay_for_its_restart_time) {
  Helped w;
  Puppet p;
  w.establish_with_routes(p);
  p.stream->abort();
  w.net.run_for(29s);
  BOOST_TEST(!w.a->established("10.0.0.2"));
  BOOST_TEST(w.a->has(route));
  BOOST_TEST(w.stale() == 2U);
  BOOST_TEST(w.a->speaker->route(prefix(route))->paths.at(0).stale);
  w.net.run_for(2s);
  BOOST_TEST(!w.a->has(route));
  BOOST_TEST(w.stale() == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_returned_peer_does_not_repeat_goes_at_its_end_of_rib) {
  Helped w;
  Puppet p, q;
  w.establish_with_routes(p);
  const auto told = w.a->watcher.ribs.size();
  p.stream->abort();
  w.net.run_for(5s);
  w.establish(q, false, true, true);
  q.announce(route, "10.0.0.2");
  w.net.run_for(40s);  // the restart timer, 30 s, is stopped
  BOOST_TEST(w.a->has(other));
  BOOST_TEST(w.stale() == 1U);
  BOOST_TEST(w.a->watcher.ribs.size() == told);  // nobody was told anything until now
  q.end_of_rib();
  w.net.run_for(10ms);
  BOOST_TEST(w.a->has(route));
  BOOST_TEST(!w.a->has(other));
}

BOOST_AUTO_TEST_CASE(without_the_forwarding_bit_stale_routes_go_when_the_peer_returns) {
  Helped w;  // RFC 4724 section 4.2
  Puppet p, q;
  w.establish_with_routes(p);
  p.stream->abort();
  w.net.run_for(5s);
  BOOST_REQUIRE(w.a->has(route));
  w.establish(q, false, false, true);
  w.net.run_for(10ms);
  BOOST_TEST(!w.a->has(route));
}

BOOST_AUTO_TEST_CASE(the_stale_time_bounds_a_peer_that_never_says_end_of_rib) {
  Helped w([](SpeakerConfig& c) { c.graceful_restart.stale_time = 60s; });
  Puppet p, q;
  w.establish_with_routes(p);
  p.stream->abort();
  w.net.run_for(10s);
  w.establish(q, false, true, true);
  w.net.run_for(49s);  // 59 s after the loss
  BOOST_TEST(w.a->has(route));
  w.net.run_for(2s);
  BOOST_TEST(!w.a->has(route));
  BOOST_TEST(w.a->established("10.0.0.2"));
}

BOOST_AUTO_TEST_CASE(a_second_crash_takes_what_was_stale_along) {
  Helped w;  // RFC 4724 section 4.2: "MUST delete"
  Puppet p, q;
  w.establish_with_routes(p);
  p.stream->abort();
  w.net.run_for(5s);
  w.establish(q, false, true, true);
  q.announce(route, "10.0.0.2");
  w.net.run_for(1s);
  q.stream->abort();
  w.net.run_for(10ms);
  BOOST_TEST(w.a->has(route));
  BOOST_TEST(!w.a->has(other));
}

BOOST_AUTO_TEST_CASE(a_notification_ends_it_unless_both_have_the_n_bit) {
  const NotificationMessage reset(ErrorCode::cease, cease::admin_reset);
  struct Row {
    bool n_bit;
    NotificationMessage said;
    bool kept;
  };
  // RFC 4724 section 4; RFC 8538 section 4: Hard Reset is what it was before.
  for (const auto& row :
       {Row{false, reset, false}, Row{true, reset, true}, Row{true, hard_reset(reset), false}}) {
    Helped w;
    Puppet p;
    w.establish_with_routes(p, row.n_bit);
    p.notify(row.said);
    p.stream.reset();
    w.net.run_for(1s);
    BOOST_TEST(w.a->has(route) == row.kept, row.said.describe());
  }
}

BOOST_AUTO_TEST_CASE(hold_expiry_is_a_notification) {
  for (const bool n_bit : {false, true}) {
    Helped w;
    Puppet p;
    w.establish_with_routes(p, n_bit);
    w.net.cut("a", "b");
    w.net.run_for(91s);  // hold time 90 s
    BOOST_TEST(!w.a->established("10.0.0.2"));
    BOOST_TEST(w.a->has(route) == n_bit);
  }
}

BOOST_AUTO_TEST_CASE(what_we_end_for_good_is_a_hard_reset_with_the_n_bit) {
  Helped w;  // RFC 8538 section 3.1
  Puppet p;
  w.establish_with_routes(p, true);
  w.a->speaker->set_shutdown(ip("10.0.0.2"), true, "bye");
  w.net.run_for(10ms);
  BOOST_REQUIRE_EQUAL(p.notifications.size(), 1U);
  BOOST_TEST(p.notifications[0].describe() ==
             "Cease/Hard Reset (Cease/Administrative Shutdown \"bye\")");
  BOOST_TEST(!w.a->has(route));
}

BOOST_AUTO_TEST_CASE(a_lost_link_forgives_nothing) {
  Helped w;
  Puppet p;
  w.establish_with_routes(p, true);
  w.a->speaker->interface_down(ip("10.0.0.1"));
  w.net.run_for(10ms);
  BOOST_TEST(!w.a->has(route));
  BOOST_TEST(w.a->speaker->session(ip("10.0.0.2"))->last_reason == "interface down");
}

// RFC 9494: 30 s of restart time, then 100 s as a last resort; NO_LLGR does not get them.
BOOST_AUTO_TEST_CASE(long_lived_routes_are_a_last_resort) {
  Helped w([](SpeakerConfig& c) {
    c.graceful_restart.long_lived_stale = 1000s;
    auto c3 = peer("10.0.0.3", 65003);
    c3.passive = true;
    c.neighbors.push_back(c3);
  });
  Puppet p, q;
  p.says.capabilities.long_lived = {{ipv4_unicast, true, 100}};
  w.establish(p);
  p.announce(route, "10.0.0.2");
  p.announce(other, "10.0.0.2", {no_llgr});
  p.end_of_rib();
  // A peer with a longer path to the same prefix, without long-lived graceful restart.
  auto& third = w.net.host("c", "10.0.0.3");
  q.stream = third.connect({ip("10.0.0.1"), 179}, &q);
  w.net.run_for(10ms);
  q.open(65003, 0x0A000003);
  w.net.run_for(10ms);
  q.keepalive();
  w.net.run_for(1s);
  BOOST_REQUIRE(q.announced(route));
  p.stream->abort();
  w.net.run_for(29s);
  BOOST_TEST(!q.withdrew(route));
  q.keepalive();
  w.net.run_for(2s);
  // Marked, still used here, hidden from a peer that would not know what it is (section 4.3).
  BOOST_TEST(w.a->has(route));
  BOOST_TEST(!w.a->has(other));
  BOOST_TEST(w.a->speaker->route(prefix(route))->paths.at(0).attributes->has(llgr_stale));
  BOOST_TEST(q.withdrew(route));
  UpdateMessage longer;
  longer.attributes.emplace();
  longer.attributes->next_hop = ip("10.0.0.3");
  for (const std::uint32_t asn : {65009U, 65008U, 65003U})
    longer.attributes->as_path.prepend({asn});
  longer.announced = {{prefix(route), 0}};
  for (const auto& m : encode(longer, {})) q.stream->send(m);
  w.net.run_for(10ms);
  BOOST_CHECK(w.a->sink.fib.at(prefix(route)).at(0).address == ip("10.0.0.3"));
  for (int i = 0; i < 3; ++i) {
    w.net.run_for(32s);
    q.keepalive();
  }
  BOOST_TEST(w.stale() == 1U);  // 98 s of 100
  w.net.run_for(4s);
  BOOST_TEST(w.stale() == 0U);
}

// ------------------------------------------------------------------ the restarter

// b restarts; a and c have its routes and it forgot theirs.
struct Restarted : World {
  static SpeakerConfig config(const std::string& address, std::uint32_t asn,
                              const std::vector<std::pair<std::string, std::uint32_t>>& peers,
                              const std::string& network) {
    SpeakerConfig c;
    c.asn = {asn};
    c.router_id = RouterId::from(ip(address));
    c.profile = plain_profile();
    for (const auto& [to, as] : peers) c.neighbors.push_back(peer(to, as));
    c.networks = {{.prefix = prefix(network)}};
    c.graceful_restart.mode = GracefulRestartMode::restarter;
    c.graceful_restart.preserve_forwarding = true;
    c.graceful_restart.select_deferral = 40s;
    return c;
  }
  SpeakerConfig of_b() const {
    return config("10.0.0.2", 65002, {{"10.0.0.1", 65001}, {"10.0.0.3", 65003}}, "192.0.2.128/25");
  }
  Restarted() {
    add("a", "10.0.0.1", config("10.0.0.1", 65001, {{"10.0.0.2", 65002}}, "192.0.2.0/25"));
    add("c", "10.0.0.3", config("10.0.0.3", 65003, {{"10.0.0.2", 65002}}, "198.51.100.0/24"));
    add("b", "10.0.0.2", of_b());
    start();
    net.run_for(5s);
    BOOST_REQUIRE((*this)["a"].has("192.0.2.128/25"));
    BOOST_REQUIRE((*this)["a"].has("198.51.100.0/24"));
  }
  void crash() {
    auto& b = (*this)["b"];
    b.speaker.reset();
    b.watcher = {};
    net.run_for(1s);
  }
  void restart() {
    auto& b = (*this)["b"];
    b.speaker = std::make_unique<Speaker>(net.host("b", "10.0.0.2"), of_b(),
                                          Dependencies{&b.sink, &b.resolver, &b.watcher},
                                          StartMode::restarting);
    b.speaker->start();
  }
};

BOOST_AUTO_TEST_CASE(a_restart_disturbs_nobody) {
  Restarted w;
  const auto told = w["a"].watcher.ribs.size();
  w.crash();
  BOOST_TEST(w["b"].has("192.0.2.0/25"));  // the FIB is still there
  w.restart();
  w.net.run_for(300s);
  BOOST_TEST(w["a"].established("10.0.0.2"));
  BOOST_TEST(w["a"].has("192.0.2.128/25"));
  BOOST_TEST(w["a"].has("198.51.100.0/24"));
  BOOST_TEST(w["a"].watcher.ribs.size() == told);
  BOOST_TEST(w["b"].has("192.0.2.0/25"));
  const auto opened = w["a"].speaker->session(ip("10.0.0.2"))->open_received;
  BOOST_REQUIRE(opened);
  BOOST_TEST(opened->capabilities.graceful_restart->restarted);  // RFC 4724 section 3: the R bit
  BOOST_TEST(opened->capabilities.graceful_restart->families.at(0).forwarding_preserved);
}

BOOST_AUTO_TEST_CASE(a_restarted_speaker_chooses_only_when_all_have_said_end_of_rib) {
  Restarted w;
  w["c"].speaker.reset();  // never to return: the deferral's 40 s have to pass
  w.net.run_for(1s);
  w.crash();
  w.restart();
  w.net.run_for(39s);
  BOOST_TEST(w["b"].established("10.0.0.1"));
  BOOST_TEST(w["b"].watcher.ribs.empty());
  BOOST_TEST(w["b"].speaker->adj_rib_out(ip("10.0.0.1")).empty());
  w.net.run_for(2s);
  BOOST_TEST(!w["b"].watcher.ribs.empty());
  BOOST_TEST(w["b"].speaker->adj_rib_out(ip("10.0.0.1")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(only_one_of_two_restarting_speakers_waits) {
  // RFC 4724 section 4.1: a peer with the R bit is not waited for; otherwise both would for ever.
  Restarted w;
  w["c"].speaker.reset();
  w["a"].speaker.reset();
  w.crash();
  auto& a = w["a"];
  a.speaker = std::make_unique<Speaker>(
      w.net.host("a", "10.0.0.1"),
      Restarted::config("10.0.0.1", 65001, {{"10.0.0.2", 65002}}, "192.0.2.0/25"),
      Dependencies{&a.sink, &a.resolver, &a.watcher}, StartMode::restarting);
  a.speaker->start();
  w.restart();
  w.net.run_for(5s);
  BOOST_TEST(a.established("10.0.0.2"));
  BOOST_TEST(a.speaker->adj_rib_out(ip("10.0.0.2")).size() == 1U);
}

// FRR 8.4.4 on SIGTERM, with BIRD 2 as the peer: tests/interop/test_bgpd_command.py.
BOOST_AUTO_TEST_CASE(the_last_words_go_to_those_without_graceful_restart) {
  for (const bool agreed : {false, true}) {
    World w;
    auto profile = plain_profile();
    profile.silent_end_with_restart = true;
    auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65002)}, {}, profile);
    profile.graceful_restart = agreed ? GracefulRestartMode::helper : GracefulRestartMode::disabled;
    auto& b = w.add("b", "10.0.0.2", 65002, {peer("10.0.0.1", 65001)}, {}, profile);
    w.start();
    w.net.run_for(5s);
    BOOST_REQUIRE(b.established("10.0.0.1"));
    a.speaker->shutdown();
    w.net.run_for(1s);
    BOOST_TEST(!b.established("10.0.0.1"));
    const auto session = b.speaker->session(ip("10.0.0.1"));
    BOOST_TEST(session->last_notification_received ==
               (agreed ? "" : "Cease/Administrative Shutdown"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
