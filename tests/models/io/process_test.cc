// A frozen process says nothing and loses nothing; its kernel goes on.
#include "models/io/process.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/fake_network.h"

using namespace seatrial;
using test::FakeNetwork;

namespace {

struct Recorder : io::StreamHandler {
  std::string log;
  std::function<void()> on_any = [] {};
  void on_connected() override { log += "connected "; }
  void on_data(io::Bytes bytes) override {
    log += std::string(io::as_text(bytes)) + " ";
    on_any();
  }
  void on_end() override { log += "end "; }
  void on_closed(io::CloseReason) override { log += "closed "; }
};

struct Ear : io::DatagramHandler {
  std::string log;
  void on_datagram(const net::Endpoint&, const net::Endpoint&, io::Bytes bytes) override {
    log += std::string(io::as_text(bytes)) + " ";
  }
};

struct World {
  FakeNetwork net;
  io::Host& client = net.host("client", "10.0.0.1");
  io::Host& machine = net.host("server", "10.0.0.2");
  io::Process process{machine};
  Recorder server;
  Recorder asker;
  std::unique_ptr<io::Stream> accepted;
  std::unique_ptr<io::Listener> listener = process.listen({net::IpAddress{}, 80},
                                                          [this](std::unique_ptr<io::Stream> peer) {
                                                            accepted = std::move(peer);
                                                            accepted->set_handler(&server);
                                                            server.log += "accepted ";
                                                          },
                                                          {});
  std::unique_ptr<io::Stream> stream;

  void connect() {
    stream = client.connect(*net::Endpoint::parse("10.0.0.2:80"), &asker);
    net.run_for(10ms);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(process)

BOOST_AUTO_TEST_CASE(a_running_process_is_as_if_it_were_not_there) {
  World w;
  w.connect();
  w.stream->send(io::as_bytes("ping"));
  w.net.run_for(10ms);
  w.accepted->send(io::as_bytes("pong"));
  w.net.run_for(10ms);
  BOOST_TEST(w.server.log == "accepted ping ");
  BOOST_TEST(w.asker.log == "connected pong ");
}

BOOST_AUTO_TEST_CASE(a_frozen_process_is_told_everything_in_order_when_it_goes_on) {
  World w;
  w.connect();
  auto timer = w.process.timer([&] { w.server.log += "timer "; });
  timer->arm(w.net.now() + 5s);
  w.process.freeze();
  w.stream->send(io::as_bytes("one"));
  w.net.run_for(10s);
  w.stream->shutdown();
  w.net.run_for(10s);
  BOOST_TEST(w.server.log == "accepted ");
  BOOST_TEST(timer->armed());  // expired unseen
  w.process.thaw();
  w.net.run_for(10ms);
  BOOST_TEST(!timer->armed());
  const auto at = [&](const char* what) { return w.server.log.find(what); };
  BOOST_REQUIRE(at("end ") != std::string::npos);
  BOOST_TEST(at("one ") < at("end "));
  BOOST_TEST(at("timer ") < at("end "));
}

BOOST_AUTO_TEST_CASE(the_kernel_accepts_for_a_frozen_process) {
  World w;
  w.process.freeze();
  w.connect();
  BOOST_TEST(w.asker.log == "connected ");
  BOOST_TEST(!w.accepted);
  w.stream->send(io::as_bytes("hello"));
  w.net.run_for(1s);
  w.process.thaw();
  w.net.run_for(10ms);
  BOOST_TEST(w.server.log == "accepted hello ");
}

BOOST_AUTO_TEST_CASE(what_is_gone_before_its_turn_is_not_told) {
  World w;
  w.connect();
  auto cancelled = w.process.timer([&] { w.server.log += "wrong "; });
  auto deleted = w.process.timer([&] { w.server.log += "wrong "; });
  cancelled->arm(w.net.now() + 1s);
  deleted->arm(w.net.now() + 1s);
  w.process.freeze();
  w.net.run_for(2s);
  cancelled->cancel();
  deleted.reset();
  w.server.on_any = [&] { w.accepted.reset(); };  // by the first of two
  w.stream->send(io::as_bytes("first"));
  w.net.run_for(10ms);
  w.stream->shutdown();
  w.net.run_for(10ms);
  w.process.thaw();
  w.net.run_for(10ms);
  BOOST_TEST(w.server.log == "accepted first ");
  BOOST_TEST(w.asker.log.find("closed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(datagrams_wait_in_the_sockets_buffer_as_long_as_it_has_room) {
  World w;
  Ear ear;
  auto socket = w.process.bind_datagram(*net::Endpoint::parse("10.0.0.2:53"), &ear);
  Ear none;
  auto sender = w.client.bind_datagram({net::IpAddress{}, 4000}, &none);
  w.process.freeze();
  const std::string large(60000, 'x');
  sender->send(*net::Endpoint::parse("10.0.0.2:53"), io::as_bytes("a"));
  for (int i = 0; i < 4; ++i) {
    sender->send(*net::Endpoint::parse("10.0.0.2:53"), io::as_bytes(large));
  }
  w.net.run_for(1s);
  BOOST_TEST(ear.log.empty());
  w.process.thaw();
  w.net.run_for(10ms);
  // 212 992 octets hold 1 + 3 x 60 000, and not a fourth.
  BOOST_TEST(ear.log.size() == 2 + 3 * 60001U);
  sender->send(*net::Endpoint::parse("10.0.0.2:53"), io::as_bytes("b"));
  w.net.run_for(10ms);
  BOOST_TEST(ear.log.ends_with("b "));
}

BOOST_AUTO_TEST_SUITE_END()
