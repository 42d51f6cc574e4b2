// The fake network keeps the contract of io::Host, because every model's tests stand on it.
#include "tests/support/fake_network.h"

#include <boost/test/unit_test.hpp>

using namespace seatrial;
using test::FakeNetwork;

namespace {

struct Recorder : io::StreamHandler {
  bool connected = false;
  bool ended = false;
  std::string data;
  std::optional<io::CloseReason> closed;
  void on_connected() override { connected = true; }
  void on_data(io::Bytes bytes) override { data += io::as_text(bytes); }
  void on_end() override { ended = true; }
  void on_closed(io::CloseReason reason) override { closed = reason; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_carries_bytes_both_ways_and_finishes) {
  FakeNetwork net;
  auto& a = net.host("a", "10.0.0.1");
  auto& b = net.host("b", "10.0.0.2");
  Recorder server, client;
  std::unique_ptr<io::Stream> accepted;
  auto listener = b.listen({net::IpAddress{}, 80}, [&](std::unique_ptr<io::Stream> s) {
    accepted = std::move(s);
    accepted->set_handler(&server);
  });
  auto stream = a.connect(*net::Endpoint::parse("10.0.0.2:80"), &client);
  net.run_for(10ms);
  BOOST_TEST(client.connected);
  BOOST_REQUIRE(accepted);
  stream->send(io::as_bytes("ping"));
  stream->shutdown();
  net.run_for(10ms);
  BOOST_TEST(server.data == "ping");
  BOOST_TEST(server.ended);
  accepted->send(io::as_bytes("pong"));
  accepted.reset();
  net.run_for(10ms);
  BOOST_TEST(client.data == "pong");
  BOOST_TEST((client.closed == io::CloseReason::finished));
}

BOOST_AUTO_TEST_CASE(nobody_listening_is_refused_and_a_cut_path_times_out) {
  FakeNetwork net;
  auto& a = net.host("a", "10.0.0.1");
  net.host("b", "10.0.0.2");
  Recorder refused, lost;
  auto one = a.connect(*net::Endpoint::parse("10.0.0.2:81"), &refused);
  net.run_for(10ms);
  BOOST_TEST((refused.closed == io::CloseReason::refused));
  net.cut("a", "b");
  auto two = a.connect(*net::Endpoint::parse("10.0.0.2:81"), &lost, {.timeout = 3s});
  net.run_for(2999ms);
  BOOST_TEST(!lost.closed.has_value());
  net.run_for(2ms);
  BOOST_TEST((lost.closed == io::CloseReason::timed_out));
}
