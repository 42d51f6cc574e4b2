// Packets through routers: ECMP, errors, silence, and what is reported.

#include <boost/test/unit_test.hpp>

#include <map>
#include <set>

#include "tests/sim/support/topology.h"

using namespace seatrial;
using namespace seatrial::test;
using sim::PacketDrop;

namespace {

struct Reports : sim::PacketObserver {
  std::vector<sim::FlowHop> hops;     // towards the server's port 80
  std::vector<sim::FlowHop> answers;  // and back
  std::vector<std::pair<sim::Flow, PacketDrop>> drops;
  void on_flow_hop(const sim::FlowHop& hop) override {
    (hop.flow.destination_port == 80 ? hops : answers).push_back(hop);
  }
  void on_drop(TimePoint, const sim::Flow& flow, PacketDrop reason, int) override {
    drops.emplace_back(flow, reason);
  }
};

// client - r1 - (ma | mb) - r2 - server: three routers on each path, two paths in the middle.
struct Diamond {
  Lan net;
  sim::Machine& client = net.machine("client");
  sim::Machine& r1 = net.machine("r1");
  sim::Machine& ma = net.machine("ma");
  sim::Machine& mb = net.machine("mb");
  sim::Machine& r2 = net.machine("r2");
  sim::Machine& server = net.machine("server");
  Reports at_r1, at_ma, at_mb, at_r2, at_server;

