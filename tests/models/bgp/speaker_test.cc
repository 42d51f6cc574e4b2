// Speakers against each other. Times follow from the profile and the network's 1 ms one way.
#include "tests/models/bgp/speakers.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

namespace seatrial::bgp::test {
namespace {

BOOST_AUTO_TEST_SUITE(speaker)

BOOST_AUTO_TEST_CASE(two_speakers_establish_and_exchange_routes) {
  // Given two routers in different ASes, each with a network; both connect at time 0, so their
  // connections collide.
  World w;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65002)}, {"192.0.2.0/25"});
  auto& b = w.add("b", "10.0.0.2", 65002, {peer("10.0.0.1", 65001)}, {"192.0.2.128/25"});
  // When
  w.start();
  w.net.run_for(1s);
  // Then each holds the other's route, with the AS prepended and the next hop of the sender.
  BOOST_REQUIRE(a.established("10.0.0.2"));
  BOOST_REQUIRE(b.established("10.0.0.1"));
  BOOST_TEST(a.speaker->session(ip("10.0.0.2"))->established_count == 1U);
  const auto route = b.speaker->route(prefix("192.0.2.0/25"));
  BOOST_REQUIRE(route);
  const auto& attributes = *route->paths.at(0).attributes;
  BOOST_TEST(attributes.as_path.to_string() == "65001");
  BOOST_CHECK(attributes.next_hop == ip("10.0.0.1"));
  BOOST_CHECK(!attributes.local_pref);
  BOOST_TEST(b.has("192.0.2.0/25"));
  BOOST_TEST(a.has("192.0.2.128/25"));
  BOOST_TEST(!a.has("192.0.2.0/25"));  // its own route is not for the FIB
  // RFC 4271 section 6.8: the side with the higher identifier keeps the connection it opened.
  BOOST_TEST(std::ranges::count_if(a.watcher.messages, [](const MessageEvent& m) {
               return m.type == MessageType::notification;
             }) > 0);
  // When a withdraws
  a.speaker->withdraw(prefix("192.0.2.0/25"));
  w.net.run_for(1s);
  BOOST_TEST(!b.has("192.0.2.0/25"));
  BOOST_TEST(b.speaker->loc_rib().size() == 1U);
}

BOOST_AUTO_TEST_CASE(hold_time_is_the_smaller_and_expires_when_the_path_is_cut) {
  World w;
  auto slow = plain_profile();
  slow.hold_time = 240s;
  slow.keepalive_time = 80s;
  auto fast = plain_profile();
  fast.hold_time = 9s;
  fast.keepalive_time = 3s;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65001)}, {"192.0.2.0/25"}, slow);
  auto& b = w.add("b", "10.0.0.2", 65001, {peer("10.0.0.1", 65001)}, {}, fast);
  w.start();
  w.net.run_for(20s);
  BOOST_REQUIRE(a.established("10.0.0.2"));
  BOOST_CHECK(a.speaker->session(ip("10.0.0.2"))->hold_time == 9s);
  BOOST_CHECK(a.speaker->session(ip("10.0.0.2"))->keepalive_time == 3s);  // 9 / 3, not 80
  BOOST_TEST(b.has("192.0.2.0/25"));
  // When the path is cut, the last KEEPALIVE came at most 3 s ago: 6 to 9 s of silence to go.
  w.net.cut("a", "b");
  w.net.run_for(5s);
  BOOST_TEST(b.established("10.0.0.1"));
  BOOST_TEST(b.has("192.0.2.0/25"));
  w.net.run_for(5s);
  BOOST_TEST(!b.established("10.0.0.1"));
  BOOST_TEST(!b.has("192.0.2.0/25"));
  const auto s = *b.speaker->session(ip("10.0.0.1"));
  BOOST_TEST(s.last_reason == "hold timer expired");
  BOOST_TEST(s.last_notification_sent == "Hold Timer Expired");
  // When it heals, the session comes back: the error wait is 60 s, a lost SYN is given up after
  // 120 s.
  w.net.heal("a", "b");
  w.net.run_for(300s);
  BOOST_TEST(b.established("10.0.0.1"));
  BOOST_TEST(b.has("192.0.2.0/25"));
}

