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

BOOST_AUTO_TEST_CASE(multipath_and_dampening_are_each_familys_own) {
  const auto config = read_clean(router +
                                 " bgp bestpath peer-type multipath-relax\n"
                                 " neighbor 10.0.0.2 sender-as-path-loop-detection\n"
                                 " address-family ipv4 unicast\n"
                                 "  maximum-paths 4\n"
                                 "  bgp dampening 1 750 2000 4\n"
                                 " exit-address-family\n"
                                 " address-family ipv6 unicast\n"
                                 "  maximum-paths 2\n"
                                 "  maximum-paths ibgp 8 equal-cluster-length\n"
                                 " exit-address-family\n");
  const auto& speaker = *config.bgp;
  BOOST_TEST(speaker.in(v4).multipath_ebgp.value() == 4U);
  BOOST_TEST(speaker.in(v6).multipath_ebgp.value() == 2U);
  BOOST_TEST(!speaker.in(v4).multipath_ibgp.has_value());
  BOOST_TEST(!speaker.in(v4).equal_cluster_length);
  BOOST_TEST(speaker.in(v6).multipath_ibgp.value() == 8U);
  BOOST_TEST(speaker.in(v6).equal_cluster_length);
  BOOST_TEST((speaker.in(v4).dampening.value().half_life == 1min));
  BOOST_TEST(!speaker.in(v6).dampening.has_value());
  BOOST_TEST(speaker.peer_type_relax);
  BOOST_TEST(speaker.neighbors.front().sender_loop_detection);
  BOOST_TEST(frr::describe(config).find(
                 "multipath 4 eBGP and 256 iBGP (IPv6: 2 eBGP and 8 iBGP)") != std::string::npos);
}

// bgp_peer_conf_if_to_su_update_v4 of bgpd 8.4.4.
BOOST_AUTO_TEST_CASE(a_neighbour_behind_an_interface_of_two_addresses) {
  const auto text = [](const std::string& address) {
    return "interface swp1\n ip address " + address + "\nexit\n" + router +
           " neighbor FABRIC peer-group\n neighbor FABRIC remote-as external\n"
           " neighbor swp1 interface peer-group FABRIC\n"
           " address-family ipv4 unicast\n  neighbor swp1 weight 9\n exit-address-family\n";
  };
  const auto far_end = [&](const std::string& address) {
    const auto config = read_clean(text(address));
    const auto& peer = config.bgp->neighbors.back();
    BOOST_TEST(peer.peer_group == "FABRIC");
    BOOST_TEST(peer.in(v4).weight == 9U);
    BOOST_TEST(peer.extended_next_hop);
    return peer.address.to_string();
  };
  BOOST_TEST(far_end("10.1.0.0/31") == "10.1.0.1");
  BOOST_TEST(far_end("10.1.0.1/31") == "10.1.0.0");
  BOOST_TEST(far_end("10.1.0.5/30") == "10.1.0.6");
  BOOST_TEST(far_end("10.1.0.6/30") == "10.1.0.5");
  Diagnostics diagnostics;
  frr::read(text("10.1.0.6/29"), "frr.conf", diagnostics);
  BOOST_TEST(diagnostics.to_string() ==
             "frr.conf:10:11: error: neighbor swp1 has only a link-local address: not modelled, "
             "expected 'ip address' with a length of 30 or 31 on interface swp1\n");
}

// RFC 8212: a policy for one family lets nothing of the other through, in or out.
BOOST_AUTO_TEST_CASE(a_family_without_a_policy_is_denied_beside_one_that_has_it) {
  const auto permits = [](const std::string& head, const std::string& what) {
    const auto config = read_clean(head +
                                   " neighbor 10.0.0.2 remote-as 64513\n"
                                   " address-family ipv4 unicast\n"
                                   "  neighbor 10.0.0.2 route-map ALL in\n"
                                   "  neighbor 10.0.0.2 route-map ALL out\n"
                                   " exit-address-family\n"
                                   " address-family ipv6 unicast\n"
                                   "  neighbor 10.0.0.2 activate\n"
                                   " exit-address-family\nexit\nroute-map ALL permit 10\nexit\n");
    const auto& peer = config.bgp->neighbors.front();
    const auto in = bgp::apply(peer.import_policy, {.prefix = *net::Prefix::parse(what)}, {});
    const auto out = bgp::apply(peer.export_policy, {.prefix = *net::Prefix::parse(what)}, {});
    BOOST_TEST(in.permitted == out.permitted);
    return in.permitted;
  };
  const std::string bgp = "router bgp 64512\n bgp router-id 10.0.0.1\n";
  BOOST_TEST(permits(bgp, "192.0.2.0/24"));
  BOOST_TEST(!permits(bgp, "2001:db8::/32"));
  BOOST_TEST(permits(bgp + " no bgp ebgp-requires-policy\n", "2001:db8::/32"));
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

// zebra's maps: of the protocol, else of any; behind bgpd's own.
BOOST_AUTO_TEST_CASE(a_map_of_the_protocol_is_a_table_map) {
  const auto maps = [](const std::string& lines, const std::string& in_family = {}) {
    const auto config =
        read_clean("route-map A permit 10\nexit\nroute-map B permit 10\nexit\n" + lines + router +
                   " address-family ipv4 unicast\n" + in_family + " exit-address-family\nexit\n");
    std::string names;
    for (const auto& map : config.bgp->table_map) {
      names += map.name + (map.family == v4 ? "4 " : "6 ");
    }
    return names;
  };
  BOOST_TEST(maps("ip protocol bgp route-map A\nipv6 protocol bgp route-map B\n") == "A4 B6 ");
  BOOST_TEST(maps("ip protocol any route-map A\nip protocol bgp route-map B\n") == "B4 ");
  BOOST_TEST(maps("ip protocol any route-map A\n", "  table-map B\n") == "B4 A4 ");
  BOOST_TEST(maps("ip protocol bgp route-map A\nno ip protocol bgp\n", "  table-map B\n") == "B4 ");
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
