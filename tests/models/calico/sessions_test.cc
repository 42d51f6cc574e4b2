#include "models/bgp/profile.h"
#include "models/calico/export_policy.h"
#include "tests/models/calico/support.h"

using namespace seatrial;
using namespace seatrial::calico;
using namespace seatrial::calico::test;

namespace {

const SessionIntent* find(const std::map<std::string, NodeSessions>& all, const std::string& local,
                          const std::string& remote) {
  for (const auto& session : all.at(local).sessions) {
    if (session.remote_address == ip(remote)) return &session;
  }
  return nullptr;
}

std::string peer(const std::string& name, const std::string& spec) {
  return "---\napiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: " + name +
         "}\nspec: {" + spec + "}\n";
}

std::string configuration(const std::string& spec) {
  return "---\napiVersion: projectcalico.org/v3\nkind: BGPConfiguration\nmetadata: {name: "
         "default}\n"
         "spec: {" +
         spec + "}\n";
}

const std::vector<NodeInfo> four{node("control1", "10.1.1.7/24"), node("worker1", "10.1.1.8/24"),
                                 node("worker2", "10.1.1.9/24"), node("worker3", "10.1.1.10/24")};

}  // namespace

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_AUTO_TEST_CASE(a_mesh_of_four_is_six_sessions_each_active_on_one_side) {
  Diagnostics diagnostics;
  const auto all = derive_sessions({}, four, diagnostics);
  BOOST_TEST(diagnostics.empty(), diagnostics.to_string());
  std::size_t ends = 0;
  for (const auto& local : four) {
    for (const auto& remote : four) {
      if (&local == &remote) continue;
      const auto* there = find(all, local.name, remote.address.address.to_string());
      const auto* back = find(all, remote.name, local.address.address.to_string());
      BOOST_REQUIRE(there != nullptr);
      BOOST_REQUIRE(back != nullptr);
      BOOST_TEST(there->passive != back->passive, local.name << " - " << remote.name);
      ++ends;
    }
    BOOST_TEST(all.at(local.name).speaker.neighbors.size() == 3U);
  }
  BOOST_TEST(ends == 2 * 6U);  // 4 * 3 / 2 sessions, two ends each
}

// facts: passive is the side whose peer's address is greater as a string. "10.1.1.9" > "10.1.1.10".
BOOST_AUTO_TEST_CASE(passive_goes_by_the_order_of_strings) {
  Diagnostics diagnostics;
  const auto all =
      derive_sessions({}, {node("nine", "10.0.0.9/24"), node("ten", "10.0.0.10/24")}, diagnostics);
  BOOST_TEST(find(all, "ten", "10.0.0.9")->passive);
  BOOST_TEST(!find(all, "nine", "10.0.0.10")->passive);
  BOOST_TEST(all.at("ten").speaker.neighbors.at(0).passive);
}

BOOST_AUTO_TEST_CASE(the_reference_design) {
  const auto resources =
      read_clean(file_text("scenarios/get-me-to-the-cluster/cluster/calico.yaml"));
  Diagnostics diagnostics;
  const auto all = derive_sessions(resources, four, diagnostics);
  BOOST_TEST(diagnostics.empty(), diagnostics.to_string());
  // Three mesh peers, two cores, three edges.
  for (const auto& local : four) {
    const auto& speaker = all.at(local.name).speaker;
    BOOST_TEST(speaker.neighbors.size() == 8U);
    BOOST_TEST(speaker.asn.value == 64512U);
    BOOST_TEST(speaker.router_id.to_string() == local.address.address.to_string());
    BOOST_TEST(speaker.profile.name == "bird-1.6-calico-3.25");
    BOOST_TEST(speaker.networks.empty());
  }
  const auto* core = find(all, "worker1", "10.1.1.2");
  BOOST_REQUIRE(core != nullptr);
  BOOST_TEST(!core->passive);  // the template compares only between nodes
  BOOST_TEST(core->reason == "BGPPeer core1");
  BOOST_TEST(core->position.line > 1);
  BOOST_TEST((core->local_address == ip("10.1.1.8")));
}

// `graceful restart time` in the template of calico-node 3.25; BIRD's own is 120 s.
BOOST_AUTO_TEST_CASE(the_restart_times_are_those_of_the_resources) {
  const auto restart_time = [](const std::string& text, const std::string& remote) {
    const auto resources = read_clean(text);
    Diagnostics diagnostics;
    const auto all = derive_sessions(resources, four, diagnostics);
    for (const auto& neighbor : all.at("worker1").speaker.neighbors) {
      if (neighbor.address != ip(remote)) continue;
      return neighbor.graceful_restart.value_or(bgp::GracefulRestartConfig{}).restart_time;
    }
    return Duration();
  };
  const auto tor = peer("tor", "peerIP: 10.1.1.1, asNumber: 64512, maxRestartTime: 30s");
  const auto mesh = configuration("nodeMeshMaxRestartTime: 10m");
  BOOST_CHECK(restart_time(tor, "10.1.1.1") == 30s);
  BOOST_CHECK(restart_time(tor, "10.1.1.9") == 120s);
  BOOST_CHECK(restart_time(tor + mesh, "10.1.1.1") == 30s);
  BOOST_CHECK(restart_time(tor + mesh, "10.1.1.9") == 600s);
}

