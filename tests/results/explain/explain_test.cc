// Chains that follow from hand-made records, and causes that must not be named. The world: a client
// (a) asks a machine (b), a proxy, which asks a machine behind it (c, or d).
#include "results/explain/explain.h"

#include <boost/test/unit_test.hpp>

#include "tests/results/dataplane/small_world.h"

namespace seatrial::results::test {
namespace {

const auto block = prefix("172.16.1.64/26");
const auto backend = *net::Endpoint::parse("172.16.1.65:80");
const auto client = *net::Endpoint::parse("10.0.0.1:40000");
const auto listener = *net::Endpoint::parse("10.0.0.2:80");
const auto upstream_local = *net::Endpoint::parse("10.0.0.2:50000");

RequestFinished request(Duration sent, Duration finished, const std::string& error) {
  RequestFinished r;
  r.client = "a";
  r.number = 1;
  r.method = "GET";
  r.url = "http://x/";
  r.local = client;
  r.remote = listener;
  r.intended = r.sent = r.connected = at(sent);
  r.first_byte = r.finished = at(finished);
  r.error = error;
  r.status = error.empty() ? 200 : 0;
  return r;
}

ProxyRecord proxy(Duration started, Duration finished, const std::string& error) {
  ProxyRecord p;
  p.node = "b";
  p.client = client;
  p.listener = listener;
  p.upstream_local = upstream_local;
  p.upstream = backend;
  p.upstream_name = "app";
  p.started = at(started);
  p.finished = at(finished);
  p.error = error;
  return p;
}

// b routes the block to c by BGP, with a session that may be silent for 9 s.
SmallWorld world_with_session() {
  SmallWorld world(4);
  world.announce(0s, 2, block);
  world.route(1s, 1, block, {2});
  world.record.add(FibChanged{at(1s), "c", net::Prefix::host(backend.address), {}, "kernel", true});
  world.record.add(SessionConfigured{"b", address_of(2), "c", "frr-8.4-datacenter", 9s, 3s, false,
                                     "b/frr.conf:20"});
  world.record.add(SessionConfigured{"c", address_of(1), "b", "bird-1.6-calico-3.25", 240s, 80s,
                                     false, "calico.yaml:3"});
  world.record.add(SessionChanged{at(1s), "b", address_of(2), "Established", ""});
  return world;
}

void hangs(SmallWorld& world, Duration sent) {
  world.record.add(request(sent, sent + 10s, "timed out"));
  world.record.add(proxy(sent + 1ms, sent + 10s, "client gone"));
}

BOOST_AUTO_TEST_SUITE(explain)

BOOST_AUTO_TEST_CASE(a_hang_is_told_from_the_client_to_the_machine_without_power) {
  auto world = world_with_session();
  world.power_off(60s, 2);
  world.record.add(SessionChanged{at(68s), "b", address_of(2), "Idle",
                                  "hold timer expired; sent Hold Timer Expired"});
  hangs(world, 61s);
  const Explainer explainer(world.record);
  const auto why = explainer.explain(0);
  BOOST_TEST(why.attributed);
  BOOST_TEST(why.symptom == "timed out");
  // The hold time is the smaller of 9 s and 240 s (RFC 4271 section 4.2).
  BOOST_TEST(why.cause ==
             "b still forwarded 172.16.1.64/26 to c, which lost power at 60 s; its session to c "
             "held until hold timer expired at 68 s (hold time 9s); no BFD configured");
  std::vector<std::string> kinds;
  for (const auto& step : why.chain) kinds.push_back(step.kind + " " + step.evidence.front());
  const std::vector<std::string> expected{"symptom request/0", "try proxy/0", "route fib/0",
                                          "fault fault/0", "session session/1"};
  BOOST_TEST(kinds == expected, boost::test_tools::per_element());
  BOOST_TEST(explainer.explanations().failed == 1U);
  BOOST_TEST(explainer.explanations().unattributed == 0U);
}

BOOST_AUTO_TEST_CASE(requests_with_one_cause_are_one_group) {
  auto world = world_with_session();
  world.power_off(60s, 2);
  hangs(world, 61s);
  hangs(world, 80s);
  const Explainer explainer(world.record);
  BOOST_REQUIRE_EQUAL(explainer.explanations().groups.size(), 1U);
  const auto& group = explainer.explanations().groups[0];
  BOOST_TEST(group.requests == (std::vector<std::size_t>{0, 1}), boost::test_tools::per_element());
  BOOST_TEST(seconds(group.first) == "61");
  BOOST_TEST(seconds(group.last) == "80");
  BOOST_TEST(group.cause.find("was still held at the end of the run") != std::string::npos);
}

// Two machines notice at different times: the group says when each did, and every step has its
// time.
BOOST_AUTO_TEST_CASE(a_group_says_when_each_session_ended) {
  auto world = world_with_session();
  world.route(1s, 3, block, {2});
  world.record.add(SessionConfigured{"d", address_of(2), "c", "frr-8.4-datacenter", 9s, 3s, false,
                                     "d/frr.conf:20"});
  world.record.add(SessionChanged{at(1s), "d", address_of(2), "Established", ""});
  world.power_off(60s, 2);
  world.record.add(SessionChanged{at(68s), "b", address_of(2), "Idle", "hold timer expired"});
  world.record.add(SessionChanged{at(69s), "d", address_of(2), "Idle", "hold timer expired"});
  hangs(world, 61s);
  auto second = request(62s, 72s, "timed out");
  second.local.port = 40001;
  world.record.add(second);
  auto other = proxy(62s, 72s, "client gone");
  other.node = "d";
  other.client = second.local;
  world.record.add(other);
  const Explainer explainer(world.record);
  BOOST_REQUIRE_EQUAL(explainer.explanations().groups.size(), 1U);
  const auto& group = explainer.explanations().groups[0];
  BOOST_TEST(group.cause ==
             "b and d still forwarded 172.16.1.64/26 to c, which lost power at 60 s; their "
             "sessions to c held until hold timer expired at 68 s (b) and 69 s (d) (hold time 9s); "
             "no BFD configured");
  for (const auto& step : group.chain) BOOST_TEST((step.at > TimePoint{}));
}

BOOST_AUTO_TEST_CASE(a_session_that_was_never_lost_is_told_with_when_it_began) {
  auto world = world_with_session();
  world.power_off(60s, 2);
  hangs(world, 61s);
  const auto why = Explainer(world.record).explain(0);
  BOOST_TEST((why.chain.back().at == at(1s)));
  BOOST_TEST(why.chain.back().text ==
             "b's session to c stood since 1 s and was still held at the end of the run (hold time "
             "9s); no BFD configured");
}

BOOST_AUTO_TEST_CASE(nothing_that_happened_is_nobodys_fault) {
  auto world = world_with_session();
  hangs(world, 61s);
  const Explainer explainer(world.record);
  BOOST_TEST(!explainer.explain(0).attributed);
  BOOST_TEST(explainer.explain(0).cause.empty());
  BOOST_TEST(explainer.explanations().unattributed == 1U);
}

BOOST_AUTO_TEST_CASE(what_happened_after_the_symptom_did_not_cause_it) {
  auto world = world_with_session();
  hangs(world, 40s);  // gave up at 50 s
  world.power_off(60s, 2);
  BOOST_TEST(!Explainer(world.record).explain(0).attributed);
}

BOOST_AUTO_TEST_CASE(what_happened_to_somebody_else_did_not_cause_it) {
  auto world = world_with_session();
  world.power_off(60s, 3);
  hangs(world, 61s);
  BOOST_TEST(!Explainer(world.record).explain(0).attributed);
}

// b spreads over c and d; d is dead, but this connection was seen at c.
BOOST_AUTO_TEST_CASE(a_branch_that_the_flow_did_not_take_is_not_blamed) {
  SmallWorld world(4);
  world.announce(0s, 2, block);
  world.announce(0s, 3, block);
  world.route(1s, 1, block, {2, 3});
  for (const char* node : {"c", "d"}) {
    world.record.add(
        FibChanged{at(1s), node, net::Prefix::host(backend.address), {}, "kernel", true});
    world.record.add(
        FibChanged{at(1s), node, prefix("10.0.0.0/24"), {{{}, "eth0"}}, "connected", true});
  }
  world.power_off(60s, 3);
  hangs(world, 61s);
  const Flow flow{Transport::tcp, upstream_local, backend};
  world.record.add(HopSeen{at(61s + 1ms), "b", flow, "", "eth0"});
  world.record.add(HopSeen{at(61s + 2ms), "c", flow, "eth0", ""});
  BOOST_TEST(!Explainer(world.record).explain(0).attributed);
}

BOOST_AUTO_TEST_CASE(a_refusal_was_an_answer_and_is_no_fault_of_the_network) {
  auto world = world_with_session();
  world.power_off(60s, 2);
  world.record.add(request(61s, 62s, "reset"));
  world.record.add(proxy(61s, 62s, "refused"));
  const Flow answer{Transport::tcp, backend, upstream_local};
  world.record.add(HopSeen{at(61s + 3ms), "b", answer, "eth0", ""});
  BOOST_TEST(!Explainer(world.record).explain(0).attributed);
}

BOOST_AUTO_TEST_CASE(a_refusing_pod_that_was_terminating_is_named) {
  auto world = world_with_session();
  world.record.add(PodChanged{at(5s), "default/api-1", "c", backend.address, "Running", true});
  world.record.add(
      PodChanged{at(30s), "default/api-1", "c", backend.address, "Terminating", false});
  world.record.add(request(61s, 62s, "reset"));
  world.record.add(proxy(61s, 62s, "refused"));
  const Flow answer{Transport::tcp, backend, upstream_local};
  world.record.add(HopSeen{at(61s + 3ms), "b", answer, "eth0", ""});
  const auto why = Explainer(world.record).explain(0);
  BOOST_TEST(why.cause == "b still used default/api-1, which was terminating since 30 s");
  BOOST_TEST(why.chain.back().evidence.front() == "pod/1");
}

BOOST_AUTO_TEST_CASE(a_dropped_packet_of_the_flow_is_the_cause) {
  auto world = world_with_session();
  hangs(world, 61s);
  const Flow flow{Transport::tcp, upstream_local, backend};
  world.record.add(Drop{at(61s + 2ms), "b", "eth0", "queue full", flow, 60});
  const auto why = Explainer(world.record).explain(0);
  BOOST_TEST(why.cause == "b dropped packets at b:eth0: queue full");
  BOOST_TEST(why.chain.back().evidence.front() == "drop/0");
}

BOOST_AUTO_TEST_CASE(a_route_that_went_with_its_session_leads_to_the_fault) {
  auto world = world_with_session();
  world.power_off(60s, 2);
  world.record.add(SessionChanged{at(68s), "b", address_of(2), "Idle", "hold timer expired"});
  world.route(68s, 1, block, {});
  world.record.add(request(70s, 71s, "reset"));
  world.record.add(proxy(70s, 71s, "unreachable"));
  const auto why = Explainer(world.record).explain(0);
  BOOST_TEST(why.cause ==
             "b had no route to 172.16.1.64/26 any more: its session to c was lost (hold timer "
             "expired) after power_off of c at 60 s");
}

BOOST_AUTO_TEST_CASE(routes_of_two_machines_that_went_with_their_sessions_are_one_cause) {
  auto world = world_with_session();
  world.route(1s, 3, block, {2});
  world.record.add(SessionConfigured{"d", address_of(2), "c", "frr-8.4-datacenter", 9s, 3s, false,
                                     "d/frr.conf:20"});
  world.record.add(SessionChanged{at(1s), "d", address_of(2), "Established", ""});
  world.power_off(60s, 2);
  for (const int machine : {1, 3}) {
    world.record.add(
        SessionChanged{at(68s), name_of(machine), address_of(2), "Idle", "hold timer expired"});
    world.route(68s, machine, block, {});
    auto failed = request(70s, 71s, "reset");
    failed.local.port = static_cast<std::uint16_t>(40000 + machine);
    world.record.add(failed);
    auto tried = proxy(70s, 71s, "unreachable");
    tried.node = name_of(machine);
    tried.client = failed.local;
    world.record.add(tried);
  }
  const Explainer explainer(world.record);
  BOOST_REQUIRE_EQUAL(explainer.explanations().groups.size(), 1U);
  BOOST_TEST(explainer.explanations().groups[0].cause ==
             "b and d had no route to 172.16.1.64/26 any more: their sessions to c were lost (hold "
             "timer expired) after power_off of c at 60 s");
}

BOOST_AUTO_TEST_CASE(a_route_that_went_with_its_session_leads_to_the_process_that_was_killed) {
  auto world = world_with_session();
  world.record.add(FaultInjected{at(60s), "kill", "c/bgp"});
  world.record.add(SessionChanged{at(60s + 1ms), "b", address_of(2), "Idle", "connection closed"});
  world.route(60s + 2ms, 1, block, {});
  world.record.add(request(70s, 71s, "reset"));
  world.record.add(proxy(70s, 71s, "unreachable"));
  const auto why = Explainer(world.record).explain(0);
  BOOST_TEST(why.cause ==
             "b had no route to 172.16.1.64/26 any more: its session to c was lost (connection "
             "closed) after kill of c/bgp at 60 s");
  BOOST_TEST(why.chain.back().evidence.front() == "fault/0");
}

BOOST_AUTO_TEST_CASE(slow_is_ten_medians_or_what_an_expectation_asked_for) {
  SmallWorld world(2);
  for (int i = 0; i < 20; ++i) world.record.add(request(1s, 1s + 10ms, ""));
  world.record.add(request(2s, 2s + 99ms, ""));
  BOOST_TEST(Explainer(world.record).explanations().slow == 0U);  // 10 x 10 ms is the bound
  const Explainer asked(world.record, {{"a", 20ms, "p99"}});
  BOOST_TEST(asked.explanations().slow == 1U);
  world.record.add(request(3s, 3s + 101ms, ""));
  BOOST_TEST(Explainer(world.record).explanations().slow == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
