// What the files of a client's times say: of run_of_two() answers after 4 ms and 2 ms, and one that
// was refused after 1 ms.
#include <boost/test/unit_test.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "results/report/fortio.h"
#include "results/report/report.h"
#include "tests/results/run_of_two.h"

namespace seatrial::results::test {
namespace {

using nlohmann::json;

Report report_of(const Record& record, std::vector<LoadInfo> loads = {}) {
  Report report;
  report.run = {"small", "", 7, "0.1.0", 60s, std::move(loads)};
  report.record = &record;
  return report;
}

// 200 a second from 10 s to 40 s.
std::vector<LoadInfo> load_of(const std::string& client) {
  return {{client, "poisson", 5ms, 10s, 40s, "per_request"}};
}

BOOST_AUTO_TEST_SUITE(latency)

BOOST_AUTO_TEST_CASE(fortio_sees_its_own_members_in_its_own_units) {
  const auto record = run_of_two();
  const auto out = json::parse(fortio_json(report_of(record, load_of("users")), "users"));
  BOOST_TEST(out["RunType"] == "HTTP");
  BOOST_TEST(out["Labels"] == "small users");
  BOOST_TEST(out["StartTime"] == "1970-01-01T00:00:10Z");
  BOOST_TEST(out["RequestedQPS"] == "200");  // 1 s / 5 ms
  BOOST_TEST(out["RequestedDuration"] == "30s");
  BOOST_TEST(out["ActualDuration"] == 3'001'000'000);  // the last ended at 13.001 s
  BOOST_TEST(std::abs(out["ActualQPS"].get<double>() - 3 / 3.001) < 1e-12);
  BOOST_TEST(out["RetCodes"] == json({{"200", 2}, {"-1", 1}}));
  BOOST_TEST(out["URL"] == "http://cafe.example.com/api");
  BOOST_TEST(out["Jitter"] == true);

  const auto& all = out["DurationHistogram"];
  BOOST_TEST(all["Count"] == 3);
  BOOST_TEST(all["Min"] == 0.001);
  BOOST_TEST(all["Max"] == 0.004);
  BOOST_TEST(all["Sum"] == 0.007);
  BOOST_TEST(std::abs(all["Avg"].get<double>() - 0.007 / 3) < 1e-15);
  // ((1 - 7/3)^2 + (2 - 7/3)^2 + (4 - 7/3)^2) / 3 = 14/9
  BOOST_TEST(std::abs(all["StdDev"].get<double>() - 0.001 * std::sqrt(14.0 / 9)) < 1e-12);
  std::map<double, double> percentiles;
  for (const auto& p : all["Percentiles"]) percentiles[p["Percentile"]] = p["Value"];
  BOOST_TEST(percentiles.size() == 5U);
  BOOST_TEST(percentiles.at(99.9) == 0.004);
  BOOST_TEST(std::abs(percentiles.at(50) - 0.002) < 0.002 / 1000);
  BOOST_TEST(out["ErrorsDurationHistogram"]["Count"] == 1);
  BOOST_TEST(out["ErrorsDurationHistogram"]["Max"] == 0.001);
}

BOOST_AUTO_TEST_CASE(the_steps_ascend_from_the_least_to_the_largest_up_to_all) {
  const auto record = run_of_two();
  const auto out = json::parse(fortio_json(report_of(record), "users"));
  const auto& steps = out["DurationHistogram"]["Data"];
  BOOST_REQUIRE(steps.size() == 3U);
  BOOST_TEST(steps[0]["Start"] == 0.001);
  BOOST_TEST(steps[2]["End"] == 0.004);
  double end = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    BOOST_TEST(steps[i]["Start"] >= end);
    BOOST_TEST(steps[i]["End"] >= steps[i]["Start"]);
    BOOST_TEST(steps[i]["Count"] == 1);
    BOOST_TEST(steps[i]["Percent"].get<double>() == 100.0 * static_cast<double>(i + 1) / 3);
    end = steps[i]["End"];
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_nobody_knows_has_no_figures) {
  const auto record = Record();
  const auto out = json::parse(fortio_json(report_of(record), "users"));
  BOOST_TEST(out["DurationHistogram"]["Count"] == 0);
  BOOST_TEST(out["DurationHistogram"]["Percentiles"].is_null());
  BOOST_TEST(out["RequestedQPS"] == "max");
}

BOOST_AUTO_TEST_CASE(waiting_to_be_sent_is_latency_but_not_service_time) {
  // Wanted at 20 s, sent at 20.09 s, when the connection was free again, answered at 20.1 s.
  auto late = run_of_two().requests()[0];
  late.intended = at(20s);
  late.sent = at(20s + 90ms);
  late.finished = at(20s + 100ms);
  // And one that stalled for 20 ms: with one wanted each 5 ms it hid those that would have taken
  // 15, 10 and 5 ms.
  auto stalled = late;
  stalled.intended = stalled.sent = at(21s);
  stalled.finished = at(21s + 20ms);
  Record record;
  record.add(late);
  record.add(stalled);
  const auto users = json::parse(results_json(report_of(record, load_of("users"))))["requests"][0];
  BOOST_TEST(users["load"]["interval_ns"] == 5'000'000);
  BOOST_TEST(users["latency_ns"]["max"] == 100'000'000);
  BOOST_TEST(users["service_time_ns"]["max"] == 20'000'000);
  BOOST_TEST(users["service_time_ns"]["min"] == 10'000'000);
  // 10 ms hid 5 ms, 20 ms three more.
  BOOST_TEST(users["service_time_corrected_ns"]["count"] == 6);
  BOOST_TEST(users["service_time_corrected_ns"]["max"] == 20'000'000);
  BOOST_TEST(users["service_time_corrected_ns"]["min"].get<int>() >= 5'000'000);

  const auto unknown = json::parse(results_json(report_of(record)))["requests"][0];
  BOOST_TEST(!unknown.contains("load"));
  BOOST_TEST(!unknown.contains("service_time_corrected_ns"));
}

BOOST_AUTO_TEST_CASE(each_client_has_its_files) {
  const auto record = run_of_two();
  std::map<std::string, std::string> files;
  for (auto& file : latency_files(report_of(record, load_of("users")))) {
    files[file.name] = file.text;
  }
  BOOST_TEST(files.size() == 4U);
  // Answered ones only, as in results.json.
  for (const char* name : {"latency.users.hgrm", "service_time.users.hgrm"}) {
    BOOST_REQUIRE(files.contains(name));
    BOOST_TEST(files[name].find("Total count    =            2]") != std::string::npos);
  }
  BOOST_TEST(files.contains("service_time_corrected.users.hgrm"));
  BOOST_TEST(json::parse(files["latency.users.json"])["DurationHistogram"]["Count"] == 3);
  BOOST_TEST(latency_files(report_of(record)).size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
