#include "results/html/selection.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "results/html/data.h"
#include "tests/results/run_of_two.h"

namespace seatrial::results::test {
namespace {

// `count` requests a second; each 10th fails, request i takes i microseconds.
Record many(std::size_t count) {
  Record record;
  for (std::size_t i = 0; i < count; ++i) {
    RequestFinished q;
    q.client = "users";
    q.number = i + 1;
    q.intended = q.sent = q.connected = at(Duration(i * 1'000'000));
    q.first_byte = q.finished = q.intended + Duration(i * 1'000);
    q.status = i % 10 == 0 ? 503 : 200;
    record.add(q);
  }
  return record;
}

bool holds(const html::Selection& selection, std::size_t request) {
  return std::binary_search(selection.requests.begin(), selection.requests.end(), request);
}

BOOST_AUTO_TEST_SUITE(html_selection)

BOOST_AUTO_TEST_CASE(a_run_below_the_limit_is_held_whole) {
  const auto selection = html::select_requests(many(100), 1, {.requests = 100});
  BOOST_TEST(selection.complete);
  BOOST_TEST(selection.requests.size() == 100U);
  BOOST_TEST(selection.failed == 10U);
}

BOOST_AUTO_TEST_CASE(a_larger_one_keeps_the_failed_the_slowest_and_a_sample) {
  const auto record = many(1'000);
  const HtmlLimits limits{.requests = 200, .failed = 150, .slowest = 20};
  const auto selection = html::select_requests(record, 1, limits);
  BOOST_TEST(!selection.complete);
  BOOST_TEST(selection.requests.size() == 200U);
  BOOST_TEST(selection.failed == 100U);
  BOOST_TEST(selection.failed_kept == 100U);
  for (std::size_t i = 0; i < 1'000; i += 10) BOOST_TEST(holds(selection, i));
  // The slowest 20 of the answered, from the end: of the last 22 two failed (980, 990).
  for (std::size_t i = 978; i < 1'000; ++i) BOOST_TEST(holds(selection, i));
  BOOST_TEST((std::adjacent_find(selection.requests.begin(), selection.requests.end()) ==
              selection.requests.end()));
}

BOOST_AUTO_TEST_CASE(more_failures_than_fit_are_sampled) {
  const auto selection =
      html::select_requests(many(1'000), 1, {.requests = 100, .failed = 30, .slowest = 10});
  BOOST_TEST(selection.failed == 100U);
  BOOST_TEST(selection.failed_kept == 30U);
  BOOST_TEST(selection.requests.size() == 100U);
}

BOOST_AUTO_TEST_CASE(the_sample_is_the_seeds) {
  const auto record = many(1'000);
  const HtmlLimits limits{.requests = 200, .failed = 50, .slowest = 10};
  const auto one = html::select_requests(record, 1, limits);
  BOOST_TEST((one.requests == html::select_requests(record, 1, limits).requests));
  BOOST_TEST((one.requests != html::select_requests(record, 2, limits).requests));
}

BOOST_AUTO_TEST_CASE(the_page_says_which_records_its_rows_are) {
  const auto record = many(100);
  Report report;
  report.run.simulated = 1s;
  report.record = &record;
  const auto data =
      nlohmann::json::parse(html::data_json(report, {.requests = 20, .failed = 10, .slowest = 2}));
  const auto& table = data["kinds"]["request"];
  BOOST_TEST(table["total"] == 100);
  BOOST_REQUIRE_EQUAL(table["rows"].size(), 20U);
  // The rows are distances: the first is record 0, which failed; the last, in sum, record 99.
  BOOST_TEST(table["rows"][0] == 0);
  std::size_t last = 0;
  for (const auto& distance : table["rows"]) last += distance.get<std::size_t>();
  BOOST_TEST(last == 99U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
