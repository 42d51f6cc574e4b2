// Requests, paths, the timeline and single records.
#include "tests/results/run_of_two.h"
#include "tests/results/show/support.h"

namespace seatrial::results::test {
namespace {

StoredRun with_requests() {
  StoredRun run;
  run.record = run_of_two();  // users/1 in 4 ms, users/2 in 2 ms, users/3 refused
  run.run = {"two", "", 1, "0.1.0", 60s};
  return run;
}

std::vector<std::string> ids(const StoredRun& run, const RequestQuery& query) {
  std::vector<std::string> out;
  const auto json = json_of(show_requests(run, query, as_json));
  for (const auto& row : json["requests"]) out.push_back(row["id"]);
  return out;
}
using Words = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(show_events)

BOOST_AUTO_TEST_CASE(requests_are_chosen_by_how_and_when_they_ended) {
  const auto run = with_requests();
  BOOST_TEST(ids(run, {}) == (Words{"users/1", "users/2", "users/3"}),
             boost::test_tools::per_element());
  RequestQuery failed;
  failed.failed = true;
  BOOST_TEST(ids(run, failed) == Words{"users/3"}, boost::test_tools::per_element());
  RequestQuery slow;
  slow.slow = 2;
  BOOST_TEST(ids(run, slow) == (Words{"users/1", "users/2"}), boost::test_tools::per_element());
  RequestQuery status;
  status.status = "2xx";
  BOOST_TEST(ids(run, status) == (Words{"users/1", "users/2"}), boost::test_tools::per_element());
  status.status = "refused";
  BOOST_TEST(ids(run, status) == Words{"users/3"}, boost::test_tools::per_element());
  RequestQuery window;
  window.from = when(12s);
  window.to = when(13s);
  BOOST_TEST(ids(run, window) == Words{"users/2"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(requests_are_chosen_by_moment_by_node_and_by_address) {
  auto run = with_requests();
  Topology topology;
  topology.nodes.push_back({"core1", "router", "", {}});
  run.record.set_topology(topology);
  const auto first = json_of(show_requests(run, {"users/1"}, as_json));
  const auto begin = TimePoint(Duration(first["intended_ns"].get<std::int64_t>()));
  RequestQuery moment;
  for (const auto& [at, expected] : {std::pair(begin - 1ns, Words{}),
                                     {begin, Words{"users/1"}},
                                     {begin + 3ms, Words{"users/1"}},
                                     {begin + 4ms, Words{}}}) {
    moment.at = at;
    BOOST_TEST(ids(run, moment) == expected, boost::test_tools::per_element());
  }
  RequestQuery node;
  node.node = "core1";  // a hop of the first one's
  BOOST_TEST(ids(run, node) == Words{"users/1"}, boost::test_tools::per_element());
  RequestQuery address;
  address.prefix =
      first["remote"].get<std::string>().substr(0, first["remote"].get<std::string>().find(':'));
  const auto all = ids(run, address);
  BOOST_TEST(std::ranges::count(all, "users/1") == 1);
  address.prefix = "192.0.2.0/24";
  BOOST_TEST(ids(run, address).empty());
  address.prefix = "192.0.2.0/33";
  BOOST_TEST(has(error_of(show_requests(run, address, {})), "\"192.0.2.0/33\" is no prefix"));
  node.node = "coer1";
  BOOST_TEST(has(error_of(show_requests(run, node, {})), "did you mean core1?"));

  // How far it had come: the whole way out at its end, nowhere but at the client at its beginning.
  RequestQuery under_way;
  under_way.client = "users";
  const auto ways = json_of(show_ways(run, under_way, as_json))["ways"];
  BOOST_REQUIRE(ways.size() == 3U);
  BOOST_TEST(ways[0]["nodes"][0] == "users");
  BOOST_TEST(ways[0]["nodes"][1] == "core1");
  under_way.at = begin;
  const auto then = json_of(show_ways(run, under_way, as_json));
  BOOST_TEST(then["ways"][0]["nodes"] == nlohmann::json::array({"users"}));
}

BOOST_AUTO_TEST_CASE(a_request_in_full_has_its_tries_and_its_hops) {
  const auto run = with_requests();
  const auto one = json_of(show_requests(run, {"users/1"}, as_json));
  BOOST_TEST(one["latency_ns"] == 4'000'000);
  BOOST_REQUIRE(one["tries"].size() == 2U);
  BOOST_TEST(one["tries"][0]["node"] == "edge1");
  BOOST_TEST(one["tries"][1]["node"] == "nginx-ingress/nginx-1");
  const auto path = json_of(show_path(run, "users/1", as_json));
  BOOST_REQUIRE(path["legs"].size() == 3U);
  BOOST_TEST(path["legs"][0]["hops"][1]["node"] == "core1");
  BOOST_TEST(path["legs"][0]["hops"][1]["evidence"] == "hop/1");
  BOOST_TEST(has(text_of(show_path(run, "users/1", {})), "core1  eth0 -> eth1 (hop/1)"));

  BOOST_TEST(error_of(show_path(run, "users/4", {})) ==
             "no finished request 4 of users, expected 1 to 3");
  BOOST_TEST(error_of(show_path(run, "user/1", {})) ==
             "no client with requests \"user\" in this run, did you mean users?");
  BOOST_TEST(has(error_of(show_path(run, "7", {})), "expected CLIENT/NUMBER such as users/1"));
}

BOOST_AUTO_TEST_CASE(the_timeline_is_in_order_and_can_be_cut) {
  const auto run = stored_run();
  TimelineQuery query;
  query.kinds = {"fault", "session"};
  query.from = when(30s);
  const auto rows = json_of(show_timeline(run, query, as_json))["entries"];
  Words evidence;
  for (const auto& row : rows) evidence.push_back(row["evidence"]);
  BOOST_TEST(evidence == (Words{"fault/0", "session/3", "session/4", "fault/1"}),
             boost::test_tools::per_element());

  TimelineQuery around;
  around.at = when(40s);
  around.around = 2;
  Words near;
  const auto entries = json_of(show_timeline(run, around, as_json))["entries"];
  for (const auto& row : entries) near.push_back(row["evidence"]);
  BOOST_TEST(near == (Words{"fault/0", "link/0", "session/3", "rib/1"}),
             boost::test_tools::per_element());

  TimelineQuery prefix_query;
  prefix_query.prefix = "10.70.1.1";
  prefix_query.node = "core1";
  const auto changes = json_of(show_timeline(run, prefix_query, as_json))["entries"];
  BOOST_TEST(changes.size() == 4U);  // in the RIB and the FIB, there and gone

  query.kinds = {"fualt"};
  BOOST_TEST(error_of(show_timeline(run, query, {})) ==
             "no kind of entry \"fualt\" in this run, did you mean fault?");
}

BOOST_AUTO_TEST_CASE(a_fault_stands_under_the_machine_that_it_befalls) {
  auto run = stored_run();
  // What `clear` of a process towards one neighbour is recorded as, and a cable's end.
  run.record.add(FaultInjected{when(55s), "clear", "edge1/bgp core1 in"});
  TimelineQuery query;
  query.kinds = {"fault"};
  query.node = "edge1";
  const auto rows = json_of(show_timeline(run, query, as_json))["entries"];
  BOOST_REQUIRE(rows.size() == 2U);
  BOOST_TEST(rows[0]["text"] == "link_down edge1:eth0");
  BOOST_TEST(rows[1]["node"] == "edge1");
  BOOST_TEST(rows[1]["text"] == "clear edge1/bgp core1 in");
}

BOOST_AUTO_TEST_CASE(an_evidence_id_is_a_record) {
  const auto run = stored_run();
  const auto json = json_of(show_record(run, "fib/3", as_json));
  BOOST_TEST(json["prefix"] == "10.50.0.80/32");
  BOOST_TEST(json["next_hops"][0]["address"] == "10.1.1.2");
  BOOST_TEST(json_of(show_record(run, "expectation/0", as_json))["name"] == "served");
  BOOST_TEST(text_of(show_record(run, "session/3", {})) ==
             "session/3\n"
             "  at      40 s\n"
             "  node    core1\n"
             "  peer    10.1.1.3 (node2)\n"
             "  state   Idle\n"
             "  reason  hold timer expired\n");
  BOOST_TEST(error_of(show_record(run, "fib/19", {})) ==
             "no record \"fib/19\", expected fib/0 to fib/18");
  BOOST_TEST(has(error_of(show_record(run, "fibs/1", {})), "did you mean fib?"));
}

BOOST_AUTO_TEST_CASE(windows_are_told_with_why_and_can_be_asked_for_by_moment) {
  const auto run = stored_run();
  const auto at = [&](Duration t, const char* to) {
    TimelineQuery query;
    query.at = when(t);
    query.prefix = to;
    return json_of(show_windows(run, query, as_json))["windows"];
  };
  // node2 has no power from 30 s on, and core1 sends packets for the pod's block there until 40 s.
  BOOST_TEST(at(30s - 1ns, "172.16.1.0/26").empty());
  const auto open = at(35s, "172.16.1.0/26");
  BOOST_REQUIRE(!open.empty());
  BOOST_TEST(open[0]["kind"] == "blackhole");
  BOOST_TEST(open[0]["from_ns"] == 30'000'000'000);
  BOOST_TEST(open[0]["reason"] == "node2 has no power");
  BOOST_TEST(open[0]["evidence"][0] == "fault/0");
  TimelineQuery wrong;
  wrong.kinds = {"lop"};
  BOOST_TEST(error_of(show_windows(run, wrong, {})) ==
             "no kind of window \"lop\" in this run, did you mean loop?");
}

BOOST_AUTO_TEST_CASE(where_a_packet_would_go) {
  const auto run = stored_run();
  BOOST_TEST(
      text_of(show_forwarding(run, {"core1", "172.16.1.5", when(35s)}, {})) ==
      "Forwarding from core1 to 172.16.1.5 (default/dns-1) at 35 s\n"
      "  core1: bgp 172.16.1.0/26 (fib/6)\n"
      "    > eth1 via 10.1.1.3 (node2) through tor1: dead end: node2 has no power since 30 s "
      "(fault/0)\n"
      "Delivered: nowhere; 1 dead end; 0 loops\n");
  const auto json = json_of(show_forwarding(run, {"users", "10.60.0.1", when(35s)}, as_json));
  BOOST_TEST(json["loops"][0].size() == 3U);
  BOOST_TEST(has(error_of(show_forwarding(run, {"users", "nowhere", when(35s)}, {})),
                 "expected ADDRESS, ADDRESS:PORT or a prefix"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
