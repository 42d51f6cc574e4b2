// The load generator against the echo application and against servers that fail in each way.
#include "models/workload/load.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "models/dns/server.h"
#include "models/workload/echo_app.h"
#include "tests/support/fake_network.h"

using namespace seatrial;
using namespace seatrial::workload;
using test::FakeNetwork;

namespace {

constexpr auto at = [](Duration d) { return TimePoint(d); };

struct Records : LoadObserver {
  std::vector<RequestFinished> all;
  void on_request_finished(const RequestFinished& record) override { all.push_back(record); }
};

// A server that does to every connection what the test says.
struct Rude : io::StreamHandler {
  std::unique_ptr<io::Listener> listener;
  std::vector<std::unique_ptr<io::Stream>> streams;
  std::function<void(io::Stream&)> on_request;
  Rude(io::Host& host, std::uint16_t port) {
    listener = host.listen({net::IpAddress{}, port}, [this](std::unique_ptr<io::Stream> stream) {
      streams.push_back(std::move(stream));
      streams.back()->set_handler(this);
    });
  }
  void on_data(io::Bytes) override {
    if (on_request) on_request(*streams.back());
  }
  void on_closed(io::CloseReason) override {}
};

struct World {
  FakeNetwork net;  // 1 ms one way
  test::FakeHost& client = net.host("client", "10.0.0.1");
  test::FakeHost& server = net.host("server", "10.0.0.2");
  Records records;

