#include <boost/test/unit_test.hpp>

#include "tests/scenarios/document/support.h"

namespace seatrial::scenario::test {
namespace {

BOOST_AUTO_TEST_SUITE(scenario_check)

BOOST_AUTO_TEST_CASE(a_name_is_used_once) {
  BOOST_TEST(
      problems_of(design_with(11, "worker1", "edge1"))
          .find("s.json:11:5: error: cluster node \"edge1\" has the name of an edge, expected a "
                "name of its own\n") == 0);
}

BOOST_AUTO_TEST_CASE(a_links_end_exists_and_a_routers_names_its_interface) {
  BOOST_TEST(problems_of(design_with(6, "\"lan1\"", "\"lan9\"")) ==
             "s.json:6:39: error: there is no node \"lan9\", expected one of \"core1\", \"lan1\", "
             "\"tor1\"\n");
  BOOST_TEST(problems_of(design_with(6, "core1:eth0", "core1")) ==
             "s.json:6:25: error: the link's end at router \"core1\" has no interface, expected "
             "such as \"core1:eth0\"\n");
  BOOST_TEST(problems_of(design_with(7, "core1:eth1", "core1:eth0")) ==
             "s.json:7:25: error: \"core1:eth0\" is the end of two links, expected a port of its "
             "own\n");
}

BOOST_AUTO_TEST_CASE(a_host_hangs_on_a_switch) {
  BOOST_TEST(problems_of(design_with(9, "\"at\": \"tor1\"", "\"at\": \"core1\"")) ==
             "s.json:9:37: error: \"core1\" is a router, expected one of \"lan1\", \"tor1\"\n");
}

BOOST_AUTO_TEST_CASE(addresses_are_unique_and_are_hosts) {
  BOOST_TEST(problems_of(design_with(11, "10.1.1.8", "10.1.1.4")) ==
             "s.json:11:5: error: \"worker1\" has the address 10.1.1.4 of \"edge1\", expected an "
             "address of its own\n");
  BOOST_TEST(problems_of(design_with(11, "10.1.1.8", "10.1.1.255")) ==
             "s.json:11:5: error: \"worker1\" has the address 10.1.1.255/24, its subnet's "
             "broadcast address, expected a host's address\n");
}

BOOST_AUTO_TEST_CASE(a_gateway_is_in_the_hosts_subnet) {
  BOOST_TEST(problems_of(design_with(12, "\"address\"",
                                     "\"gateways\": [\"10.3.0.1\"], "
                                     "\"address\"")) ==
             "s.json:12:15: error: gateway 10.3.0.1 of \"users\" is outside 10.2.0.0/24, expected "
             "an address of that subnet\n");
}

BOOST_AUTO_TEST_CASE(one_subnet_is_one_segment) {
  // edge1 at tor1 and worker1 at lan1 share 10.1.1.0/24, and only a router joins the two switches.
  BOOST_TEST(problems_of(design_with(11, "\"at\": \"tor1\"", "\"at\": \"lan1\"")) ==
             "s.json:11:5: error: \"worker1\" at \"lan1\" and \"edge1\" at \"tor1\" are both in "
             "10.1.1.0/24, but no link joins their switches, expected a link between them, or "
             "another subnet\n");
}

BOOST_AUTO_TEST_CASE(a_vlan_exists_at_its_switch) {
  BOOST_TEST(problems_of(design_with(7, "\"tor1\"]", "\"tor1\"], \"vlan\": {\"access\": 30}")) ==
             "s.json:7:15: error: switch \"tor1\" has no VLAN 30, expected it in the switch's "
             "\"vlans\"\n");
}

BOOST_AUTO_TEST_CASE(times_are_within_the_run_and_in_order) {
  BOOST_TEST(problems_of(design_with(15, "20s", "2m")) ==
             "s.json:15:16: error: 120s is after the run's end at 60s, expected a time of the "
             "run\n");
  BOOST_TEST(problems_of(design_with(13, "\"40s\"", "\"10s\"")) ==
             "s.json:13:13: error: it ends at 10s and begins at 10s, expected an end after the "
             "beginning\n");
}

BOOST_AUTO_TEST_CASE(an_event_has_a_target_that_is_there) {
  BOOST_TEST(problems_of(design_with(15, "worker1", "worker9"))
                 .find("s.json:15:16: error: there is no machine \"worker9\"") == 0);
  const auto link_down = [](const char* target) {
    return design_with(15, R"("power_off", "target": "worker1")",
                       std::string(R"("link_down", "target": ")") + target + "\"");
  };
  BOOST_TEST(problems_of(link_down("core1:eth1")) == "");
  BOOST_TEST(problems_of(link_down("edge1")) == "");
  BOOST_TEST(problems_of(link_down("core1:eth7"))
                 .find("s.json:15:16: error: \"core1:eth7\" is no end of a link") == 0);
  // core1, edge1 and worker1 hang on tor1, in this order: its ports have names, it is no end
  // itself.
  BOOST_TEST(problems_of(link_down("tor1:swp3")) == "");
  BOOST_TEST(problems_of(link_down("tor1")) ==
             "s.json:15:16: error: \"tor1\" has 3 links, expected one of \"tor1:swp1\", "
             "\"tor1:swp2\", \"tor1:swp3\"\n");
}

BOOST_AUTO_TEST_CASE(a_process_is_one_that_the_design_has) {
  const auto kill = [](const char* target) {
    return problems_of(design_with(15, R"("power_off", "target": "worker1")",
                                   std::string(R"("kill", "target": ")") + target + "\""));
  };
  BOOST_TEST(kill("core1/bgp") == "");
  BOOST_TEST(kill("worker1/bgp") == "");
  BOOST_TEST(kill("core1/nginx").find("s.json:15:16: error: there is no process \"core1/nginx\"") ==
             0);
  BOOST_TEST(kill("core1").find("there is no process \"core1\", expected one of ") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_event_of_the_command_line_is_judged_as_one_of_the_file) {
  const auto said = [](const std::vector<std::string>& events) {
    Diagnostics diagnostics;
    document::ReadOptions options;
    options.injections = events;
    const auto scenario = document::read(design_with(), "s.json", diagnostics, options);
    return scenario ? std::to_string(scenario->timeline.size()) : diagnostics.to_string();
  };
  BOOST_TEST(said({"30s:link_down:core1:eth1", "31s:power_off:edge1"}) ==
             "3");  // one is the file's
  BOOST_TEST(said({"30s:power_off:edge9"})
                 .find("--inject 30s:power_off:edge9: error: there is no machine \"edge9\"") == 0);
  BOOST_TEST(said({"soon:power_off:edge1"}).find("--inject soon:power_off:edge1: error: ") == 0);
  BOOST_TEST(said({"30s:explode:edge1"}).find("--inject 30s:explode:edge1: error: ") == 0);
  BOOST_TEST(said({"90s:power_off:edge1"}).find("90s is after the run's end at 60s") !=
             std::string::npos);
  BOOST_TEST(said({"30s:power_off:edge1 now"}) ==
             "--inject 30s:power_off:edge1 now: error: \"now\" is no member of an event, expected "
             "NAME=VALUE after the target, such as prefix=10.50.0.80/32\n");
  BOOST_TEST(said({"power_off"}) ==
             "--inject power_off: error: it is no event, expected AT:ACTION:TARGET, such as "
             "30s:link_down:core1:eth1\n");
}

BOOST_AUTO_TEST_CASE(an_event_says_what_it_needs_and_nothing_else) {
  const auto said = [](const std::string& event) {
    Diagnostics diagnostics;
    document::ReadOptions options;
    options.injections = {event};
    const auto scenario = document::read(design_with(), "s.json", diagnostics, options);
    return scenario ? std::string() : diagnostics.to_string();
  };
  BOOST_TEST(said("30s:withdraw:core1/bgp prefix=10.50.0.80/32") == "");
  BOOST_TEST(said("30s:clear_soft:core1/bgp neighbor=worker1 direction=out") == "");
  BOOST_TEST(
      said("30s:withdraw:core1/bgp").find("\"withdraw\" says no prefix, expected \"prefix\"") !=
      std::string::npos);
  BOOST_TEST(said("30s:kill:core1/bgp prefix=10.50.0.80/32").find("\"kill\" has no prefix") !=
             std::string::npos);
  BOOST_TEST(said("30s:kill:core1/bgp neighbor=core1").find("\"kill\" is not of one neighbor") !=
             std::string::npos);
  BOOST_TEST(said("30s:clear:core1/bgp direction=in").find("\"clear\" has no direction") !=
             std::string::npos);
  BOOST_TEST(said("30s:clear_soft:core1/bgp direction=up").find("\"in\", \"out\"") !=
             std::string::npos);
  BOOST_TEST(said("30s:link_down:core1:eth1 neighbor=core1").find("is not of one neighbor") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(expectations_are_about_what_is_there) {
  const auto with = [](const char* expectation) {
    return problems_of(design_with(16, R"("sessions": "as_configured", "by": "15s")", expectation));
  };
  BOOST_TEST(with(R"("load": "nobody", "status": 200)") ==
             "s.json:16:14: error: no client \"nobody\" has a load, expected \"users\"\n");
  BOOST_TEST(with(R"("next_hops": 1, "prefix": "10.50.0.80/32", "node": "edge7")")
                 .find("s.json:16:14: error: there is no node \"edge7\"") == 0);
  BOOST_TEST(with(R"("load": "users")").find("it expects nothing of load \"users\"") !=
             std::string::npos);
  BOOST_TEST(with(R"("load": "users", "answered_by": "as_routed")")
                 .find("\"answered_by\" cannot judge http://cafe/api") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(files_are_looked_for) {
  document::ReadOptions options;
  options.file_exists = [](const std::string& path) { return path == "core1.conf"; };
  BOOST_TEST(problems_of(design_with(), options) ==
             "s.json:10:47: error: no file matches \"k8s/*.yaml\", expected a path relative to the "
             "scenario's folder\n");
}

BOOST_AUTO_TEST_CASE(an_unresolved_name_is_told) {
  BOOST_TEST(problems_of(design_with(14, ", \"resolve\": \"10.50.0.80\"", "")) ==
             "s.json:14:7: error: nobody tells the address of \"cafe\", expected \"resolve\", or "
             "an address in the URL\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::scenario::test
