#include <boost/test/unit_test.hpp>

#include "tests/scenarios/document/support.h"

namespace seatrial::scenario::test {
namespace {

BOOST_AUTO_TEST_SUITE(scenario_schema)

BOOST_AUTO_TEST_CASE(the_design_of_these_tests_is_right) {
  BOOST_TEST(problems_of(design_with()) == "");
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_told_at_the_key_with_those_there_are) {
  BOOST_TEST(problems_of(design_with(9, "\"edges\"", "\"edgs\"")) ==
             "s.json:9:3: error: unknown key \"edgs\", expected one of \"$schema\", "
             "\"description\", \"seed\", \"edges\"\n");
}

BOOST_AUTO_TEST_CASE(a_wrong_unit_is_told_at_the_value) {
  // `    "links": [{"ends": ["core1:eth0", "lan1"], "rate": "10Gbps"},`: the value is at column 56
  BOOST_TEST(problems_of(design_with(6, "10Gbps", "10Gbs")) ==
             "s.json:6:56: error: \"rate\" is \"10Gbs\", expected a bandwidth such as "
             "\"10Gbps\"\n");
}

BOOST_AUTO_TEST_CASE(a_wrong_type_is_told_with_what_was_expected) {
  BOOST_TEST(problems_of(design_with(13, "200", "\"fast\"")) ==
             "s.json:13:22: error: \"rate\" is \"fast\", expected a number of requests a second "
             "above 0, such as 200\n");
  BOOST_TEST(problems_of(design_with(13, "200", "0")) ==
             "s.json:13:22: error: \"rate\" is 0, expected a number of requests a second above 0, "
             "such as 200\n");
}

BOOST_AUTO_TEST_CASE(a_number_too_large_is_told_where_it_stands) {
  // A million requests a second is a bound; without one, an absurd rate would never end.
  BOOST_TEST(problems_of(design_with(13, "200", "1e300"))
                 .find("s.json:13:22: error: \"rate\" is 1e+300, expected a number") == 0);
  // One more than the largest seed, 2^63 - 1.
  BOOST_TEST(
      problems_of("{\"name\": \"x\", \"duration\": \"5s\", \"seed\": 9223372036854775808}") ==
      "s.json:1:41: error: \"seed\" is 9223372036854775808, expected a whole number, 0 or "
      "more\n");
}

BOOST_AUTO_TEST_CASE(a_text_without_end_is_refused_before_any_pattern_is_tried_on_it) {
  const std::string long_text(100'000, '1');
  BOOST_TEST(problems_of("{\"name\": \"x\",\n \"duration\": \"" + long_text + "s\"}") ==
             "s.json:2:14: error: a text of 100001 bytes, expected at most 4096\n");
  BOOST_TEST(problems_of("{\"" + long_text + "\": 1}") ==
             "s.json:1:2: error: a text of 100000 bytes, expected at most 4096\n");
}

BOOST_AUTO_TEST_CASE(a_run_lasts_longer_than_nothing) {
  BOOST_TEST(problems_of("{\"name\": \"x\", \"duration\": \"0s\"}") ==
             "s.json:1:27: error: the run's duration is zero, expected a duration above zero such "
             "as \"60s\"\n");
}

BOOST_AUTO_TEST_CASE(a_missing_key_is_told_at_the_object_that_lacks_it) {
  BOOST_TEST(problems_of(design_with(5, ", \"config\": \"core1.conf\"", "")) ==
             "s.json:5:17: error: element 0 of \"routers\" has no \"config\"\n");
}

BOOST_AUTO_TEST_CASE(a_wrong_word_is_told_with_the_words_there_are) {
  BOOST_TEST(problems_of(design_with(15, "power_off", "explode")) ==
             "s.json:15:36: error: \"do\" is \"explode\", expected one of \"link_down\", "
             "\"link_up\", \"link_silent\", \"link_restored\", \"power_off\", \"kill\", "
             "\"terminate\", \"start\", \"freeze\", \"thaw\", \"restart\", "
             "\"clear\", \"clear_soft\", \"announce\", \"withdraw\"\n");
}

BOOST_AUTO_TEST_CASE(a_link_has_two_ends) {
  BOOST_TEST(problems_of(design_with(6, ", \"lan1\"", "")) ==
             "s.json:6:24: error: \"ends\" has 1 elements, expected exactly 2\n");
}

BOOST_AUTO_TEST_CASE(an_expectation_of_no_known_kind_names_the_kinds) {
  BOOST_TEST(problems_of(design_with(16, "\"sessions\": \"as_configured\"", "\"sesions\": 1")) ==
             "s.json:16:14: error: no kind of expectation is named by \"sesions\", \"by\", "
             "expected one of \"sessions\", \"routes\", \"blocks\", \"next_hops\", \"spread\", "
             "\"drops\", \"load\", \"no_loops\", \"no_blackholes\", \"convergence\", "
             "\"quiescent\", \"always\", \"eventually\", \"until\"\n");
}

BOOST_AUTO_TEST_CASE(a_kind_of_expectation_decides_its_keys) {
  BOOST_TEST(problems_of(design_with(16, "\"by\"", "\"p99\": 1, \"by\"")) ==
             "s.json:16:56: error: unknown key \"p99\", expected one of \"until\", \"node\"\n");
}

BOOST_AUTO_TEST_CASE(all_violations_are_told_at_once) {
  auto text = design_with(6, "10Gbps", "fast");
  text.replace(text.find("10.1.1.8/24"), 11, "10.1.1.8");
  const auto problems = problems_of(text);
  BOOST_TEST(problems.find("s.json:6:56: error: \"rate\" is \"fast\"") != std::string::npos);
  BOOST_TEST(problems.find("s.json:11:50: error: \"address\" is \"10.1.1.8\"") != std::string::npos,
             problems);
}

BOOST_AUTO_TEST_CASE(what_a_pattern_lets_pass_is_told_too) {
  BOOST_TEST(problems_of(design_with(9, "10.1.1.4/24", "10.1.1.400/24")) ==
             "s.json:9:56: error: \"address\" is \"10.1.1.400/24\", expected an address with its "
             "subnet's length such as \"10.1.1.4/24\"\n");
  const auto routes = R"("routes": {"10.1.1.1/24": ["10.1.1.8"]}, "node": "core1")";
  BOOST_TEST(problems_of(design_with(16, R"("sessions": "as_configured", "by": "15s")", routes)) ==
             "s.json:16:38: error: the key is \"10.1.1.1/24\", expected a prefix without host bits "
             "such as \"10.1.1.0/24\"\n");
}

BOOST_AUTO_TEST_CASE(a_document_that_is_no_object_is_told) {
  BOOST_TEST(problems_of("[]") ==
             "s.json:1:1: error: the document is a list, expected A seatrial "
             "scenario\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::scenario::test
