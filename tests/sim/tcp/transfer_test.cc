// Moving data: throughput by arithmetic, flow control, loss, and many short connections.

#include <boost/test/unit_test.hpp>

#include <chrono>

#include "sim/tcp/tcp_protocol.h"
#include "tests/sim/support/topology.h"

using namespace seatrial;
using namespace seatrial::test;

namespace {

struct Pair {
  Lan net;
  sim::Machine& a;
  sim::Machine& b;
  ns3::Ptr<sim::EthernetLink> cable;
  explicit Pair(const sim::LinkOptions& options = {}, const sim::TcpPreset& preset = {})
      : a(net.machine("a", preset)), b(net.machine("b", preset)) {
    cable = net.link(a, "eth0", "10.0.0.1/24", b, "eth0", "10.0.0.2/24", options);
  }
};

// Sends `size` bytes of a pattern; the server checks them.
std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + (i >> 8U));
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(eight_megabytes_take_as_long_as_the_wire_does) {
  // 8 MB at 1448 bytes a segment are 5 525 segments; each is 1 538 bytes on the wire (1 448 + 32
  // TCP + 20 IP + 18 Ethernet + 20 preamble and gap) or 1 518 where the link counts frames only:
  // at 10 Gb/s 6.71 ms to 6.80 ms, and slow start over a 2 us round trip adds little.
  Pair p;
  const std::string text = pattern(8'000'000);
  Server server(p.b.host(), "10.0.0.2:80");
  const auto client = dial(p.a.host(), "10.0.0.2:80", {}, [&](Ear& ear) {
    ear.when_connected = [&](Ear& e) { e.stream->send(io::as_bytes(text)); };
  });
  p.net.run_for(1s);
  BOOST_REQUIRE(server.ears.size() == 1U);
  BOOST_TEST((server.ears[0]->text == text));
  const auto took = server.ears[0]->last_data_at - client->connected_at;
  BOOST_TEST((took > 6600us && took < 7500us), "took " << to_string(took));
  BOOST_TEST(client->drained == 1);
  BOOST_TEST(client->stream->unsent() == 0U);
}

