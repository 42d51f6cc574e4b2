// Service addresses at a Kubernetes node: client - edge - router - worker with two pods, and a
// second worker; the ClusterIP 10.96.0.10 is no address of any machine.

#include <boost/test/unit_test.hpp>

#include <map>

#include "sim/netfilter/netfilter.h"
#include "tests/sim/support/topology.h"

using namespace seatrial;
using namespace seatrial::test;
using sim::NatService;

namespace {

struct Cluster {
  Lan net;
  sim::Machine& edge = net.machine("edge");
  sim::Machine& router = net.machine("router");
  sim::Machine& worker = net.machine("worker");
  sim::Machine& worker2 = net.machine("worker2");
  sim::Machine& pod1 = net.pod(worker, "pod1", "172.16.1.5");
  sim::Machine& pod2 = net.pod(worker, "pod2", "172.16.1.6");
  sim::Machine& pod3 = net.pod(worker2, "pod3", "172.16.1.70");
  SegmentTap at_pod1;

  Cluster() {
    net.link(edge, "eth0", "10.1.0.4/24", router, "eth0", "10.1.0.1/24");
    net.link(worker, "eth0", "10.1.1.8/24", router, "eth1", "10.1.1.1/24");
    net.link(worker2, "eth0", "10.1.2.9/24", router, "eth2", "10.1.2.1/24");
    for (sim::Machine* m : {&router, &worker, &worker2}) m->set_forwarding(true);
    route(edge, "0.0.0.0/0", {"10.1.0.1"});
    route(worker, "0.0.0.0/0", {"10.1.1.1"});
    route(worker2, "0.0.0.0/0", {"10.1.2.1"});
    route(router, "172.16.1.0/26", {"10.1.1.8"});
    route(router, "172.16.1.64/26", {"10.1.2.9"});
    route(router, "10.96.0.10/32", {"10.1.1.8"});  // announced by the worker only
  }
  NatService dns(std::vector<std::string> backends, std::uint8_t protocol = sim::protocol_udp) {
    NatService service{.name = "kube-system/kube-dns",
                       .address = ip("10.96.0.10"),
                       .port = 53,
                       .protocol = protocol,
                       .masquerade = true,
                       .masquerade_except = {prefix("172.16.1.0/24")}};
    for (const auto& backend : backends) service.backends.push_back(endpoint(backend));
    return service;
  }
};

std::unique_ptr<DatagramEar> listen_udp(io::Host& host, const std::string& local, bool echo) {
  auto ear = std::make_unique<DatagramEar>();
  ear->echo = echo;
  ear->socket = host.bind_datagram(endpoint(local), ear.get());
  return ear;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_query_from_outside_is_translated_masqueraded_and_answered_by_the_service) {
  Cluster c;
  c.worker.netfilter().set_services({c.dns({"172.16.1.5:5353"})});
  const auto server = listen_udp(c.pod1.host(), "0.0.0.0:5353", true);
  const auto client = listen_udp(c.edge.host(), "0.0.0.0:0", false);
  client->socket->send(endpoint("10.96.0.10:53"), io::as_bytes("query"));
  c.net.run_for(1s);
  BOOST_REQUIRE(server->received.size() == 1U);
  // Masquerade: to a pod on this node it leaves by the veth, which speaks as the node.
  BOOST_TEST(server->received[0].from.address.to_string() == "10.1.1.8");
  BOOST_TEST(server->received[0].to.to_string() == "172.16.1.5:5353");
  BOOST_REQUIRE(client->received.size() == 1U);
  BOOST_TEST(client->received[0].from.to_string() == "10.96.0.10:53");
  BOOST_TEST(client->received[0].text == "re:query");
}

BOOST_AUTO_TEST_CASE(the_answer_of_a_backend_on_another_node_comes_back_through_the_first) {
  Cluster c;
  c.worker.netfilter().set_services({c.dns({"172.16.1.70:5353"})});
  const auto server = listen_udp(c.pod3.host(), "0.0.0.0:5353", true);
  const auto client = listen_udp(c.edge.host(), "0.0.0.0:0", false);
  client->socket->send(endpoint("10.96.0.10:53"), io::as_bytes("query"));
  c.net.run_for(1s);
  BOOST_REQUIRE(server->received.size() == 1U);
  BOOST_TEST(server->received[0].from.address.to_string() == "10.1.1.8");
  BOOST_REQUIRE(client->received.size() == 1U);
  BOOST_TEST(client->received[0].from.to_string() == "10.96.0.10:53");
}

BOOST_AUTO_TEST_CASE(a_pods_own_query_keeps_its_address) {
  Cluster c;
  c.worker.netfilter().set_services({c.dns({"172.16.1.6:5353"})});
  const auto server = listen_udp(c.pod2.host(), "0.0.0.0:5353", true);
  const auto client = listen_udp(c.pod1.host(), "0.0.0.0:0", false);
  client->socket->send(endpoint("10.96.0.10:53"), io::as_bytes("query"));
  c.net.run_for(1s);
  BOOST_REQUIRE(server->received.size() == 1U);
  BOOST_TEST(server->received[0].from.address.to_string() == "172.16.1.5");
  BOOST_REQUIRE(client->received.size() == 1U);
  BOOST_TEST(client->received[0].from.to_string() == "10.96.0.10:53");
}

BOOST_AUTO_TEST_CASE(a_pod_reaches_itself_through_its_service_and_so_does_the_node) {
  Cluster c;
  c.worker.netfilter().set_services({c.dns({"172.16.1.5:5353"})});
  const auto server = listen_udp(c.pod1.host(), "0.0.0.0:5353", true);
  const auto hairpin = listen_udp(c.pod1.host(), "0.0.0.0:0", false);
  const auto kubelet = listen_udp(c.worker.host(), "0.0.0.0:0", false);
  hairpin->socket->send(endpoint("10.96.0.10:53"), io::as_bytes("self"));
  kubelet->socket->send(endpoint("10.96.0.10:53"), io::as_bytes("node"));
  c.net.run_for(1s);
  BOOST_REQUIRE(hairpin->received.size() == 1U);
  BOOST_TEST(hairpin->received[0].from.to_string() == "10.96.0.10:53");
  BOOST_REQUIRE(kubelet->received.size() == 1U);
  BOOST_TEST(kubelet->received[0].from.to_string() == "10.96.0.10:53");
}

BOOST_AUTO_TEST_CASE(new_connections_take_backends_at_random_and_keep_them) {
  Cluster c;
  c.worker.netfilter().set_services(
      {c.dns({"172.16.1.5:80", "172.16.1.6:80", "172.16.1.70:80"}, sim::protocol_tcp)});
  std::vector<std::unique_ptr<Server>> servers;
  for (sim::Machine* pod : {&c.pod1, &c.pod2, &c.pod3}) {
    const std::string name = pod->name();
    servers.push_back(std::make_unique<Server>(pod->host(), "0.0.0.0:80", [name](Ear& ear) {
      ear.when_data = [name](Ear& e) { e.stream->send(io::as_bytes(name)); };
    }));
  }
  std::vector<std::unique_ptr<Ear>> clients;
  std::unique_ptr<io::Timer> timer;
  timer = c.edge.host().timer([&] {
    clients.push_back(dial(c.edge.host(), "10.96.0.10:53", {}, [](Ear& ear) {
      ear.when_connected = [](Ear& e) { e.stream->send(io::as_bytes("?")); };
    }));
    if (clients.size() < 300) io::arm_in(c.edge.host(), *timer, 1ms);
  });
  timer->arm(TimePoint(0s));
  c.net.run_for(2s);
  std::map<std::string, int> answers;
  for (const auto& client : clients) {
    ++answers[client->text];
    client->text.clear();
    client->stream->send(io::as_bytes("again?"));
  }
  // 100 each, standard deviation sqrt(300 * 1/3 * 2/3) = 8.2; within 5 of them.
  BOOST_TEST(answers.size() == 3U);
  for (const auto& [name, count] : answers) {
    BOOST_TEST(std::abs(count - 100) < 41, name << " answered " << count);
  }
  c.net.run_for(1s);
  std::map<std::string, int> second;
  for (const auto& client : clients) ++second[client->text];
  BOOST_TEST((second == answers));
}

BOOST_AUTO_TEST_CASE(a_service_without_backends_refuses) {
  Cluster c;
  c.worker.netfilter().set_services({c.dns({}), c.dns({}, sim::protocol_tcp)});
  const auto tcp = dial(c.edge.host(), "10.96.0.10:53");
  const auto udp = listen_udp(c.edge.host(), "0.0.0.0:0", false);
  udp->socket->send(endpoint("10.96.0.10:53"), io::as_bytes("query"));
  c.net.run_for(1s);
  BOOST_REQUIRE(tcp->closed.has_value());
  BOOST_TEST((*tcp->closed == io::CloseReason::refused));
  BOOST_TEST((tcp->closed_at < TimePoint(1ms)));
  BOOST_REQUIRE(udp->unreachable.size() == 1U);
  BOOST_TEST(udp->unreachable[0].to_string() == "10.96.0.10:53");
  BOOST_TEST(c.worker.forwarding().drops(sim::PacketDrop::rejected) == 2U);
}

BOOST_AUTO_TEST_CASE(an_error_about_a_translated_packet_names_the_service) {
  // The pod has no such port: its ICMP port unreachable quotes the translated packet.
  Cluster c;
  c.worker.netfilter().set_services({c.dns({"172.16.1.5:5353"})});
  const auto client = listen_udp(c.edge.host(), "0.0.0.0:0", false);
  client->socket->send(endpoint("10.96.0.10:53"), io::as_bytes("query"));
  c.net.run_for(1s);
  BOOST_REQUIRE(client->unreachable.size() == 1U);
  BOOST_TEST(client->unreachable[0].to_string() == "10.96.0.10:53");
}

BOOST_AUTO_TEST_CASE(pods_go_out_with_the_nodes_address_where_the_predicate_says_so) {
  Cluster c;
  const net::Prefix pool = prefix("172.16.1.0/24");
  c.worker.netfilter().set_masquerade([pool](const net::IpAddress& from, const net::IpAddress& to) {
    return pool.contains(from) && !pool.contains(to);
  });
  const auto outside = listen_udp(c.edge.host(), "0.0.0.0:9000", true);
  const auto inside = listen_udp(c.pod3.host(), "0.0.0.0:9000", true);
  const auto pod = listen_udp(c.pod1.host(), "0.0.0.0:0", false);
  pod->socket->send(endpoint("10.1.0.4:9000"), io::as_bytes("out"));
  pod->socket->send(endpoint("172.16.1.70:9000"), io::as_bytes("in"));
  c.net.run_for(1s);
  BOOST_REQUIRE(outside->received.size() == 1U);
  BOOST_TEST(outside->received[0].from.address.to_string() == "10.1.1.8");
  BOOST_REQUIRE(inside->received.size() == 1U);
  BOOST_TEST(inside->received[0].from.address.to_string() == "172.16.1.5");
  BOOST_TEST(pod->received.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_udp_client_leaves_a_backend_that_is_gone_and_a_tcp_client_does_not) {
  Cluster c;
  auto& netfilter = c.worker.netfilter();
  netfilter.set_services({c.dns({"172.16.1.5:5353"})});
  const auto one = listen_udp(c.pod1.host(), "0.0.0.0:5353", true);
  const auto two = listen_udp(c.pod2.host(), "0.0.0.0:5353", true);
  const auto client = listen_udp(c.edge.host(), "0.0.0.0:0", false);
  client->socket->send(endpoint("10.96.0.10:53"), io::as_bytes("a"));
  c.net.run_for(1s);
  netfilter.set_services({c.dns({"172.16.1.6:5353"})});
  client->socket->send(endpoint("10.96.0.10:53"), io::as_bytes("b"));
  c.net.run_for(1s);
  BOOST_TEST(one->received.size() == 1U);
  BOOST_TEST(two->received.size() == 1U);
  BOOST_TEST(client->received.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_policy_is_asked_once_for_a_connection) {
  Cluster c;
  int asked = 0;
  c.worker.netfilter().set_policy([&](const sim::Flow& flow, int, int) {
    ++asked;
    return flow.destination_port == 80 ? sim::Verdict::accept : sim::Verdict::drop;
  });
  Server open(c.pod1.host(), "0.0.0.0:80");
  Server shut(c.pod1.host(), "0.0.0.0:81");
  const auto one = dial(c.edge.host(), "172.16.1.5:80", {}, [](Ear& ear) {
    ear.when_connected = [](Ear& e) { e.stream->send(io::as_bytes("hello")); };
  });
  const auto two = dial(c.edge.host(), "172.16.1.5:81", {.timeout = 500ms});
  c.net.run_for(900ms);
  BOOST_REQUIRE(open.ears.size() == 1U);
  BOOST_TEST(open.ears[0]->text == "hello");
  BOOST_TEST((two->closed == io::CloseReason::timed_out));
  BOOST_TEST(asked == 2);
  BOOST_TEST(c.worker.forwarding().drops(sim::PacketDrop::filtered) == 1U);
}
