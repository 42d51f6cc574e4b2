// Which failures a design has, and in which order their runs come.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "scenarios/engine/campaign/report.h"
#include "scenarios/engine/document/document.h"

namespace seatrial::scenario::campaign {
namespace {

using namespace std::chrono_literals;

// A router, a switch, an edge and a client: cables core1-tor1, core1-lan1, edge1-tor1, users-lan1.
Scenario small() {
  Diagnostics diagnostics;
  auto scenario = document::read(R"({
    "name": "small", "duration": "60s",
    "fabric": {"switches": [{"name": "tor1"}, {"name": "lan1"}],
               "routers": [{"name": "core1", "config": "core1.conf"}],
               "links": [{"ends": ["core1:eth1", "tor1"]}, {"ends": ["lan1", "core1:eth0"]}]},
    "edges": [{"name": "edge1", "at": "tor1", "address": "10.1.1.4/24"}],
    "clients": [{"name": "users", "at": "lan1", "address": "10.2.0.10/24",
                 "load": {"rate": 1, "from": "10s", "to": "40s",
                          "requests": [{"url": "http://10.50.0.80/"}]}}]})",
                                 "s.json", diagnostics);
  BOOST_TEST_REQUIRE(scenario.has_value(), diagnostics.to_string());
  return *std::move(scenario);
}

std::vector<std::string> names(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& one : plan.cases) out.push_back(one.name());
  return out;
}

void same(const std::vector<std::string>& got, const std::vector<std::string>& wanted) {
  BOOST_CHECK_EQUAL_COLLECTIONS(got.begin(), got.end(), wanted.begin(), wanted.end());
}

BOOST_AUTO_TEST_SUITE(campaigns)

BOOST_AUTO_TEST_CASE(every_cable_and_every_machine_but_clients_fails_once) {
  const auto found = plan(small(), {});
  BOOST_TEST_REQUIRE(found.has_value());
  same(names(*found), {"link_down core1:eth1", "link_down core1:eth0", "link_down edge1:eth0",
                       "link_down users:eth0", "power_off core1", "power_off edge1"});
  // Ports of a switch are numbered as cables come to it.
  BOOST_TEST(found->cases[1].failures[0].element == "lan1:swp1 - core1:eth0");
  BOOST_TEST(found->cases[3].failures[0].element == "users:eth0 - lan1:swp2");
  BOOST_TEST((found->at == 25s));  // the middle of 10 s and 40 s
  same(found->cases[0].injections(found->at), {"25s:link_down:core1:eth1"});
  BOOST_TEST(announcement(*found, 1) ==
             "6 single failures (link, node) at 25s: 7 runs with the baseline");
}

