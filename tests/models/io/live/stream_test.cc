// The contract of io::Stream (models/io/host.h) on the kernel's own TCP over the loopback.
#include <boost/test/unit_test.hpp>

#include "models/io/live/live_host.h"
#include "tests/models/io/live/recorder.h"

using namespace seatrial;
using io::CloseReason;
using test::Recorder;

namespace {

const net::Endpoint any_port = *net::Endpoint::parse("127.0.0.1:0");

// A listener that keeps the first stream it accepts, and a client stream to it.
struct Pair {
  io::LiveHost host{"test", 1};
  Recorder client_events, server_events;
  std::unique_ptr<io::Listener> listener;
  std::unique_ptr<io::Stream> client, server;

  explicit Pair(const net::Endpoint& local = any_port, const io::ConnectOptions& options = {},
                const io::ListenOptions& listen_options = {}) {
    listener = host.listen(
        local,
        [this](std::unique_ptr<io::Stream> stream) {
          server = std::move(stream);
          server->set_handler(&server_events);
        },
        listen_options);
    BOOST_REQUIRE(listener);
    client = host.connect(listener->local(), &client_events, options);
  }
  bool wait(const std::function<bool()>& done, Duration limit = 5s) {
    return host.run_until(done, limit);
  }
  void establish() {
    BOOST_REQUIRE(wait([this] { return client_events.connected && server; }));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(bytes_go_both_ways_and_both_ends_finish_in_order) {
  Pair p;
  BOOST_TEST(!p.client_events.connected);  // never inside the call
  p.establish();
  BOOST_TEST(p.client->remote().to_string() == p.listener->local().to_string());
  BOOST_TEST(p.server->remote().to_string() == p.client->local().to_string());
  p.client->send(io::as_bytes("ping"));
  p.client->shutdown();
  BOOST_TEST(p.wait([&] { return p.server_events.ended; }));
  BOOST_TEST(p.server_events.data == "ping");
  p.server->send(io::as_bytes("pong"));  // the other direction is still open
  p.server->shutdown();
  BOOST_TEST(p.wait([&] { return p.client_events.closed && p.server_events.closed; }));
  BOOST_TEST(p.client_events.data == "pong");
  BOOST_TEST((p.client_events.closed == CloseReason::finished));
  BOOST_TEST((p.server_events.closed == CloseReason::finished));
}

BOOST_AUTO_TEST_CASE(what_is_sent_before_the_connection_stands_is_queued) {
  Pair p;
  p.client->send(io::as_bytes("early"));
  p.client->shutdown();
  BOOST_TEST(p.client->unsent() == 5u);
  BOOST_TEST(p.wait([&] { return p.server_events.ended; }));
  BOOST_TEST(p.server_events.data == "early");
  BOOST_TEST(p.client_events.drained == 1);
}

BOOST_AUTO_TEST_CASE(nobody_listening_is_refused) {
  io::LiveHost host("test", 1);
  Recorder events;
  net::Endpoint free_port;
  {
    auto listener = host.listen(any_port, [](auto) {});
    free_port = listener->local();
  }
  auto stream = host.connect(free_port, &events);
  BOOST_TEST(!events.closed.has_value());
  BOOST_TEST(host.run_until([&] { return events.closed.has_value(); }, 5s));
  BOOST_TEST((events.closed == CloseReason::refused));
  BOOST_TEST(!events.connected);
}

BOOST_AUTO_TEST_CASE(an_aborted_peer_is_a_reset) {
  Pair p;
  p.establish();
  p.server->abort();
  BOOST_TEST(p.wait([&] { return p.client_events.closed.has_value(); }));
  BOOST_TEST((p.client_events.closed == CloseReason::reset));
  p.host.run_for(20ms);
  BOOST_TEST(!p.server_events.closed.has_value());  // abort() has no callback
}

BOOST_AUTO_TEST_CASE(a_paused_stream_still_learns_of_a_reset) {
  Pair p;
  p.establish();
  p.client->pause_reading();
  p.server->abort();
  BOOST_TEST(p.wait([&] { return p.client_events.closed.has_value(); }));
  BOOST_TEST((p.client_events.closed == CloseReason::reset));
}

BOOST_AUTO_TEST_CASE(an_answer_that_came_before_the_reset_is_delivered) {
  Pair p;
  p.establish();
  p.client->pause_reading();
  p.server->send(io::as_bytes("413"));
  p.host.run_for(20ms);
  p.client->resume_reading();
  p.server->abort();
  p.client->send(io::as_bytes("more"));
  BOOST_TEST(p.wait([&] { return p.client_events.closed.has_value(); }));
  BOOST_TEST(p.client_events.data == "413");
  BOOST_TEST((p.client_events.closed == CloseReason::reset));
}

BOOST_AUTO_TEST_CASE(pausing_stops_the_sender_and_resuming_delivers_everything) {
  Pair p;
  p.establish();
  p.server->pause_reading();
  std::string big(20'000'000, 'x');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>('a' + i % 23);
  p.client->send(io::as_bytes(big));
  p.host.run_for(100ms);
  // A paused reader gets nothing. 20 MB do not fit into the kernel: the sender holds 4 MB at most
  // (net.ipv4.tcp_wmem) and the receiver's buffer, 128 KB at first, grows only with reading.
  BOOST_TEST(p.server_events.data.empty());
  BOOST_TEST(p.client->unsent() > 1'000'000u);
  BOOST_TEST(p.client_events.drained == 0);
  p.server->resume_reading();
  BOOST_TEST(p.wait([&] { return p.server_events.data.size() == big.size(); }, 20s));
  BOOST_TEST((p.server_events.data == big));
  BOOST_TEST(p.client->unsent() == 0u);
  BOOST_TEST(p.client_events.drained == 1);
}

BOOST_AUTO_TEST_CASE(deleting_a_stream_still_sends_what_is_queued) {
  Pair p;
  p.establish();
  p.server->pause_reading();
  const std::string big(20'000'000, 'y');
  p.client->send(io::as_bytes(big));
  p.client.reset();
  p.server->resume_reading();
  BOOST_TEST(p.wait([&] { return p.server_events.ended; }, 20s));
  BOOST_TEST(p.server_events.data.size() == big.size());
  BOOST_TEST(!p.client_events.closed.has_value());
}

BOOST_AUTO_TEST_CASE(a_stream_may_be_deleted_in_each_of_its_callbacks) {
  struct Deleter : Recorder {
    std::unique_ptr<io::Stream>* stream = nullptr;
    std::string when;
    int calls = 0;
    void hit(const char* name) {
      ++calls;
      if (when == name) stream->reset();
    }
    void on_connected() override { hit("connected"); }
    void on_data(io::Bytes) override { hit("data"); }
    void on_end() override { hit("end"); }
    void on_closed(CloseReason) override { hit("closed"); }
  };
  // After the callback that deletes, no other comes: 1, 2, 3 and 4 in all.
  int expected = 0;
  for (const std::string when : {"connected", "data", "end", "closed"}) {
    ++expected;
    io::LiveHost host("test", 1);
    Deleter events;
    events.when = when;
    std::unique_ptr<io::Stream> client, server;
    Recorder server_events;
    auto listener = host.listen(any_port, [&](std::unique_ptr<io::Stream> stream) {
      server = std::move(stream);
      server->set_handler(&server_events);
      server->send(io::as_bytes("hello"));
      server->shutdown();
    });
    events.stream = &client;
    client = host.connect(listener->local(), &events);
    client->shutdown();
    host.run_for(50ms);
    BOOST_TEST(!client);
    BOOST_TEST(events.calls == expected, when);
  }
}

BOOST_AUTO_TEST_CASE(a_listener_may_be_deleted_while_it_accepts_and_its_streams_live_on) {
  io::LiveHost host("test", 1);
  Recorder client_events, server_events;
  std::unique_ptr<io::Stream> server;
  std::unique_ptr<io::Listener> listener;
  listener = host.listen(any_port, [&](std::unique_ptr<io::Stream> stream) {
    server = std::move(stream);
    server->set_handler(&server_events);
    listener.reset();
  });
  const auto address = listener->local();
  auto client = host.connect(address, &client_events);
  client->send(io::as_bytes("x"));
  BOOST_TEST(host.run_until([&] { return server_events.data == "x"; }, 5s));
  Recorder late;
  auto refused = host.connect(address, &late);
  BOOST_TEST(host.run_until([&] { return late.closed.has_value(); }, 5s));
  BOOST_TEST((late.closed == CloseReason::refused));
}

BOOST_AUTO_TEST_CASE(a_source_address_is_bound_and_a_foreign_one_fails) {
  Pair p(any_port, {.source = net::IpAddress::parse("127.0.0.9")});
  p.establish();
  BOOST_TEST(p.server->remote().address.to_string() == "127.0.0.9");
  Recorder events;  // TEST-NET-1 (RFC 5737) is nobody's
  auto stream =
      p.host.connect(p.listener->local(), &events, {.source = net::IpAddress::parse("192.0.2.1")});
  BOOST_TEST(p.wait([&] { return events.closed.has_value(); }));
  BOOST_TEST((events.closed == CloseReason::failed));
}

BOOST_AUTO_TEST_CASE(segments_below_the_minimum_ttl_are_dropped) {
  // RFC 5082: the speaker sends 255 and demands at least 254 of a peer that is one hop away.
  Pair good(any_port, {.ttl = 255}, {.ttl = 255, .minimum_ttl = 254});
  good.establish();
  // A SYN with 64 gets no answer at all, so this also shows that the connect timeout is kept, and
  // not the kernel's (127 s).
  Pair bad(any_port, {.timeout = 150ms, .ttl = 64}, {.ttl = 255, .minimum_ttl = 254});
  const auto begin = bad.host.now();
  BOOST_TEST(bad.wait([&] { return bad.client_events.closed.has_value(); }));
  BOOST_TEST((bad.client_events.closed == CloseReason::timed_out));
  BOOST_TEST((bad.host.now() - begin >= 140ms));
}

BOOST_AUTO_TEST_CASE(ipv6_works_beside_ipv4_on_the_same_port) {
  io::LiveHost host("test", 1);
  Recorder client_events, server_events;
  std::unique_ptr<io::Stream> server;
  auto accept = [&](std::unique_ptr<io::Stream> stream) {
    server = std::move(stream);
    server->set_handler(&server_events);
  };
  auto v4 = host.listen(*net::Endpoint::parse("0.0.0.0:0"), accept);
  BOOST_REQUIRE(v4);
  const auto port = v4->local().port;
  auto v6 = host.listen({*net::IpAddress::parse("::"), port}, accept);
  BOOST_REQUIRE(v6);
  auto client = host.connect({*net::IpAddress::parse("::1"), port}, &client_events);
  BOOST_TEST(host.run_until([&] { return client_events.connected && server; }, 5s));
  BOOST_TEST(server->local().address.to_string() == "::1");
  BOOST_TEST(host.listen({net::IpAddress{}, port}, accept) == nullptr);  // in use
}