BOOST_AUTO_TEST_CASE(full_ibgp_mesh_does_not_leak) {
  World w;
  const auto all = [](const std::string& self) {
    std::vector<NeighborConfig> out;
    for (const std::string other : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) {
      if (other != self) out.push_back(peer(other, 65001));
    }
    return out;
  };
  auto& a = w.add("a", "10.0.0.1", 65001, all("10.0.0.1"), {"192.0.2.0/24"});
  auto& b = w.add("b", "10.0.0.2", 65001, all("10.0.0.2"));
  auto& c = w.add("c", "10.0.0.3", 65001, all("10.0.0.3"));
  w.start();
  w.net.run_for(1s);
  for (auto* r : {&b, &c}) {
    const auto route = r->speaker->route(prefix("192.0.2.0/24"));
    BOOST_REQUIRE(route);
    BOOST_TEST(route->paths.size() == 1U);  // from a alone
    BOOST_CHECK(route->paths[0].attributes->local_pref == 100U);
    BOOST_TEST(route->paths[0].attributes->as_path.empty());
  }
  BOOST_TEST(b.speaker->adj_rib_out(ip("10.0.0.3")).empty());
  BOOST_TEST(a.speaker->adj_rib_out(ip("10.0.0.3")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_reflector_reflects_between_clients_and_keeps_the_next_hop) {
  World w;
  auto client1 = peer("10.0.0.1", 65001);
  auto client3 = peer("10.0.0.3", 65001);
  client1.route_reflector_client = client3.route_reflector_client = true;
  w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65001)}, {"192.0.2.0/24"});
  w.add("rr", "10.0.0.2", 65001, {client1, client3});
  auto& c = w.add("c", "10.0.0.3", 65001, {peer("10.0.0.2", 65001)});
  w.start();
  w.net.run_for(1s);
  const auto route = c.speaker->route(prefix("192.0.2.0/24"));
  BOOST_REQUIRE(route);
  const auto& got = *route->paths.at(0).attributes;
  BOOST_CHECK(got.next_hop == ip("10.0.0.1"));
  BOOST_REQUIRE(got.originator_id);
  BOOST_TEST(got.originator_id->to_string() == "10.0.0.1");
  BOOST_REQUIRE_EQUAL(got.cluster_list.size(), 1U);
  BOOST_TEST(got.cluster_list[0].to_string() == "10.0.0.2");  // the router id by default
}

BOOST_AUTO_TEST_CASE(a_session_between_two_reflectors_of_a_cluster_stops_the_loop) {
  World w;
  SpeakerConfig config;
  config.asn = {65001};
  config.profile = plain_profile();
  config.cluster_id = RouterId{7};
  auto client = peer("10.0.0.1", 65001);
  client.route_reflector_client = true;
  config.router_id = {2};
  config.neighbors = {client, peer("10.0.0.3", 65001)};
  w.add("rr2", "10.0.0.2", config);
  config.router_id = {3};
  config.neighbors = {client, peer("10.0.0.2", 65001)};
  auto& rr3 = w.add("rr3", "10.0.0.3", config);
  w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65001), peer("10.0.0.3", 65001)},
        {"192.0.2.0/24"});
  w.start();
  w.net.run_for(1s);
  const auto in = rr3.speaker->adj_rib_in(ip("10.0.0.2"));
  BOOST_REQUIRE_EQUAL(in.size(), 1U);
  BOOST_TEST(!in[0].accepted);
  BOOST_TEST(in[0].why == "cluster loop: 0.0.0.7 is in [0.0.0.7]");
}

