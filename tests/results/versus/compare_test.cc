#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "results/versus/compare.h"
#include "tests/results/run_of_two.h"
#include "tests/results/small_network.h"

namespace seatrial::results::versus::test {
using namespace results::test;

namespace {

RunFigures run(std::uint64_t seed, double latency, const std::string& outcome = "holds",
               const std::string& route = "bgp via 10.1.1.9") {
  RunFigures out;
  out.name = "run" + std::to_string(seed);
  out.scenario = "demo";
  out.seed = seed;
  out.passed = outcome == "holds";
  out.expectations["served"] = outcome;
  if (!out.passed) out.why["served"] = "2 of 3 requests";
  out.routes["core1 10.0.0.0/8"] = route;
  out.figures["users: p99 latency"] = {latency, Unit::seconds};
  out.figures["packets dropped"] = {7, Unit::count};
  return out;
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
const ComparedFigure& figure(const Comparison& all, const std::string& name) {
  return *std::ranges::find(all.figures, name, &ComparedFigure::name);
}

BOOST_AUTO_TEST_SUITE(comparing)

BOOST_AUTO_TEST_CASE(a_run_is_the_same_as_itself) {
  const auto all = compare({run(1, 0.002)}, {run(1, 0.002)});
  BOOST_TEST(!all.differs());
  BOOST_TEST(has(comparison_text(all, {}, false), "SAME: one run on a side"));
}

BOOST_AUTO_TEST_CASE(one_run_a_side_tells_every_difference_and_calls_none_significant) {
  const auto all = compare({run(1, 0.002)}, {run(1, 0.003, "fails", "bgp via 10.1.1.8")});
  BOOST_TEST(all.differs());
  BOOST_TEST(all.expectations[0].differs);
  BOOST_TEST(all.routes[0].differs);
  BOOST_TEST(figure(all, "users: p99 latency").differs);
  BOOST_TEST(!figure(all, "users: p99 latency").p_adjusted);
  BOOST_TEST(!figure(all, "packets dropped").differs);
  const auto text = comparison_text(all, {}, false);
  // 3 ms is 50 % more than 2 ms.
  BOOST_TEST(has(text, "users: p99 latency  2.00 ms  3.00 ms  +1.00 ms (+50 %)"));
  BOOST_TEST(has(text, "fails:  2 of 3 requests"));
  BOOST_TEST(!has(text, "packets dropped"));
  BOOST_TEST(has(comparison_text(all, {}, true), "packets dropped"));
}

BOOST_AUTO_TEST_CASE(seeds_that_both_sides_have_are_pairs) {
  // In another order: pairs go by seed.
  const auto all = compare({run(1, 0.010), run(2, 0.020), run(3, 0.031), run(4, 0.040)},
                           {run(4, 0.042), run(2, 0.022), run(3, 0.0331), run(1, 0.012)});
  BOOST_TEST(all.paired);
  const auto& latency = figure(all, "users: p99 latency");
  BOOST_TEST(to_string(latency.difference.test) == "paired t");
  BOOST_TEST(latency.difference.change == 0.002025, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(latency.differs);  // by 2, 2, 2.1 and 2 ms
  BOOST_TEST(latency.p_adjusted.value() == std::min(1.0, 2 * *latency.difference.p),
             boost::test_tools::tolerance(1e-9));  // two figures
  BOOST_TEST(!figure(all, "packets dropped").differs);

  // The same figures as groups say nothing: seeds differ far more than the designs.
  const auto groups = compare({run(1, 0.010), run(2, 0.020), run(3, 0.031), run(4, 0.040)},
                              {run(5, 0.042), run(6, 0.022), run(7, 0.0331), run(8, 0.012)});
  BOOST_TEST(!groups.paired);
  BOOST_TEST(!figure(groups, "users: p99 latency").differs);
}

BOOST_AUTO_TEST_CASE(outcomes_of_several_seeds_are_counted) {
  const auto all = compare({run(1, 1), run(2, 1), run(3, 1)},
                           {run(1, 1), run(2, 1, "fails"), run(3, 1, "fails")});
  BOOST_TEST(all.expectations[0].differs);
  BOOST_TEST(all.expectations[0].b.at("fails") == 2U);
  // 3 of 3 against 1 of 3: of the C(6,4) = 15 tables' ways, those as unlikely are 3 + 3.
  BOOST_TEST(all.expectations[0].p.value() == 0.4, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(has(comparison_text(all, {}, false), "fails (2 of 3); holds (1 of 3)"));
  const auto json = nlohmann::json::parse(comparison_json(all));
  BOOST_TEST(json["differs"] == true);
  BOOST_TEST(json["expectations"][0]["b"]["fails"] == 2);
  BOOST_TEST(json["figures"][1]["a"].size() == 3U);
}

BOOST_AUTO_TEST_CASE(what_one_side_lacks_is_a_difference) {
  auto without = run(1, 1);
  without.figures.erase("packets dropped");
  without.routes.clear();
  const auto all = compare({run(1, 1)}, {without});
  BOOST_TEST(figure(all, "packets dropped").differs);
  BOOST_TEST(all.routes[0].b.at("absent") == 1U);
}

BOOST_AUTO_TEST_CASE(figures_come_from_the_records) {
  StoredRun stored;
  stored.record = small_network();
  stored.run = {"small", "", 5, "0.1.0", 60s};
  stored.outcomes = {{"served", false, "load", "no", {}}};
  const auto network = figures_of(stored, "x");
  BOOST_TEST(network.seed == 5U);
  BOOST_TEST(network.expectations.at("served") == "fails");
  BOOST_TEST(network.sessions.at("core1 to 10.1.1.3 (node2)") == "Connect");
  BOOST_TEST(!network.routes.contains("core1 10.70.0.0/16"));  // removed at 40 s
  BOOST_TEST(network.routes.at("users 0.0.0.0/0") == "static via 10.2.0.1 (core1)");
  BOOST_TEST(network.figures.at("sessions: ends lost").value == 1.0);
  // node2 loses power at 30 s, the last of the tables changes at 40 s, the next fault is at 50 s.
  BOOST_TEST(network.figures.at("after power_off node2: FIBs settled in").value == 10.0);
  BOOST_TEST(network.figures.at("after link_down edge1:eth0: FIBs settled in").value == 0.0);

  stored.record = run_of_two();
  const auto requests = figures_of(stored, "y");
  BOOST_TEST(requests.figures.at("users: requests failed").value == 1.0);
  BOOST_TEST(requests.figures.at("users: success ratio").value == 2.0 / 3.0);
  BOOST_TEST(requests.figures.at("users: highest latency").value == 0.004);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::versus::test
