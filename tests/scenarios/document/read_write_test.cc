#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/scenarios/document/support.h"

namespace seatrial::scenario::test {
namespace {

std::optional<Scenario> read(const std::string& text, const document::ReadOptions& options = {}) {
  Diagnostics diagnostics;
  auto out = document::read(text, "s.json", diagnostics, options);
  BOOST_TEST(diagnostics.to_string() == "");
  return out;
}

// Every member at a value that is not its default.
Scenario full() {
  Scenario s;
  s.name = "full";
  s.description = "why";
  s.seed = 7;
  s.duration = 90s;
  s.fabric.switches = {
      {"tor1", {10, 20}, {{"swp1", {10, {}, {}}, {}}, {"swp2", {{}, {10, 20}, 10}, {}}}, 10s, {}},
      {"lan1", {}, {}, 300s, {}}};
  s.fabric.routers = {{"core1", "core1.conf", "frr-8.4-datacenter", {}, {}}};
  Link link;
  link.ends = {LinkEnd{"core1", "eth0", {}}, LinkEnd{"tor1", "swp7", {}}};
  link.properties = {Bandwidth::bits_per_second(2'500'000'000), 1500us, 9000, 50, {20, {}, {}}};
  s.fabric.links = {link};
  const auto attached = [](const char* at, const char* address) {
    Attachment a;
    a.at = *LinkEnd::parse(at);
    a.address = *net::InterfaceAddress::parse(address);
    return a;
  };
  Edge edge{"edge1",    attached("tor1:swp1", "10.1.1.4/24"),
            "e.conf",   "n.conf",
            "bird-2.0", "nginx-plus-r28",
            12s,        {},
            {},         {}};
  edge.attachment.interface = "ens1";
  edge.attachment.gateways = {net::IpAddress::v4(0x0a010102), net::IpAddress::v4(0x0a010103)};
  s.edges = {edge};
  Cluster cluster;
  cluster.name = "prod";
  cluster.manifests = {"a.yaml", "b/*.yaml"};
  cluster.calico_profile = "3.27";
  cluster.service_cidr = *net::Prefix::parse("10.112.0.0/16");
  cluster.domain = "k8s.example.com";
  cluster.nodes = {{"worker1",
                    attached("tor1", "10.1.1.8/24"),
                    true,
                    {{"zone", "a"}},
                    {{"gpu", "yes", "NoExecute"}},
                    {}}};
  cluster.workloads = {
      {"app*", WorkloadModel::app, {Distribution::uniform, {}, 1ms, 3ms}, 99, 500ms, {}},
      {"db*", WorkloadModel::app, {Distribution::exponential, 2ms, {}, {}}, 1024, {}, {}},
      {"*coredns*", WorkloadModel::coredns, Workload{}.service_time, 1024, {}, {}}};
  cluster.timing = {{"kubelet_start", 100ms}};
  s.clusters = {cluster};
  Client client{"users", attached("lan1", "10.2.0.10/24"), Load{}, {}};
  Request request{"http://cafe.example.com/api",
                  net::IpAddress::v4(0x0a320050),
                  3,
                  "POST",
                  {{"X-A", "b"}},
                  64,
                  "default/api",
                  {}};
  *client.load = {Arrival::uniform, 12.5, 1s, 2s, 3s, Connections::keepalive, {request}, {}};
  s.clients = {client};
  s.timeline = {{5s, Action::link_down, "core1:eth0"},
                {6s, Action::clear, "edge1/bgp", "core1"},
                {7s, Action::clear_soft, "edge1/bgp", "10.1.1.2", SoftDirection::out},
                {8s, Action::withdraw, "edge1/bgp", {}, {}, *net::Prefix::parse("10.50.0.80/32")},
                {9s, Action::power_off, "edge1"}};
  ExpectLoad load;
  load.load = "users";
  load.success_ratio = {0.5, 1.0, std::nullopt};
  load.requests = {std::nullopt, std::nullopt, 12};
  load.status = 200;
  load.answered_as_routed = true;
  load.p50.at_most = 1ms;
  load.p90.at_most = 2ms;
  load.p99.at_most = 20ms;
  load.max.at_least = 1us;
  load.from = 1s;
  load.to = 2s;
  s.expect = {
      {"a", ExpectSessions{15s, 80s, {"core1"}}, {}},
      {"b",
       ExpectRoutes{{"core1", "edge1"},
                    {{*net::Prefix::parse("172.16.1.0/26"), {net::IpAddress::v4(0x0a010108)}}},
                    false,
                    "any",
                    30s},
       {}},
      {"c", ExpectBlocks{"prod", {"core1"}, 30s}, {}},
      {"d", ExpectNextHops{{"core1"}, *net::Prefix::parse("10.50.0.80/32"), 3, 30s}, {}},
      {"e", load, {}},
      {"f", ExpectSpread{SpreadOver::app_pods, "users", "default/api", 0.25, 0.5}, {}},
      {"g", ExpectDrops{{std::nullopt, 0, std::nullopt}, {"core1"}, {"no route"}, 1s, 9s}, {}},
      {"h", ExpectInvariant{Invariant::no_loops, {}, {}, {}, {}, {}}, {}},
      {"i",
       ExpectInvariant{
           Invariant::no_blackholes, *net::Prefix::parse("10.50.0.80/32"), {"core1"}, 1s, 9s, 2s},
       {}},
      {"j", ExpectConvergence{5s, 2s, Table::rib}, {}},
      {"k", ExpectQuiescent{Table::fib, 9s}, {}},
      {"l",
       ExpectAlways{{Combined{Combined::How::any,
                              {{SessionIs{"edge1", "core1", false}},
                               {LinkIs{"core1:eth0", false}},
                               {LoadSucceeds{"users", {0.99, {}, {}}, 250ms}},
                               {Combined{Combined::How::none, {{LinkIs{"core1:eth0", true}}}}}}}},
                    1s,
                    9s},
       {}},
      {"m",
       ExpectEventually{{RouteIs{*net::Prefix::parse("10.50.0.80/32"),
                                 {"core1", "edge1"},
                                 Table::rib,
                                 true,
                                 {*net::IpAddress::parse("10.1.1.4")},
                                 {1, 2, std::nullopt}}},
                        {},
                        9s},
       {}},
      {"n",
       ExpectUntil{{EndpointsAre{"default/api", {std::nullopt, std::nullopt, 3}}},
                   {Combined{Combined::How::all,
                             {{Reaches{*net::Prefix::parse("10.50.0.80/32"), {"edge1"}}}}}},
                   {},
                   {}},
       {}}};
  return s;
}

BOOST_AUTO_TEST_SUITE(scenario_read_write)

BOOST_AUTO_TEST_CASE(what_the_text_says_is_what_is_read) {
  const auto scenario = read(design_with());
  BOOST_REQUIRE(scenario);
  BOOST_TEST(scenario->name == "small");
  BOOST_TEST((scenario->duration == 60s));
  BOOST_TEST(scenario->seed == 1U);  // left out
  BOOST_REQUIRE(scenario->fabric.links.size() == 2U);
  BOOST_TEST(scenario->fabric.links[0].ends[0].node == "core1");
  BOOST_TEST(scenario->fabric.links[0].ends[0].port == "eth0");
  BOOST_TEST(scenario->fabric.links[0].properties.rate.bps() == 10'000'000'000U);
  BOOST_TEST(scenario->fabric.routers[0].config_position.line == 5);
  BOOST_TEST(scenario->edges[0].attachment.address.to_string() == "10.1.1.4/24");
  BOOST_TEST(scenario->clusters[0].manifests[0] == "k8s/*.yaml");
  BOOST_REQUIRE(scenario->clients[0].load.has_value());
  BOOST_TEST(scenario->clients[0].load->rate == 200.0);
  BOOST_TEST(scenario->clients[0].load->requests[0].resolve->to_string() == "10.50.0.80");
  BOOST_TEST((scenario->timeline[0].action == Action::power_off));
  const auto* sessions = std::get_if<ExpectSessions>(&scenario->expect[0].what);
  BOOST_REQUIRE(sessions != nullptr);
  BOOST_TEST((sessions->by == 15s));
}

BOOST_AUTO_TEST_CASE(reading_what_was_written_gives_the_same_scenario) {
  const auto before = full();
  const auto after = read(document::write(before).dump(2));
  BOOST_REQUIRE(after);
  BOOST_TEST(document::write(*after).dump(2) == document::write(before).dump(2));
  BOOST_TEST((*after == before));
}

BOOST_AUTO_TEST_CASE(defaults_are_left_out) {
  Scenario s;
  s.name = "x";
  BOOST_TEST(document::write(s).dump() == R"({"name":"x","duration":"60s"})");
}

BOOST_AUTO_TEST_CASE(the_shipped_scenarios_are_right) {
  namespace fs = std::filesystem;
  std::size_t found = 0;
  for (const auto& folder : fs::directory_iterator(fs::path(SEATRIAL_SOURCE_DIR) / "scenarios")) {
    const auto path = folder.path() / "scenario.json";
    if (!fs::exists(path)) continue;
    ++found;
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    document::ReadOptions options;
    options.file_exists = [&](const std::string& name) {
      return name.find('*') != std::string::npos || fs::exists(folder.path() / name);
    };
    const auto scenario = read(text.str(), options);
    BOOST_REQUIRE(scenario);
    const auto again = read(document::write(*scenario).dump());
    BOOST_REQUIRE(again);
    BOOST_TEST((*again == *scenario));
  }
  BOOST_TEST(found >= 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(scenario_override)

BOOST_AUTO_TEST_CASE(a_path_goes_by_index_or_name) {
  for (const char* path : {"clients.0.load.rate=400", "clients.users.load.rate=400"}) {
    const auto scenario = read(design_with(), {{path}, {}});
    BOOST_REQUIRE(scenario);
    BOOST_TEST(scenario->clients[0].load->rate == 400.0);
  }
  const auto scenario = read(
      design_with(), {{"duration=80s", "expect.up.by=9s", "clusters.prod.timing.kubelet_start=1s",
                       "clusters.0.nodes.worker1.labels.[topology.kubernetes.io/zone]=1"},
                      {}});
  BOOST_REQUIRE(scenario);
  BOOST_TEST((scenario->duration == 80s));
  BOOST_TEST((std::get<ExpectSessions>(scenario->expect[0].what).by == 9s));
  BOOST_TEST((scenario->clusters[0].timing.at("kubelet_start") == 1s));
  // The schema wants a text there, so 1 is one.
  BOOST_TEST(scenario->clusters[0].nodes[0].labels.at("topology.kubernetes.io/zone") == "1");
}

BOOST_AUTO_TEST_CASE(a_path_that_the_schema_does_not_know_is_an_error) {
  const auto problem = [](const std::string& assignment) {
    return problems_of(design_with(), {{assignment}, {}});
  };
  BOOST_TEST(problem("clients.users.load.rat=1")
                     .find("--set clients.users.load.rat=1: error: \"load\" can have no \"rat\", "
                           "expected one "
                           "of \"arrival\", \"rate\"") == 0,
             problem("clients.users.load.rat=1"));
  BOOST_TEST(problem("clients.nobody.load.rate=1") ==
             "--set clients.nobody.load.rate=1: error: \"clients\" has no element \"nobody\", "
             "expected an index below 1, or \"users\"\n");
  BOOST_TEST(problem("duration").find("expected PATH=VALUE") != std::string::npos);
  BOOST_TEST(problem("duration.x=1").find("\"duration\" can have no \"x\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_value_that_the_schema_refuses_is_told_with_the_assignment) {
  BOOST_TEST(problems_of(design_with(), {{"clients.users.load.rate=fast"}, {}}) ==
             "--set clients.users.load.rate=fast: error: \"rate\" is \"fast\", expected a number "
             "of requests a second above 0, such as 200\n");
}

BOOST_AUTO_TEST_CASE(apply_override_leaves_the_document_alone_after_an_error) {
  auto json = document::write(full());
  const auto before = json;
  Diagnostics diagnostics;
  BOOST_TEST(!document::apply_override(json, "fabric.links.0.speed=1Gbps", diagnostics));
  BOOST_TEST((json == before));
  BOOST_TEST(document::apply_override(json, "fabric.links.0.rate=1Gbps", diagnostics));
  BOOST_TEST(json["fabric"]["links"][0]["rate"] == "1Gbps");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::scenario::test
