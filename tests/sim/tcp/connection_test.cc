// Opening and closing connections, as a user of io::Host sees it and as it looks on the wire.

#include <boost/test/unit_test.hpp>

#include "sim/tcp/tcp_protocol.h"
#include "tests/sim/support/topology.h"

using namespace seatrial;
using namespace seatrial::test;

namespace {

constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, ack = 0x10;

struct Pair {
  Lan net;
  sim::Machine& a;
  sim::Machine& b;
  ns3::Ptr<sim::EthernetLink> cable;
  SegmentTap tap;  // at a

  explicit Pair(const sim::LinkOptions& options = {},
                const sim::TcpPreset& preset = sim::TcpPreset::linux_default())
      : a(net.machine("a", preset)), b(net.machine("b", preset)) {
    cable = net.link(a, "eth0", "10.0.0.1/24", b, "eth0", "10.0.0.2/24", options);
    device()->add_tap(&tap);
  }
  ~Pair() { device()->remove_tap(&tap); }
  ns3::Ptr<sim::EthernetDevice> device() {
    return ns3::DynamicCast<sim::EthernetDevice>(cable->GetDevice(0));
  }
};

sim::LinkOptions with_delay(Duration delay) {
  sim::LinkOptions options;
  options.delay = delay;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_closed_port_refuses_within_a_round_trip) {
  Pair p(with_delay(5ms));
  const auto warm_up = dial(p.a.host(), "10.0.0.2:79");  // both sides learn each other's MAC
  p.net.run_for(1s);
  p.tap.segments.clear();
  const TimePoint begin = p.net.world.now();
  const auto client = dial(p.a.host(), "10.0.0.2:80");
  p.net.run_for(1s);
  BOOST_REQUIRE(client->closed.has_value());
  BOOST_TEST((*client->closed == io::CloseReason::refused));
  // 2 * 5 ms, and well under a microsecond to serialize two minimal frames at 10 Gb/s.
  BOOST_TEST((client->closed_at - begin < 10010us));
  // The RST is one that a real peer would take: RST+ACK, sequence 0, acknowledging the SYN.
  const auto& answer = p.tap.segments.back();
  BOOST_TEST(answer.flags == (rst | ack));
  BOOST_TEST(answer.sequence == 0U);
  BOOST_TEST(answer.acknowledgment == p.tap.segments.front().sequence + 1);
}

BOOST_AUTO_TEST_CASE(both_syns_carry_mss_and_the_options_of_linux) {
  sim::LinkOptions options;
  options.mtu = 1400;
  Pair p(options);
  Server server(p.b.host(), "10.0.0.2:80");
  const auto client = dial(p.a.host(), "10.0.0.2:80");
  p.net.run_for(100ms);
  BOOST_TEST(client->connected);
  BOOST_REQUIRE(p.tap.segments.size() >= 3U);
  for (int i : {0, 1}) {
    const auto& segment = p.tap.segments[static_cast<std::size_t>(i)];
    BOOST_TEST((segment.flags & syn) != 0);
    const auto mss = segment.option(2);
    BOOST_REQUIRE((mss && mss->size() == 2));
    BOOST_TEST(((*mss)[0] << 8 | (*mss)[1]) == 1360);  // MTU 1400 less 40 (RFC 6691)
    BOOST_TEST(segment.option(3).has_value());         // window scale (RFC 7323)
    BOOST_TEST(segment.option(4).has_value());         // SACK permitted (RFC 2018)
    BOOST_TEST(segment.option(8).has_value());         // timestamps (RFC 7323)
  }
}

BOOST_AUTO_TEST_CASE(the_peers_mss_is_honoured_and_no_packet_exceeds_the_mtu) {
  // a (MTU 9000) - router - b (MTU 1500): b's SYN-ACK says 1460.
  Lan net;
  auto& a = net.machine("a");
  auto& r = net.machine("r");
  auto& b = net.machine("b");
  sim::LinkOptions jumbo;
  jumbo.mtu = 9000;
  net.link(a, "eth0", "10.0.0.1/24", r, "eth0", "10.0.0.254/24", jumbo);
  const auto cable = net.link(r, "eth1", "10.0.1.254/24", b, "eth0", "10.0.1.1/24");
  r.set_forwarding(true);
  route(a, "0.0.0.0/0", {"10.0.0.254"});
  route(b, "0.0.0.0/0", {"10.0.1.254"});
  SegmentTap tap;
  ns3::DynamicCast<sim::EthernetDevice>(cable->GetDevice(0))->add_tap(&tap);
  Server server(b.host(), "0.0.0.0:80");
  const std::string text(20000, 'x');
  const auto client = dial(a.host(), "10.0.1.1:80", {}, [&](Ear& ear) {
    ear.when_connected = [&](Ear& e) { e.stream->send(io::as_bytes(text)); };
  });
  net.run_for(1s);
  BOOST_REQUIRE(server.ears.size() == 1U);
  BOOST_TEST(server.ears[0]->bytes == text.size());
  std::size_t longest = 0;
  for (const auto& segment : tap.segments) longest = std::max(longest, segment.ip_length);
  BOOST_TEST(longest == 1500U);  // 1448 of data, 32 of TCP header with timestamps, 20 of IP
}

BOOST_AUTO_TEST_CASE(a_path_with_a_smaller_mtu_in_the_middle_is_found) {
  // a (9000) - r1 - (1400) - r2 - b (9000): both ends say 8960; r1 answers "fragmentation needed".
  Lan net;
  auto& a = net.machine("a");
  auto& r1 = net.machine("r1");
  auto& r2 = net.machine("r2");
  auto& b = net.machine("b");
  sim::LinkOptions jumbo;
  jumbo.mtu = 9000;
  sim::LinkOptions narrow;
  narrow.mtu = 1400;
  net.link(a, "eth0", "10.0.0.1/24", r1, "eth0", "10.0.0.254/24", jumbo);
  net.link(r1, "eth1", "10.0.1.1/24", r2, "eth0", "10.0.1.2/24", narrow);
  net.link(r2, "eth1", "10.0.2.254/24", b, "eth0", "10.0.2.1/24", jumbo);
  for (sim::Machine* router : {&r1, &r2}) router->set_forwarding(true);
  route(a, "0.0.0.0/0", {"10.0.0.254"});
  route(b, "0.0.0.0/0", {"10.0.2.254"});
  route(r1, "10.0.2.0/24", {"10.0.1.2"});
  route(r2, "10.0.0.0/24", {"10.0.1.1"});
  Server server(b.host(), "0.0.0.0:80");
  const std::string text(100000, 'x');
  const auto client = dial(a.host(), "10.0.2.1:80", {}, [&](Ear& ear) {
    ear.when_connected = [&](Ear& e) { e.stream->send(io::as_bytes(text)); };
  });
  net.run_for(5s);
  BOOST_REQUIRE(server.ears.size() == 1U);
  BOOST_TEST(server.ears[0]->bytes == text.size());
  BOOST_TEST(r1.forwarding().drops(sim::PacketDrop::too_big) > 0U);
}

BOOST_AUTO_TEST_CASE(both_directions_end_in_order_and_each_half_by_itself) {
  Pair p;
  Server server(p.b.host(), "10.0.0.2:80", [](Ear& ear) {
    // Answers only after the client's end: a half-closed connection still carries data.
    ear.when_end = [](Ear& e) {
      e.stream->send(io::as_bytes("got " + e.text));
      e.stream->shutdown();
    };
  });
  const auto client = dial(p.a.host(), "10.0.0.2:80", {}, [](Ear& ear) {
    ear.when_connected = [](Ear& e) {
      e.stream->send(io::as_bytes("request"));
      e.stream->shutdown();
    };
  });
  p.net.run_for(1s);
  BOOST_TEST(client->text == "got request");
  BOOST_TEST(client->ended);
  BOOST_TEST((client->closed == io::CloseReason::finished));
  BOOST_REQUIRE(server.ears.size() == 1U);
  BOOST_TEST((server.ears[0]->closed == io::CloseReason::finished));
  // One FIN each way, none repeated, no RST; the last segment is the ACK of the second FIN.
  int fins = 0;
  for (const auto& segment : p.tap.segments) {
    fins += (segment.flags & fin) != 0;
    BOOST_TEST((segment.flags & rst) == 0);
  }
  BOOST_TEST(fins == 2);
  BOOST_TEST(p.tap.segments.back().flags == ack);
}

BOOST_AUTO_TEST_CASE(deleting_a_stream_sends_what_is_queued_then_fin) {
  Pair p;
  Server server(p.b.host(), "10.0.0.2:80");
  const std::string text(50000, 'q');
  auto client = dial(p.a.host(), "10.0.0.2:80", {}, [&](Ear& ear) {
    ear.when_connected = [&](Ear& e) {
      e.stream->send(io::as_bytes(text));
      e.stream.reset();  // inside a callback of its own
    };
  });
  p.net.run_for(1s);
  BOOST_REQUIRE(server.ears.size() == 1U);
  BOOST_TEST(server.ears[0]->bytes == text.size());
  BOOST_TEST(server.ears[0]->ended);
  BOOST_TEST(!client->closed);  // a deleted stream says nothing more
}

BOOST_AUTO_TEST_CASE(abort_resets_the_peer) {
  Pair p;
  Server server(p.b.host(), "10.0.0.2:80");
  const auto client = dial(p.a.host(), "10.0.0.2:80");
  p.net.run_for(100ms);
  client->stream->abort();
  p.net.run_for(100ms);
  BOOST_TEST(!client->closed);
  BOOST_REQUIRE(server.ears.size() == 1U);
  BOOST_TEST((server.ears[0]->closed == io::CloseReason::reset));
}

BOOST_AUTO_TEST_CASE(streams_may_be_deleted_in_any_callback) {
  Pair p;
  // The server drops its stream as soon as data comes: unread nothing, so FIN, then RST for more.
  Server server(p.b.host(), "10.0.0.2:80",
                [](Ear& ear) { ear.when_data = [](Ear& e) { e.stream.reset(); }; });
  std::vector<std::unique_ptr<Ear>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(dial(p.a.host(), "10.0.0.2:80", {}, [&](Ear& ear) {
      ear.when_connected = [](Ear& e) { e.stream->send(io::as_bytes("data")); };
      ear.when_end = [](Ear& e) { e.stream.reset(); };
      ear.when_closed = [](Ear& e) { e.stream.reset(); };
    }));
  }
  // And one whose neighbour's callback deletes it.
  clients[0]->when_end = [&](Ear&) { clients[1]->stream.reset(); };
  p.net.run_for(2s);
  for (std::size_t i = 2; i < clients.size(); ++i) {
    BOOST_TEST(clients[i]->ended);
    BOOST_TEST(clients[i]->stream == nullptr);
  }
}

