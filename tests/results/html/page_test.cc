#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "results/html/assets.h"
#include "results/html/columns.h"
#include "results/html/data.h"
#include "results/html/escape.h"
#include "results/html/html.h"
#include "results/html/series.h"
#include "tests/results/run_of_two.h"

namespace seatrial::results::test {
namespace {

using Json = nlohmann::json;

Report report_of(const Record& record) {
  Report report;
  report.run = {"demo", "A question?", 7, "0.1.0", 20s};
  report.participants = {{"edge1", "edge2"}, {"nginx-ingress/nginx-1"}, {"default/api-1"}};
  report.outcomes = {{"served", false, "load", "one was refused", {"request/2", "request/2"}},
                     {"quiet", true, "drops", "0 packets dropped", {}}};
  report.record = &record;
  return report;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string file(const std::string& name) {
  std::ifstream in(std::string(SEATRIAL_SOURCE_DIR) + "/results/html/" + name, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(in, name);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

std::string data_of(const std::string& page) {
  const std::string open = R"(<script type="application/json" id="data">)";
  const auto begin = page.find(open) + open.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

BOOST_AUTO_TEST_SUITE(html_page)

BOOST_AUTO_TEST_CASE(the_embedded_libraries_are_the_vendored_files) {
  BOOST_TEST((html::uplot_script() == file("vendor/uplot/uPlot.iife.min.js")));
  BOOST_TEST((html::uplot_style() == file("vendor/uplot/uPlot.min.css")));
  BOOST_TEST((html::cytoscape_script() == file("vendor/cytoscape/cytoscape.min.js")));
}

BOOST_AUTO_TEST_CASE(no_script_closes_its_own_element) {
  // HTML, section 4.12.1.3: inside a script these three must not stand.
  for (const auto script : {html::app_script(), html::uplot_script(), html::cytoscape_script()}) {
    for (const auto* part : {"</script", "</SCRIPT", "<!--", "<script"}) {
      BOOST_TEST(std::string(script).find(part) == std::string::npos);
    }
    // The parser turns CR LF into LF, and then the policy's hash would be another.
    BOOST_TEST(script.find('\r') == std::string_view::npos);
  }
}

BOOST_AUTO_TEST_CASE(the_bundle_is_one_script_without_module_words) {
  std::istringstream lines{std::string(html::app_script())};
  for (std::string line; std::getline(lines, line);) {
    BOOST_TEST(!line.starts_with("import "));
    BOOST_TEST(!line.starts_with("export "));
  }
}

BOOST_AUTO_TEST_CASE(the_verdict_stands_in_the_markup_with_what_fails_first) {
  const auto record = run_of_two();
  const auto page = report_html(report_of(record));
  BOOST_TEST(page.find("<strong id=\"verdict-text\">1 of 2 expectations does not hold</strong>") !=
             std::string::npos);
  const auto failing = page.find("one was refused");
  const auto holding = page.find("0 packets dropped");
  BOOST_TEST((failing < holding && holding != std::string::npos));
  // Named twice by the verdict, linked once in its row; without any evidence its own record is.
  BOOST_TEST(count_of(page, "href=\"#evidence=request/2\"") == 1U);
  BOOST_TEST(count_of(page, "href=\"#evidence=expectation/1\"") == 1U);
}

BOOST_AUTO_TEST_CASE(without_expectations_there_is_no_verdict_to_read_as_one) {
  const auto record = run_of_two();
  auto report = report_of(record);
  report.outcomes.clear();
  const auto page = report_html(report);
  BOOST_TEST(page.find("nothing was expected") != std::string::npos);
  BOOST_TEST(page.find("expects nothing") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_policy_forbids_every_load_and_every_script_but_three) {
  const auto record = run_of_two();
  const auto page = report_html(report_of(record));
  const auto policy = page.substr(page.find("Content-Security-Policy"), 400);
  BOOST_TEST(policy.find("default-src 'none'") != std::string::npos);
  BOOST_TEST(count_of(policy, "'sha256-") == 3U);
  BOOST_TEST(policy.find("unsafe-eval") == std::string::npos);
  BOOST_TEST(page.find("src=\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_same_run_gives_the_same_bytes) {
  const auto record = run_of_two();
  BOOST_TEST((report_html(report_of(record)) == report_html(report_of(record))));
}

BOOST_AUTO_TEST_CASE(texts_of_the_run_never_become_markup) {
  const std::string hostile = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>";
  auto record = run_of_two();
  record.add(Note{at(1s), hostile, hostile, hostile});
  record.add(SessionChanged{at(1s), hostile, *net::IpAddress::parse("10.1.1.8"), "Idle",
                            "line\u2028separator \"quoted\" \\ \xff"});
  auto report = report_of(record);
  report.run.scenario = report.run.description = report.run.version = hostile;
  report.outcomes.push_back({hostile, false, hostile, hostile, {hostile}});
  report.participants.edges.push_back(hostile);
  const auto page = report_html(report);
  BOOST_TEST(page.find("<script>alert") == std::string::npos);
  BOOST_TEST(page.find("<img") == std::string::npos);
  // The data, its three friends, and their ends.
  BOOST_TEST(count_of(page, "<script") == 4U);
  BOOST_TEST(count_of(page, "</script") == 4U);
  const auto data = Json::parse(data_of(page));
  BOOST_TEST(data["run"]["scenario"] == hostile);
  const auto texts = data["texts"].get<std::vector<std::string>>();
  BOOST_TEST((std::find(texts.begin(), texts.end(), hostile) != texts.end()));
  // What is not UTF-8 is U+FFFD, as in records.jsonl.
  BOOST_TEST((std::find(texts.begin(), texts.end(), "line\u2028separator \"quoted\" \\ \ufffd") !=
              texts.end()));
}

BOOST_AUTO_TEST_CASE(a_placeholder_in_a_text_is_a_text) {
  const auto record = run_of_two();
  auto report = report_of(record);
  report.run.description = "{{app}}";
  BOOST_TEST(report_html(report).find("<p class=\"description\">{{app}}</p>") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(html_data)

BOOST_AUTO_TEST_CASE(columns_tell_times_as_distances_and_names_once) {
  html::Texts texts;
  html::Texts values;
  html::Columns columns(texts, values);
  columns.add(LinkChanged{at(5s), "core1:eth1", true});
  columns.add(LinkChanged{at(7s), "core1:eth1", false});
  columns.add(LinkChanged{at(6s), "core2:eth1", true});
  BOOST_TEST(columns.json() == R"([["at_ns","t",[5000000000,2000000000,-1000000000]],)"
                               R"(["port","s",[0,0,1]],["up","b",[1,0,1]]])");
  BOOST_TEST((texts.list() == std::vector<std::string>{"core1:eth1", "core2:eth1"}));
}

BOOST_AUTO_TEST_CASE(a_way_names_its_shape_and_adds_times_and_records) {
  const auto record = run_of_two();
  const auto data = Json::parse(html::data_json(report_of(record), {}));
  const auto& texts = data["texts"];
  const auto& ways = data["ways"];
  // Request 1: edge1, the ingress pod, default/api-1, three legs; the first ends at edge1 and its
  // first shape is users, core1, edge1, seen at 10 s, +10 us and +10 us by hop records 0, 1, 2.
  BOOST_TEST(texts[ways[0].get<std::size_t>()] == "edge1");
  BOOST_TEST(texts[ways[1].get<std::size_t>()] == "nginx-ingress/nginx-1");
  BOOST_TEST(texts[ways[2].get<std::size_t>()] == "default/api-1");
  BOOST_TEST(ways[3] == 3);
  BOOST_TEST(texts[ways[4].get<std::size_t>()] == "edge1");
  const auto& shape = data["shapes"][ways[5].get<std::size_t>()];
  BOOST_REQUIRE_EQUAL(shape.size(), 3U);
  BOOST_TEST(texts[shape[1][0].get<std::size_t>()] == "core1");
  BOOST_TEST(texts[shape[1][1].get<std::size_t>()] == "eth0");
  BOOST_TEST(texts[shape[1][2].get<std::size_t>()] == "eth1");
  BOOST_TEST((Json(std::vector<Json>(ways.begin() + 6, ways.begin() + 12)) ==
              Json::parse("[0,0,10000,1,10000,1]")));
}

BOOST_AUTO_TEST_CASE(intervals_are_one_two_or_five_of_a_power_of_ten) {
  // 120 intervals wanted: 60 s / 120 = 0.5 s; 61 s needs more than 0.5 s; 2 h / 120 = 60 s.
  BOOST_TEST(html::interval_of(60s).count() == Duration(500ms).count());
  BOOST_TEST(html::interval_of(61s).count() == Duration(1s).count());
  BOOST_TEST(html::interval_of(7200s).count() == Duration(100s).count());
  BOOST_TEST(html::interval_of(Duration{0}).count() == Duration(1us).count());
}

BOOST_AUTO_TEST_CASE(series_count_a_request_when_it_was_meant_to_be_sent) {
  const auto record = run_of_two();
  // 20 s: intervals of 0.2 s. The requests were meant for 10 s, 12 s and, refused, 13 s.
  const auto series = Json::parse(html::series_json(record, 20s));
  BOOST_TEST(series["interval_ns"] == 200'000'000);
  BOOST_TEST(series["ok"][50] == 1);
  BOOST_TEST(series["ok"][60] == 1);
  BOOST_TEST(series["failed"][65] == 1);
  BOOST_TEST(series["first_failed"][65] == 2);
  BOOST_TEST(series["slowest"][50] == 0);
  BOOST_TEST(series["p50"][65].is_null());  // not answered: no latency
  BOOST_TEST(series["max"][50] == 4'000'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