BOOST_AUTO_TEST_CASE(mesh_off_leaves_only_what_peers_say) {
  const auto resources =
      read_clean(configuration("nodeToNodeMeshEnabled: false") +
                 peer("tor", "peerIP: 10.1.1.1, asNumber: 65000") +
                 peer("one", "node: worker1, peerIP: '10.1.1.3:1790', asNumber: 64512") +
                 peer("self", "peerIP: 10.1.1.8, asNumber: 64512, node: worker1"));
  Diagnostics diagnostics;
  const auto all = derive_sessions(resources, four, diagnostics);
  BOOST_TEST(all.at("worker1").sessions.size() == 2U);  // not itself
  BOOST_TEST(all.at("worker2").sessions.size() == 1U);
  const auto& neighbors = all.at("worker1").speaker.neighbors;
  BOOST_TEST(neighbors.at(0).ebgp_multihop.value() == 64);  // AS 65000 against 64512
  BOOST_TEST(!neighbors.at(1).ebgp_multihop.has_value());
  BOOST_TEST(neighbors.at(1).port == 1790);
}

BOOST_AUTO_TEST_CASE(route_reflectors_leave_the_mesh_and_pairs_have_both_ends) {
  auto nodes = four;
  nodes[0].labels["rr"] = "true";
  nodes[0].route_reflector_cluster_id = "244.0.0.1";
  const auto resources = read_clean(peer("rr", "nodeSelector: all(), peerSelector: has(rr)"));
  Diagnostics diagnostics;
  const auto all = derive_sessions(resources, nodes, diagnostics);
  BOOST_TEST(diagnostics.empty(), diagnostics.to_string());
  // The three workers keep their mesh of three; each has the reflector, and the reflector each.
  BOOST_TEST(all.at("control1").sessions.size() == 3U);
  BOOST_TEST(all.at("worker1").sessions.size() == 2U + 1U);
  for (const auto& neighbor : all.at("control1").speaker.neighbors) {
    BOOST_TEST(neighbor.route_reflector_client);  // their cluster id is absent
  }
  for (const auto& neighbor : all.at("worker1").speaker.neighbors) {
    BOOST_TEST(!neighbor.route_reflector_client);
  }
  BOOST_TEST(all.at("control1").speaker.cluster_id->to_string() == "244.0.0.1");
  // "10.1.1.8" > "10.1.1.7": the reflector waits for worker1.
  BOOST_TEST(find(all, "control1", "10.1.1.8")->passive);
  BOOST_TEST(!find(all, "worker1", "10.1.1.7")->passive);
}

BOOST_AUTO_TEST_CASE(two_reflectors_of_one_cluster_are_no_clients_of_each_other) {
  auto nodes = four;
  for (const auto i : {0U, 1U}) {
    nodes[i].labels["rr"] = "true";
    nodes[i].route_reflector_cluster_id = "244.0.0.1";
  }
  const auto resources = read_clean(peer("rr", "nodeSelector: has(rr), peerSelector: has(rr)"));
  Diagnostics diagnostics;
  const auto all = derive_sessions(resources, nodes, diagnostics);
  BOOST_REQUIRE(all.at("control1").speaker.neighbors.size() == 1U);
  BOOST_TEST(!all.at("control1").speaker.neighbors[0].route_reflector_client);
}

BOOST_AUTO_TEST_CASE(as_numbers_per_node_make_the_mesh_external) {
  auto nodes = four;
  nodes[1].as_number = net::Asn{65001};
  const auto resources =
      read_clean(peer("keep",
                      "peerIP: 10.9.9.9, asNumber: 65009, keepOriginalNextHop: true, "
                      "sourceAddress: None"));
  Diagnostics diagnostics;
  const auto all = derive_sessions(resources, nodes, diagnostics);
  BOOST_TEST(find(all, "control1", "10.1.1.8")->remote_as.value == 65001U);
  BOOST_TEST(find(all, "worker1", "10.1.1.7")->local_as.value == 65001U);
  const auto& neighbors = all.at("worker1").speaker.neighbors;
  BOOST_TEST(neighbors.at(0).ebgp_multihop.has_value());
  BOOST_TEST(!neighbors.at(0).next_hop_unchanged);
  BOOST_TEST(neighbors.at(3).next_hop_unchanged);
  BOOST_TEST(!neighbors.at(3).local_address.has_value());
  BOOST_TEST((neighbors.at(0).local_address == ip("10.1.1.8")));
}

