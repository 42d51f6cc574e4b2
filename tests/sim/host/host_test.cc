// io::Host on a simulated machine, and the machine itself.

#include <boost/test/unit_test.hpp>

#include "tests/sim/support/topology.h"

using namespace seatrial;
using namespace seatrial::test;

BOOST_AUTO_TEST_CASE(timers_fire_when_due_and_can_be_moved_both_ways) {
  Lan net;
  io::Host& host = net.machine("a").host();
  std::vector<Duration> fired;
  auto timer = host.timer([&] { fired.push_back(host.now().time_since_epoch()); });
  timer->arm(TimePoint(5s));
  timer->arm(TimePoint(7s));  // later
  net.run_for(6s);
  BOOST_TEST(fired.empty());
  BOOST_TEST(timer->armed());
  timer->arm(TimePoint(6500ms));  // earlier
  net.run_for(4s);
  BOOST_REQUIRE(fired.size() == 1U);
  BOOST_TEST((fired[0] == 6500ms));
  BOOST_TEST(!timer->armed());
  timer->arm(TimePoint(1s));  // past: as soon as possible, but not inside the call
  BOOST_TEST(fired.size() == 1U);
  net.run_for(1ms);
  BOOST_TEST((fired.back() == 10s));
  timer->arm(TimePoint(12s));
  timer->cancel();
  timer->arm(TimePoint(13s));
  net.run_for(5s);
  BOOST_TEST(fired.size() == 3U);
  BOOST_TEST((fired.back() == 13s));
}

BOOST_AUTO_TEST_CASE(a_timer_may_delete_itself_and_arm_itself_again) {
  Lan net;
  io::Host& host = net.machine("a").host();
  int ticks = 0;
  std::unique_ptr<io::Timer> timer;
  timer = host.timer([&] {
    if (++ticks == 3) {
      timer.reset();
    } else {
      io::arm_in(host, *timer, 1s);
    }
  });
  timer->arm(TimePoint(1s));
  net.run_for(10s);
  BOOST_TEST(ticks == 3);
}

BOOST_AUTO_TEST_CASE(the_cpu_is_a_queue) {
  Lan net;
  sim::Machine& machine = net.machine("a");
  io::Host& host = machine.host();
  std::vector<std::pair<int, Duration>> done;
  const auto note = [&](int n) {
    return [&, n] { done.emplace_back(n, host.now().time_since_epoch()); };
  };
  host.spend(3ms, note(1));
  host.spend(2ms, note(2));  // waits for the first: 3 + 2
  host.post(note(0));
  net.run_for(10ms);
  host.spend(1ms, note(3));  // idle since 5 ms: 10 + 1
  net.run_for(10ms);
  const std::vector<std::pair<int, Duration>> expected{{0, 0ms}, {1, 3ms}, {2, 5ms}, {3, 11ms}};
  BOOST_TEST((done == expected));
  BOOST_TEST((machine.host().cpu_used() == 6ms));
}

BOOST_AUTO_TEST_CASE(random_streams_are_the_nodes_own) {
  Lan one(7), two(7);
  auto& here = one.machine("a").host().random("jitter");
  two.machine("b").host().random("jitter").next();
  two.machine("b2").host().random("other").next();
  auto& there = two.machine("a").host().random("jitter");
  BOOST_TEST(here.next() == there.next());
}