BOOST_AUTO_TEST_CASE(simultaneous_open_gives_one_connection) {
  // Both sides dial from and to the same pair of ports, crossing on the wire (RFC 9293 figure 8).
  // io::Host has no source port, so this goes one floor down.
  sim::TcpPreset one_port;
  one_port.first_ephemeral_port = one_port.last_ephemeral_port = 5000;
  Pair p(with_delay(10ms), one_port);
  const auto warm_up = dial(p.a.host(), "10.0.0.2:1");  // ARP
  p.net.run_for(100ms);
  const auto first = dial(p.a.host(), "10.0.0.2:5000");
  const auto second = dial(p.b.host(), "10.0.0.1:5000");
  p.net.run_for(100ms);
  BOOST_TEST(first->connected);
  BOOST_TEST(second->connected);
  first->stream->send(io::as_bytes("crossed"));
  p.net.run_for(100ms);
  BOOST_TEST(second->text == "crossed");
}

BOOST_AUTO_TEST_CASE(a_dead_peer_is_noticed_by_retransmission_only) {
  sim::TcpPreset preset;
  preset.data_retries = 5;
  Pair p({}, preset);
  Server server(p.b.host(), "10.0.0.2:80");
  const auto client = dial(p.a.host(), "10.0.0.2:80");
  p.net.run_for(100ms);
  p.cable->set_silent_loss(true);
  client->stream->send(io::as_bytes("anyone?"));
  p.net.run_for(60s);
  // RTO 200 ms, doubled: 0.2 + 0.4 + 0.8 + 1.6 + 3.2 + 6.4 = 12.6 s after the sending at 0.1 s.
  BOOST_REQUIRE(client->closed.has_value());
  BOOST_TEST((*client->closed == io::CloseReason::timed_out));
  BOOST_TEST((client->closed_at > TimePoint(12s) && client->closed_at < TimePoint(13s)));
}

