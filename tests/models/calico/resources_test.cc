#include "tests/models/calico/support.h"

using namespace seatrial;
using namespace seatrial::calico;
using namespace seatrial::calico::test;

namespace {

std::string complaints(const std::string& text) {
  Diagnostics diagnostics;
  read_text(text, diagnostics);
  return diagnostics.to_string();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resources)

BOOST_AUTO_TEST_CASE(the_reference_design_reads_without_a_word) {
  const auto all = read_clean(file_text("scenarios/get-me-to-the-cluster/cluster/calico.yaml"));
  BOOST_REQUIRE(all.pools.size() == 1U);
  BOOST_TEST(all.pools[0].cidr.to_string() == "172.16.1.0/24");
  BOOST_TEST(all.pools[0].block_size == 26);
  BOOST_TEST(all.pools[0].nat_outgoing);
  BOOST_TEST(all.peers.size() == 5U);
  BOOST_TEST(all.mesh_enabled());
  BOOST_TEST(all.as_number().value == 64512U);
  BOOST_REQUIRE(all.configuration("default") != nullptr);
  BOOST_TEST(all.configuration("default")->service_cluster_ips.at(0).to_string() ==
             "10.96.0.10/32");
}

BOOST_AUTO_TEST_CASE(calicos_defaults_without_any_resource) {
  const Resources none;
  BOOST_TEST(none.as_number().value == 64512U);
  BOOST_TEST(none.mesh_enabled());
  BOOST_TEST(none.listen_port("worker1") == 179);
  const auto pool = read_clean(
      "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\nspec: {cidr: "
      "10.0.0.0/16}\n");
  BOOST_TEST(pool.pools.at(0).block_size == 26);
  BOOST_TEST(pool.pools.at(0).for_workloads);
}

BOOST_AUTO_TEST_CASE(a_node_speaks_by_its_own_resource_or_by_annotations) {
  const auto all = read_clean(R"(apiVersion: projectcalico.org/v3
kind: Node
metadata:
  name: worker1
  labels: {rack: r1}
spec:
  bgp: {asNumber: 65001, ipv4Address: 10.1.1.8/24, routeReflectorClusterID: 244.0.0.1}
---
apiVersion: v1
kind: Node
metadata:
  name: worker2
  annotations:
    projectcalico.org/ASNumber: "65002"
    projectcalico.org/RouteReflectorClusterID: 244.0.0.2
    example.com/other: anything
---
apiVersion: crd.projectcalico.org/v1
kind: BGPConfiguration
metadata: {name: node.worker1}
spec: {listenPort: 1790}
)");
  BOOST_TEST(all.node("worker1")->as_number->value == 65001U);
  BOOST_TEST(all.node("worker1")->route_reflector_cluster_id == "244.0.0.1");
  BOOST_TEST(all.node("worker1")->labels.at("rack") == "r1");
  BOOST_TEST(all.node("worker2")->as_number->value == 65002U);
  BOOST_TEST(all.node("worker2")->route_reflector_cluster_id == "244.0.0.2");
  BOOST_TEST(all.listen_port("worker1") == 1790);
  BOOST_TEST(all.listen_port("worker2") == 179);
}

BOOST_AUTO_TEST_CASE(an_unknown_field_is_an_error_at_its_key) {
  BOOST_TEST(complaints(R"(apiVersion: crd.projectcalico.org/v1
kind: BGPPeer
metadata:
  name: core1
spec:
  peerIP: 10.1.1.2
  asNumbr: 64512
  asNumber: 64512
)") == "calico.yaml:7:3: error: unknown field 'asNumbr' in BGPPeer spec, expected one of asNumber, "
       "filters, keepOriginalNextHop, maxRestartTime, node, nodeSelector, "
       "numAllowedLocalASNumbers, password, peerIP, peerSelector, reachableBy, sourceAddress, "
       "ttlSecurity\n");
}

BOOST_AUTO_TEST_CASE(wrong_values_are_all_named_at_once_where_they_stand) {
  BOOST_TEST(complaints(R"(apiVersion: crd.projectcalico.org/v1
kind: IPPool
metadata:
  name: pool
spec:
  cidr: 172.16.1.7/24
  blockSize: 33
  natOutgoing: maybe
  ipipMode: Sometimes
  nodeSelector: role = 'edge'
)") == "calico.yaml:6:9: error: cidr is '172.16.1.7/24', expected 172.16.1.0/24\n"
       "calico.yaml:7:14: error: blockSize is '33', expected a number from 20 to 32\n"
       "calico.yaml:8:16: error: natOutgoing is 'maybe', expected true or false\n"
       "calico.yaml:9:13: error: ipipMode is 'Sometimes', expected Never, Always or CrossSubnet\n"
       // "role = ..." begins at column 17; the '=' is its sixth character.
       "calico.yaml:10:22: error: nodeSelector: unexpected character '=', expected one of == != "
       "in, not "
       "in, contains, starts with, ends with\n");
}

BOOST_AUTO_TEST_CASE(a_selector_in_quotes_is_counted_from_behind_the_quote) {
  const auto said = complaints(
      "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\n"
      "spec:\n  cidr: 10.0.0.0/16\n  nodeSelector: \"has(\"\n");
  // The text begins at column 18 and has four characters: it ends too early at column 22.
  BOOST_TEST(said.starts_with("calico.yaml:6:22: error: nodeSelector: the selector ends too early"),
             said);
}

BOOST_AUTO_TEST_CASE(tunnels_are_refused_and_not_forgotten) {
  const auto said = complaints(
      "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\n"
      "spec:\n  cidr: 10.0.0.0/16\n  ipipMode: Always\n");
  BOOST_TEST(said.starts_with("calico.yaml:6:13: error: ipipMode Always is not modelled"), said);
}

BOOST_AUTO_TEST_CASE(what_calicos_validator_refuses) {
  const std::string head = "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: p}\n";
  BOOST_TEST(
      complaints(head + "spec:\n  peerIP: 10.0.0.1\n") ==
      "calico.yaml:5:11: error: BGPPeer p has a peerIP but no AS number, expected asNumber\n");
  BOOST_TEST(complaints(head + "spec:\n  node: n1\n") ==
             "calico.yaml:5:3: error: BGPPeer p names no peer, expected peerIP or peerSelector\n");
  BOOST_TEST(complaints(head + "spec:\n  peerSelector: all()\n  asNumber: 1\n") ==
             "calico.yaml:6:13: error: BGPPeer p has both peerSelector and asNumber, expected one "
             "of them\n");
  BOOST_TEST(
      complaints(head + "spec:\n  peerIP: 10.0.0.300\n  asNumber: 1\n") ==
      "calico.yaml:5:11: error: peerIP is '10.0.0.300', expected an IP address, with :PORT if it "
      "is not 179\n");
  const auto said = complaints(
      "apiVersion: projectcalico.org/v3\nkind: BGPConfiguration\nmetadata: {name: default}\n"
      "spec:\n  nodeToNodeMeshEnabled: false\n  nodeMeshMaxRestartTime: 60s\n");
  BOOST_TEST(said ==
             "calico.yaml:6:27: error: nodeMeshMaxRestartTime with the node mesh disabled, "
             "expected nodeToNodeMeshEnabled: true\n");
}

BOOST_AUTO_TEST_CASE(doubles_overlaps_and_kinds_that_are_not_modelled) {
  const auto said = complaints(R"(apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: a}
spec: {cidr: 10.0.0.0/16}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: b}
spec: {cidr: 10.0.1.0/24}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: b}
spec: {cidr: 10.1.0.0/16}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: deny}
spec: {}
---
apiVersion: crd.projectcalico.org/v1
kind: BlockAffinity
metadata: {name: written-by-calico}
spec: {}
)");
  BOOST_TEST(
      said ==
      "calico.yaml:9:14: error: IPPool b (10.0.1.0/24) overlaps IPPool a (10.0.0.0/16), expected "
      "pools that share no address\n"
      "calico.yaml:11:1: error: IPPool b is defined twice, first at calico.yaml:6, expected one "
      "definition\n"
      "calico.yaml:16:1: error: Calico kind GlobalNetworkPolicy is not modelled, expected IPPool, "
      "BGPConfiguration, BGPPeer, Node or IPAMConfig\n");
}

BOOST_AUTO_TEST_CASE(shapes_that_are_not_expected) {
  // Each of them is an error, none a crash.
  const std::string head = "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\n";
  for (const auto* spec : {"spec: text\n", "spec: [1]\n", "spec: {cidr: [a]}\n",
                           "spec: {cidr: {}}\n", "spec:\n", "spec: {? [a] : b, cidr: 10.0.0.0/8}\n",
                           "spec: {cidr: 10.0.0.0/8, allowedUses: Workload}\n",
                           "spec: {cidr: 10.0.0.0/8, cidr: 10.0.0.0/8}\n",
                           "spec: {cidr: 10.0.0.0/28, blockSize: 26}\n"}) {
    Diagnostics diagnostics;
    read_text(head + spec, diagnostics);
    BOOST_TEST(diagnostics.has_errors(), spec);
  }
}

BOOST_AUTO_TEST_SUITE_END()
