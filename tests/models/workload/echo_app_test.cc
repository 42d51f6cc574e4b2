// The application in a pod, spoken to in raw HTTP.
#include "models/workload/echo_app.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/fake_network.h"

using namespace seatrial;
using namespace seatrial::workload;

namespace {

struct Client : io::StreamHandler {
  std::unique_ptr<io::Stream> stream;
  std::string data;
  bool connected = false;
  bool ended = false;
  std::optional<io::CloseReason> closed;
  void on_connected() override { connected = true; }
  void on_data(io::Bytes bytes) override { data += io::as_text(bytes); }
  void on_end() override { ended = true; }
  void on_closed(io::CloseReason reason) override { closed = reason; }
  int responses() const {
    int n = 0;
    for (auto p = data.find("HTTP/1.1 "); p != std::string::npos;
         p = data.find("HTTP/1.1 ", p + 1)) {
      ++n;
    }
    return n;
  }
};

struct World {
  test::FakeNetwork net;
  test::FakeHost& host = net.host("app-1", "10.0.0.2");
  test::FakeHost& peer = net.host("peer", "10.0.0.1");
  void open(Client& client, const std::string& bytes) {
    client.stream = peer.connect(*net::Endpoint::parse("10.0.0.2:8080"), &client);
    net.run_for(5ms);
    client.stream->send(io::as_bytes(bytes));
    net.run_for(5ms);
  }
};

const std::string get = "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_CASE(it_says_who_answered_in_the_words_of_nginx_hello) {
  World w;
  EchoApp app(w.host, {});
  BOOST_TEST(app.listening());
  w.net.run_for(61s);
  Client c;
  w.open(c, get);
  BOOST_TEST(c.data.starts_with("HTTP/1.1 200 OK\r\n"));
  const auto body = c.data.substr(c.data.find("\r\n\r\n") + 4);
  const std::string expected =
      "Server address: 10.0.0.2:8080\n"
      "Server name: app-1\n"
      "Date: 01/Jan/2024:00:01:01 +0000\n"  // the start date and 61 s
      "URI: /a?b\n"
      "Request ID: ";
  BOOST_TEST(body.substr(0, expected.size()) == expected);
  BOOST_TEST(body.size() == expected.size() + 33);  // 32 hexadecimal digits and a line feed
  BOOST_TEST(c.data.find("Content-Length: " + std::to_string(body.size()) + "\r\n") !=
             std::string::npos);
  BOOST_TEST(!c.ended);  // HTTP/1.1 keeps the connection
}

BOOST_AUTO_TEST_CASE(the_body_is_filled_up_to_the_configured_size) {
  World w;
  EchoApp app(w.host, {.response_size = 5000});
  Client c;
  w.open(c, get);
  BOOST_TEST(c.data.size() - c.data.find("\r\n\r\n") - 4 == 5000u);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_one_after_the_other) {
  World w;
  EchoApp app(w.host, {.service_time = {.low = 10ms}});
  Client c;
  w.open(c, get + get + get);  // arrive 1 ms after the send; 4 ms have passed since
  BOOST_TEST(c.responses() == 0);
  w.net.run_for(10ms);
  BOOST_TEST(c.responses() == 1);
  w.net.run_for(20ms);
  BOOST_TEST(c.responses() == 3);
  BOOST_TEST(app.served() == 3u);
}

BOOST_AUTO_TEST_CASE(connection_close_and_http_1_0_are_obeyed) {
  for (const std::string request :
       {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    World w;
    EchoApp app(w.host, {});
    Client c;
    w.open(c, request);
    BOOST_TEST(c.responses() == 1);
    BOOST_TEST(c.data.find("Connection: close\r\n") != std::string::npos);
    BOOST_TEST(c.ended);
    BOOST_TEST(app.connections() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_http_gets_400_and_is_closed) {
  World w;
  EchoApp app(w.host, {});
  Client c;
  w.open(c, "\x16\x03\x01 tls?\r\n\r\n");
  BOOST_TEST(c.data.starts_with("HTTP/1.1 400 "));
  BOOST_TEST(c.ended);
}

BOOST_AUTO_TEST_CASE(readiness_is_answered_at_once_and_says_what_it_was_told) {
  World w;
  EchoApp app(w.host, {.service_time = {.low = 1h}});
  Client ready, unready;
  const std::string probe = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  w.open(ready, probe);
  BOOST_TEST(ready.data.starts_with("HTTP/1.1 200 "));
  app.set_ready(false);
  w.open(unready, probe);
  BOOST_TEST(unready.data.starts_with("HTTP/1.1 503 "));
}

BOOST_AUTO_TEST_CASE(stopping_lets_the_begun_finish_and_refuses_the_new) {
  World w;
  EchoApp app(w.host, {.service_time = {.low = 50ms}});
  Client idle, busy, late;
  w.open(idle, get);
  w.net.run_for(60ms);
  BOOST_TEST(idle.responses() == 1);
  w.open(busy, get);
  std::optional<TimePoint> stopped;
  app.stop([&] { stopped = w.net.now(); });
  w.net.run_for(5ms);
  BOOST_TEST(idle.ended);  // nothing was under way there
  BOOST_TEST(!busy.ended);
  BOOST_TEST(!stopped.has_value());
  w.open(late, get);
  BOOST_TEST((late.closed == io::CloseReason::refused));
  w.net.run_for(60ms);
  BOOST_TEST(busy.responses() == 1);
  BOOST_TEST(busy.data.find("Connection: close\r\n") != std::string::npos);
  BOOST_TEST(busy.ended);
  BOOST_TEST(stopped.has_value());
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_after_the_keepalive_timeout) {
  World w;
  EchoApp app(w.host, {.keepalive_timeout = 5s});
  Client c;
  w.open(c, get);
  w.net.run_for(4900ms);
  BOOST_TEST(!c.ended);
  w.net.run_for(200ms);
  BOOST_TEST(c.ended);
}

BOOST_AUTO_TEST_CASE(deleting_the_application_under_work_is_safe) {
  World w;
  auto app = std::make_unique<EchoApp>(w.host, AppConfig{.cpu = {.low = 1s}});
  Client c;
  w.open(c, get);
  app.reset();
  w.net.run_for(5s);
  BOOST_TEST(c.ended);
  BOOST_TEST(c.data.empty());
}