BOOST_AUTO_TEST_CASE(a_peer_that_names_a_mesh_node_is_a_second_definition) {
  const auto resources =
      read_clean(peer("again", "node: worker1, peerIP: 10.1.1.9, asNumber: 64512"));
  Diagnostics diagnostics;
  const auto all = derive_sessions(resources, four, diagnostics);
  BOOST_TEST(
      diagnostics.to_string() ==
      "calico.yaml:2:1: warning: BGPPeer again defines a second session of node worker1 with "
      "10.1.1.9, besides the one of the node mesh: BIRD gets both, one of them can come up, "
      "expected one definition\n");
  BOOST_TEST(all.at("worker1").sessions.size() == 4U);
  BOOST_TEST(all.at("worker1").sessions.back().duplicate);
  BOOST_TEST(all.at("worker1").speaker.neighbors.size() == 3U);
}

BOOST_AUTO_TEST_CASE(peers_that_cannot_be) {
  const auto resources =
      read_clean(peer("wrong-as", "node: worker1, peerIP: 10.1.1.9, asNumber: 65009") +
                 peer("lost", "node: worker9, peerIP: 10.1.1.2, asNumber: 64512") +
                 peer("none", "peerSelector: has(rr)"));
  Diagnostics diagnostics;
  derive_sessions(resources, four, diagnostics);
  BOOST_TEST(diagnostics.error_count() == 1U);
  const auto said = diagnostics.to_string();
  BOOST_TEST(said.find("with AS 65009 instead of 64512") != std::string::npos, said);
  BOOST_TEST(said.find("BGPPeer lost applies to no node") != std::string::npos, said);
  BOOST_TEST(said.find("BGPPeer none: its peerSelector matches no node") != std::string::npos,
             said);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(filters)

BOOST_AUTO_TEST_CASE(own_pods_are_hidden_borrowed_addresses_are_not) {
  const auto resources =
      read_clean(file_text("scenarios/get-me-to-the-cluster/cluster/calico.yaml"));
  const auto policy = export_policy(resources, {}, {prefix("172.16.1.64/26")}, false);
  struct Row {
    const char* prefix;
    bool permitted;
  };
  const Row rows[] = {
      {"172.16.1.64/26", true},   // own block, exactly
      {"172.16.1.65/32", false},  // a pod of it
      {"172.16.1.64/27", false},  // anything inside
      {"172.16.1.130/32", true},  // borrowed from another node's block
      {"172.16.1.128/26", true},  // another block (to an eBGP neighbour, or reflected)
      {"172.16.1.0/24", true},    // the pool itself
      {"10.96.0.10/32", true},    // the service range
      {"10.96.0.11/32", false},  {"10.1.1.0/24", false}, {"0.0.0.0/0", false},
  };
  for (const auto& row : rows) {
    BOOST_TEST(apply(policy, {.prefix = prefix(row.prefix)}, {}).permitted == row.permitted,
               row.prefix);
  }
}

BOOST_AUTO_TEST_CASE(the_exclude_label_stops_service_ranges_and_nothing_else) {
  const auto resources =
      read_clean(file_text("scenarios/get-me-to-the-cluster/cluster/calico.yaml"));
  const Labels drained{{"node.kubernetes.io/exclude-from-external-load-balancers", "true"}};
  const auto policy = export_policy(resources, drained, {}, false);
  BOOST_TEST(!apply(policy, {.prefix = prefix("10.96.0.10/32")}, {}).permitted);
  BOOST_TEST(apply(policy, {.prefix = prefix("172.16.1.64/26")}, {}).permitted);
  BOOST_TEST(announced_services(resources, drained).empty());
  BOOST_TEST(announced_services(resources, {}).size() == 1U);
  // Only "true" excludes.
  BOOST_TEST(announced_services(resources, {{std::string(exclude_label), "false"}}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_pool_that_is_not_exported_goes_before_the_own_block) {
  Resources resources;
  resources.pools.push_back(
      {.name = "p", .cidr = prefix("10.0.0.0/16"), .disable_bgp_export = true});
  const auto policy = export_policy(resources, {}, {prefix("10.0.0.0/26")}, false);
  BOOST_TEST(!apply(policy, {.prefix = prefix("10.0.0.0/26")}, {}).permitted);
}

BOOST_AUTO_TEST_CASE(a_reflector_passes_on_external_and_load_balancer_addresses) {
  const auto resources =
      read_clean(configuration("serviceLoadBalancerIPs: [{cidr: 10.50.0.0/24}]"));
  const Labels drained{{std::string(exclude_label), "true"}};
  const auto one = prefix("10.50.0.80/32");
  BOOST_TEST(apply(export_policy(resources, drained, {}, true), {.prefix = one}, {}).permitted);
  BOOST_TEST(!apply(export_policy(resources, drained, {}, false), {.prefix = one}, {}).permitted);
}

BOOST_AUTO_TEST_SUITE_END()
