#include <algorithm>

#include "models/calico/ipam.h"
#include "models/calico/node_agent.h"
#include "tests/models/calico/support.h"
#include "tests/support/fake_network.h"

using namespace seatrial;
using namespace seatrial::calico;
using namespace seatrial::calico::test;

namespace {

struct Log : NodeAgentSink {
  std::vector<std::string> lines;
  void route_added(const NodeRoute& route) override {
    lines.push_back(
        "+route " + route.prefix.to_string() +
        (route.kind == NodeRoute::Kind::blackhole ? " blackhole" : " dev " + route.interface));
  }
  void route_removed(const NodeRoute& route) override {
    lines.push_back("-route " + route.prefix.to_string());
  }
  void originate(const bgp::OriginatedRoute& route) override {
    BOOST_TEST(!route.check_import);
    lines.push_back("+bgp " + route.prefix.to_string());
  }
  void withdraw(const net::Prefix& gone) override { lines.push_back("-bgp " + gone.to_string()); }
  std::vector<std::string> take() {
    auto out = std::exchange(lines, {});
    std::ranges::sort(out);
    return out;
  }
};

struct World {
  seatrial::test::FakeNetwork network;
  Log log;
  Resources resources =
      read_clean(file_text("scenarios/get-me-to-the-cluster/cluster/calico.yaml"));
  NodeAgent agent{network.host("worker1", "10.1.1.8"), resources, {}, log};

  void expect(const std::vector<std::string>& wanted) {
    network.run_for(1s);  // more than every latency together
    BOOST_TEST(log.take() == wanted, boost::test_tools::per_element());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(node_agent)

BOOST_AUTO_TEST_CASE(a_block_its_pods_and_a_borrowed_address) {
  World w;
  w.agent.start();
  w.expect({"+bgp 10.96.0.10/32"});
  w.agent.block_changed(prefix("172.16.1.64/26"), true);
  w.agent.pod_added(ip("172.16.1.64"), "cali1");
  w.expect({"+bgp 172.16.1.64/26", "+route 172.16.1.64/26 blackhole",
            "+route 172.16.1.64/32 dev cali1"});
  w.agent.pod_added(ip("172.16.1.130"), "cali2");  // another node's block
  w.expect({"+bgp 172.16.1.130/32", "+route 172.16.1.130/32 dev cali2"});
  w.agent.pod_removed(ip("172.16.1.130"));
  w.agent.pod_removed(ip("172.16.1.64"));
  w.expect({"-bgp 172.16.1.130/32", "-route 172.16.1.130/32", "-route 172.16.1.64/32"});
  w.agent.block_changed(prefix("172.16.1.64/26"), false);
  w.expect({"-bgp 172.16.1.64/26", "-route 172.16.1.64/26"});
  BOOST_TEST(w.agent.routes().empty());
  BOOST_TEST(w.agent.originated().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_block_of_one_address_has_no_blackhole) {
  World w;
  w.agent.block_changed(prefix("172.16.1.5/32"), true);
  w.agent.pod_added(ip("172.16.1.5"), "cali1");
  w.expect({"+bgp 172.16.1.5/32", "+route 172.16.1.5/32 dev cali1"});
  w.agent.pod_removed(ip("172.16.1.5"));
  w.expect({"-route 172.16.1.5/32"});  // the block is still affine
}

BOOST_AUTO_TEST_CASE(a_pod_that_is_gone_before_felix_came_leaves_nothing) {
  World w;
  w.agent.pod_added(ip("172.16.1.1"), "cali1");
  w.agent.pod_removed(ip("172.16.1.1"));
  w.expect({});
}

BOOST_AUTO_TEST_CASE(nothing_happens_before_the_shortest_latency_nor_after_the_longest) {
  World w;
  w.agent.pod_added(ip("172.16.1.1"), "cali1");
  const NodeLatency latency;
  w.network.run_for(latency.felix.least - 1ns);
  BOOST_TEST(w.log.lines.empty());
  w.network.run_for(latency.felix.most - latency.felix.least + 1ns);
  BOOST_TEST(w.log.lines.size() >= 1U);
}

BOOST_AUTO_TEST_CASE(the_exclude_label_withdraws_services_and_not_blocks) {
  World w;
  w.agent.start();
  w.agent.block_changed(prefix("172.16.1.64/26"), true);
  w.agent.service_changed(ip("10.96.0.77"), true);
  w.network.run_for(1s);
  w.log.take();
  w.agent.labels_changed({{"node.kubernetes.io/exclude-from-external-load-balancers", "true"}});
  w.expect({"-bgp 10.96.0.10/32", "-bgp 10.96.0.77/32"});
  w.agent.labels_changed({});
  w.expect({"+bgp 10.96.0.10/32", "+bgp 10.96.0.77/32"});
}

BOOST_AUTO_TEST_CASE(masquerade_only_to_destinations_outside_every_pool) {
  const std::vector<IpPool> pools{
      {.name = "nat", .cidr = prefix("172.16.1.0/24"), .nat_outgoing = true},
      {.name = "plain", .cidr = prefix("172.16.2.0/24")}};
  BOOST_TEST(masquerade(pools, ip("172.16.1.5"), ip("10.2.0.10")));
  BOOST_TEST(!masquerade(pools, ip("172.16.1.5"), ip("172.16.1.6")));
  BOOST_TEST(!masquerade(pools, ip("172.16.1.5"), ip("172.16.2.6")));
  BOOST_TEST(!masquerade(pools, ip("172.16.2.5"), ip("10.2.0.10")));
  BOOST_TEST(!masquerade(pools, ip("10.2.0.10"), ip("10.1.1.1")));
}

BOOST_AUTO_TEST_SUITE_END()
