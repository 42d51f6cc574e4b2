// The resolver against the server, and against name servers that misbehave.
#include "models/dns/resolver.h"

#include <boost/test/unit_test.hpp>

#include "models/dns/codec.h"
#include "models/dns/server.h"
#include "models/io/live/live_host.h"
#include "tests/models/dns/zone.h"
#include "tests/support/fake_network.h"

using namespace seatrial;
using namespace seatrial::dns;
using test::FakeNetwork;

namespace {

const net::Endpoint dns_server = *net::Endpoint::parse("10.0.0.53:53");
const net::Endpoint everywhere = *net::Endpoint::parse("0.0.0.0:53");

struct Observed : ServerObserver {
  std::vector<QueryAnswered> records;
  void on_query_answered(const QueryAnswered& record) override { records.push_back(record); }
};

// A name server of the test's own making.
struct Scripted : io::DatagramHandler {
  std::unique_ptr<io::DatagramSocket> socket;
  io::Host& host;
  std::vector<TimePoint> asked;
  std::vector<net::Endpoint> clients;
  std::function<std::vector<std::uint8_t>(const Message&)> reply;
  explicit Scripted(io::Host& h) : host(h) { socket = h.bind_datagram(everywhere, this); }
  void on_datagram(const net::Endpoint& from, const net::Endpoint& to, io::Bytes bytes) override {
    asked.push_back(host.now());
    clients.push_back(from);
    if (reply) socket->send(from, reply(decode(bytes).value()), to.address);
  }
};

Message answer_to(const Message& query, const std::string& address) {
  Message m = query;
  m.response = true;
  m.answers = {{query.questions.front().name, Type::a, 5, *net::IpAddress::parse(address)}};
  return m;
}

struct Got {
  std::vector<QueryResult> results;
  QueryHandler handler() {
    return [this](const QueryResult& r) { results.push_back(r); };
  }
  const Message& message() const {
    BOOST_REQUIRE(results.size() == 1u);
    BOOST_REQUIRE(results.front().has_value());
    return *results.front();
  }
  QueryError::Kind error() const {
    BOOST_REQUIRE(results.size() == 1u);
    BOOST_REQUIRE(!results.front().has_value());
    return results.front().error().kind;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_comes_after_one_round_trip_and_the_processing_time) {
  FakeNetwork net;  // 1 ms one way
  auto& client = net.host("client", "10.0.0.1");
  auto& host = net.host("dns", "10.0.0.53");
  test::Zone zone;
  zone.addresses["app.test"] = {"10.1.0.1", "10.1.0.2"};
  Observed observed;
  Server server(host, everywhere, zone, {.processing = 200us}, &observed);
  BOOST_TEST(server.listening());
  Resolver resolver(client, {dns_server});
  Got got;
  resolver.query({"APP.test.", Type::a}, got.handler());
  net.run_for(2199us);
  BOOST_TEST(got.results.empty());
  net.run_for(1us);
  BOOST_TEST(got.message().answers.size() == 2u);
  BOOST_TEST(got.message().authoritative);
  BOOST_REQUIRE(observed.records.size() == 1u);
  BOOST_TEST((observed.records[0].answered - observed.records[0].received == 200us));
  BOOST_TEST(observed.records[0].question.name == "app.test");
  BOOST_TEST(!observed.records[0].tcp);
  BOOST_TEST(resolver.pending() == 0u);
}

BOOST_AUTO_TEST_CASE(a_name_that_does_not_exist_is_an_answer_with_the_soa) {
  FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  test::Zone zone;
  Server server(net.host("dns", "10.0.0.53"), everywhere, zone);
  Resolver resolver(client, {dns_server});
  Got got;
  resolver.query({"nobody.test", Type::a}, got.handler());
  net.run_for(10ms);
  BOOST_TEST((got.message().rcode == Rcode::name_error));
  BOOST_REQUIRE(got.message().authority.size() == 1u);
  BOOST_TEST((got.message().authority[0].type == Type::soa));
}

BOOST_AUTO_TEST_CASE(a_truncated_answer_is_asked_for_again_over_tcp) {
  FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  test::Zone zone;
  // Header 12, question 14, each compressed A record 16: 30 fit into 512 octets, and 40 do not.
  for (int i = 1; i <= 40; ++i) {
    zone.addresses["big.test"].push_back("10.1.0." + std::to_string(i));
  }
  Observed observed;
  Server server(net.host("dns", "10.0.0.53"), everywhere, zone, {}, &observed);
  Resolver resolver(client, {dns_server});
  Got got;
  resolver.query({"big.test", Type::a}, got.handler());
  net.run_for(1s);
  BOOST_TEST(got.message().answers.size() == 40u);
  BOOST_TEST(!got.message().truncated);
  BOOST_REQUIRE(observed.records.size() == 2u);
  BOOST_TEST(observed.records[0].truncated);
  BOOST_TEST(observed.records[0].answers == 30u);
  BOOST_TEST(observed.records[1].tcp);
}

BOOST_AUTO_TEST_CASE(edns_raises_the_limit) {
  FakeNetwork net;
  test::Zone zone;
  for (int i = 1; i <= 40; ++i) {
    zone.addresses["big.test"].push_back("10.1.0." + std::to_string(i));
  }
  auto& client = net.host("client", "10.0.0.1");
  Server server(net.host("dns", "10.0.0.53"), everywhere, zone);
  struct Raw : io::DatagramHandler {
    std::vector<std::uint8_t> bytes;
    void on_datagram(const net::Endpoint&, const net::Endpoint&, io::Bytes b) override {
      bytes.assign(b.begin(), b.end());
    }
  } raw;
  auto socket = client.bind_datagram({client.address(), 4000}, &raw);
  Message query;
  query.questions = {{"big.test", Type::a}};
  query.edns_udp_size = 1232;
  socket->send(dns_server, encode(query).value());
  net.run_for(10ms);
  const auto reply = decode(raw.bytes);
  BOOST_REQUIRE(reply.has_value());
  BOOST_TEST(reply->answers.size() == 40u);
  BOOST_TEST(!reply->truncated);
  BOOST_TEST(reply->edns_udp_size.has_value());
}

BOOST_AUTO_TEST_CASE(a_silent_server_is_asked_every_five_seconds_from_one_port_until_the_timeout) {
  FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  Scripted silent(net.host("dns", "10.0.0.53"));
  Resolver resolver(client, {dns_server});
  Got got;
  resolver.query({"app.test", Type::a}, got.handler());
  net.run_for(29999ms);
  BOOST_TEST(got.results.empty());
  net.run_for(1ms);
  BOOST_TEST((got.error() == QueryError::Kind::timed_out));
  // nginx: sent at 0, 5, ... 25 s; one way takes 1 ms.
  BOOST_REQUIRE(silent.asked.size() == 6u);
  for (std::size_t i = 0; i < silent.asked.size(); ++i) {
    BOOST_TEST((silent.asked[i] == TimePoint(1ms) + i * 5s));
    BOOST_TEST(silent.clients[i].port == silent.clients[0].port);
  }
}

BOOST_AUTO_TEST_CASE(the_next_server_is_asked_when_one_is_silent) {
  FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  Scripted silent(net.host("dns", "10.0.0.53"));
  test::Zone zone;
  zone.addresses["app.test"] = {"10.1.0.1"};
  Server server(net.host("dns2", "10.0.0.54"), everywhere, zone);
  Resolver resolver(client, {dns_server, *net::Endpoint::parse("10.0.0.54:53")});
  Got got;
  resolver.query({"app.test", Type::a}, got.handler());
  net.run_for(5001ms);
  BOOST_TEST(got.results.empty());
  net.run_for(1ms);
  BOOST_TEST(got.message().answers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(nobody_at_the_port_is_told_apart_from_silence) {
  FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  net.host("dns", "10.0.0.53");
  Resolver resolver(client, {dns_server}, {.attempts = 2});
  Got got;
  resolver.query({"app.test", Type::a}, got.handler());
  net.run_for(11s);
  BOOST_TEST((got.error() == QueryError::Kind::refused));
  BOOST_TEST(got.results[0].error().message ==
             "resolving app.test at 10.0.0.53:53: refused after 2 attempts");
}

BOOST_AUTO_TEST_CASE(answers_that_are_not_ours_are_passed_over) {
  FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  Scripted server(net.host("dns", "10.0.0.53"));
  Resolver resolver(client, {dns_server}, {.attempts = 1});
  for (const std::string wrong : {"id", "question", "not a response", "bytes"}) {
    server.reply = [&](const Message& query) -> std::vector<std::uint8_t> {
      auto m = answer_to(query, "10.9.9.9");
      if (wrong == "id") m.id = static_cast<std::uint16_t>(m.id + 1);
      if (wrong == "question") m.questions[0].name = "other.test";
      if (wrong == "not a response") m.response = false;
      if (wrong == "bytes") return {1, 2, 3};
      return encode(m).value();
    };
    Got got;
    resolver.query({"app.test", Type::a}, got.handler());
    net.run_for(6s);
    BOOST_TEST((got.error() ==
                (wrong == "bytes" ? QueryError::Kind::malformed : QueryError::Kind::timed_out)),
               wrong);
  }
}

BOOST_AUTO_TEST_CASE(ids_differ_and_parallel_queries_find_their_own_answers) {
  FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  Scripted server(net.host("dns", "10.0.0.53"));
  std::set<std::uint16_t> ids;
  server.reply = [&](const Message& query) {
    ids.insert(query.id);
    // The name is "hN.test", the answer 10.1.0.N.
    const auto& name = query.questions.front().name;
    return encode(answer_to(query, "10.1.0." + name.substr(1, name.find('.') - 1))).value();
  };
  Resolver resolver(client, {dns_server});
  std::map<int, std::string> answers;
  for (int i = 1; i <= 50; ++i) {
    resolver.query({"h" + std::to_string(i) + ".test", Type::a}, [&, i](const QueryResult& r) {
      answers[i] = std::get<net::IpAddress>(r.value().answers.at(0).data).to_string();
    });
  }
  net.run_for(10ms);
  BOOST_TEST(ids.size() == 50u);
  BOOST_REQUIRE(answers.size() == 50u);
  for (const auto& [i, address] : answers) BOOST_TEST(address == "10.1.0." + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(cancelling_and_deleting_are_silent_and_a_handler_may_delete_the_resolver) {
  FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  test::Zone zone;
  Server server(net.host("dns", "10.0.0.53"), everywhere, zone);
  auto resolver = std::make_unique<Resolver>(client, std::vector{dns_server});
  Got cancelled, dropped;
  int calls = 0;
  resolver->cancel(resolver->query({"a.test", Type::a}, cancelled.handler()));
  resolver->query({"b.test", Type::a}, [&](const QueryResult&) {
    ++calls;
    resolver.reset();
  });
  resolver->query({"c.test", Type::a}, dropped.handler());
  net.run_for(40s);
  BOOST_TEST(calls == 1);
  BOOST_TEST(cancelled.results.empty());
  BOOST_TEST(dropped.results.empty());
}

BOOST_AUTO_TEST_CASE(a_question_without_a_wire_form_or_a_server_fails_later_and_not_inside) {
  FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  Resolver resolver(client, {dns_server}), nobody(client, {});
  Got bad, none;
  resolver.query({std::string(64, 'x'), Type::a}, bad.handler());
  nobody.query({"x", Type::a}, none.handler());
  BOOST_TEST(bad.results.empty());
  net.run_for(1ms);
  BOOST_TEST((bad.error() == QueryError::Kind::invalid));
  BOOST_TEST((none.error() == QueryError::Kind::invalid));
}

BOOST_AUTO_TEST_CASE(server_and_resolver_work_on_real_sockets_udp_and_tcp) {
  io::LiveHost host("live", 1);
  test::Zone zone;
  for (int i = 1; i <= 40; ++i) zone.addresses["big.test"].push_back("10.1.0." + std::to_string(i));
  Observed observed;
  Server server(host, *net::Endpoint::parse("127.0.0.1:0"), zone, {}, &observed);
  BOOST_REQUIRE(server.listening());
  Resolver resolver(host, {server.local()});
  Got got;
  resolver.query({"big.test", Type::a}, got.handler());
  BOOST_TEST(host.run_until([&] { return !got.results.empty(); }, 5s));
  BOOST_TEST(got.message().answers.size() == 40u);
  BOOST_TEST(observed.records.size() == 2u);
}