BOOST_AUTO_TEST_CASE(a_run_that_ends_early_has_its_failure_in_the_load_that_is_left) {
  const auto found = plan(small(), {.at = {}, .until = 20s});
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((found->at == 15s));
  BOOST_TEST(plan(small(), {.at = 20s, .until = 20s}).error().find("is not before the runs' end") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_pair_is_two_elements_of_which_none_takes_the_other_along) {
  const auto found =
      plan(small(), {.kinds = {FailureKind::link, FailureKind::node}, .together = 2});
  BOOST_TEST_REQUIRE(found.has_value());
  // 6 failures are 15 pairs; core1 takes two cables along, edge1 one.
  BOOST_TEST(found->cases.size() == 12U);
  for (const auto& name : names(*found)) {
    BOOST_TEST(name != "link_down core1:eth1 + power_off core1");
    BOOST_TEST(name != "link_down core1:eth0 + power_off core1");
    BOOST_TEST(name != "link_down edge1:eth0 + power_off edge1");
  }
  BOOST_TEST(found->cases.back().name() == "power_off core1 + power_off edge1");
  BOOST_TEST(found->cases.back().folder() == "power_off-core1-+-power_off-edge1");
}

BOOST_AUTO_TEST_CASE(the_runs_of_a_campaign_are_folders_beside_each_other) {
  Case both;
  both.failures.push_back(
      {.kind = FailureKind::link, .action = Action::link_down, .target = "edge1:eth0"});
  both.failures.push_back(
      {.kind = FailureKind::process, .action = Action::kill, .target = "edge1/nginx"});
  BOOST_TEST(both.folder() == "link_down-edge1@eth0-+-kill-edge1@nginx");
}

BOOST_AUTO_TEST_CASE(kinds_are_words_of_which_none_is_passed_over) {
  BOOST_TEST(parse_kinds("node,link,node")->size() == 2U);
  for (const auto* wrong : {"", "link,", "switch", "link;node", "processes"}) {
    const auto kinds = parse_kinds(wrong);
    BOOST_TEST(!kinds.has_value());
    BOOST_TEST(kinds.error().find("expected link, node or process") != std::string::npos, wrong);
  }
}

results::RequestFinished request(std::uint64_t number, Duration intended, Duration finished,
                                 bool ok) {
  results::RequestFinished out;
  out.client = "users";
  out.number = number;
  out.intended = TimePoint{} + intended;
  out.finished = TimePoint{} + finished;
  out.status = ok ? 200 : 0;
  out.error = ok ? "" : "timed_out";
  return out;
}

BOOST_AUTO_TEST_CASE(an_outage_is_from_a_first_failure_to_the_next_success) {
  results::Record record;
  record.add(request(1, 1s, 1100ms, true));
  record.add(request(3, 3s, 4s, false));  // finished before the one that was wanted earlier
  record.add(request(2, 2s, 12s, false));
  record.add(request(4, 5s, 5100ms, true));  // 3 s after the first failure
  record.add(request(5, 6s, 16s, false));    // 10 s until its end, and nothing after it
  const auto found = figures(record, {});
  BOOST_TEST(found.requests == 5U);
  BOOST_TEST(found.failed == 3U);
  BOOST_TEST((found.outage.length == 10s));
  BOOST_TEST((found.outage.from == TimePoint{} + 6s));
}

Run run(std::vector<std::string> fails, std::uint64_t failed, Duration outage,
        std::uint64_t seed = 1) {
  Run out;
  out.seed = seed;
  for (const auto* id : {"up", "served", "spread"}) {
    const bool ok = std::ranges::find(fails, id) == fails.end();
    out.figures.outcomes.push_back({id, ok, "load", ok ? "it holds" : "it does not", {}});
  }
  out.figures.requests = 100;
  out.figures.failed = failed;
  out.figures.outage = {outage, "users", TimePoint{} + 25s};
  return out;
}

BOOST_AUTO_TEST_CASE(harm_is_expectations_then_requests_then_time) {
  const auto found = plan(small(), {});
  BOOST_TEST_REQUIRE(found.has_value());
  const auto result = rank("small", *found,
                           {{run({}, 0, 0s)},
                            {run({"up"}, 5, 2s)},            // 4th
                            {run({"up"}, 5, 3s)},            // 3rd: the longer outage
                            {run({}, 50, 9s)},               // breaks nothing, but loses more
                            {run({}, 0, 0s)},                // last
                            {run({"up", "spread"}, 0, 0s)},  // 1st
                            {run({"served"}, 6, 1s)}});      // 2nd: more requests
  std::vector<std::string> order;
  for (const auto& verdict : result.ranked) order.push_back(verdict.failures.name());
  same(order, {"power_off core1", "power_off edge1", "link_down core1:eth0", "link_down core1:eth1",
               "link_down edge1:eth0", "link_down users:eth0"});
  BOOST_TEST(result.breaking() == 4U);
  BOOST_TEST(!result.holds());
  const auto json = nlohmann::json::parse(to_json(result));
  BOOST_TEST(json["verdict"] == "fail");
  BOOST_TEST(json["ranked"][1]["failed_share"] == 0.06);
  BOOST_TEST(json["ranked"][2]["longest_outage"]["length_ns"] == 3'000'000'000);
  BOOST_TEST(json["ranked"][0]["inject"][0] == "25s:power_off:core1");
  const auto text = to_text(result);
  BOOST_TEST(text.find("4 of 6 failures break something, 2 break nothing (of these link_down "
                       "edge1:eth0 costs most: 50 % of requests failed, longest outage 9.00 s).") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_fails_without_a_failure_is_not_blamed_on_one) {
  auto scenario = small();
  const auto found = plan(scenario, {.kinds = {FailureKind::node}});
  BOOST_TEST_REQUIRE(found.has_value());
  const auto result =
      rank("small", *found,
           {{run({"up"}, 0, 0s)}, {run({"up"}, 0, 0s)}, {run({"up", "served"}, 9, 1s)}});
  BOOST_TEST(result.breaking() == 1U);
  BOOST_TEST(result.ranked[0].failures.name() == "power_off edge1");
  BOOST_TEST(result.ranked[0].broken.size() == 1U);
  BOOST_TEST(to_text(result).find("WITHOUT A FAILURE 1 of 3 expectations do not hold already") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(seeds_are_taken_together_and_a_crash_is_told) {
  const auto found = plan(small(), {.kinds = {FailureKind::node}});
  BOOST_TEST_REQUIRE(found.has_value());
  Run crash;
  crash.seed = 2;
  crash.crashed = "killed by signal 11";
  const auto result = rank("small", *found,
                           {{run({}, 0, 0s, 1), run({}, 0, 0s, 2)},
                            {run({}, 0, 0s, 1), run({"up"}, 10, 1s, 2)},
                            {run({}, 0, 0s, 1), crash}});
  BOOST_TEST(result.ranked[0].failures.name() == "power_off edge1");
  BOOST_TEST(result.ranked[0].crashed());
  BOOST_TEST(result.crashed() == 1U);
  BOOST_TEST(!result.holds());
  const auto& core = result.ranked[1];
  BOOST_TEST(core.failed_share() == 0.05);  // 10 of 200
  same({std::to_string(core.broken[0].seeds.size()), std::to_string(core.broken[0].seeds[0])},
       {"1", "2"});
  BOOST_TEST(to_text(result).find("up (in 1 of 2 seeds): it does not") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::scenario::campaign