BOOST_AUTO_TEST_CASE(three_origins_of_one_vip_give_three_next_hops) {
  World w;
  auto profile = plain_profile();
  profile.multipath_ibgp = 8;
  auto& core = w.add("core", "10.0.0.9", 65001,
                     {peer("10.0.0.1", 65001), peer("10.0.0.2", 65001), peer("10.0.0.3", 65001)},
                     {}, profile);
  for (const std::string n : {"1", "2", "3"}) {
    w.add("edge" + n, "10.0.0." + n, 65001, {peer("10.0.0.9", 65001)}, {"10.50.0.80/32"});
  }
  w.start();
  w.net.run_for(1s);
  const std::vector<NextHop> three{{ip("10.0.0.1")}, {ip("10.0.0.2")}, {ip("10.0.0.3")}};
  BOOST_CHECK(core.sink.fib[prefix("10.50.0.80/32")] == three);
  // When one edge shuts down, its Cease takes it out.
  w["edge2"].speaker->shutdown();
  w.net.run_for(1s);
  const std::vector<NextHop> two{{ip("10.0.0.1")}, {ip("10.0.0.3")}};
  BOOST_CHECK(core.sink.fib[prefix("10.50.0.80/32")] == two);
  BOOST_TEST(core.speaker->session(ip("10.0.0.2"))->last_notification_received ==
             "Cease/Administrative Shutdown");
  // When a next hop can no longer be reached
  core.resolver.metrics[ip("10.0.0.3")] = std::nullopt;
  core.speaker->nexthops_changed();
  w.net.run_for(1s);
  BOOST_CHECK(core.sink.fib[prefix("10.50.0.80/32")] == std::vector<NextHop>{{ip("10.0.0.1")}});
}

BOOST_AUTO_TEST_CASE(a_refused_connection_is_retried_at_the_profile_s_times) {
  // Given FRR datacenter: start after 1 s, then 10 s between attempts (timelines/, FRR 8.4.4).
  World w;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65001)}, {},
                  *profile_named("frr-8.4-datacenter"));
  w.net.host("b", "10.0.0.2");  // nobody listens
  w.start();
  w.net.run_for(40s);
  std::vector<TimePoint> attempts;
  for (const auto& e : a.watcher.sessions) {
    if (e.to == State::connect) attempts.push_back(e.time);
  }
  // Each attempt takes 2 ms to be refused.
  const std::vector<TimePoint> expected{TimePoint(1s), TimePoint(11s + 2ms), TimePoint(21s + 4ms),
                                        TimePoint(31s + 6ms)};
  BOOST_CHECK(attempts == expected);
  BOOST_TEST(a.watcher.sessions.back().reason == "connection refused");
}

BOOST_AUTO_TEST_CASE(a_wrong_as_is_refused_with_its_code_and_without_a_hot_loop) {
  World w;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65009)});
  auto& b = w.add("b", "10.0.0.2", 65002, {peer("10.0.0.1", 65001)});
  w.start();
  w.net.run_for(600s);
  BOOST_TEST(!a.established("10.0.0.2"));
  BOOST_TEST(b.speaker->session(ip("10.0.0.1"))->last_notification_received ==
             "OPEN Message Error/Bad Peer AS");
  BOOST_TEST(a.speaker->session(ip("10.0.0.2"))->last_reason ==
             "OPEN Message Error/Bad Peer AS: peer is in AS 65002, expected 65009");
  // Error waits of 60, 120, 240, 240 s leave room for a handful of attempts each way.
  BOOST_TEST(a.speaker->session(ip("10.0.0.2"))->sent.opens <= 12U);
  BOOST_TEST(a.speaker->session(ip("10.0.0.2"))->sent.opens >= 2U);
}

BOOST_AUTO_TEST_CASE(passive_peers_meet_when_one_side_connects) {
  World w;
  auto passive = peer("10.0.0.1", 65001);
  passive.passive = true;
  w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65001)});
  auto& b = w.add("b", "10.0.0.2", 65001, {passive});
  w.start();
  w.net.run_for(1s);
  BOOST_TEST(b.established("10.0.0.1"));
  BOOST_TEST(std::ranges::none_of(b.watcher.sessions,
                                  [](const SessionEvent& e) { return e.to == State::connect; }));
}

BOOST_AUTO_TEST_CASE(an_unknown_peer_is_closed) {
  World w;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65001)});
  auto& b = w.add("b", "10.0.0.2", 65001, {});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST(!a.established("10.0.0.2"));
  BOOST_TEST(b.watcher.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_route_is_not_sent_back_nor_into_its_own_as) {
  // a - b - c with a and c in the same AS: c must refuse a's route (RFC 4271 section 9.1.2).
  World w;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65002)}, {"192.0.2.0/24"});
  w.add("b", "10.0.0.2", 65002, {peer("10.0.0.1", 65001), peer("10.0.0.3", 65001)});
  auto& c = w.add("c", "10.0.0.3", 65001, {peer("10.0.0.2", 65002)});
  w.start();
  w.net.run_for(1s);
  BOOST_TEST(!c.has("192.0.2.0/24"));
  BOOST_TEST(c.speaker->adj_rib_in(ip("10.0.0.2")).at(0).why ==
             "AS loop: AS 65001 is in [65002 65001]");
  BOOST_TEST(a.speaker->adj_rib_in(ip("10.0.0.2")).empty());
}

