#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "results/report/progress.h"
#include "results/report/report.h"
#include "tests/results/run_of_two.h"

namespace seatrial::results::test {
namespace {

Report report_of(const Record& record) {
  Report report;
  report.run = {"small", "", 7, "0.1.0", 60s};
  report.participants = {{"edge1", "edge2", "edge3"}, {"nginx-ingress/nginx-1"}, {}};
  report.outcomes = {{"up", true, "sessions", "2 of 2", {"session/1"}},
                     {"a<b", false, "load", "p99 5ms & \"more\"\x01, caf\xc3\xa9 \xff", {}}};
  report.record = &record;
  return report;
}

BOOST_AUTO_TEST_SUITE(report)

BOOST_AUTO_TEST_CASE(results_json_counts_what_happened) {
  const auto record = run_of_two();
  const auto json = nlohmann::json::parse(results_json(report_of(record)));
  BOOST_TEST(json["verdict"] == "fail");
  BOOST_TEST(json["counters"]["requests"] == 3);
  BOOST_TEST(json["counters"]["simulated_ns"] == 60'000'000'000);
  const auto& users = json["requests"][0];
  BOOST_TEST(users["count"] == 3);
  BOOST_TEST(users["succeeded"] == 2);
  BOOST_TEST(users["errors"]["refused"] == 1);
  BOOST_TEST(users["latency_ns"]["max"] == 4'000'000);
  BOOST_TEST(users["latency_ns"]["mean"] == 3'000'000);  // (4 ms + 2 ms) / 2
  BOOST_TEST(json["spread"]["users"]["edges"]["edge1"] == 1);
  BOOST_TEST(json["spread"]["users"]["edges"]["edge3"] == 0);
  BOOST_TEST(json["slowest_request"]["app_pod"] == "default/api-1");
  BOOST_TEST(json["slowest_request"]["legs"].size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_same_run_gives_the_same_bytes) {
  const auto one = run_of_two();
  const auto two = run_of_two();
  BOOST_TEST(results_json(report_of(one)) == results_json(report_of(two)));
}

BOOST_AUTO_TEST_CASE(junit_is_xml_with_one_unique_case_an_expectation) {
  const auto record = run_of_two();
  auto report = report_of(record);
  report.outcomes.push_back(report.outcomes[0]);
  std::istringstream in(junit_xml(report));
  boost::property_tree::ptree tree;
  boost::property_tree::read_xml(in, tree);
  const auto& suite = tree.get_child("testsuites.testsuite");
  BOOST_TEST(suite.get<int>("<xmlattr>.tests") == 3);
  BOOST_TEST(suite.get<int>("<xmlattr>.failures") == 1);
  std::vector<std::string> names;
  for (const auto& [tag, node] : suite) {
    if (tag != "testcase") continue;
    names.push_back(node.get<std::string>("<xmlattr>.name"));
    if (names.size() == 2) {
      BOOST_TEST(node.get<std::string>("failure.<xmlattr>.message") ==
                 "p99 5ms & \"more\"?, caf\xc3\xa9 ?");
    }
  }
  BOOST_TEST((names == std::vector<std::string>{"small.up", "small.a<b", "small.up-2"}));
}

BOOST_AUTO_TEST_CASE(requests_csv_has_a_line_a_request) {
  auto record = run_of_two();
  auto odd = record.requests()[0];
  odd.url = "http://h/a,\"b\"";
  record.add(odd);
  std::istringstream in(requests_csv(record));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  BOOST_REQUIRE(lines.size() == 5U);  // the header and 4
  BOOST_TEST(lines[1].find("users,1,GET,http://cafe.example.com/api,default/api,default/api-1,"
                           "edge1,nginx-ingress/nginx-1,default/api-1,200,,10000000000,") == 0);
  BOOST_TEST(lines[1].find(",10004000000,4000000,4000000,0,512,10.2.0.10:40001,10.50.0.80:80\r") !=
             std::string::npos);  // finished, latency, service time, retries, bytes
  BOOST_TEST(lines[2].find(",default/web,default/web-1,edge2,") != std::string::npos);
  BOOST_TEST(lines[3].find(",,,,,0,refused,") != std::string::npos);
  BOOST_TEST(lines[4].find("\"http://h/a,\"\"b\"\"\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_verdict_fits_its_width_and_is_plain_without_a_terminal) {
  auto record = run_of_two();
  record.add(SessionChanged{at(2s), "core1", endpoint("10.1.1.4:1").address, "Established", ""});
  record.add(FibChanged{at(2s),
                        "core1",
                        *net::Prefix::parse("172.16.1.0/26"),
                        {{endpoint("10.1.1.8:1").address, "eth1"}},
                        "bgp",
                        true});
  auto report = report_of(record);
  report.outcomes[1].why =
      "a long reason that has to be wrapped because it does not fit into one "
      "line of a hundred columns, however one looks at it";
  VerdictOptions options;
  options.output_folder = "out";
  const auto text = verdict(report, options);
  BOOST_TEST(text.find('\x1b') == std::string::npos);
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) BOOST_TEST(line.size() <= 100U, line);
  for (const char* expected :
       {"BGP sessions: 1 of 1 ends Established", "172.16.1.0/26      via 10.1.1.8  at core1",
        "Requests of users: 2 of 3 succeeded", "users => edge1", "edge1 => nginx-ingress/nginx-1",
        "Packets dropped: none", "FAIL  a<b", "FAIL: 1 of 2 expectations", "Results: out"}) {
    BOOST_TEST(text.find(expected) != std::string::npos, expected << " in\n" << text);
  }
  options.colour = true;
  BOOST_TEST(verdict(report, options).find("\x1b[31m") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(progress_tells_ci_every_tenth_and_a_terminal_one_line) {
  std::string plain;
  Progress ci({60s, false, 100}, [&](std::string_view text) { plain += text; });
  for (int i = 0; i <= 600; ++i) ci.update(i * 100ms, i * 10ms, static_cast<std::uint64_t>(i));
  ci.finish(60s, 6s, 600);
  BOOST_TEST(std::count(plain.begin(), plain.end(), '\n') == 11);  // 0 %, 10 %, ... 100 %
  BOOST_TEST(plain.find(" 50 %  30.0 of 60.0 s simulated  3.0 s wall  100 events/s\n") !=
                 std::string::npos,
             plain);

  std::string terminal;
  Progress bar({60s, true, 100}, [&](std::string_view text) { terminal += text; });
  bar.update(30s, 1s, 100);
  bar.update(31s, 1050ms, 110);  // too soon to draw again
  bar.finish(60s, 2s, 200);
  BOOST_TEST(std::count(terminal.begin(), terminal.end(), '\r') == 2);
  BOOST_TEST(std::count(terminal.begin(), terminal.end(), '\n') == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
