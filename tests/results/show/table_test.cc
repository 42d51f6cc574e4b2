#include <boost/test/unit_test.hpp>

#include "results/report/text.h"
#include "results/show/names.h"
#include "results/show/table.h"

namespace seatrial::results::test {
namespace {

BOOST_AUTO_TEST_SUITE(show_table)

Table example() {
  Table table({"NODE", ">TIME", "WHAT"});
  table.add({"core1", "1.5", "a text of some words"});
  table.add({"edge1", "10.5", ""});
  return table;
}

BOOST_AUTO_TEST_CASE(columns_stand_and_the_last_wraps_within_the_width) {
  BOOST_TEST(example().write(100, false) ==
             "NODE   TIME  WHAT\n"
             "core1   1.5  a text of some words\n"
             "edge1  10.5\n");
  // 13 columns before the last, which needs 20: at 40 it stays, at 30 it goes below.
  BOOST_TEST(example().write(30, false) ==
             "NODE   TIME\n"
             "core1   1.5\n"
             "    a text of some words\n"
             "edge1  10.5\n");
  Table wide({"NODE", "WHAT"});
  wide.add({"core1", "one two three four five six seven"});
  const auto text = wide.write(32, false);
  BOOST_TEST(text == "NODE   WHAT\ncore1  one two three four five\n       six seven\n");
}

BOOST_AUTO_TEST_CASE(colours_take_no_columns) {
  Table table({"STATE", "WHAT"});
  table.add({Cell("up", Colour::green), "x"});
  BOOST_TEST(table.write(80, true) == "\x1b[2mSTATE  WHAT\x1b[0m\n\x1b[32mup\x1b[0m     x\n");
  BOOST_TEST(table.write(80, false) == "STATE  WHAT\nup     x\n");
}

BOOST_AUTO_TEST_CASE(the_nearest_words_are_those_with_few_letters_changed) {
  const std::vector<std::string> known{"core1", "core2", "edge1", "worker1", "worker2"};
  using Words = std::vector<std::string>;
  BOOST_TEST(nearest("wroker2", known) == Words{"worker2"}, boost::test_tools::per_element());
  BOOST_TEST(nearest("core", known) == (Words{"core1", "core2"}), boost::test_tools::per_element());
  BOOST_TEST(nearest("database", known).empty());
  BOOST_TEST(unknown("node", "database", {"core1", "core2"}) ==
             "no node \"database\" in this run, expected one of core1, core2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