BOOST_AUTO_TEST_CASE(the_first_update_waits_as_long_as_the_daemon_does) {
  // FRR 8.4.4 (datacenter): first UPDATE 1.05 s after Established.
  World w;
  const auto frr = *profile_named("frr-8.4-datacenter");
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65001)}, {"192.0.2.0/24"}, frr);
  auto& b = w.add("b", "10.0.0.2", 65001, {peer("10.0.0.1", 65001)}, {}, frr);
  w.start();
  w.net.run_for(10s);
  const auto established =
      std::ranges::find(a.watcher.sessions, State::established, &SessionEvent::to);
  BOOST_REQUIRE(established != a.watcher.sessions.end());
  const auto update = std::ranges::find_if(a.watcher.messages, [](const MessageEvent& m) {
    return m.sent && m.type == MessageType::update;
  });
  BOOST_REQUIRE(update != a.watcher.messages.end());
  BOOST_CHECK(update->time - established->time == 1050ms);
  BOOST_TEST(update->announced == 1U);
  BOOST_TEST(b.has("192.0.2.0/24"));
}

BOOST_AUTO_TEST_CASE(ebgp_without_policy_is_denied_where_the_profile_says_so) {
  World w;
  auto strict = plain_profile();
  strict.ebgp_default_deny = true;  // RFC 8212
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65002)}, {"192.0.2.0/25"}, strict);
  auto& b = w.add("b", "10.0.0.2", 65002, {peer("10.0.0.1", 65001)}, {"192.0.2.128/25"});
  w.start();
  w.net.run_for(1s);
  BOOST_TEST(b.sink.fib.empty());
  BOOST_TEST(a.sink.fib.empty());
  BOOST_TEST(a.speaker->adj_rib_in(ip("10.0.0.2")).at(0).why ==
             "eBGP without an import policy (RFC 8212)");
}

BOOST_AUTO_TEST_CASE(refresh_clear_and_neighbours_that_come_and_go) {
  World w;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65001)}, {"192.0.2.0/24"});
  auto& b = w.add("b", "10.0.0.2", 65001, {});
  w.start();
  w.net.run_for(1s);
  b.speaker->add_neighbor(peer("10.0.0.1", 65001));
  w.net.run_for(200s);
  BOOST_REQUIRE(b.established("10.0.0.1"));
  const auto updates = [&] { return b.speaker->session(ip("10.0.0.1"))->received.updates; };
  const auto before = updates();
  BOOST_TEST(b.speaker->refresh(ip("10.0.0.1")));
  w.net.run_for(1s);
  BOOST_TEST(updates() == before + 1);
  BOOST_TEST(b.speaker->clear(ip("10.0.0.1")));
  w.net.run_for(1s);
  BOOST_TEST(b.speaker->session(ip("10.0.0.1"))->last_notification_sent ==
             "Cease/Administrative Reset");
  w.net.run_for(300s);
  BOOST_TEST(b.has("192.0.2.0/24"));
  b.speaker->remove_neighbor(ip("10.0.0.1"));
  w.net.run_for(1s);
  BOOST_TEST(b.sink.fib.empty());
  BOOST_TEST(b.speaker->sessions().empty());
  BOOST_TEST(a.speaker->session(ip("10.0.0.2"))->last_notification_received ==
             "Cease/Peer De-configured");
}

BOOST_AUTO_TEST_CASE(too_many_prefixes_end_the_session) {
  World w;
  auto limited = peer("10.0.0.1", 65001);
  limited.max_prefixes = MaxPrefixes{.limit = 1};
  w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65001)}, {"192.0.2.0/25", "192.0.2.128/25"});
  auto& b = w.add("b", "10.0.0.2", 65001, {limited});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST(!b.established("10.0.0.1"));
  BOOST_TEST(b.sink.fib.empty());
  BOOST_TEST(b.speaker->session(ip("10.0.0.1"))->last_notification_sent ==
             "Cease/Maximum Number of Prefixes Reached");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
