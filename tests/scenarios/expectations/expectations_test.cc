#include <boost/test/unit_test.hpp>

#include "scenarios/engine/expectations/expectations.h"
#include "tests/results/run_of_two.h"

namespace seatrial::scenario::expectations {
namespace {

using results::test::at;
using results::test::endpoint;
using results::test::run_of_two;

net::IpAddress ip(const char* text) {
  return *net::IpAddress::parse(text);
}
net::Prefix prefix(const char* text) {
  return *net::Prefix::parse(text);
}

struct FixedFacts : Facts {
  std::vector<ConfiguredSession> sessions{{"core1", ip("10.1.1.4"), "edge1", "core1/frr.conf:12"},
                                          {"edge1", ip("10.1.1.2"), "core1", ""}};
  std::vector<Block> all_blocks{{prefix("172.16.1.0/26"), "worker1", ip("10.1.1.8")}};
  std::vector<std::string> edge_names{"edge1", "edge2"};
  std::vector<std::string> app_pod_names{"default/api-1", "default/web-1"};
  std::map<std::string, std::vector<std::string>> services{{"default/api-1", {"default/api"}},
                                                           {"default/web-1", {"default/web"}}};

  std::vector<ConfiguredSession> configured_sessions() const override { return sessions; }
  std::vector<Block> blocks(const std::string& cluster) const override {
    return cluster == "prod" ? all_blocks : std::vector<Block>{};
  }
  std::vector<std::string> edges() const override { return edge_names; }
  std::vector<std::string> ingress_pods() const override { return {"nginx-ingress/nginx-1"}; }
  std::vector<std::string> app_pods() const override { return app_pod_names; }
  std::vector<std::string> services_of(const std::string& pod) const override {
    const auto it = services.find(pod);
    return it == services.end() ? std::vector<std::string>{} : it->second;
  }
};

struct Run {
  results::Record record = run_of_two();
  FixedFacts facts;
  Scenario scenario;

