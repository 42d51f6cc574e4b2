// Timers, posts, random streams and datagrams of io::LiveHost.
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "models/io/live/live_host.h"

using namespace seatrial;

namespace {

struct Datagrams : io::DatagramHandler {
  std::string data;
  net::Endpoint from, to;
  std::optional<net::Endpoint> unreachable;
  void on_datagram(const net::Endpoint& f, const net::Endpoint& t, io::Bytes bytes) override {
    from = f;
    to = t;
    data += io::as_text(bytes);
  }
  void on_unreachable(const net::Endpoint& t) override { unreachable = t; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(timers_fire_in_order_of_time_and_can_be_armed_again) {
  io::LiveHost host("test", 1);
  std::string order;
  int rounds = 0;
  std::unique_ptr<io::Timer> again;
  again = host.timer([&] {
    order += 'r';
    if (++rounds < 3) io::arm_in(host, *again, 10ms);
  });
  auto late = host.timer([&] { order += 'l'; });
  auto cancelled = host.timer([&] { order += 'c'; });
  auto moved = host.timer([&] { order += 'm'; });
  io::arm_in(host, *late, 60ms);
  io::arm_in(host, *cancelled, 5ms);
  io::arm_in(host, *moved, 1ms);
  io::arm_in(host, *moved, 90ms);  // replaces
  again->arm(host.now() - 1s);     // the past: as soon as possible, but not inside the call
  cancelled->cancel();
  BOOST_TEST(order.empty());
  BOOST_TEST(late->armed());
  BOOST_TEST(!cancelled->armed());
  host.run_until([&] { return order.size() == 5; }, 5s);
  BOOST_TEST(order == "rrrlm");
}

BOOST_AUTO_TEST_CASE(a_timer_is_pulled_forward_and_what_is_due_is_put_off_or_cancelled) {
  io::LiveHost host("test", 1);
  std::string order;
  auto forward = host.timer([&] { order += 'f'; });
  auto put_off = host.timer([&] { order += 'p'; });
  auto cancelled = host.timer([&] { order += 'c'; });
  auto rearmed = host.timer([&] { order += 'r'; });
  io::arm_in(host, *forward, 1h);
  io::arm_in(host, *forward, 20ms);
  put_off->arm(host.now() - 1s);
  io::arm_in(host, *put_off, 60ms);
  cancelled->arm(host.now() - 1s);
  cancelled->cancel();
  rearmed->arm(host.now() - 1s);
  rearmed->cancel();
  io::arm_in(host, *rearmed, 90ms);
  host.run_until([&] { return order.size() == 3; }, 5s);
  BOOST_TEST(order == "fpr");
  BOOST_TEST((!forward->armed() && !put_off->armed() && !rearmed->armed()));
}

BOOST_AUTO_TEST_CASE(a_timer_may_delete_itself_and_others) {
  io::LiveHost host("test", 1);
  int fired = 0;
  std::unique_ptr<io::Timer> a, b;
  a = host.timer([&] {
    ++fired;
    a.reset();
    b.reset();
  });
  b = host.timer([&] {
    ++fired;
    a.reset();
    b.reset();
  });
  a->arm(host.now());
  b->arm(host.now());
  host.run_for(20ms);
  BOOST_TEST(fired == 1);
}

BOOST_AUTO_TEST_CASE(posts_run_later_in_order_and_spend_costs_no_time) {
  io::LiveHost host("test", 1);
  std::string order;
  host.post([&] {
    host.post([&] { order += 'c'; });
    order += 'a';
  });
  host.spend(1h, [&] { order += 'b'; });
  BOOST_TEST(order.empty());
  host.run_until([&] { return order.size() == 3; }, 1s);
  BOOST_TEST(order == "abc");
}

BOOST_AUTO_TEST_CASE(random_streams_depend_on_seed_and_name_only) {
  io::LiveHost a("test", 7), b("test", 7), c("test", 8);
  b.random("other").next();
  const auto first = a.random("x").next();
  BOOST_TEST(first == b.random("x").next());
  BOOST_TEST(first != c.random("x").next());
}

BOOST_AUTO_TEST_CASE(a_datagram_says_where_it_was_sent_and_is_answered_from_there) {
  io::LiveHost host("test", 1);
  Datagrams server_events, client_events;
  auto server = host.bind_datagram(*net::Endpoint::parse("0.0.0.0:0"), &server_events);
  auto client = host.bind_datagram(*net::Endpoint::parse("127.0.0.1:0"), &client_events);
  BOOST_REQUIRE(server);
  BOOST_REQUIRE(client);
  // All of 127.0.0.0/8 is local on Linux; the socket is bound to none of it.
  const net::Endpoint service{*net::IpAddress::parse("127.0.0.53"), server->local().port};
  client->send(service, io::as_bytes("who?"));
  BOOST_TEST(host.run_until([&] { return !server_events.data.empty(); }, 5s));
  BOOST_TEST(server_events.to.to_string() == service.to_string());
  BOOST_TEST(server_events.from.to_string() == client->local().to_string());
  server->send(server_events.from, io::as_bytes("me"), server_events.to.address);
  BOOST_TEST(host.run_until([&] { return !client_events.data.empty(); }, 5s));
  BOOST_TEST(client_events.from.to_string() == service.to_string());
  BOOST_TEST(host.bind_datagram(client->local(), &client_events) == nullptr);  // in use
}

BOOST_AUTO_TEST_CASE(a_datagram_with_too_few_hops_is_not_seen) {
  io::LiveHost host("test", 1);
  for (const char* local : {"127.0.0.1:0", "[::1]:0"}) {
    Datagrams events, sender_events;
    auto guarded = host.bind_datagram(*net::Endpoint::parse(local), &events);
    auto sender = host.bind_datagram(*net::Endpoint::parse(local), &sender_events);
    BOOST_REQUIRE(guarded);
    BOOST_REQUIRE(sender);
    guarded->set_hops(std::nullopt, 255);  // RFC 5082
    sender->set_hops(254, std::nullopt);
    sender->send(guarded->local(), io::as_bytes("far"));
    sender->set_hops(255, std::nullopt);
    sender->send(guarded->local(), io::as_bytes("near"));
    BOOST_TEST(host.run_until([&] { return !events.data.empty(); }, 5s));
    BOOST_TEST(events.data == "near");
  }
}

BOOST_AUTO_TEST_CASE(an_icmp_port_unreachable_is_reported_with_its_address) {
  io::LiveHost host("test", 1);
  Datagrams events;
  for (const char* local : {"0.0.0.0:0", "[::]:0"}) {
    auto socket = host.bind_datagram(*net::Endpoint::parse(local), &events);
    BOOST_REQUIRE(socket);
    auto nobody = socket->local();
    nobody.address = *net::IpAddress::parse(nobody.address.is_v4() ? "127.0.0.1" : "::1");
    {
      auto other = host.bind_datagram({nobody.address, 0}, &events);
      nobody.port = other->local().port;
    }
    events.unreachable.reset();
    socket->send(nobody, io::as_bytes("x"));
    BOOST_TEST(host.run_until([&] { return events.unreachable.has_value(); }, 5s));
    BOOST_TEST(events.unreachable->to_string() == nobody.to_string());
    // The socket goes on working.
    socket->send(socket->local().address.is_v4()
                     ? net::Endpoint{*net::IpAddress::parse("127.0.0.1"), socket->local().port}
                     : net::Endpoint{*net::IpAddress::parse("::1"), socket->local().port},
                 io::as_bytes("self"));
    events.data.clear();
    BOOST_TEST(host.run_until([&] { return events.data == "self"; }, 5s));
  }
}

BOOST_AUTO_TEST_CASE(a_datagram_socket_may_be_deleted_in_its_callback) {
  struct Deleter : io::DatagramHandler {
    std::unique_ptr<io::DatagramSocket>* socket = nullptr;
    int calls = 0;
    void on_datagram(const net::Endpoint&, const net::Endpoint&, io::Bytes) override {
      ++calls;
      socket->reset();
    }
  };
  io::LiveHost host("test", 1);
  Deleter deleter;
  Datagrams events;
  auto victim = host.bind_datagram(*net::Endpoint::parse("127.0.0.1:0"), &deleter);
  deleter.socket = &victim;
  auto sender = host.bind_datagram(*net::Endpoint::parse("127.0.0.1:0"), &events);
  const auto to = victim->local();
  sender->send(to, io::as_bytes("1"));
  sender->send(to, io::as_bytes("2"));
  host.run_for(30ms);
  BOOST_TEST(deleter.calls == 1);
}

BOOST_AUTO_TEST_CASE(a_signal_is_a_callback_and_stop_ends_the_run) {
  io::LiveHost host("test", 1);
  int got = 0;
  host.on_signal({SIGUSR1}, [&](int signal) {
    got = signal;
    host.stop();
  });
  host.post([] { std::raise(SIGUSR1); });
  host.run();
  BOOST_TEST(got == SIGUSR1);
}