  Diamond() {
    net.link(client, "eth0", "10.0.1.10/24", r1, "eth0", "10.0.1.1/24");
    net.link(r1, "eth1", "10.0.2.1/24", ma, "eth0", "10.0.2.2/24");
    net.link(r1, "eth2", "10.0.3.1/24", mb, "eth0", "10.0.3.2/24");
    net.link(ma, "eth1", "10.0.4.2/24", r2, "eth0", "10.0.4.1/24");
    net.link(mb, "eth1", "10.0.5.2/24", r2, "eth1", "10.0.5.1/24");
    net.link(r2, "eth2", "10.0.6.1/24", server, "eth0", "10.0.6.10/24");
    for (sim::Machine* router : {&r1, &ma, &mb, &r2}) router->set_forwarding(true);
    route(client, "0.0.0.0/0", {"10.0.1.1"});
    route(server, "0.0.0.0/0", {"10.0.6.1"});
    route(r1, "10.0.6.0/24", {"10.0.2.2", "10.0.3.2"});
    route(ma, "10.0.6.0/24", {"10.0.4.1"});
    route(mb, "10.0.6.0/24", {"10.0.5.1"});
    route(ma, "10.0.1.0/24", {"10.0.2.1"});
    route(mb, "10.0.1.0/24", {"10.0.3.1"});
    route(r2, "10.0.1.0/24", {"10.0.4.2", "10.0.5.2"});
    r1.forwarding().set_observer(&at_r1);
    ma.forwarding().set_observer(&at_ma);
    mb.forwarding().set_observer(&at_mb);
    r2.forwarding().set_observer(&at_r2);
    server.forwarding().set_observer(&at_server);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(flows_spread_over_equal_paths_and_each_stays_on_its_own) {
  // Given two equal paths, when 200 connections are made, then each path carries about half: 100,
  // standard deviation sqrt(200 * 1/4) = 7.1; within 5 of them.
  Diamond d;
  Server server(d.server.host(), "0.0.0.0:80", [](Ear& ear) {
    ear.when_data = [](Ear& e) { e.stream->send(io::as_bytes("yes")); };
  });
  std::vector<std::unique_ptr<Ear>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(dial(d.client.host(), "10.0.6.10:80", {}, [](Ear& ear) {
      ear.when_connected = [](Ear& e) { e.stream->send(io::as_bytes("hello?")); };
    }));
  }
  // A hundred packets wait for the first ARP answer; the SYNs beyond are sent again after 1 s.
  d.net.run_for(3s);
  for (const auto& client : clients) BOOST_TEST(client->text == "yes");
  BOOST_TEST(d.at_ma.hops.size() + d.at_mb.hops.size() == 200U);
  BOOST_TEST(std::abs(static_cast<int>(d.at_ma.hops.size()) - 100) < 36);
  // The rest of each connection took the way of its SYN: r1's count by interface is that of its
  // flows, three segments each at least (SYN, ACK, data) and never on the other link.
  std::map<int, std::set<sim::Flow>> by_interface;
  for (const auto& hop : d.at_r1.hops) by_interface[hop.out_interface].insert(hop.flow);
  BOOST_TEST(by_interface.size() == 2U);
  BOOST_TEST(by_interface[2].size() == d.at_ma.hops.size());
  BOOST_TEST(by_interface[3].size() == d.at_mb.hops.size());
}

BOOST_AUTO_TEST_CASE(the_path_of_a_connection_is_reported_hop_by_hop) {
  Diamond d;
  Server server(d.server.host(), "0.0.0.0:80");
  const auto client = dial(d.client.host(), "10.0.6.10:80");
  d.net.run_for(100ms);
  BOOST_REQUIRE(d.at_r1.hops.size() == 1U);
  BOOST_REQUIRE(d.at_r2.hops.size() == 1U);
  BOOST_REQUIRE(d.at_server.hops.size() == 1U);
  const auto& first = d.at_r1.hops[0];
  BOOST_TEST(first.flow.to().to_string() == "10.0.6.10:80");
  BOOST_TEST((first.next_hop == ip("10.0.2.2") || first.next_hop == ip("10.0.3.2")));
  BOOST_TEST(d.at_r2.hops[0].next_hop.to_string() == "10.0.6.10");
  BOOST_TEST(d.at_server.hops[0].out_interface == sim::no_interface);
  BOOST_TEST((first.at < d.at_r2.hops[0].at && d.at_r2.hops[0].at < d.at_server.hops[0].at));
  // The SYN with ACK goes back the other way round.
  BOOST_REQUIRE(d.at_server.answers.size() == 1U);
  BOOST_REQUIRE(d.at_r1.answers.size() == 1U);
  BOOST_TEST((d.at_r1.answers[0].flow == first.flow.reversed()));
  BOOST_TEST((d.at_server.hops[0].at <= d.at_server.answers[0].at &&
              d.at_server.answers[0].at < d.at_r1.answers[0].at));
}

BOOST_AUTO_TEST_CASE(a_lost_path_moves_its_flows_to_the_other) {
  Diamond d;
  Server server(d.server.host(), "0.0.0.0:80");
  d.r1.set_interface_up("eth1", false);
  d.r2.set_interface_up("eth0", false);
  std::vector<std::unique_ptr<Ear>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(dial(d.client.host(), "10.0.6.10:80"));
  d.net.run_for(500ms);
  for (const auto& client : clients) BOOST_TEST(client->connected);
  BOOST_TEST(d.at_ma.hops.empty());
  BOOST_TEST(d.at_mb.hops.size() == 20U);
}

BOOST_AUTO_TEST_CASE(a_packet_that_runs_out_of_hops_is_dropped_and_told_and_no_loop_lasts) {
  // Three routers pass a packet with TTL 64; one sent with TTL 2 dies at the second router, which
  // answers with ICMP time exceeded.
  Diamond d;
  const auto client = dial(d.client.host(), "10.0.6.10:80", {.timeout = 3s, .ttl = 2});
  d.net.run_for(100ms);
  BOOST_TEST(d.ma.forwarding().drops(PacketDrop::ttl_expired) +
                 d.mb.forwarding().drops(PacketDrop::ttl_expired) ==
             1U);
  BOOST_TEST(d.r2.forwarding().forwarded() == 0U);
}

BOOST_AUTO_TEST_CASE(no_route_is_told_with_icmp_and_the_connection_fails_at_once) {
  Diamond d;
  const auto client = dial(d.client.host(), "192.0.2.1:80");
  d.net.run_for(50ms);
  BOOST_REQUIRE(client->closed.has_value());
  BOOST_TEST((*client->closed == io::CloseReason::unreachable));
  BOOST_TEST((client->closed_at < TimePoint(1ms)));
  BOOST_TEST(d.r1.forwarding().drops(PacketDrop::no_route) == 1U);
}

BOOST_AUTO_TEST_CASE(a_blackhole_is_silent_and_an_unreachable_route_is_not) {
  Diamond d;
  d.r1.fib().replace({.prefix = prefix("198.51.100.0/24"),
                      .kind = sim::RouteKind::blackhole,
                      .protocol = sim::RouteProtocol::kernel});
  d.r1.fib().replace({.prefix = prefix("203.0.113.0/24"),
                      .kind = sim::RouteKind::unreachable,
                      .protocol = sim::RouteProtocol::kernel});
  const auto swallowed = dial(d.client.host(), "198.51.100.1:80");
  const auto refused = dial(d.client.host(), "203.0.113.1:80");
  d.net.run_for(130s);
  BOOST_TEST((*refused->closed == io::CloseReason::unreachable));
  BOOST_TEST((refused->closed_at < TimePoint(1ms)));
  // Seven SYNs, 1 + 2 + 4 + 8 + 16 + 32 + 64 = 127 s (tcp_syn_retries 6).
  BOOST_TEST(d.r1.forwarding().drops(PacketDrop::blackhole) == 7U);
  BOOST_TEST((*swallowed->closed == io::CloseReason::timed_out));
  BOOST_TEST((swallowed->closed_at == TimePoint(127s)));
}

BOOST_AUTO_TEST_CASE(a_neighbour_that_does_not_answer_is_host_unreachable_after_three_probes) {
  Diamond d;
  const auto client = dial(d.client.host(), "10.0.6.99:80");
  d.net.run_for(10s);
  // Linux: mcast_solicit 3 probes, a second apart.
  BOOST_REQUIRE(client->closed.has_value());
  BOOST_TEST((*client->closed == io::CloseReason::unreachable));
  BOOST_TEST((client->closed_at > TimePoint(2900ms) && client->closed_at < TimePoint(3100ms)));
}

BOOST_AUTO_TEST_CASE(a_host_that_does_not_forward_drops) {
  Diamond d;
  d.ma.set_forwarding(false);
  d.mb.set_forwarding(false);
  const auto client = dial(d.client.host(), "10.0.6.10:80");
  d.net.run_for(500ms);
  BOOST_TEST(!client->connected);
  BOOST_TEST(d.ma.forwarding().drops(PacketDrop::not_forwarding) +
                 d.mb.forwarding().drops(PacketDrop::not_forwarding) ==
             1U);
}
