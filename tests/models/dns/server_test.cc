// What the server does with messages that no decent client sends.
#include "models/dns/server.h"

#include <boost/test/unit_test.hpp>

#include "models/dns/codec.h"
#include "tests/models/dns/zone.h"
#include "tests/support/fake_network.h"

using namespace seatrial;
using namespace seatrial::dns;

namespace {

struct Client : io::DatagramHandler, io::StreamHandler {
  test::FakeNetwork net;
  test::FakeHost& host = net.host("client", "10.0.0.1");
  test::Zone zone;
  Server server{net.host("dns", "10.0.0.53"), *net::Endpoint::parse("0.0.0.0:53"), zone};
  std::unique_ptr<io::DatagramSocket> socket = host.bind_datagram({host.address(), 4000}, this);
  std::vector<std::vector<std::uint8_t>> replies;
  std::vector<std::uint8_t> stream_bytes;
  std::optional<io::CloseReason> closed;

  void on_datagram(const net::Endpoint& from, const net::Endpoint&, io::Bytes bytes) override {
    BOOST_TEST(from.to_string() == "10.0.0.53:53");
    replies.emplace_back(bytes.begin(), bytes.end());
  }
  void on_data(io::Bytes bytes) override {
    stream_bytes.insert(stream_bytes.end(), bytes.begin(), bytes.end());
  }
  void on_closed(io::CloseReason reason) override { closed = reason; }

  void send(const std::vector<std::uint8_t>& bytes) {
    replies.clear();
    socket->send(*net::Endpoint::parse("10.0.0.53:53"), bytes);
    net.run_for(10ms);
  }
  Message reply() {
    BOOST_REQUIRE(replies.size() == 1u);
    return decode(replies.front()).value();
  }
};

Message question(const std::string& name) {
  Message m;
  m.id = 99;
  m.questions = {{name, Type::a}};
  return m;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_broken_query_gets_format_error_with_its_id) {
  Client c;
  auto bytes = encode(question("app.test")).value();
  bytes.erase(bytes.end() - 3, bytes.end());
  c.send(bytes);
  BOOST_TEST((c.reply().rcode == Rcode::format_error));
  BOOST_TEST(c.reply().id == 99);
  auto two = question("a.test");
  two.questions.push_back({"b.test", Type::a});
  c.send(encode(two).value());
  BOOST_TEST((c.reply().rcode == Rcode::format_error));
}

BOOST_AUTO_TEST_CASE(another_opcode_is_not_implemented) {
  Client c;
  auto notify = question("app.test");
  notify.opcode = 4;  // NOTIFY, RFC 1996
  c.send(encode(notify).value());
  BOOST_TEST((c.reply().rcode == Rcode::not_implemented));
  BOOST_TEST(c.reply().opcode == 4);
}

BOOST_AUTO_TEST_CASE(responses_and_scraps_are_never_answered) {
  Client c;
  auto response = question("app.test");
  response.response = true;
  c.send(encode(response).value());
  BOOST_TEST(c.replies.empty());
  c.send({1, 2, 3});
  BOOST_TEST(c.replies.empty());
}

BOOST_AUTO_TEST_CASE(queries_on_one_connection_are_answered_in_order_however_they_are_cut) {
  Client c;
  c.zone.addresses = {{"one.test", {"10.1.0.1"}}, {"two.test", {"10.1.0.2"}}};
  std::vector<std::uint8_t> bytes;
  for (const char* name : {"one.test", "two.test"}) {
    const auto wire = encode(question(name)).value();
    bytes.push_back(0);
    bytes.push_back(static_cast<std::uint8_t>(wire.size()));
    bytes.insert(bytes.end(), wire.begin(), wire.end());
  }
  auto stream = c.host.connect(*net::Endpoint::parse("10.0.0.53:53"), &c);
  c.net.run_for(10ms);
  for (const auto byte : bytes) {
    stream->send(io::Bytes(&byte, 1));
    c.net.run_for(3ms);
  }
  stream->shutdown();
  c.net.run_for(10ms);
  std::vector<std::string> names;
  for (std::size_t at = 0; at + 2 <= c.stream_bytes.size();) {
    const auto length = static_cast<std::size_t>(c.stream_bytes[at] << 8 | c.stream_bytes[at + 1]);
    const auto m = decode(io::Bytes(c.stream_bytes).subspan(at + 2, length)).value();
    BOOST_TEST(m.answers.size() == 1u);
    names.push_back(m.questions.at(0).name);
    at += 2 + length;
  }
  BOOST_TEST(names == (std::vector<std::string>{"one.test", "two.test"}),
             boost::test_tools::per_element());
  BOOST_TEST((c.closed == io::CloseReason::finished));
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_after_ten_seconds) {
  Client c;
  auto stream = c.host.connect(*net::Endpoint::parse("10.0.0.53:53"), &c);
  c.net.run_for(5s);
  BOOST_TEST(!c.closed.has_value());
  stream->shutdown();  // so that the server's FIN is the second
  c.net.run_for(10ms);
  BOOST_TEST((c.closed == io::CloseReason::finished));
}

BOOST_AUTO_TEST_CASE(a_record_that_cannot_be_written_is_a_server_failure) {
  Client c;
  struct Bad : RecordSource {
    Answer lookup(const Question& q) override {
      return {.answers = {{q.name, Type::srv, 1, std::string("not an srv")}}};
    }
  } bad;
  Server server(c.net.host("dns2", "10.0.0.54"), *net::Endpoint::parse("0.0.0.0:54"), bad);
  struct Raw : io::DatagramHandler {
    std::vector<std::uint8_t> bytes;
    void on_datagram(const net::Endpoint&, const net::Endpoint&, io::Bytes b) override {
      bytes.assign(b.begin(), b.end());
    }
  } raw;
  auto socket = c.host.bind_datagram({c.host.address(), 4001}, &raw);
  socket->send(*net::Endpoint::parse("10.0.0.54:54"), encode(question("x.test")).value());
  c.net.run_for(10ms);
  const auto reply = decode(raw.bytes);
  BOOST_REQUIRE(reply.has_value());
  BOOST_TEST((reply->rcode == Rcode::server_failure));
  BOOST_TEST(reply->answers.empty());
}
