#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "models/frr/config.h"

using namespace seatrial;

namespace {

frr::Config read_clean(const std::string& text, std::string_view profile = {}) {
  Diagnostics diagnostics;
  auto out = frr::read(text, "frr.conf", diagnostics, profile);
  BOOST_REQUIRE_MESSAGE(diagnostics.empty(), diagnostics.to_string());
  return out;
}

std::string complaints(const std::string& text) {
  Diagnostics diagnostics;
  frr::read(text, "frr.conf", diagnostics);
  return diagnostics.to_string();
}

std::string file_text(const std::string& path) {
  std::ifstream in(std::string(SEATRIAL_SOURCE_DIR) + "/" + path);
  BOOST_REQUIRE_MESSAGE(in.good(), path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

net::Prefix prefix(const std::string& text) {
  return *net::Prefix::parse(text);
}

const std::string router = "router bgp 64512\n bgp router-id 10.0.0.1\n";

const bgp::NeighborConfig& neighbor(const frr::Config& config, const std::string& address) {
  for (const auto& one : config.bgp->neighbors) {
    if (one.address == *net::IpAddress::parse(address)) return one;
  }
  BOOST_FAIL("no neighbor " << address);
  return config.bgp->neighbors.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frr_config)

BOOST_AUTO_TEST_CASE(the_reference_design_reads_without_a_word) {
  const std::string base = "scenarios/get-me-to-the-cluster/";
  for (const auto* path : {"network/core1/frr.conf", "network/core2/frr.conf",
                           "edge/edge1/frr.conf", "edge/edge2/frr.conf", "edge/edge3/frr.conf"}) {
    read_clean(file_text(base + path), "frr-8.4-datacenter");
  }
  const auto core = read_clean(file_text(base + "network/core1/frr.conf"));
  BOOST_TEST(core.hostname == "core1");
  BOOST_TEST(core.profile == "frr-8.4-datacenter");
  BOOST_REQUIRE(core.interface("eth1") != nullptr);
  BOOST_TEST(core.interface("eth1")->addresses.at(0).to_string() == "10.1.1.2/24");
  BOOST_TEST(core.interface("eth1")->description == "data-centre LAN");
  BOOST_TEST(core.bgp->asn.value == 64512U);
  BOOST_TEST(core.bgp->router_id.to_string() == "10.1.1.2");
  BOOST_TEST(core.bgp->neighbors.size() == 8U);  // a core, three edges, four nodes
  BOOST_TEST(core.bgp->networks.at(0).prefix.to_string() == "10.2.0.0/24");
  BOOST_TEST(core.bgp->ipv4.multipath_ibgp.value() == 8U);
  const auto& edge1 = neighbor(core, "10.1.1.4");
  BOOST_TEST(edge1.description == "edge1");
  BOOST_TEST(edge1.remote_as.asn.value == 64512U);  // from its group
  BOOST_TEST(edge1.position.line == 26);
  BOOST_TEST(edge1.position.column == 11);
  const auto edge = read_clean(file_text(base + "edge/edge1/frr.conf"));
  BOOST_TEST(edge.interface("lo")->addresses.at(0).to_string() == "10.50.0.80/32");
}

BOOST_AUTO_TEST_CASE(a_neighbor_with_everything) {
  const auto config = read_clean(R"(hostname r1
log file /var/log/frr.log
password zebra
interface eth0
 ip address 10.0.0.1/24
exit
router bgp 65001
 bgp router-id 10.0.0.1
 bgp cluster-id 9.9.9.9
 no bgp ebgp-requires-policy
 no bgp network import-check
 bgp bestpath as-path multipath-relax
 bgp deterministic-med
 timers bgp 5 15
 neighbor 10.0.0.2 remote-as external
 neighbor 10.0.0.2 description to the provider
 neighbor 10.0.0.2 update-source eth0
 neighbor 10.0.0.2 ebgp-multihop 3
 neighbor 10.0.0.2 password s3cret
 neighbor 10.0.0.2 timers 1 3
 neighbor 10.0.0.2 timers connect 7
 neighbor 10.0.0.2 passive
 neighbor 10.0.0.3 remote-as internal
 neighbor 10.0.0.3 shutdown
 address-family ipv4 unicast
  network 192.0.2.0/24
  maximum-paths 4
  neighbor 10.0.0.2 maximum-prefix 1000
  neighbor 10.0.0.2 weight 50
  no neighbor 10.0.0.2 send-community
  neighbor 10.0.0.2 soft-reconfiguration inbound
  neighbor 10.0.0.3 route-reflector-client
  neighbor 10.0.0.3 next-hop-self
 exit-address-family
!
line vty
 exec-timeout 0 0
!
)");
  const auto& speaker = *config.bgp;
  BOOST_TEST(speaker.cluster_id->to_string() == "9.9.9.9");
  BOOST_TEST(speaker.ebgp_default_deny.value() == false);
  BOOST_TEST(speaker.import_check.value() == false);
  BOOST_TEST(speaker.multipath_relax.value());
  BOOST_TEST(speaker.deterministic_med.value());
  BOOST_TEST(speaker.ipv4.multipath_ebgp.value() == 4U);
  BOOST_TEST(!speaker.ipv4.multipath_ibgp.has_value());
  BOOST_TEST((speaker.profile.hold_time == 15s));
  BOOST_TEST((speaker.profile.keepalive_time == 5s));
  const auto& out = neighbor(config, "10.0.0.2");
  BOOST_TEST((out.remote_as.kind == bgp::RemoteAs::Kind::external));
  BOOST_TEST(out.description == "to the provider");
  BOOST_TEST(out.local_address->to_string() == "10.0.0.1");
  BOOST_TEST(out.ebgp_multihop.value() == 3);
  BOOST_TEST(out.password == "s3cret");
  BOOST_TEST((out.hold_time == 3s));
  BOOST_TEST((out.keepalive_time == 1s));
  BOOST_TEST((out.connect_retry == 7s));
  BOOST_TEST(out.passive);
  BOOST_TEST(out.max_prefixes.value().limit == 1000U);
  BOOST_TEST(out.weight == 50U);
  BOOST_TEST(!out.send_community);
  const auto& in = neighbor(config, "10.0.0.3");
  BOOST_TEST(in.shutdown);
  BOOST_TEST(in.route_reflector_client);
  BOOST_TEST((in.next_hop_self == bgp::NextHopSelf::unless_reflected));
}

BOOST_AUTO_TEST_CASE(a_neighbor_may_have_bfd) {
  const auto config = read_clean(router + R"( neighbor 10.0.0.2 remote-as 65001
 neighbor 10.0.0.2 bfd
 neighbor 10.0.0.3 remote-as 65001
 neighbor 10.0.0.3 bfd 5 100 200
 neighbor 10.0.0.4 remote-as 65001
)");
  // bfdd's defaults: 300 ms, 300 ms, 3; the three numbers are multiplier, receive, transmit.
  const auto& usual = neighbor(config, "10.0.0.2").bfd;
  BOOST_REQUIRE(usual.has_value());
  BOOST_TEST((usual->receive_interval == 300ms && usual->transmit_interval == 300ms));
  BOOST_TEST(usual->detect_multiplier == 3U);
  const auto& said = neighbor(config, "10.0.0.3").bfd;
  BOOST_REQUIRE(said.has_value());
  BOOST_TEST((said->receive_interval == 100ms && said->transmit_interval == 200ms));
  BOOST_TEST(said->detect_multiplier == 5U);
  BOOST_TEST(!neighbor(config, "10.0.0.4").bfd.has_value());
}

BOOST_AUTO_TEST_CASE(a_member_overrides_its_group_wherever_the_lines_stand) {
  const auto config = read_clean(router + R"( neighbor 10.0.0.2 peer-group G
 neighbor 10.0.0.2 timers 1 3
 neighbor G peer-group
 neighbor G remote-as 65001
 neighbor G timers 10 30
 neighbor G passive
 neighbor 10.0.0.3 peer-group G
)" + " no neighbor 10.0.0.3 passive\n");
  BOOST_TEST((neighbor(config, "10.0.0.2").hold_time == 3s));
  BOOST_TEST(neighbor(config, "10.0.0.2").passive);
  BOOST_TEST((neighbor(config, "10.0.0.3").hold_time == 30s));
  BOOST_TEST(!neighbor(config, "10.0.0.3").passive);
  BOOST_TEST(config.bgp->neighbors.size() == 2U);
}

BOOST_AUTO_TEST_CASE(profiles) {
  BOOST_TEST(read_clean("hostname a\n").profile == "frr-8.4-traditional");
  BOOST_TEST(read_clean("frr defaults datacenter\n").profile == "frr-8.4-datacenter");
  BOOST_TEST(read_clean("hostname a\n", "quagga-1.2").profile == "quagga-1.2");
  // facts: hold / keepalive of FRR traditional 180/60, datacenter 9/3.
  const auto slow = read_clean(router);
  BOOST_TEST((slow.bgp->profile.hold_time == 180s));
  const auto fast = read_clean("frr defaults datacenter\n" + router);
  BOOST_TEST((fast.bgp->profile.hold_time == 9s));
  BOOST_TEST((fast.bgp->profile.keepalive_time == 3s));
  Diagnostics diagnostics;
  frr::read("frr defaults datacenter\n" + router, "frr.conf", diagnostics, "frr-8.4-traditional");
  BOOST_TEST(
      diagnostics.to_string().starts_with("frr.conf:1:1: warning: the file asks for profile"));
  diagnostics = {};
  frr::read(router, "frr.conf", diagnostics, "frr-99");
  BOOST_TEST(diagnostics.has_errors());
}

// zebra: the largest address of lo, else the largest of any interface.
BOOST_AUTO_TEST_CASE(router_id_is_chosen_as_zebra_does) {
  const std::string two =
      "interface eth0\n ip address 10.0.0.9/24\ninterface eth1\n ip address 10.0.1.1/24\n";
  BOOST_TEST(read_clean(two + "router bgp 1\n").bgp->router_id.to_string() == "10.0.1.1");
  BOOST_TEST(read_clean(two + "interface lo\n ip address 1.1.1.1/32\nrouter bgp 1\n")
                 .bgp->router_id.to_string() == "1.1.1.1");
  BOOST_TEST(read_clean(two + "ip router-id 7.7.7.7\nrouter bgp 1\n").bgp->router_id.to_string() ==
             "7.7.7.7");
  BOOST_TEST(complaints("router bgp 1\n")
                 .starts_with("frr.conf:1:1: error: router bgp 1 has no router id"));
}

BOOST_AUTO_TEST_CASE(static_routes_and_what_is_redistributed) {
  const auto config = read_clean(R"(interface eth0
 ip address 10.0.0.1/24
interface lo
 ip address 127.0.0.1/8
 ip address 1.1.1.1/32
interface eth9
 ip address 10.9.0.1/24
 shutdown
ip route 192.0.2.0/24 10.0.0.7
ip route 198.51.100.0/24 Null0 250
ip route 203.0.113.0/24 eth0
router bgp 1
 address-family ipv4 unicast
  redistribute connected
  redistribute static
)");
  const auto& routes = config.static_routes;
  BOOST_REQUIRE(routes.size() == 3U);
  BOOST_TEST(routes[0].next_hop->to_string() == "10.0.0.7");
  BOOST_TEST(routes[0].distance == 1);
  BOOST_TEST(routes[1].blackhole);
  BOOST_TEST(routes[1].distance == 250);
  BOOST_TEST(routes[2].interface == "eth0");
  std::vector<std::string> announced;
  for (const auto& network : config.bgp->networks) {
    announced.push_back(network.prefix.to_string());
    BOOST_TEST((network.origin == bgp::Origin::incomplete));
    BOOST_TEST(!network.check_import);
  }
  const std::vector<std::string> wanted{"10.0.0.0/24", "1.1.1.1/32", "192.0.2.0/24",
                                        "198.51.100.0/24", "203.0.113.0/24"};
  BOOST_TEST(announced == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(route_maps_become_policies) {
  const auto config = read_clean(R"(ip prefix-list PODS seq 10 permit 172.16.0.0/16 ge 26 le 26
ip prefix-list PODS seq 5 deny 172.16.9.0/24 le 32
bgp community-list standard MINE seq 5 permit 64512:100
!
route-map IN permit 10
 match ip address prefix-list PODS
 set local-preference 200
 set metric 7
 set community 64512:1 no-export additive
 set as-path prepend 65001 65001
 set ip next-hop 10.0.0.9
route-map IN deny 20
 match community MINE
exit
route-map IN permit 30
!
)" + router + R"( neighbor 10.0.0.2 remote-as 65001
 address-family ipv4 unicast
  neighbor 10.0.0.2 route-map IN in
  neighbor 10.0.0.2 prefix-list PODS out
)");
  const auto& peer = neighbor(config, "10.0.0.2");
  BOOST_REQUIRE(peer.import_policy.size() == 1U);
  const auto& in = peer.import_policy[0];
  bgp::PathAttributes bare;
  bare.as_path.prepend({65001});
  const auto pods = bgp::apply(in, {.prefix = prefix("172.16.1.0/26")}, bare);
  BOOST_TEST(pods.permitted);
  BOOST_TEST(pods.attributes.local_pref.value() == 200U);
  BOOST_TEST(pods.attributes.med.value() == 7U);
  BOOST_TEST(pods.attributes.has({0xfc000001U}));  // 64512:1
  BOOST_TEST(pods.attributes.has(bgp::no_export));
  BOOST_TEST(pods.attributes.as_path.length() == 3U);
  BOOST_TEST(pods.attributes.next_hop->to_string() == "10.0.0.9");
  auto tagged = bare;
  tagged.communities = {{0xfc000064U}};  // 64512:100
  // Not 26 long, or denied by the earlier entry: falls through to 20 and 30.
  for (const auto* other : {"172.16.1.0/27", "172.16.9.0/26", "10.0.0.0/8"}) {
    const auto untouched = bgp::apply(in, {.prefix = prefix(other)}, bare);
    BOOST_TEST(untouched.permitted, other);
    BOOST_TEST(!untouched.attributes.local_pref.has_value(), other);
    BOOST_TEST(!bgp::apply(in, {.prefix = prefix(other)}, tagged).permitted, other);
  }
  BOOST_REQUIRE(peer.export_policy.size() == 1U);
  BOOST_TEST(bgp::apply(peer.export_policy, {.prefix = prefix("172.16.1.0/26")}, bare).permitted);
  BOOST_TEST(!bgp::apply(peer.export_policy, {.prefix = prefix("10.0.0.0/8")}, bare).permitted);
}

BOOST_AUTO_TEST_CASE(commands_of_router_bgp_are_found_from_inside_an_address_family) {
  const auto config = read_clean(router + R"( neighbor 10.0.0.2 remote-as 1
 address-family ipv4 unicast
  network 10.3.0.0/24
 neighbor 10.0.0.3 remote-as 1
ip route 10.3.0.0/24 Null0
hostname later
)");
  BOOST_TEST(config.bgp->neighbors.size() == 2U);
  BOOST_TEST(config.hostname == "later");
}

BOOST_AUTO_TEST_CASE(no_default_ipv4_unicast_needs_activate) {
  Diagnostics diagnostics;
  const auto config = frr::read(router + R"( no bgp default ipv4-unicast
 neighbor 10.0.0.2 remote-as 1
 neighbor 10.0.0.3 remote-as 1
 address-family ipv4 unicast
  neighbor 10.0.0.2 activate
)",
                                "frr.conf", diagnostics);
  BOOST_TEST(diagnostics.to_string().starts_with(
                 "frr.conf:5:11: warning: neighbor 10.0.0.3 is not activated"),
             diagnostics.to_string());
  BOOST_TEST(!neighbor(config, "10.0.0.2").shutdown);
  BOOST_TEST(neighbor(config, "10.0.0.3").shutdown);
}

BOOST_AUTO_TEST_CASE(a_block_that_is_not_modelled_is_one_message) {
  BOOST_TEST(complaints(R"(router ospf
 network 10.0.0.0/8 area 0
exit
bfd
 peer 10.0.0.2
  receive-interval 300
 exit
 !
exit
hostname after
)") == "frr.conf:1:1: error: 'router ospf' is not "
       "modelled, expected a design without it\n");
}

BOOST_AUTO_TEST_SUITE_END()