BOOST_AUTO_TEST_CASE(datagrams_tell_their_destination_and_answers_can_use_it) {
  Lan net;
  auto& a = net.machine("a");
  auto& b = net.machine("b");
  net.link(a, "eth0", "10.0.0.1/24", b, "eth0", "10.0.0.2/24");
  b.add_address("eth0", *net::InterfaceAddress::parse("10.0.0.3/24"));
  b.add_address("lo", *net::InterfaceAddress::parse("10.50.0.80/32"));
  route(a, "10.50.0.80/32", {"10.0.0.2"});
  DatagramEar server;
  server.echo = true;
  server.socket = b.host().bind_datagram(endpoint("0.0.0.0:53"), &server);
  BOOST_TEST(b.host().bind_datagram(endpoint("10.0.0.2:53"), &server) == nullptr);
  DatagramEar client;
  client.socket = a.host().bind_datagram(endpoint("0.0.0.0:0"), &client);
  for (const char* to : {"10.0.0.2:53", "10.0.0.3:53", "10.50.0.80:53"}) {
    client.socket->send(endpoint(to), io::as_bytes(to));
  }
  client.socket->send(endpoint("10.0.0.2:54"), io::as_bytes("nobody"));
  net.run_for(1s);
  BOOST_REQUIRE(client.received.size() == 3U);
  for (const auto& answer : client.received) {
    BOOST_TEST(answer.text == "re:" + answer.from.to_string());
    BOOST_TEST(answer.to.address.to_string() == "10.0.0.1");
  }
  BOOST_REQUIRE(client.unreachable.size() == 1U);
  BOOST_TEST(client.unreachable[0].to_string() == "10.0.0.2:54");
}

BOOST_AUTO_TEST_CASE(a_connection_can_choose_its_source_and_a_listener_its_address) {
  Lan net;
  auto& a = net.machine("a");
  auto& b = net.machine("b");
  net.link(a, "eth0", "10.0.0.1/24", b, "eth0", "10.0.0.2/24");
  a.add_address("lo", *net::InterfaceAddress::parse("192.0.2.1/32"));
  b.add_address("lo", *net::InterfaceAddress::parse("192.0.2.2/32"));
  route(a, "192.0.2.2/32", {"10.0.0.2"});
  route(b, "192.0.2.1/32", {"10.0.0.1"});
  Server server(b.host(), "192.0.2.2:179");
  BOOST_TEST(b.host().listen(endpoint("192.0.2.2:179"), {}) == nullptr);
  BOOST_TEST(b.host().listen(endpoint("192.0.2.9:179"), {}) == nullptr);  // not ours
  const auto bound = dial(a.host(), "192.0.2.2:179", {.source = ip("192.0.2.1")});
  const auto plain = dial(a.host(), "192.0.2.2:179");
  const auto other = dial(a.host(), "10.0.0.2:179");
  net.run_for(100ms);
  BOOST_TEST(bound->stream->local().address.to_string() == "192.0.2.1");
  BOOST_TEST(plain->stream->local().address.to_string() == "10.0.0.1");
  BOOST_TEST((other->closed == io::CloseReason::refused));
  BOOST_REQUIRE(server.ears.size() == 2U);
  BOOST_TEST(server.ears[0]->stream->remote().address.to_string() == "192.0.2.1");
  BOOST_TEST(server.ears[0]->stream->local().to_string() == "192.0.2.2:179");
  server.listener.reset();
  const auto late = dial(a.host(), "192.0.2.2:179");
  bound->stream->send(io::as_bytes("still here"));
  net.run_for(100ms);
  BOOST_TEST((late->closed == io::CloseReason::refused));
  BOOST_TEST(server.ears[0]->text == "still here");
}

BOOST_AUTO_TEST_CASE(a_slash_31_link_has_two_hosts_and_no_broadcast) {
  Lan net;
  auto& a = net.machine("a");
  auto& b = net.machine("b");
  const auto cable = net.link(a, "eth0", "10.0.0.0/31", b, "eth0", "10.0.0.1/31");
  SegmentTap tap;
  const auto device = ns3::DynamicCast<sim::EthernetDevice>(cable->GetDevice(1));
  device->add_tap(&tap);
  Server server(b.host(), "0.0.0.0:80");
  const auto client = dial(a.host(), "10.0.0.1:80");
  net.run_for(10ms);
  device->remove_tap(&tap);
  BOOST_TEST(client->connected);
  // RFC 3021: .1 is a host. Only the two ARP requests are broadcasts (ethertype 0x0806).
  for (const auto& frame : tap.frames) {
    if (frame[0] == 0xff) BOOST_TEST(frame[13] == 0x06);
  }
}