  LoadConfig config(const std::string& url = "http://10.0.0.2:8080/") {
    LoadConfig c;
    c.arrival = Arrival::constant;
    c.rate = 10;
    c.to = at(100ms);  // one request, at 0
    c.requests = {{.url = url}};
    return c;
  }
  const RequestFinished& run(const LoadConfig& c, Duration limit = 60s) {
    BOOST_REQUIRE(problems(c).empty());
    Load load(client, c, &records);
    BOOST_REQUIRE(net.run_until([&] { return load.done(); }, limit));
    BOOST_REQUIRE(!records.all.empty());
    return records.all.back();
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_is_timed_at_each_step) {
  World w;
  EchoApp app(w.server, {.name = "app-1", .service_time = {.low = 3ms}});
  const auto r = w.run(w.config("http://10.0.0.2:8080/api?x=1"));
  BOOST_TEST((r.symptom == Symptom::answered));
  BOOST_TEST(r.status == 200);
  // SYN 1 ms, SYN-ACK 1 ms, request 1 ms, service 3 ms, response 1 ms.
  BOOST_TEST((r.intended == at(0ms)));
  BOOST_TEST((r.connecting == at(0ms)));
  BOOST_TEST((r.connected == at(2ms)));
  BOOST_TEST((r.sent == at(2ms)));
  BOOST_TEST((r.first_byte == at(7ms)));
  BOOST_TEST((r.last_byte == at(7ms)));
  BOOST_TEST((r.latency() == 7ms));
  BOOST_TEST(r.local.address.to_string() == "10.0.0.1");
  BOOST_TEST(r.remote.to_string() == "10.0.0.2:8080");
  BOOST_TEST(r.body.find("Server name: app-1\n") != std::string::npos);
  BOOST_TEST(r.body.find("URI: /api?x=1\n") != std::string::npos);
  BOOST_TEST(r.body_size == r.body.size());
}

BOOST_AUTO_TEST_CASE(a_stalled_server_delays_no_arrival_and_hides_no_stall) {
  World w;
  // Computing 100 ms a request, one at a time, against an arrival each 10 ms.
  EchoApp app(w.server, {.cpu = {.low = 100ms}});
  auto c = w.config();
  c.rate = 100;
  c.to = at(50ms);
  w.run(c);
  BOOST_REQUIRE(w.records.all.size() == 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto& r = w.records.all[i];
    BOOST_TEST((r.intended == at(i * 10ms)));
    BOOST_TEST((r.connecting == r.intended));
    // The k-th request waits for k others: 4 ms of network, and done at 3 + 100 (k + 1) + 1 ms.
    BOOST_TEST((r.finished == at(4ms + (i + 1) * 100ms)));
  }
}

BOOST_AUTO_TEST_CASE(each_failure_has_its_symptom) {
  World w;
  auto c = w.config();
  BOOST_TEST((w.run(c).symptom == Symptom::refused));

  const auto run_rude = [&](std::function<void(io::Stream&)> act) {
    Rude rude(w.server, 8080);
    rude.on_request = std::move(act);
    auto later = c;
    later.from = w.net.now();
    later.to = later.from + 100ms;
    later.timeout = 2s;
    return w.run(later);
  };
  BOOST_TEST((run_rude([](io::Stream& s) { s.abort(); }).symptom == Symptom::reset));
  BOOST_TEST((run_rude([](io::Stream& s) { s.shutdown(); }).symptom == Symptom::closed));
  BOOST_TEST((run_rude([](io::Stream& s) { s.send(io::as_bytes("SSH-2.0-x\r\n\r\n")); }).symptom ==
              Symptom::malformed));
  const auto cut = run_rude([](io::Stream& s) {
    s.send(io::as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
    s.shutdown();
  });
  BOOST_TEST((cut.symptom == Symptom::closed));
  BOOST_TEST(cut.status == 200);
  BOOST_TEST(cut.body == "half");
  BOOST_TEST(!cut.last_byte.has_value());
  BOOST_TEST(!cut.ok());
  const auto silent = run_rude([](io::Stream&) {});
  BOOST_TEST((silent.symptom == Symptom::timed_out));
  BOOST_TEST((silent.latency() == 2s));
  const auto bad = run_rude([](io::Stream& s) {
    s.send(io::as_bytes("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"));
  });
  BOOST_TEST((bad.symptom == Symptom::answered));
  BOOST_TEST(bad.status == 502);
  BOOST_TEST(!bad.ok());

  w.net.cut("client", "server");
  c.from = w.net.now();
  c.to = c.from + 100ms;
  const auto lost = w.run(c);
  BOOST_TEST((lost.symptom == Symptom::timed_out));
  BOOST_TEST(!lost.connected.has_value());
  c.requests = {{.url = "http://10.9.9.9/"}};
  c.from = w.net.now();
  c.to = c.from + 100ms;
  BOOST_TEST((w.run(c).symptom == Symptom::unreachable));
}

BOOST_AUTO_TEST_CASE(a_body_that_runs_until_close_is_complete_and_long_bodies_are_cut) {
  World w;
  Rude rude(w.server, 8080);
  rude.on_request = [](io::Stream& s) {
    s.send(io::as_bytes("HTTP/1.1 200 OK\r\n\r\n" + std::string(10'000, 'b')));
    s.shutdown();
  };
  const auto r = w.run(w.config());
  BOOST_TEST((r.symptom == Symptom::answered));
  BOOST_TEST(r.body.size() == 4096u);
  BOOST_TEST(r.body_size == 10'000u);
}

BOOST_AUTO_TEST_CASE(templates_are_picked_exactly_by_weight_and_spread) {
  World w;
  EchoApp app(w.server, {});
  auto c = w.config();
  c.rate = 1000;
  c.to = at(700ms);
  c.requests = {{.url = "http://10.0.0.2:8080/a", .weight = 5},
                {.url = "http://10.0.0.2:8080/b", .weight = 1},
                {.url = "http://10.0.0.2:8080/c", .weight = 1},
                {.url = "http://10.0.0.2:8080/never", .weight = 0}};
  w.run(c);
  std::string order;
  std::map<std::string, int> counts;
  for (const auto& r : w.records.all) {
    order += r.url.back();
    ++counts[r.url];
  }
  // nginx's own example of smooth weighted round robin (commit 52327e0627f4): 5:1:1.
  BOOST_TEST(order.substr(0, 14) == "aabacaaaabacaa");
  BOOST_TEST(counts["http://10.0.0.2:8080/a"] == 500);
  BOOST_TEST(counts["http://10.0.0.2:8080/b"] == 100);
  BOOST_TEST(counts["http://10.0.0.2:8080/c"] == 100);
  BOOST_TEST(!counts.contains("http://10.0.0.2:8080/never"));
}

BOOST_AUTO_TEST_CASE(poisson_arrivals_have_the_rate_and_the_variance_of_poisson) {
  World w;
  auto c = w.config("http://10.9.9.9/");  // unreachable at once: only the arrivals matter
  c.arrival = Arrival::poisson;
  c.rate = 200;
  c.from = at(10s);
  c.to = at(60s);
  w.run(c, 100s);
  const auto n = static_cast<double>(w.records.all.size());
  // 10 000 expected, standard deviation 100: five of those.
  BOOST_TEST(std::abs(n - 10'000) < 500);
  double sum = 0, squares = 0;
  auto previous = at(10s);
  for (const auto& r : w.records.all) {
    BOOST_TEST((r.intended >= at(10s) && r.intended < at(60s)));
    const double gap = std::chrono::duration<double>(r.intended - previous).count();
    sum += gap;
    squares += gap * gap;
    previous = r.intended;
  }
  const double mean = sum / n;
  const double deviation = std::sqrt(squares / n - mean * mean);
  // Exponential gaps: the standard deviation is the mean, 5 ms. The ratio's own error is 1/sqrt(n),
  // 0.01; five of those.
  BOOST_TEST(std::abs(deviation / mean - 1) < 0.05);
}

BOOST_AUTO_TEST_CASE(constant_arrivals_do_not_drift) {
  World w;
  auto c = w.config("http://10.9.9.9/");
  c.rate = 3;
  c.to = at(10s);
  w.run(c);
  BOOST_REQUIRE(w.records.all.size() == 30u);
  BOOST_TEST((w.records.all[29].intended == at(Duration(9'666'666'667))));  // 29 / 3 s
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_load_and_another_load_does_not_move_it) {
  const auto intended = [](std::uint64_t seed, bool with_other) {
    FakeNetwork net(1ms, seed);
    auto& client = net.host("client", "10.0.0.1");
    Records records, others;
    LoadConfig c;
    c.rate = 100;
    c.to = at(1s);
    c.requests = {{.url = "http://10.9.9.9/"}};
    auto other = c;
    other.name = "other";
    std::unique_ptr<Load> second;
    if (with_other) second = std::make_unique<Load>(client, other, &others);
    Load load(client, c, &records);
    net.run_for(2s);
    std::vector<Duration::rep> times;
    for (const auto& r : records.all) times.push_back(r.intended.time_since_epoch().count());
    return times;
  };
  BOOST_TEST(intended(1, false) == intended(1, true), boost::test_tools::per_element());
  BOOST_TEST((intended(1, false) != intended(2, false)));
}

BOOST_AUTO_TEST_CASE(a_kept_connection_is_used_again_and_a_cold_one_is_not) {
  for (const bool keep : {true, false}) {
    World w;
    EchoApp app(w.server, {});
    auto c = w.config();
    c.to = at(500ms);  // 5 requests, 100 ms apart
    c.connections = keep ? ConnectionPolicy::keepalive : ConnectionPolicy::new_connection;
    w.run(c);
    BOOST_REQUIRE(w.records.all.size() == 5u);
    std::set<std::uint16_t> ports;
    for (const auto& r : w.records.all) {
      ports.insert(r.local.port);
      // Without the handshake one round trip is enough.
      BOOST_TEST((r.latency() == (r.reused_connection ? 2ms : 4ms)));
      BOOST_TEST(r.reused_connection == !r.connecting.has_value());
    }
    BOOST_TEST(ports.size() == (keep ? 1u : 5u));
  }
}

BOOST_AUTO_TEST_CASE(a_kept_connection_that_the_server_gave_up_costs_a_retry_and_no_error) {
  World w;
  Rude rude(w.server, 8080);
  int requests = 0;
  rude.on_request = [&](io::Stream& s) {
    if (++requests == 2) return s.abort();  // just as the second request arrives
    s.send(io::as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  };
  auto c = w.config();
  c.to = at(200ms);
  c.connections = ConnectionPolicy::keepalive;
  const auto second = w.run(c);
  BOOST_TEST(w.records.all.size() == 2u);
  BOOST_TEST((second.symptom == Symptom::answered));
  BOOST_TEST(!second.reused_connection);
  BOOST_TEST(requests == 3);
  // POST may have had its effect: it is not sent twice (RFC 9110 section 9.2.2).
  requests = 0;
  w.records.all.clear();
  c.requests[0].method = "POST";
  c.requests[0].body = "x";
  c.from = w.net.now();
  c.to = c.from + 200ms;
  BOOST_TEST((w.run(c).symptom == Symptom::reset));
  BOOST_TEST(requests == 2);
}

BOOST_AUTO_TEST_CASE(host_fields_resolve_and_head_are_sent_as_configured) {
  struct Served : AppObserver {
    std::vector<RequestServed> all;
    void on_request_served(const RequestServed& record) override { all.push_back(record); }
  } served;
  World w;
  EchoApp app(w.server, {.port = 80}, &served);
  auto c = w.config("http://Cafe.example.com/tea#pot");
  c.requests[0].resolve = w.server.address();
  c.requests[0].method = "HEAD";
  c.requests[0].fields = {{"X-Test", "1"}};
  const auto r = w.run(c);
  BOOST_TEST((r.symptom == Symptom::answered));
  BOOST_TEST(r.body.empty());
  BOOST_REQUIRE(served.all.size() == 1u);
  BOOST_TEST(served.all[0].method == "HEAD");
  BOOST_TEST(served.all[0].target == "/tea");
  BOOST_TEST(served.all[0].host == "cafe.example.com");
  BOOST_TEST(served.all[0].fields.joined("X-Test") == "1");
  BOOST_TEST(served.all[0].fields.has_token("Connection", "close"));
}

BOOST_AUTO_TEST_CASE(names_are_resolved_and_kept_for_their_ttl) {
  struct Zone : dns::RecordSource {
    int lookups = 0;
    dns::Answer lookup(const dns::Question& q) override {
      ++lookups;
      if (q.name != "app.test") return {.rcode = dns::Rcode::name_error};
      return {.answers = {{q.name, dns::Type::a, 5, *net::IpAddress::parse("10.0.0.2")}}};
    }
  } zone;
  World w;
  dns::Server server(w.net.host("dns", "10.0.0.53"), *net::Endpoint::parse("0.0.0.0:53"), zone);
  EchoApp app(w.server, {});
  auto c = w.config("http://app.test:8080/");
  c.nameservers = {*net::Endpoint::parse("10.0.0.53:53")};
  c.rate = 1;
  c.to = at(10s);  // at 0, 1, ... 9 s; TTL 5 s from 2 ms on: asked at 0 and 6 s
  w.run(c);
  BOOST_REQUIRE(w.records.all.size() == 10u);
  for (const auto& r : w.records.all) BOOST_TEST(r.ok());
  BOOST_TEST(zone.lookups == 2);
  BOOST_TEST((w.records.all[0].connecting == at(2ms)));
  c.requests = {{.url = "http://nobody.test/"}};
  c.from = w.net.now();
  c.to = c.from + 1s;
  BOOST_TEST((w.run(c).symptom == Symptom::unresolved));
}

BOOST_AUTO_TEST_CASE(a_bad_configuration_is_told_all_at_once) {
  LoadConfig c;
  c.rate = 0;
  c.from = at(2s);
  c.to = at(1s);
  c.requests = {{.url = "ftp://x/"},
                {.url = "http://name/"},
                {.url = "http://[::1/"},
                {.url = "http://x:70000/"}};
  // rate, from/to, and one of each URL
  BOOST_TEST(problems(c).size() == 6u);
  c = {};
  c.requests = {{.url = "http://10.0.0.1/", .weight = 0}};
  BOOST_TEST(problems(c) ==
                 std::vector<std::string>{"load \"load\": every weight is 0, expected one above"},
             boost::test_tools::per_element());
}
