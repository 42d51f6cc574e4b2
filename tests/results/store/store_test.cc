#include <boost/test/unit_test.hpp>
#include <sstream>

#include "results/store/store.h"
#include "tests/results/run_of_two.h"

namespace seatrial::results::test {
namespace {

const RunInfo run_info{"demo", "A question?", 7, "0.1.0", 60s};

std::string written(const Record& record, std::vector<Outcome> outcomes = {}) {
  Report report;
  report.run = run_info;
  report.participants = {{"edge1"}, {"nginx-ingress/nginx-1"}, {"default/api-1"}};
  report.outcomes = std::move(outcomes);
  report.record = &record;
  std::ostringstream out;
  write_records(report, out);
  return std::move(out).str();
}

tl::expected<StoredRun, std::string> read_text(const std::string& text) {
  std::istringstream in(text);
  return read_records(in, "records.jsonl");
}

std::string line_with(const std::string& text, const std::string& id) {
  const auto at = text.find("{\"id\":\"" + id + "\"");
  return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

// A record with one of each kind that run_of_two() lacks.
Record one_of_each() {
  auto r = run_of_two();
  r.add(SessionChanged{at(2s), "core1", *net::IpAddress::parse("10.1.1.8"), "Idle",
                       "sent \"Cease\", bye\n"});
  r.add(RibChanged{at(2s),
                   "core1",
                   *net::Prefix::parse("172.16.1.0/26"),
                   {*net::IpAddress::parse("10.1.1.8")},
                   "bgp",
                   "as-path []"});
  r.add(FibChanged{at(3s),
                   "core1",
                   *net::Prefix::parse("2001:db8::/32"),
                   {{*net::IpAddress::parse("2001:db8::1"), "eth1"}},
                   "static",
                   false});
  r.add(Drop{at(4s),
             "core1",
             "eth0",
             "no route",
             {Transport::udp, endpoint("10.2.0.10:53"), endpoint("10.96.0.10:53")},
             80});
  r.add(EndpointsChanged{at(5s), "default/api", {endpoint("172.16.1.20:8080")}});
  r.add(LinkChanged{at(6s), "core1:eth1", false});
  r.add(FaultInjected{at(6s), "power_off", "worker1"});
  r.add(NeighbourChanged{at(7s), "core1", "eth1", *net::IpAddress::parse("10.1.1.8"),
                         "02:00:00:00:00:07", "reachable"});
  r.add(NatChanged{
      at(8s), "worker1", "tcp", endpoint("10.96.0.1:443"), {endpoint("10.1.1.7:6443")}, true});
  r.add(SessionConfigured{"edge1", *net::IpAddress::parse("10.1.1.9"), "worker2",
                          "frr-8.4-datacenter", 9s, 3s, false, "edge/edge1/frr.conf:20"});
  r.add(BfdChanged{at(8s), "edge1", *net::IpAddress::parse("10.1.1.9"), "Down",
                   "control detection time expired", 900ms});
  r.add(Note{at(9s), "edge1", "reload", "generation 2"});
  r.count("events", 12);
  r.set_topology({{{"core1", "router", "", {{"eth1", {{*net::IpAddress::parse("10.1.1.2"), 24}}}}},
                   {"tor1", "switch", "", {{"swp1", {}}}}},
                  {{{"core1:eth1", "tor1:swp1"}, 10'000'000'000, 1us, 1500}}});
  return r;
}

BOOST_AUTO_TEST_SUITE(store)

BOOST_AUTO_TEST_CASE(a_line_is_an_object_under_its_evidence_id) {
  const auto text = written(one_of_each());
  BOOST_TEST(line_with(text, "session/0") ==
             R"({"id":"session/0","at_ns":2000000000,"node":"core1","peer":"10.1.1.8",)"
             R"("state":"Idle","reason":"sent \"Cease\", bye\n"})");
  BOOST_TEST(line_with(text, "drop/0") ==
             R"({"id":"drop/0","at_ns":4000000000,"node":"core1","interface":"eth0",)"
             R"("reason":"no route","flow":{"transport":"udp","from":"10.2.0.10:53",)"
             R"("to":"10.96.0.10:53"},"bytes":80})");
  BOOST_TEST(
      text.starts_with(R"({"id":"run","scenario":"demo","description":"A question?","seed":7,)"
                       R"("version":"0.1.0","simulated_ns":60000000000,"loads":[]})"));
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
  const auto text = written(one_of_each(), {{"served", false, "load", "2 of 3", {"request/2"}}});
  const auto run = read_text(text);
  BOOST_REQUIRE_MESSAGE(run, run.error());
  // The same record gives the same bytes, so equal bytes are the same record.
  BOOST_TEST(written(run->record, run->outcomes) == text);
  // and it is not empty
  BOOST_TEST(run->record.requests().size() == 3U);
  BOOST_TEST(run->record.requests()[2].number == 3U);
  BOOST_TEST((run->record.faults()[0].at == at(6s)));
  BOOST_TEST((run->record.topology() == one_of_each().topology()));
  BOOST_TEST(run->outcomes[0].id == "served");
  BOOST_TEST(run->record.counters().at("events") == 12U);
  BOOST_TEST(run->run.seed == 7U);
  BOOST_TEST(run->participants.edges.at(0) == "edge1");
}

BOOST_AUTO_TEST_CASE(text_that_is_no_utf_8_is_still_json) {
  Record r;
  r.add(Note{at(1s), "edge1", "peers", "\xff\x01"});
  const auto run = read_text(written(r));
  BOOST_REQUIRE_MESSAGE(run, run.error());
  BOOST_TEST(run->record.notes()[0].text == "\xef\xbf\xbd\x01");  // U+FFFD for what is none
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_with_its_line) {
  const auto good = written(one_of_each());
  const auto wrong = [&](const std::string& old, const std::string& now) {
    auto text = good;
    text.replace(text.find(old), old.size(), now);
    const auto run = read_text(text);
    return run ? std::string("read") : run.error();
  };
  // The run, participants, topology and counters come first: the first session is line 5.
  BOOST_TEST(wrong(R"("peer":"10.1.1.8")", R"("peer":"10.1.1.800")") ==
             "records.jsonl:5:1: error: peer: \"10.1.1.800\" is wrong, expected an IP address");
  BOOST_TEST(wrong(R"("peer":"10.1.1.8",)", "") ==
             "records.jsonl:5:1: error: no member \"peer\", expected one");
  BOOST_TEST(wrong(R"("seed":7)", R"("seed":-7)") ==
             "records.jsonl:1:1: error: seed: -7 is wrong, expected a number in range");
  BOOST_TEST(wrong(R"("role":"edge")", R"("role":"hedge")").ends_with("expected edge or ingress"));
  BOOST_TEST(
      wrong(R"({"id":"session/0")", R"({"id":"session/1")") ==
      "records.jsonl:5:1: error: record \"session/1\" is out of order, expected \"session/0\"");
  BOOST_TEST(wrong(R"("flow":{)", R"("flow":[{)").find("not JSON") != std::string::npos);
  BOOST_TEST(wrong(R"("seed":7)", R"("seed":1e999)") ==
             "records.jsonl:1:1: error: a number is out of range, expected whole numbers");
  BOOST_TEST(read_text("").error() ==
             "records.jsonl:1:1: error: no records, expected those of a finished run");
  BOOST_TEST(read_text("{\"id\":\"note/0\"}\n").error().find("expected \"run\"") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_later_version_may_say_more) {
  // run, participants, topology, counters, 3 pods, 3 requests, 5 proxies, 5 hops, one each of the
  // twelve kinds that run_of_two() lacks, and the end itself: 4 + 16 + 12 + 1 = 33
  auto text = written(one_of_each());
  const std::string end = "{\"id\":\"end\",\"records\":33}\n";
  BOOST_REQUIRE(text.ends_with(end));
  text.resize(text.size() - end.size());
  text += "{\"id\":\"novelty/0\",\"at_ns\":1}\n{\"id\":\"end\",\"records\":34}\n";
  const auto run = read_text(text);
  BOOST_REQUIRE_MESSAGE(run, run.error());
}

BOOST_AUTO_TEST_CASE(a_file_that_was_cut_is_told_from_a_whole_one) {
  const auto text = written(one_of_each());
  const auto lines = std::count(text.begin(), text.end(), '\n');
  BOOST_REQUIRE(lines == 33);  // as counted above
  // Cut anywhere: within a line it is not JSON, between two the end is missing.
  for (std::size_t size = 1; size + 1 < text.size(); ++size) {
    for (const auto& without : {ReadOptions{}, ReadOptions{{"hop"}}}) {
      std::istringstream in(text.substr(0, size));
      const auto run = read_records(in, "records.jsonl", without);
      BOOST_REQUIRE_MESSAGE(!run, "read as whole after " << size << " bytes");
      BOOST_REQUIRE(run.error().starts_with("records.jsonl:"));
    }
  }
  BOOST_TEST(read_text(text.substr(0, text.find("{\"id\":\"end\""))).error() ==
             "records.jsonl:33:1: error: the records end here, expected a last line \"end\": the "
             "file was cut");
  // A line that is missing in the middle.
  auto holed = text;
  holed.erase(holed.find("{\"id\":\"note/0\""), line_with(text, "note/0").size() + 1);
  BOOST_TEST(read_text(holed).error() ==
             "records.jsonl:32:1: error: the run has 33 records, expected 32 up to here");
  BOOST_TEST(read_text(text + "{\"id\":\"note/1\"}\n").error() ==
             "records.jsonl:34:1: error: a record after \"end\", expected none");
}

BOOST_AUTO_TEST_CASE(a_kind_that_is_not_wanted_is_passed_over_but_must_be_whole) {
  const auto text = written(one_of_each());
  const auto without_hops = [](const std::string& from) {
    std::istringstream in(from);
    return read_records(in, "records.jsonl", {{"hop"}});
  };
  const auto run = without_hops(text);
  BOOST_REQUIRE_MESSAGE(run, run.error());
  BOOST_TEST(run->record.hops().empty());
  BOOST_TEST(run->record.requests().size() == 3U);
  auto holed = text;
  holed.erase(holed.find("{\"id\":\"hop/1\""), line_with(text, "hop/1").size() + 1);
  BOOST_TEST(without_hops(holed).error().ends_with(
      "record \"hop/2\" is out of order, expected \"hop/1\""));
}

BOOST_AUTO_TEST_CASE(the_switches_on_a_way_come_from_the_cables) {
  // a - tor1 - tor2 - b, and c on tor1
  Topology t;
  t.nodes = {{"a", "router", "", {{"eth0", {}}}},
             {"b", "router", "", {{"eth0", {}}}},
             {"c", "router", "", {{"eth0", {}}}},
             {"tor1", "switch", "", {{"p1", {}}, {"p2", {}}, {"p3", {}}}},
             {"tor2", "switch", "", {{"p1", {}}, {"p2", {}}}}};
  const auto cable = [&](const char* one, const char* two) {
    t.links.push_back({{one, two}, 1'000'000'000, 1us, 1500});
  };
  cable("a:eth0", "tor1:p1"), cable("b:eth0", "tor2:p1"), cable("c:eth0", "tor1:p2");
  cable("tor1:p3", "tor2:p2");
  BOOST_TEST(t.switches_between("a", "eth0", "b") == (std::vector<std::string>{"tor1", "tor2"}),
             boost::test_tools::per_element());
  BOOST_TEST(t.switches_between("b", "eth0", "c") == (std::vector<std::string>{"tor2", "tor1"}),
             boost::test_tools::per_element());
  BOOST_TEST(t.switches_between("a", "eth0", "nobody").empty());
  // A second cable between the switches makes a circle: the search still ends.
  t.nodes[3].ports.push_back({"p4", {}});
  t.nodes[4].ports.push_back({"p3", {}});
  cable("tor1:p4", "tor2:p3");
  BOOST_TEST(t.switches_between("a", "eth0", "nobody").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