BOOST_AUTO_TEST_CASE(a_machine_talks_to_itself) {
  Lan net;
  auto& a = net.machine("a");
  auto& b = net.machine("b");
  net.link(a, "eth0", "10.0.0.1/24", b, "eth0", "10.0.0.2/24");
  Server server(a.host(), "0.0.0.0:80");
  const auto by_address = dial(a.host(), "10.0.0.1:80");
  const auto by_loopback = dial(a.host(), "127.0.0.1:80");
  net.run_for(10ms);
  BOOST_TEST(by_address->connected);
  BOOST_TEST(by_loopback->connected);
  by_address->stream->send(io::as_bytes("me"));
  net.run_for(10ms);
  BOOST_REQUIRE(server.ears.size() == 2U);
  BOOST_TEST(server.ears[0]->text == "me");
}

BOOST_AUTO_TEST_CASE(a_pod_reaches_the_world_by_169_254_1_1_and_the_node_reaches_the_pod) {
  Lan net;
  auto& node = net.machine("node");
  auto& peer = net.machine("peer");
  net.link(node, "eth0", "10.1.1.8/24", peer, "eth0", "10.1.1.1/24");
  node.set_forwarding(true);
  route(peer, "172.16.1.0/26", {"10.1.1.8"});
  auto& pod = net.pod(node, "pod", "172.16.1.5");
  Server at_peer(peer.host(), "0.0.0.0:80");
  Server at_pod(pod.host(), "0.0.0.0:8080");
  const auto out = dial(pod.host(), "10.1.1.1:80");
  const auto in = dial(peer.host(), "172.16.1.5:8080");
  const auto probe = dial(node.host(), "172.16.1.5:8080");
  net.run_for(100ms);
  BOOST_TEST(out->connected);
  BOOST_TEST(in->connected);
  BOOST_TEST(probe->connected);
  BOOST_REQUIRE(at_peer.ears.size() == 1U);
  BOOST_TEST(at_peer.ears[0]->stream->remote().address.to_string() == "172.16.1.5");
  // The kubelet's probe comes from the node's own address, not from 169.254.1.1.
  BOOST_TEST(probe->stream->local().address.to_string() == "10.1.1.8");
  node.remove_pod_port("cali-pod");
  const auto gone = dial(peer.host(), "172.16.1.5:8080", {.timeout = 5s});
  net.run_for(6s);
  BOOST_TEST(!gone->connected);
}

BOOST_AUTO_TEST_CASE(the_arp_of_a_pod_is_calicos) {
  Lan net;
  auto& node = net.machine("node");
  auto& peer = net.machine("peer");
  net.link(node, "eth0", "10.1.1.8/24", peer, "eth0", "10.1.1.1/24");
  node.set_forwarding(true);
  auto& pod = net.machine("pod");
  const auto node_side = net.device(node, "cali1");
  const auto pod_side = net.device(pod, "eth0");
  sim::EthernetLink::connect(node_side, pod_side, sim::virtual_pair_options());
  node.add_pod_port(node_side, "cali1", ip("172.16.1.5"));
  pod.add_pod_interface(pod_side, "eth0", ip("172.16.1.5"));
  SegmentTap tap;
  pod_side->add_tap(&tap);
  const auto out = dial(pod.host(), "10.1.1.1:80");
  net.run_for(100ms);
  pod_side->remove_tap(&tap);
  // Frame 1 and 2 are the pod's ARP exchange (RFC 826): opcode at octet 21, target or sender
  // protocol address at 38 and 28, sender hardware address at 22.
  BOOST_REQUIRE(tap.frames.size() >= 2U);
  const auto& request = tap.frames[0];
  const auto& reply = tap.frames[1];
  const std::vector<std::uint8_t> gateway{169, 254, 1, 1};
  BOOST_TEST(request[21] == 1);
  BOOST_TEST(std::vector<std::uint8_t>(request.begin() + 38, request.begin() + 42) == gateway,
             boost::test_tools::per_element());
  BOOST_TEST(reply[21] == 2);
  BOOST_TEST(std::vector<std::uint8_t>(reply.begin() + 28, reply.begin() + 32) == gateway,
             boost::test_tools::per_element());
  std::uint8_t mac[6];
  node_side->mac().CopyTo(mac);
  BOOST_TEST(std::equal(mac, mac + 6, reply.begin() + 22));
}