  Run() {
    scenario.clusters.resize(1);
    scenario.clusters[0].name = "prod";
  }
  template <typename T>
  results::Outcome judge(const T& what) const {
    return evaluate({"id", what, {}}, scenario, facts, record);
  }
};

void says(const results::Outcome& outcome, bool ok, const std::string& words) {
  BOOST_TEST(outcome.ok == ok, outcome.why);
  BOOST_TEST(outcome.why.find(words) != std::string::npos, outcome.why);
}

struct SessionRun : Run {
  SessionRun() {
    record.add(results::SessionChanged{at(2s), "core1", ip("10.1.1.4"), "Established", ""});
    record.add(results::SessionChanged{at(3s), "edge1", ip("10.1.1.2"), "Established", ""});
  }
};

BOOST_AUTO_TEST_SUITE(expectations)

BOOST_FIXTURE_TEST_CASE(sessions_hold_when_all_are_up_in_time, SessionRun) {
  const auto outcome = judge(ExpectSessions{5s, {}, {}});
  says(outcome, true,
       "2 of 2 session ends Established by 5s, the last (edge1 to 10.1.1.2 (core1)) "
       "at 3s");
  BOOST_TEST(outcome.id == "id");
  BOOST_TEST(outcome.kind == "sessions");
  BOOST_TEST((outcome.evidence == std::vector<std::string>{"session/0", "session/1"}));
}

BOOST_FIXTURE_TEST_CASE(a_session_that_is_late_lost_untried_or_not_implied_fails, SessionRun) {
  says(judge(ExpectSessions{1s, {}, {}}), false,
       "0 of 2 session ends Established by 1s: core1 to 10.1.1.4 (edge1) was never tried, "
       "configured at core1/frr.conf:12");
  record.add(
      results::SessionChanged{at(9s), "core1", ip("10.1.1.4"), "Idle", "hold timer expired"});
  const auto lost = judge(ExpectSessions{5s, {}, {}});
  says(lost, false, "core1 to 10.1.1.4 (edge1) was lost at 9s (hold timer expired)");
  BOOST_TEST((lost.evidence == std::vector<std::string>{"session/2"}));
  says(judge(ExpectSessions{5s, 8s, {}}), true, "2 of 2");  // only until 8 s
  says(judge(ExpectSessions{5s, {}, {"edge1"}}), true, "1 of 1");
  record.add(results::SessionChanged{at(4s), "edge1", ip("10.9.9.9"), "Established", ""});
  says(judge(ExpectSessions{5s, 8s, {}}), false,
       "edge1 to 10.9.9.9 is Established, but no file implies it");
}

BOOST_FIXTURE_TEST_CASE(no_session_at_all_fails, Run) {
  facts.sessions.clear();
  says(judge(ExpectSessions{5s, {}, {}}), false, "the files imply no session");
}

struct RouteRun : Run {
  RouteRun() {
    add("edge1", "172.16.1.0/26", {"10.1.1.8"});
    add("edge1", "10.1.1.0/24", {}, "connected");
    add("core1", "10.50.0.80/32", {"10.1.1.4", "10.1.1.5"});
  }
  void add(const char* node, const char* to, std::vector<const char*> hops,
           const char* protocol = "bgp") {
    results::FibChanged change{at(2s), node, prefix(to), {}, protocol, true};
    for (const auto* hop : hops) change.next_hops.push_back({ip(hop), "eth0"});
    if (hops.empty()) change.next_hops.push_back({{}, "eth0"});
    record.add(change);
  }
  ExpectRoutes expected{{"edge1"}, {{prefix("172.16.1.0/26"), {ip("10.1.1.8")}}}, true, "bgp", {}};
};

BOOST_FIXTURE_TEST_CASE(routes_hold_when_the_set_is_exact, RouteRun) {
  says(judge(expected), true, "1 of 1 routes of edge1 as expected at the end");
}

BOOST_FIXTURE_TEST_CASE(a_route_that_is_missing_wrong_or_one_too_many_fails, RouteRun) {
  expected.at = 1s;
  says(judge(expected), false, "edge1 has no 172.16.1.0/26, expected via 10.1.1.8");
  expected.at.reset();
  add("edge1", "10.9.0.0/16", {"10.1.1.2"});
  says(judge(expected), false, "edge1 also has 10.9.0.0/16 via 10.1.1.2 (bgp)");
  expected.exact = false;
  says(judge(expected), true, "1 of 1");
  add("edge1", "172.16.1.0/26", {"10.1.1.8", "10.1.1.9"});
  says(judge(expected), false,
       "edge1 sends 172.16.1.0/26 to [10.1.1.8, 10.1.1.9], expected to 10.1.1.8");
  add("edge1", "172.16.1.0/26", {"10.1.1.8"}, "static");
  says(judge(expected), false, "edge1 has 172.16.1.0/26 from static, expected from bgp");
}

BOOST_FIXTURE_TEST_CASE(blocks_have_their_owner_as_only_next_hop, RouteRun) {
  says(judge(ExpectBlocks{"prod", {"edge1"}, {}}), true, "1 of 1 block routes");
  says(judge(ExpectBlocks{"prod", {"edge1", "core1"}, {}}), false,
       "core1 has no 172.16.1.0/26, expected via 10.1.1.8 (worker1)");
  facts.all_blocks[0].node_address = ip("10.1.1.9");
  says(judge(ExpectBlocks{"", {"edge1"}, {}}), false,
       "edge1 sends 172.16.1.0/26 to 10.1.1.8, expected to 10.1.1.9 (worker1)");
  facts.all_blocks.clear();
  says(judge(ExpectBlocks{"prod", {"edge1"}, {}}), false, "no block was allocated");
}

BOOST_FIXTURE_TEST_CASE(next_hops_are_counted, RouteRun) {
  says(judge(ExpectNextHops{{"core1"}, prefix("10.50.0.80/32"), 2, {}}), true,
       "10.50.0.80/32 with 2 next hops at the end: core1 via [10.1.1.4, 10.1.1.5]");
  says(judge(ExpectNextHops{{"core1"}, prefix("10.50.0.80/32"), 3, {}}), false,
       "core1 sends 10.50.0.80/32 to 2 next hops [10.1.1.4, 10.1.1.5]");
  says(judge(ExpectNextHops{{"edge1"}, prefix("10.50.0.80/32"), 3, {}}), false,
       "edge1 has no 10.50.0.80/32");
}

// The run of two: 3 requests, of which 2 are answered after 4 ms and 2 ms, and 1 is refused.
BOOST_FIXTURE_TEST_CASE(a_load_holds_within_its_bounds, Run) {
  ExpectLoad e;
  e.load = "users";
  e.success_ratio.at_least = 0.6;  // 2 of 3
  e.requests.equals = 3;
  e.answered_as_routed = true;
  e.p50.at_most = 3ms;  // of 2 ms and 4 ms the median is the first
  e.max.equals = 4ms;
  says(judge(e), true, "2 of 3 requests succeeded, every answer from the service");
  e.to = 13s;  // the refused one was due at 13 s
  e.requests.equals = 2;
  e.success_ratio.at_least = 1.0;
  e.status = 200;
  says(judge(e), true, "2 of 2 requests succeeded, all with status 200");
}

BOOST_FIXTURE_TEST_CASE(a_load_fails_with_the_first_counterexample, Run) {
  ExpectLoad e;
  e.load = "users";
  e.success_ratio.at_least = 1.0;
  const auto ratio = judge(e);
  says(ratio, false,
       "success ratio is 66.6667 %, expected at least 100 %; first request 3 (GET "
       "http://cafe.example.com/web at 13s) ended with refused");
  BOOST_TEST((ratio.evidence == std::vector<std::string>{"request/2"}));
  e = {};
  e.load = "users";
  e.status = 200;
  says(judge(e), false, "1 of 3 requests did not get status 200");
  e = {};
  e.load = "users";
  e.p99.at_most = 3ms;
  says(judge(e), false, "p99 4ms, expected at most 3ms; slowest request 1");
  e = {};
  e.load = "users";
  e.requests.at_least = 4;
  says(judge(e), false, "3 requests, expected at least 4");
  e.load = "nobody";
  says(judge(e), false, "load \"nobody\" finished no request");
}

BOOST_FIXTURE_TEST_CASE(an_answer_from_the_wrong_service_fails, Run) {
  ExpectLoad e;
  e.load = "users";
  e.answered_as_routed = true;
  facts.services["default/web-1"] = {"default/files"};
  says(judge(e), false,
       "1 of 2 answers came from the wrong place; first request 2 (GET "
       "http://cafe.example.com/web at 12s) was answered by default/web-1 of "
       "default/files, expected default/web");
  auto liar = record.requests()[0];
  liar.answered_by = "default/web-1";
  facts.services["default/web-1"] = {"default/web"};
  record.add(liar);
  says(judge(e), false, "went to default/api-1, but the answer names default/web-1");
}

BOOST_FIXTURE_TEST_CASE(spread_is_judged_by_share, Run) {
  says(judge(ExpectSpread{SpreadOver::edges, "users", "", 0.5, 0.5}), true,
       "2 answered requests over edge1 50 %, edge2 50 %");
  says(judge(ExpectSpread{SpreadOver::ingress_pods, "users", "", 0.0, 0.9}), false,
       "nginx-ingress/nginx-1 carried 2 of 2 (100 %), expected at most 90 %");
  says(judge(ExpectSpread{SpreadOver::app_pods, "users", "default/api", 1.0, 1.0}), true,
       "1 answered requests over default/api-1 100 %");
  facts.edge_names.push_back("edge3");
  says(judge(ExpectSpread{SpreadOver::edges, "users", "", 0.1, 0.9}), false,
       "edge3 carried 0 of 2 (0 %), expected at least 10 %");
  facts.edge_names = {"edge1"};
  says(judge(ExpectSpread{SpreadOver::edges, "users", "", 0.1, 0.9}), false,
       "was carried by edge2, which is not among them");
  // Of no answer there are no shares to tell.
  BOOST_TEST(judge(ExpectSpread{SpreadOver::edges, "guests", "", 0.0, 1.0}).why ==
             "load \"guests\" had no answered request");
}

BOOST_FIXTURE_TEST_CASE(drops_are_counted_with_the_first_as_witness, Run) {
  ExpectDrops none;
  none.drops.at_most = 0;
  says(judge(none), true, "0 packets dropped");
  record.add(
      results::Drop{at(9s),
                    "core1",
                    "eth1",
                    "no route",
                    {results::Transport::tcp, endpoint("10.2.0.10:4"), endpoint("10.9.0.1:80")},
                    60});
  const auto outcome = judge(none);
  says(outcome, false,
       "1 packets dropped: expected at most 0; the first at core1:eth1 at 9s (no "
       "route): 10.2.0.10:4 to 10.9.0.1:80");
  BOOST_TEST((outcome.evidence == std::vector<std::string>{"drop/0"}));
  none.nodes = {"core2"};
  says(judge(none), true, "0 packets dropped");
  none.nodes.clear();
  none.reasons = {"queue full"};
  says(judge(none), true, "0 packets dropped");
  none.reasons.clear();
  none.from = 10s;
  says(judge(none), true, "0 packets dropped");
}

// A session that comes at 2 s, is lost at 5 s and back at 8 s; a route that comes at 3 s with one
// next hop and has two from 6 s on; records of one moment of which the last counts.
struct StateRun : Run {
  StateRun() {
    record = {};
    scenario.duration = 20s;
    record.add(results::SessionConfigured{"core1", ip("10.1.1.4"), "edge1", "", {}, {}, false, ""});
    const auto session = [&](Duration when, const char* state) {
      record.add(results::SessionChanged{at(when), "core1", ip("10.1.1.4"), state, ""});
    };
    session(2s, "Established");
    session(5s, "Idle");
    session(5s, "Connect");
    session(8s, "Established");
    const auto route = [&](Duration when, std::vector<results::NextHop> hops, bool installed) {
      record.add(results::FibChanged{at(when), "core1", prefix("10.9.0.0/16"), std::move(hops),
                                     "bgp", installed});
    };
    route(3s, {{ip("10.1.1.4"), "eth0"}}, true);
    route(6s, {{ip("10.1.1.4"), "eth0"}, {ip("10.1.1.5"), "eth0"}}, true);
    route(9s, {}, false);
    route(9s, {{ip("10.1.1.4"), "eth0"}, {ip("10.1.1.5"), "eth0"}}, true);
  }
  static Condition up(bool established = true) {
    return {SessionIs{"core1", "edge1", established}};
  }
  static Condition has(Bound<std::uint64_t> count) {
    RouteIs route{prefix("10.9.0.0/16"), {"core1"}, Table::fib, true, {}, count};
    return {route};
  }
};

BOOST_FIXTURE_TEST_CASE(always_names_the_first_moment_at_which_it_is_not_so, StateRun) {
  says(judge(ExpectAlways{up(), 2s, 5s}), true,
       "the session of core1 with edge1 is Established, always from 2s to 5s");
  const auto outcome = judge(ExpectAlways{up(), 2s, 20s});
  says(outcome, false, "it does not from 5s to 8s");
  BOOST_TEST((outcome.evidence == std::vector<std::string>{"session/2"}));
  says(judge(ExpectAlways{up(), {}, 5s}), false, "it does not from 0s to 2s");
  // What is gone and back within one moment was never gone.
  says(judge(ExpectAlways{has({}), 3s, {}}), true, "the FIB of core1 has 10.9.0.0/16");
}

BOOST_FIXTURE_TEST_CASE(eventually_wants_one_moment_up_to_the_last_one, StateRun) {
  const auto outcome = judge(ExpectEventually{has({2, {}, {}}), 1s, 6s});
  says(outcome, true, "with at least 2 next hops at 6s, 5s after 1s");
  BOOST_TEST((outcome.evidence == std::vector<std::string>{"fib/1"}));
  says(judge(ExpectEventually{has({2, {}, {}}), 1s, 5900ms}), false, "it does at 6s");
  says(judge(ExpectEventually{has({3, {}, {}}), {}, {}}), false, "it never does");
}

BOOST_FIXTURE_TEST_CASE(until_wants_the_one_before_the_other_which_comes, StateRun) {
  says(judge(ExpectUntil{up(false), has({}), 3s, {}}), true, "which comes at 5s");
  says(judge(ExpectUntil{has({2, {}, {}}), up(), 3s, {}}), false, "the first does not hold at 5s");
  says(judge(ExpectUntil{has({3, {}, {}}), up(false), 5s, 7s}), false,
       "the end does not come by 7s");
  // It may hold from the start; then nothing is asked of the other.
  says(judge(ExpectUntil{up(), up(false), 2s, {}}), true, "which comes at 2s");
}

BOOST_FIXTURE_TEST_CASE(conditions_combine, StateRun) {
  const Condition both{Combined{Combined::How::all, {up(), has({})}}};
  says(judge(ExpectEventually{both, {}, 3s}), true, "at 3s");
  says(judge(ExpectAlways{both, 3s, 5s}), true, "");
  const Condition either{Combined{Combined::How::any, {up(false), has({2, {}, {}})}}};
  says(judge(ExpectAlways{either, 5s, {}}), true, "");
  says(judge(ExpectAlways{{Combined{Combined::How::none, {either}}}, 2s, 5s}), true, "");
  const auto broken = judge(ExpectAlways{{Combined{Combined::How::none, {either}}}, 2s, 6s});
  says(broken, false, "it does not from 5s on");
  BOOST_TEST((broken.evidence == std::vector<std::string>{"session/2"}));
}

// Requests of run_of_two are due at 10 s and 12 s (answered) and at 13 s (refused). In a window of
// 2 s: from 10 s on 1 of 1, from 12 s on 1 of 1 (the first has left), from 13 s on 1 of 2, from 14
// s on 0 of 1, from 15 s on none.
BOOST_FIXTURE_TEST_CASE(the_success_of_a_load_is_a_condition_over_a_window, Run) {
  scenario.duration = 20s;
  const auto ratio = [](Bound<double> bound) {
    return Condition{LoadSucceeds{"users", bound, 2s}};
  };
  const auto all = ratio({1.0, {}, {}});
  says(judge(ExpectEventually{all, {}, {}}), true,
       "at least 100 % of users's requests due within 2s succeed at 10s");
  says(judge(ExpectAlways{all, 10s, 13s}), true, "always from 10s to 13s");
  const auto broken = judge(ExpectAlways{all, 10s, 14s});
  says(broken, false, "it does not from 13s on");
  BOOST_TEST((broken.evidence == std::vector<std::string>{"request/2"}));
  says(judge(ExpectAlways{ratio({0.5, {}, {}}), 10s, 14s}), true, "");
  says(judge(ExpectEventually{ratio({{}, 0.0, {}}), {}, {}}), true, "at 14s");
  // Without a request there is no ratio that could be within a bound.
  says(judge(ExpectAlways{ratio({{}, 1.0, {}}), 10s, 16s}), false, "it does not from 15s on");
  says(judge(ExpectEventually{{LoadSucceeds{"users", {1.0, {}, {}}, 500ms}}, 10500ms, 11500ms}),
       false, "it does at 12s");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::scenario::expectations