BOOST_AUTO_TEST_CASE(a_reader_that_stopped_goes_on_at_once) {
  // ns-3's own TCP hangs here for good when the buffer is no multiple of the segment size.
  for (const std::uint32_t buffer : {100'000U, 131'072U, 30'001U, 5'000U}) {
    sim::TcpPreset preset;
    preset.receive_buffer = buffer;
    Pair p({}, preset);
    const std::string text = pattern(400'000);
    Server server(p.b.host(), "10.0.0.2:80", [](Ear& ear) { ear.stream->pause_reading(); });
    const auto client = dial(p.a.host(), "10.0.0.2:80", {}, [&](Ear& ear) {
      ear.when_connected = [&](Ear& e) { e.stream->send(io::as_bytes(text)); };
    });
    p.net.run_for(10s);
    BOOST_REQUIRE(server.ears.size() == 1U);
    BOOST_TEST(server.ears[0]->bytes == 0U);
    const TimePoint resumed = p.net.world.now();
    server.ears[0]->stream->resume_reading();
    BOOST_TEST(server.ears[0]->bytes == 0U);  // never inside the call
    p.net.run_for(5s);
    BOOST_TEST((server.ears[0]->text == text));
    const auto took = server.ears[0]->last_data_at - resumed;
    // 400 kB at 10 Gb/s are 0.35 ms; small windows are paced by round trips of some microseconds
    // (and, where a window is below two segments, by the 40 ms of delayed ACKs).
    const Duration limit = buffer > 10'000 ? Duration(10ms) : Duration(4s);
    BOOST_TEST((took < limit), "buffer " << buffer << " took " << to_string(took));
  }
}

BOOST_AUTO_TEST_CASE(a_lost_window_update_is_recovered_by_a_probe) {
  sim::TcpPreset preset;
  preset.receive_buffer = 20'000;
  Pair p({}, preset);
  const std::string text = pattern(100'000);
  Server server(p.b.host(), "10.0.0.2:80", [](Ear& ear) { ear.stream->pause_reading(); });
  const auto client = dial(p.a.host(), "10.0.0.2:80", {}, [&](Ear& ear) {
    ear.when_connected = [&](Ear& e) { e.stream->send(io::as_bytes(text)); };
  });
  p.net.run_for(1s);
  BOOST_REQUIRE(server.ears.size() == 1U);
  p.cable->set_silent_loss(true);
  server.ears[0]->stream->resume_reading();
  p.net.run_for(1ms);
  p.cable->set_silent_loss(false);
  p.net.run_for(10s);
  BOOST_TEST((server.ears[0]->text == text));
}

BOOST_AUTO_TEST_CASE(back_pressure_shows_in_unsent_and_on_drained) {
  sim::TcpPreset preset;
  preset.send_buffer = 64 * 1024;
  preset.receive_buffer = 64 * 1024;
  Pair p({}, preset);
  Server server(p.b.host(), "10.0.0.2:80", [](Ear& ear) { ear.stream->pause_reading(); });
  const auto client = dial(p.a.host(), "10.0.0.2:80");
  p.net.run_for(10ms);
  client->stream->send(io::as_bytes(pattern(300'000)));
  p.net.run_for(1s);
  // What the two kernels hold is at most one buffer each.
  BOOST_TEST(client->stream->unsent() >= 300'000U - 2 * 64 * 1024);
  BOOST_TEST(client->drained == 0);
  server.ears[0]->stream->resume_reading();
  p.net.run_for(1s);
  BOOST_TEST(client->stream->unsent() == 0U);
  BOOST_TEST(client->drained == 1);
  BOOST_TEST(server.ears[0]->bytes == 300'000U);
}

BOOST_AUTO_TEST_CASE(bytes_survive_an_outage_in_both_directions) {
  Pair p;
  const std::string text = pattern(3'000'000);
  Server server(p.b.host(), "10.0.0.2:80", [](Ear& ear) {
    ear.when_data = [](Ear& e) {
      e.stream->send(io::as_bytes(e.text));  // echo
      e.text.clear();
    };
    ear.when_end = [](Ear& e) { e.stream->shutdown(); };
  });
  const auto client = dial(p.a.host(), "10.0.0.2:80", {}, [&](Ear& ear) {
    ear.when_connected = [&](Ear& e) {
      e.stream->send(io::as_bytes(text));
      e.stream->shutdown();
    };
  });
  p.net.run_for(1ms);
  for (int i = 0; i < 5; ++i) {
    p.cable->set_silent_loss(true);
    p.net.run_for(100us);
    p.cable->set_silent_loss(false);
    p.net.run_for(250ms);
  }
  p.net.run_for(30s);
  BOOST_TEST(client->bytes == text.size());
  BOOST_TEST((client->text == text));
  BOOST_TEST((client->closed == io::CloseReason::finished));
}

BOOST_AUTO_TEST_CASE(a_shallow_queue_loses_segments_and_recovery_is_fast) {
  // 1 Gb/s behind a queue of 20 frames and a 1 ms round trip: slow start overruns it.
  sim::LinkOptions options;
  options.rate = *parse_bandwidth("1Gbps");
  options.delay = 500us;
  options.queue.packets = 20;
  Pair p(options);
  const std::string text = pattern(5'000'000);
  Server server(p.b.host(), "10.0.0.2:80");
  const auto client = dial(p.a.host(), "10.0.0.2:80", {}, [&](Ear& ear) {
    ear.when_connected = [&](Ear& e) { e.stream->send(io::as_bytes(text)); };
  });
  p.net.run_for(20s);
  BOOST_REQUIRE(server.ears.size() == 1U);
  BOOST_TEST((server.ears[0]->text == text));
  // The wire alone takes 5 MB * 8 * 1.06 / 1 Gb/s = 42 ms; ten times that leaves room for recovery.
  const auto took = server.ears[0]->last_data_at - client->connected_at;
  BOOST_TEST((took < 424ms), "took " << to_string(took));
}

BOOST_AUTO_TEST_CASE(two_thousand_short_connections_a_second) {
  // Five simulated seconds of connect, request, answer, close; every one is answered.
  Pair p;
  Server server(p.b.host(), "10.0.0.2:80", [](Ear& ear) {
    ear.when_data = [](Ear& e) {
      e.stream->send(io::as_bytes("HTTP/1.1 200 OK\r\n\r\n"));
      e.stream->shutdown();
    };
    ear.when_closed = [](Ear& e) { e.stream.reset(); };
  });
  constexpr int total = 10'000;
  int answered = 0;
  int failed = 0;
  std::vector<std::unique_ptr<Ear>> clients;
  clients.reserve(total);
  std::unique_ptr<io::Timer> timer;
  timer = p.a.host().timer([&] {
    clients.push_back(dial(p.a.host(), "10.0.0.2:80", {}, [&](Ear& ear) {
      ear.when_connected = [](Ear& e) { e.stream->send(io::as_bytes("GET / HTTP/1.1\r\n\r\n")); };
      ear.when_end = [&](Ear& e) {
        ++answered;
        e.stream.reset();
      };
      ear.when_closed = [&](Ear&) { ++failed; };
    }));
    if (clients.size() < total) io::arm_in(p.a.host(), *timer, 500us);
  });
  timer->arm(TimePoint(1s));
  const auto begin = std::chrono::steady_clock::now();
  p.net.run_for(8s);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  BOOST_TEST(answered == total);
  BOOST_TEST(failed == 0);
  auto& at_server = *p.b.node()->GetObject<sim::TcpProtocol>();
  BOOST_TEST(at_server.connections() == 0U);
  // The server closed first and keeps TIME_WAIT for 60 s, the client nothing: so the client's 28
  // 232 ports are drawn again and again, and each time the old entry makes way (RFC 6191). The
  // number of distinct ports among 10 000 draws is 28232 * (1 - exp(-10000 / 28232)) = 8 421, give
  // or take 40.
  BOOST_TEST(at_server.time_waits() > 8221U);
  BOOST_TEST(at_server.time_waits() < 8621U);
  BOOST_TEST_MESSAGE(total / wall.count() << " connections per wall second");
}