BOOST_AUTO_TEST_CASE(a_machine_without_power_says_nothing_more) {
  Lan net;
  auto& a = net.machine("a");
  auto& b = net.machine("b");
  net.link(a, "eth0", "10.0.0.1/24", b, "eth0", "10.0.0.2/24");
  Server server(b.host(), "0.0.0.0:80");
  const auto client = dial(a.host(), "10.0.0.2:80");
  int ticks = 0;
  auto timer = b.host().timer([&] { ++ticks; });
  timer->arm(TimePoint(2s));
  net.run_for(1s);
  BOOST_REQUIRE(server.ears.size() == 1U);
  b.power_off();
  client->stream->send(io::as_bytes("hello?"));
  net.run_for(5s);
  BOOST_TEST(ticks == 0);
  BOOST_TEST(server.ears[0]->bytes == 0U);
  BOOST_TEST(!server.ears[0]->closed);
  BOOST_TEST(!b.powered());
  // The cable went dark, so a's route is gone too.
  BOOST_TEST(a.fib().lookup(ip("10.0.0.2")) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_removed_address_is_gone_and_its_subnet_stays_while_another_needs_it) {
  Lan net;
  auto& a = net.machine("a");
  auto& b = net.machine("b");
  net.link(a, "eth0", "10.0.0.1/24", b, "eth0", "10.0.0.2/24");
  b.add_address("eth0", *net::InterfaceAddress::parse("10.0.0.3/24"));
  b.remove_address("eth0", ip("10.0.0.3"));
  BOOST_TEST(!b.has_address(ip("10.0.0.3")));
  BOOST_TEST(b.fib().active(prefix("10.0.0.0/24")) != nullptr);
  b.remove_address("eth0", ip("10.0.0.2"));
  BOOST_TEST(b.fib().active(prefix("10.0.0.0/24")) == nullptr);
}

namespace {

// A small world with everything in it, as the bytes of every frame at one place and their times.
std::string run(std::uint64_t seed) {
  Lan net(seed);
  auto& client = net.machine("client");
  auto& router = net.machine("router");
  auto& server = net.machine("server");
  net.link(client, "eth0", "10.0.0.1/24", router, "eth0", "10.0.0.254/24");
  const auto cable = net.link(router, "eth1", "10.0.1.254/24", server, "eth0", "10.0.1.1/24");
  router.set_forwarding(true);
  route(client, "0.0.0.0/0", {"10.0.0.254"});
  route(server, "0.0.0.0/0", {"10.0.1.254"});
  SegmentTap tap;
  const auto device = ns3::DynamicCast<sim::EthernetDevice>(cable->GetDevice(0));
  device->add_tap(&tap);
  Server web(server.host(), "0.0.0.0:80", [](Ear& ear) {
    ear.when_data = [](Ear& e) { e.stream->send(io::as_bytes(std::string(5000, 'y'))); };
    ear.when_end = [](Ear& e) { e.stream.reset(); };
  });
  std::vector<std::unique_ptr<Ear>> ears;
  std::unique_ptr<io::Timer> timer;
  auto& gaps = client.host().random("load");
  timer = client.host().timer([&] {
    ears.push_back(dial(client.host(), "10.0.1.1:80", {}, [](Ear& ear) {
      ear.when_connected = [](Ear& e) { e.stream->send(io::as_bytes("GET")); };
      ear.when_data = [](Ear& e) {
        if (e.bytes == 5000) e.stream->shutdown();
      };
    }));
    const auto gap = static_cast<Duration::rep>(gaps.exponential(1e6));
    if (ears.size() < 100) io::arm_in(client.host(), *timer, Duration(gap));
  });
  timer->arm(TimePoint(0s));
  net.run_for(5s);
  device->remove_tap(&tap);
  std::string all;
  for (const auto& frame : tap.frames) all.append(frame.begin(), frame.end());
  for (const auto& segment : tap.segments) {
    all += std::to_string(segment.at.time_since_epoch().count()) + '\n';
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_bytes_and_another_seed_does_not) {
  const std::string first = run(1);
  BOOST_TEST(first.size() > 500'000U);  // 100 answers of 5 000 bytes
  BOOST_TEST((first == run(1)));
  BOOST_TEST((first != run(2)));
}
