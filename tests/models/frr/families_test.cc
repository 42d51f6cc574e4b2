// What a neighbour is told in one address family, and what takes lines of a route map back.
#include <boost/test/unit_test.hpp>

#include "models/frr/config.h"
#include "models/frr/describe.h"

using namespace seatrial;

namespace {

frr::Config read_clean(const std::string& text) {
  Diagnostics diagnostics;
  auto out = frr::read(text, "frr.conf", diagnostics);
  BOOST_REQUIRE_MESSAGE(diagnostics.empty(), diagnostics.to_string());
  return out;
}

const std::string router =
    "router bgp 64512\n bgp router-id 10.0.0.1\n no bgp ebgp-requires-policy\n"
    " neighbor 10.0.0.2 remote-as 64513\n";
constexpr auto v4 = net::Family::ipv4;
constexpr auto v6 = net::Family::ipv6;

// A route map that permits in entry 10, whose lines these are, as the neighbour's outbound policy.
bgp::PolicyClause entry(const std::string& lines) {
  const auto config =
      read_clean(router +
                 " address-family ipv4 unicast\n  neighbor 10.0.0.2 route-map R out\n"
                 " exit-address-family\nexit\nroute-map R permit 10\n" +
                 lines +
                 "exit\nip prefix-list P permit any\n"
                 "bgp community-list standard C permit 1:1\n");
  return config.bgp->neighbors.front().export_policy.front().clauses.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frr_families)

BOOST_AUTO_TEST_CASE(each_family_has_its_own_settings) {
  const auto config = read_clean(router +
                                 " address-family ipv4 unicast\n"
                                 "  neighbor 10.0.0.2 weight 7\n"
                                 "  neighbor 10.0.0.2 maximum-prefix 10\n"
                                 "  no neighbor 10.0.0.2 send-community both\n"
                                 " exit-address-family\n"
                                 " address-family ipv6 unicast\n"
                                 "  neighbor 10.0.0.2 activate\n"
                                 "  neighbor 10.0.0.2 as-override\n"
                                 "  neighbor 10.0.0.2 maximum-prefix 20\n"
                                 "  neighbor 10.0.0.2 addpath-tx-all-paths\n"
                                 " exit-address-family\n");
  const auto& peer = config.bgp->neighbors.front();
  BOOST_TEST(peer.in(v4).weight == 7U);
  BOOST_TEST(peer.in(v6).weight == 0U);
  BOOST_TEST(!peer.in(v4).as_override);
  BOOST_TEST(peer.in(v6).as_override);
  BOOST_TEST(peer.in(v4).max_prefixes->limit == 10U);
  BOOST_TEST(peer.in(v6).max_prefixes->limit == 20U);
  BOOST_TEST(!peer.in(v4).send_community);
  BOOST_TEST(peer.in(v6).send_community);
  BOOST_TEST(!peer.in(v4).add_path.send);
  BOOST_TEST(peer.in(v6).add_path.send);
}

BOOST_AUTO_TEST_CASE(a_neighbour_of_one_family_has_that_ones_settings) {
  const auto config = read_clean(router +
                                 " address-family ipv4 unicast\n  no neighbor 10.0.0.2 activate\n"
                                 "  neighbor 10.0.0.2 weight 7\n exit-address-family\n"
                                 " address-family ipv6 unicast\n  neighbor 10.0.0.2 activate\n"
                                 "  neighbor 10.0.0.2 weight 8\n exit-address-family\n");
  BOOST_TEST(config.bgp->neighbors.front().in(v6).weight == 8U);
}

BOOST_AUTO_TEST_CASE(conditions_limits_and_the_table_map) {
  const auto config = read_clean(router +
                                 " bgp conditional-advertisement timer 20\n"
                                 " address-family ipv4 unicast\n"
                                 "  table-map T\n"
                                 "  neighbor 10.0.0.2 advertise-map A non-exist-map C\n"
                                 "  neighbor 10.0.0.2 maximum-prefix-out 3\n"
                                 " exit-address-family\nexit\nroute-map A permit 10\nexit\n"
                                 "route-map C permit 10\nexit\nroute-map T deny 10\nexit\n");
  BOOST_TEST((config.bgp->condition_interval == 20s));
  const auto& peer = config.bgp->neighbors.front();
  BOOST_REQUIRE(peer.conditional.has_value());
  BOOST_TEST(peer.conditional->routes.front().name == "A");
  BOOST_TEST(peer.conditional->condition.front().name == "C");
  BOOST_TEST(!peer.conditional->while_exists);
  BOOST_TEST(peer.max_prefixes_out.value_or(0) == 3U);
  BOOST_REQUIRE(config.bgp->table_map.size() == 1U);
  BOOST_TEST((config.bgp->table_map.front().family == v4));
}

BOOST_AUTO_TEST_CASE(the_largest_med) {
  const auto max_med = [](const std::string& line) {
    return read_clean(router + " bgp max-med " + line + "\n").bgp->max_med.value();
  };
  BOOST_TEST(max_med("administrative").value == 4294967294U);
  BOOST_TEST(max_med("administrative 5").value == 5U);
  BOOST_TEST(!max_med("administrative 5").after_start.has_value());
  BOOST_TEST((max_med("on-startup 60").after_start == Duration(60s)));
  BOOST_TEST(max_med("on-startup 60 9").value == 9U);
}

BOOST_AUTO_TEST_CASE(lines_of_a_route_map_are_taken_back) {
  BOOST_TEST(!entry(" match metric 5\n no match metric\n").match.med.has_value());
  BOOST_TEST(!entry(" match metric 5\n no match metric 5\n").match.med.has_value());
  BOOST_TEST((entry(" match ip address prefix-list P\n no match ip address prefix-list P\n")
                  .match.prefix_list == nullptr));
  BOOST_TEST((entry(" match ip address prefix-list P\n no match community\n").match.prefix_list !=
              nullptr));
  BOOST_TEST(!entry(" set metric 5\n no set metric\n").set.med.has_value());
  BOOST_TEST(entry(" set community 1:1 additive\n no set community\n").set.add_communities.empty());
  BOOST_TEST(
      (entry(" set comm-list C delete\n no set comm-list C delete\n").set.delete_communities ==
       nullptr));
  const auto kept =
      entry(" set as-path prepend 1 2\n set as-path exclude 3\n no set as-path prepend\n");
  BOOST_REQUIRE(kept.set.as_path.size() == 1U);
  BOOST_TEST((kept.set.as_path.front().kind == bgp::AsPathChange::Kind::exclude));
  Diagnostics diagnostics;
  frr::read("route-map R permit 10\n no set colour\n", "frr.conf", diagnostics);
  BOOST_TEST(diagnostics.to_string() ==
             "frr.conf:2:9: error: unexpected 'colour', expected a 'set' command\n");
}

BOOST_AUTO_TEST_CASE(what_show_running_config_prints_is_a_file) {
  const auto config =
      read_clean("Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\n" +
                 router + "end\n");
  BOOST_TEST(config.bgp->neighbors.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_follows_from_a_file_is_told) {
  const auto config = read_clean(
      "frr defaults datacenter\ninterface lo\n ip address 10.0.0.9/32\nexit\n"
      "router bgp 64512\n neighbor G peer-group\n neighbor G remote-as internal\n"
      " neighbor G timers 5 15\n neighbor 10.0.0.2 peer-group G\n"
      " neighbor 10.0.0.3 remote-as 64513\n bgp listen range 10.1.0.0/16 peer-group G\n"
      " address-family ipv4 unicast\n  neighbor G next-hop-self\n"
      "  neighbor 10.0.0.3 prefix-list P in\n  neighbor 10.0.0.3 route-map R in\n"
      " exit-address-family\nexit\nip prefix-list P permit any\nroute-map R permit 10\nexit\n");
  BOOST_TEST(frr::describe(config) ==
             "  profile frr-8.4-datacenter\n"
             "  interface lo: 10.0.0.9/32\n"
             "  AS 64512, router id 10.0.0.9 (the largest address of lo)\n"
             "  hold 9 s, keepalive 3 s, multipath 256 eBGP and 256 iBGP\n"
             "  originates: nothing\n"
             "  neighbours:\n"
             "    10.0.0.2: AS internal (iBGP), peer-group G, hold 15 s, keepalive 5 s, connect "
             "retry 10 s\n"
             "      IPv4 in: everything; out: everything; next-hop-self\n"
             "    10.0.0.3: AS 64513 (eBGP), hold 9 s, keepalive 3 s, connect retry 10 s\n"
             "      IPv4 in: prefix-list P, route-map R; out: everything\n"
             "    whoever connects from 10.1.0.0/16: AS internal (iBGP), peer-group G, hold 15 s, "
             "keepalive 5 s, connect retry 10 s, passive\n"
             "      IPv4 in: everything; out: everything; next-hop-self\n");
}

BOOST_AUTO_TEST_SUITE_END()
