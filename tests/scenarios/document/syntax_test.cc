#include <boost/test/unit_test.hpp>

#include "scenarios/engine/document/json_text.h"
#include "tests/scenarios/document/support.h"

namespace seatrial::scenario::test {
namespace {

BOOST_AUTO_TEST_SUITE(scenario_syntax)

BOOST_AUTO_TEST_CASE(every_value_and_key_has_its_place) {
  // Given a text with nesting, escapes, numbers before delimiters, and more than one byte a letter
  const std::string text =
      "{\"a\": [1,-2.5e3 ,true],\n"
      "  \"b\\u0041\" : {\"c\":\"x\\\"y\"},\n"
      "\t\"ü\": null, \"d\": 7}";
  Diagnostics diagnostics;
  // When it is parsed
  const auto json = document::parse_json(text, "f", diagnostics);
  // Then each place is the one that counting lines and characters by hand gives
  BOOST_REQUIRE(json);
  const auto value = [&](const char* pointer) {
    const auto at = json->places.value(pointer);
    return std::pair(at.line, at.column);
  };
  const auto key = [&](const char* pointer) {
    const auto at = json->places.key(pointer);
    return std::pair(at.line, at.column);
  };
  BOOST_TEST((value("") == std::pair(1, 1)));
  BOOST_TEST((key("/a") == std::pair(1, 2)));
  BOOST_TEST((value("/a") == std::pair(1, 7)));
  BOOST_TEST((value("/a/0") == std::pair(1, 8)));
  BOOST_TEST((value("/a/1") == std::pair(1, 10)));
  BOOST_TEST((value("/a/2") == std::pair(1, 18)));
  BOOST_TEST((key("/bA") == std::pair(2, 3)));
  BOOST_TEST((value("/bA") == std::pair(2, 15)));
  BOOST_TEST((value("/bA/c") == std::pair(2, 20)));
  BOOST_TEST((key("/ü") == std::pair(3, 2)));
  BOOST_TEST((value("/ü") == std::pair(3, 7)));
  BOOST_TEST((value("/d") == std::pair(3, 18)));
}

BOOST_AUTO_TEST_CASE(a_syntax_error_names_line_column_and_what_was_expected) {
  // A comma that is missing after line 2's value: the string on line 3 is not expected there.
  const auto problems = problems_of("{\n  \"name\": \"x\"\n  \"seed\": 1\n}\n");
  BOOST_TEST(problems.find("s.json:3:3: error: ") == 0, problems);
  BOOST_TEST(problems.find("'}'") != std::string::npos, problems);
}

BOOST_AUTO_TEST_CASE(a_mark_too_many_is_told_where_it_stands) {
  // `  "seed": 1,,`: after two blanks, the second comma is the 13th character
  BOOST_TEST(problems_of("{\n  \"seed\": 1,,\n}\n").find("s.json:2:13: error: ") == 0);
  // `  "a": [1, 2],}`: the bracket that a comma precedes is the 14th
  BOOST_TEST(problems_of("{\n  \"a\": [1, 2,]}").find("s.json:2:14: error: ") == 0);
  // `{"a": 1 true}`: a word where a comma should be, at character 9
  BOOST_TEST(problems_of("{\"a\": 1 true}").find("s.json:1:9: error: ") == 0);
}

BOOST_AUTO_TEST_CASE(a_truncated_text_is_told_at_its_end) {
  const auto problems = problems_of("{\"name\":\n  \"x\",");
  BOOST_TEST(problems.find("s.json:2:7: error: ") == 0, problems);
}

BOOST_AUTO_TEST_CASE(an_empty_text_is_an_error) {
  BOOST_TEST(problems_of("").find("s.json:1:1: error: ") == 0);
}

BOOST_AUTO_TEST_CASE(a_duplicate_key_is_an_error_at_the_second) {
  BOOST_TEST(problems_of("{\"name\": \"a\",\n \"seed\": 1,\n \"name\": \"b\"}") ==
             "s.json:3:2: error: duplicate key \"name\", expected each key once\n");
}

BOOST_AUTO_TEST_CASE(bottomless_nesting_is_refused) {
  const auto problems = problems_of(std::string(100000, '['));
  BOOST_TEST(problems == "s.json:1:65: error: nested more than 64 deep\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::scenario::test
