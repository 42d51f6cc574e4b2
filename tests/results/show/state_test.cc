// Sessions and tables at moments on either side of what happens in small_network.h.
#include "tests/results/show/support.h"

namespace seatrial::results::test {
namespace {

BOOST_AUTO_TEST_SUITE(show_state)

BOOST_AUTO_TEST_CASE(sessions_are_as_they_stood) {
  const auto run = stored_run();
  const auto at = [&](Duration t) { return json_of(show_sessions(run, {when(t)}, as_json)); };
  BOOST_TEST(at(500ms)["sessions"].empty());
  BOOST_TEST(at(1s)["established"] == 0);
  const auto up = at(20s);
  BOOST_TEST(up["established"] == 2);
  BOOST_TEST(up["sessions"][0]["node"] == "core1");
  BOOST_TEST(up["sessions"][0]["peer_name"] == "node2");
  BOOST_TEST(up["sessions"][0]["since_ns"] == 2'000'000'000);
  BOOST_TEST(up["sessions"][0]["evidence"] == "session/1");

  // node2 lost power at 30 s: what it said last is not its state.
  const auto dead = at(35s);
  BOOST_TEST(dead["established"] == 1);
  BOOST_TEST(dead["sessions"][1]["powered"] == false);

  // A new attempt does not hide why the session was lost.
  const auto lost = at(60s)["sessions"][0];
  BOOST_TEST(lost["state"] == "Connect");
  BOOST_TEST(lost["since_ns"] == 45'000'000'000);
  BOOST_TEST(lost["last_lost_ns"] == 40'000'000'000);
  BOOST_TEST(lost["last_reason"] == "hold timer expired");
  BOOST_TEST(lost["reason_evidence"] == "session/3");
}

BOOST_AUTO_TEST_CASE(sessions_in_words) {
  const auto run = stored_run();
  ShowQuery query{when(35s)};
  query.down = true;
  BOOST_TEST(text_of(show_sessions(run, query, {})) ==
             "BGP sessions at 35 s: 1 of 2 ends Established, two ends a session\n"
             "NODE   PEER              STATE     SINCE (s)  UP  EVIDENCE   LAST REASON\n"
             "node2  10.1.1.9 (core1)  no power  30.000000  1x  session/2  Established until then"
             " (fault/0)\n");
}

BOOST_AUTO_TEST_CASE(a_table_answers_for_a_prefix_for_what_is_inside_it_and_for_an_address) {
  const auto run = stored_run();
  const auto prefixes = [&](const ShowQuery& query) {
    std::vector<std::string> out;
    const auto json = json_of(show_fib(run, query, as_json));
    for (const auto& row : json["routes"]) {
      out.push_back(row["prefix"].is_null() ? "none" : row["prefix"].get<std::string>());
    }
    return out;
  };
  using Words = std::vector<std::string>;
  BOOST_TEST(prefixes({when(20s), "core1", "10.70.0.0/16"}) == Words{"10.70.0.0/16"},
             boost::test_tools::per_element());
  BOOST_TEST(prefixes({when(20s), "core1", "10.70.9.9"}) == Words{"10.70.0.0/16"},
             boost::test_tools::per_element());
  BOOST_TEST(prefixes({when(20s), "core1", "192.0.2.1"}) == Words{"none"},
             boost::test_tools::per_element());
  ShowQuery longer{when(20s), "core1", "10.0.0.0/8"};
  longer.longer = true;
  BOOST_TEST(prefixes(longer) == (Words{"10.1.1.0/24", "10.50.0.80/32", "10.60.0.0/16",
                                        "10.70.0.0/16", "10.96.0.10/32"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_withdrawn_route_says_since_when) {
  const auto run = stored_run();
  const auto row =
      json_of(show_fib(run, {when(41s), "core1", "10.70.0.0/16"}, as_json))["routes"][0];
  BOOST_TEST(row["present"] == false);
  BOOST_TEST(row["since_ns"] == 40'000'000'000);
  BOOST_TEST(row["evidence"] == "fib/17");
  // and matches no address any more
  const auto none = json_of(show_fib(run, {when(41s), "core1", "10.70.9.9"}, as_json));
  BOOST_TEST(none["routes"][0]["prefix"].is_null());
  BOOST_TEST(has(text_of(show_rib(run, {when(20s), "core1"}, {})), "10.1.1.3 (node2); as-path"));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_with_what_there_is) {
  const auto run = stored_run();
  BOOST_TEST(error_of(show_fib(run, {when(20s), "core11"}, {})) ==
             "no node \"core11\" in this run, did you mean core1?");
  BOOST_TEST(error_of(show_fib(run, {when(61s)}, {})) ==
             "61 s is after the end of the run, expected at most 60 s");
  BOOST_TEST(error_of(show_fib(run, {when(20s), "core1", "10.70.1.0/24"}, {})) ==
             "no fib of core1 ever had a route to 10.70.1.0/24; it lies in 10.70.0.0/16");
  BOOST_TEST(has(error_of(show_fib(run, {when(20s), "core1", "10.70.0.1/16"}, {})),
                 "its network is 10.70.0.0/16"));
  BOOST_TEST(has(error_of(show_fib(run, {when(20s), "lan1"}, {})), "lan1 has no fib"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
