// Truth tables after Calico's documentation of selectors: an absent label makes only `!=`, `not in`
// and `!has()` true.
#include <boost/test/unit_test.hpp>

#include "models/calico/selector.h"

using namespace seatrial::calico;

namespace {

bool matches(const std::string& text, const Labels& labels, bool is_global = true) {
  const auto selector = Selector::parse(text);
  BOOST_REQUIRE_MESSAGE(selector.has_value(), text);
  return selector->matches(labels, is_global);
}

SelectorError error_of(const std::string& text) {
  const auto selector = Selector::parse(text);
  BOOST_REQUIRE_MESSAGE(!selector.has_value(), text);
  return selector.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(selector)

BOOST_AUTO_TEST_CASE(comparisons) {
  struct Row {
    const char* text;
    bool edge;    // {role: edge, rack: r1}
    bool absent;  // {}
  };
  const Row rows[] = {
      {"role == 'edge'", true, false},
      {"role == \"worker\"", false, false},
      {"role != 'edge'", false, true},
      {"role != 'worker'", true, true},
      {"role in {'edge', 'core'}", true, false},
      {"role in {}", false, false},
      {"role not in {'edge'}", false, true},
      {"role not in {'core'}", true, true},
      {"role contains 'dg'", true, false},
      {"role starts with 'ed'", true, false},
      {"role starts with 'dg'", false, false},
      {"role ends with 'ge'", true, false},
      {"role ends with 'ed'", false, false},
      {"has(role)", true, false},
      {"!has(role)", false, true},
      {"all()", true, true},
      {"", true, true},
      {"  ", true, true},
      {"has(role) && rack == 'r1'", true, false},
      {"has(role) && rack == 'r2'", false, false},
      {"rack == 'r2' || has(role)", true, false},
      {"!(rack == 'r2' || has(role))", false, true},
  };
  for (const auto& row : rows) {
    BOOST_TEST(matches(row.text, {{"role", "edge"}, {"rack", "r1"}}) == row.edge, row.text);
    BOOST_TEST(matches(row.text, {}) == row.absent, row.text);
  }
}

BOOST_AUTO_TEST_CASE(and_binds_tighter_than_or_and_not_tighter_than_both) {
  // a || (b && c): true with a alone; (a || b) && c would be false.
  BOOST_TEST(matches("has(a) || has(b) && has(c)", {{"a", ""}}));
  BOOST_TEST(!matches("(has(a) || has(b)) && has(c)", {{"a", ""}}));
  BOOST_TEST(!matches("!has(a) && has(b)", {{"a", ""}, {"b", ""}}));
  BOOST_TEST(matches("!(has(a) && has(c))", {{"a", ""}, {"b", ""}}));
}

BOOST_AUTO_TEST_CASE(labels_may_be_called_like_operators_and_have_a_prefix) {
  BOOST_TEST(matches("in in {'x'}", {{"in", "x"}}));
  BOOST_TEST(matches("has == 'y'", {{"has", "y"}}));
  BOOST_TEST(
      matches("kubernetes.io/hostname == 'worker1'", {{"kubernetes.io/hostname", "worker1"}}));
}

BOOST_AUTO_TEST_CASE(global_is_what_has_no_namespace) {
  BOOST_TEST(matches("global()", {}, true));
  BOOST_TEST(!matches("global()", {}, false));
}

BOOST_AUTO_TEST_CASE(errors_stand_at_the_offending_token) {
  struct Row {
    const char* text;
    int column;
    const char* expected;
  };
  const Row rows[] = {
      {"role = 'edge'", 6, "one of == != in, not in, contains, starts with, ends with"},
      {"role == edge", 9, "a quoted string"},
      {"role == 'edge", 9, "a quoted string"},
      {"role == 'edge' has(x)", 16, "'&&', '||' or the end"},
      {"(has(a)", 8, "')'"},
      {"has(a) &&", 10, "a label, all(), global(), has() or '('"},
      {"role in {'a' 'b'}", 14, "',' or '}'"},
      {"role not 'a'", 10, "'in'"},
      {"role starts 'a'", 13, "'with'"},
      {"every()", 1, "all(), global() or has(LABEL)"},
      {"a == 'x' && $b == 'y'", 13, "a label, all(), global(), has() or '('"},
  };
  for (const auto& row : rows) {
    const auto error = error_of(row.text);
    BOOST_TEST(error.column == row.column, row.text << ": column " << error.column);
    BOOST_TEST(error.expected == row.expected, row.text << ": " << error.expected);
  }
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_an_error_and_not_a_crash) {
  BOOST_TEST(error_of(std::string(100'000, '(')).expected == "at most 100 levels of nesting");
  BOOST_TEST(error_of(std::string(100'000, '!')).expected == "at most 100 levels of nesting");
}

BOOST_AUTO_TEST_SUITE_END()