BOOST_AUTO_TEST_CASE(gtsm_drops_what_came_over_a_router) {
  Lan net;
  auto& a = net.machine("a");
  auto& r = net.machine("r");
  auto& b = net.machine("b");
  net.link(a, "eth0", "10.0.0.1/24", r, "eth0", "10.0.0.254/24");
  net.link(r, "eth1", "10.0.1.254/24", b, "eth0", "10.0.1.1/24");
  r.set_forwarding(true);
  route(a, "0.0.0.0/0", {"10.0.0.254"});
  route(b, "0.0.0.0/0", {"10.0.1.254"});
  io::ListenOptions options;
  options.minimum_ttl = 255;
  Server strict(b.host(), "0.0.0.0:179", {}, options);
  options.minimum_ttl = 254;
  Server loose(b.host(), "0.0.0.0:180", {}, options);
  const auto one = dial(a.host(), "10.0.1.1:179", {.timeout = 500ms, .ttl = 255});
  const auto two = dial(a.host(), "10.0.1.1:180", {.timeout = 500ms, .ttl = 255});
  net.run_for(1s);
  BOOST_TEST((one->closed == io::CloseReason::timed_out));
  BOOST_TEST(two->connected);
}

BOOST_AUTO_TEST_CASE(ports_are_per_destination_and_time_wait_costs_no_socket) {
  sim::TcpPreset two_ports;
  two_ports.first_ephemeral_port = 40000;
  two_ports.last_ephemeral_port = 40001;
  Pair p({}, two_ports);
  Server one(p.b.host(), "10.0.0.2:80");
  Server two(p.b.host(), "10.0.0.2:81");
  std::vector<std::unique_ptr<Ear>> clients;
  for (int i = 0; i < 2; ++i) clients.push_back(dial(p.a.host(), "10.0.0.2:80"));
  for (int i = 0; i < 2; ++i) clients.push_back(dial(p.a.host(), "10.0.0.2:81"));
  const auto third = dial(p.a.host(), "10.0.0.2:80");
  p.net.run_for(100ms);
  for (const auto& client : clients) BOOST_TEST(client->connected);
  BOOST_TEST((third->closed == io::CloseReason::failed));  // EADDRNOTAVAIL
  auto& tcp = dynamic_cast<sim::TcpProtocol&>(*p.a.node()->GetObject<sim::TcpProtocol>());
  BOOST_TEST(tcp.connections() == 4U);
  for (const auto& client : clients) client->stream.reset();
  for (const auto& ear : one.ears) ear->stream.reset();
  for (const auto& ear : two.ears) ear->stream.reset();
  p.net.run_for(100ms);
  BOOST_TEST(tcp.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_closed_address_pair_can_be_used_again_at_once) {
  // The server closes first and keeps TIME_WAIT; the client has one port and dials again (RFC
  // 6191).
  sim::TcpPreset one_port;
  one_port.first_ephemeral_port = one_port.last_ephemeral_port = 40000;
  Pair p({}, one_port);
  Server server(p.b.host(), "10.0.0.2:80", [](Ear& ear) {
    ear.when_data = [](Ear& e) {
      e.stream->send(io::as_bytes("bye"));
      e.stream->shutdown();
    };
  });
  for (int i = 0; i < 3; ++i) {
    const auto client = dial(p.a.host(), "10.0.0.2:80", {}, [](Ear& ear) {
      ear.when_connected = [](Ear& e) { e.stream->send(io::as_bytes("hi")); };
      ear.when_end = [](Ear& e) { e.stream.reset(); };
    });
    p.net.run_for(100ms);
    BOOST_TEST(client->text == "bye");
  }
}

BOOST_AUTO_TEST_CASE(a_full_backlog_makes_clients_wait) {
  // Half-open connections count: with SYN-ACKs lost on the way, only two of three are answered.
  Pair p;
  io::ListenOptions options;
  options.backlog = 2;
  Server server(p.b.host(), "10.0.0.2:80", {}, options);
  std::vector<std::unique_ptr<Ear>> clients;
  clients.push_back(dial(p.a.host(), "10.0.0.2:9"));  // ARP first
  p.net.run_for(100ms);
  p.tap.segments.clear();
  for (int i = 0; i < 3; ++i) clients.push_back(dial(p.a.host(), "10.0.0.2:80"));
  p.net.run_for(100ms);
  // All three SYNs arrive within a few hundred ns, before any third step: the third is dropped.
  int answers = 0;
  for (const auto& segment : p.tap.segments) answers += segment.flags == (syn | ack);
  BOOST_TEST(answers == 2);
  p.net.run_for(1100ms);  // it tries again after a second
  BOOST_TEST(clients.back()->connected);
}

BOOST_AUTO_TEST_CASE(segments_from_outside_may_be_anything) {
  // Random bytes as TCP segments for an open connection, a listener and nobody: none may crash, and
  // the connection still works unless one of them was an acceptable RST.
  Pair p;
  Server server(p.b.host(), "10.0.0.2:80");
  const auto client = dial(p.a.host(), "10.0.0.2:80");
  p.net.run_for(100ms);
  const std::uint16_t port = client->stream->local().port;
  auto& tcp = *p.b.node()->GetObject<sim::TcpProtocol>();
  io::RandomStream random(1, "segments");
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::uint8_t> octets(random.below(80));
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(random.next());
    if (octets.size() >= 20 && i % 2 == 0) {
      octets[0] = static_cast<std::uint8_t>(port >> 8U);
      octets[1] = static_cast<std::uint8_t>(port);
      octets[2] = 0;
      octets[3] = 80;
      if (i % 4 == 0) std::fill(octets.begin() + 4, octets.begin() + 11, std::uint8_t{0});
      octets[12] = static_cast<std::uint8_t>((octets.size() / 4U) << 4U);  // all of it header
      octets[13] &= static_cast<std::uint8_t>(~rst);
    }
    ns3::Ipv4Header header;
    header.SetSource(ns3::Ipv4Address("10.0.0.1"));
    header.SetDestination(ns3::Ipv4Address("10.0.0.2"));
    header.SetTtl(64);
    tcp.Receive(ns3::Create<ns3::Packet>(octets.data(), static_cast<std::uint32_t>(octets.size())),
                header, nullptr);
  }
  p.net.run_for(1s);
  BOOST_REQUIRE(server.ears.size() >= 1U);
  BOOST_TEST(!server.ears[0]->closed);
}
