#include <boost/test/unit_test.hpp>

#include "models/dns/server.h"
#include "tests/models/nginx/world.h"

using namespace seatrial;
using namespace seatrial::test;

namespace {

std::string stream_to(const std::string& servers, const std::string& more = {}) {
  return "stream { upstream u {" + servers + "} server { listen 80; proxy_connect_timeout 2s; " +
         more + " proxy_pass u; } }";
}

const std::string request = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

// Names that a test changes while it runs.
struct Names : dns::RecordSource {
  dns::Answer lookup(const dns::Question& question) override {
    asked.push_back(question);
    dns::Answer answer;
    answer.rcode = rcode;
    if (rcode != dns::Rcode::no_error) return answer;
    for (const auto& record : records) {
      if (record.name == question.name && record.type == question.type) {
        answer.answers.push_back(record);
      }
    }
    return answer;
  }
  void a(const std::string& name, const std::string& address) {
    records.push_back({name, dns::Type::a, 5, *net::IpAddress::parse(address)});
  }
  dns::Rcode rcode = dns::Rcode::no_error;
  std::vector<dns::Record> records;
  std::vector<dns::Question> asked;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(nginx_stream)

BOOST_AUTO_TEST_CASE(bytes_pass_both_ways_and_are_recorded) {
  World world;
  Backend b1(world.network, "b1", "10.0.0.1");
  world.run(stream_to("server 10.0.0.1:80;"));
  Client client(world.network, "10.1.1.4:80", request);
  world.network.run_for(1s);
  BOOST_TEST(body_of(client.got) == "b1 GET /x");
  client.stream->shutdown();
  world.network.run_for(1s);
  BOOST_TEST(client.closed());
  BOOST_TEST_REQUIRE(world.log.finished.size() == 1U);
  const auto& record = world.log.finished.front();
  BOOST_TEST(record.host == "edge1");
  BOOST_TEST(record.client.to_string() == client.local.to_string());
  BOOST_TEST(record.upstream_remote.to_string() == "10.0.0.1:80");
  BOOST_TEST(record.upstream_local.address.to_string() == "10.1.1.4");
  BOOST_TEST(record.bytes_received == request.size());
  BOOST_TEST(record.bytes_sent == client.got.size());
  // SYN and its answer take one way each: 1 ms twice.
  BOOST_TEST((*record.connected - *record.connect_started == 2ms));
  BOOST_TEST(world.server->connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_refused_connect_goes_to_the_next_peer) {
  World world;
  world.network.host("dead", "10.0.0.1");  // there, but nobody listens
  Backend b2(world.network, "b2", "10.0.0.2");
  world.run(stream_to("server 10.0.0.1:80; server 10.0.0.2:80;"));
  Client client(world.network, "10.1.1.4:80", request);
  world.network.run_for(1s);
  BOOST_TEST(body_of(client.got) == "b2 GET /x");
  BOOST_TEST_REQUIRE(world.log.disabled.size() == 1U);  // max_fails 1
  BOOST_TEST(world.log.disabled[0].peer.to_string() == "10.0.0.1:80");
  // For 10 s nobody asks it again.
  Client second(world.network, "10.1.1.4:80", request);
  world.network.run_for(1s);
  client.stream.reset();
  second.stream.reset();
  world.network.run_for(1s);
  BOOST_TEST_REQUIRE(world.log.finished.size() == 2U);
  BOOST_TEST(world.log.finished[0].attempts.size() == 2U);
  BOOST_TEST((world.log.finished[0].attempts[0].outcome == nginx::AttemptOutcome::refused));
  BOOST_TEST(world.log.finished[1].attempts.size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_a_live_peer_the_client_is_closed) {
  World world;
  world.network.host("dead", "10.0.0.1");
  world.run(stream_to("server 10.0.0.1:80;"));
  Client client(world.network, "10.1.1.4:80", request);
  world.network.run_for(1s);
  BOOST_TEST(client.closed());
  BOOST_TEST(world.log.finished.at(0).status == 502);
}

BOOST_AUTO_TEST_CASE(connect_timeout) {
  World world;
  world.network.host("far", "10.0.0.1");
  world.network.cut("edge1", "far");
  Backend b2(world.network, "b2", "10.0.0.2");
  world.run(stream_to("server 10.0.0.1:80; server 10.0.0.2:80;"));
  Client client(world.network, "10.1.1.4:80", request);
  world.network.run_for(1900ms);
  BOOST_TEST(client.got == "");
  world.network.run_for(200ms);  // proxy_connect_timeout is 2 s
  BOOST_TEST(body_of(client.got) == "b2 GET /x");
}

BOOST_AUTO_TEST_CASE(the_end_of_one_side_ends_the_session_unless_half_close) {
  for (const bool half : {false, true}) {
    World world;
    Backend b1(world.network, "b1", "10.0.0.1");
    b1.silent = true;
    world.run(stream_to("server 10.0.0.1:80;", half ? "proxy_half_close on;" : ""));
    Client client(world.network, "10.1.1.4:80", request);
    world.network.run_for(1s);
    client.stream->shutdown();
    world.network.run_for(1s);
    BOOST_TEST_CONTEXT("half close " << half) {
      // The backend answers a FIN with its own, so both ways end in the end.
      BOOST_TEST(client.closed());
      BOOST_TEST(world.server->connections() == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(proxy_timeout_ends_a_silent_session) {
  World world;
  Backend b1(world.network, "b1", "10.0.0.1");
  b1.silent = true;
  world.run(stream_to("server 10.0.0.1:80;", "proxy_timeout 30s;"));
  Client client(world.network, "10.1.1.4:80", request);
  world.network.run_for(29s);
  BOOST_TEST(!client.closed());
  world.network.run_for(2s);
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(peers_follow_the_name) {
  World world;
  Backend b1(world.network, "b1", "10.0.0.1");
  Backend b2(world.network, "b2", "10.0.0.2");
  Names names;
  names.a("app.local", "10.0.0.1");
  auto& dns_host = world.network.host("dns", "10.96.0.10");
  dns::Server dns(dns_host, *net::Endpoint::parse("10.96.0.10:53"), names);
  const std::string text =
      "stream { resolver 10.96.0.10 valid=10s ipv6=off; upstream u { zone u 64k; server "
      "app.local:80 resolve; } server { listen 80; proxy_pass u; } }";
  world.run(text);
  // Given nothing is resolved yet, a client gets nothing;
  Client early(world.network, "10.1.1.4:80", request);
  world.network.run_for(1ms);
  BOOST_TEST(world.server->upstreams().at(0).peers.empty());
  // when the answer is there, the peer serves.
  world.network.run_for(1s);
  BOOST_TEST(world.server->upstreams().at(0).peers.size() == 1U);
  // The next question comes `valid` and one second later: at 11 s.
  names.records.clear();
  names.a("app.local", "10.0.0.2");
  world.network.run_for(9s);
  BOOST_TEST(names.asked.size() == 1U);
  world.network.run_for(2s);
  BOOST_TEST(names.asked.size() == 2U);
  BOOST_TEST(world.server->upstreams().at(0).peers.at(0).endpoint.to_string() == "10.0.0.2:80");
  // SERVFAIL keeps the peers,
  names.rcode = dns::Rcode::server_failure;
  world.network.run_for(12s);
  BOOST_TEST(world.server->upstreams().at(0).peers.size() == 1U);
  // a reload carries them over,
  BOOST_TEST(world.server->reload(config_of(text)).has_value());
  BOOST_TEST(world.server->upstreams().at(0).peers.size() == 1U);
  // NXDOMAIN takes them away.
  names.rcode = dns::Rcode::name_error;
  world.network.run_for(61s);
  BOOST_TEST(world.server->upstreams().at(0).peers.empty());
  BOOST_TEST(world.log.peers.back().detail == "app.local: NXDOMAIN");
}

BOOST_AUTO_TEST_CASE(service_takes_ports_and_priorities_from_srv) {
  World world;
  Names names;
  const std::string service = "_http._tcp.app.local";
  names.records.push_back({service, dns::Type::srv, 5, dns::Srv{0, 50, 8080, "p1.app.local"}});
  names.records.push_back({service, dns::Type::srv, 5, dns::Srv{1, 50, 8081, "p2.app.local"}});
  names.a("p1.app.local", "10.0.0.1");
  names.a("p2.app.local", "10.0.0.2");
  dns::Server dns(world.network.host("dns", "10.96.0.10"), *net::Endpoint::parse("10.96.0.10:53"),
                  names);
  world.run(
      "http { resolver 10.96.0.10 ipv6=off; upstream u { zone u 64k; server app.local service=http "
      "resolve; } server { listen 80; location / { proxy_pass http://u; } } }");
  world.network.run_for(1s);
  const auto state = world.server->upstreams().at(0);
  BOOST_TEST_REQUIRE(state.peers.size() == 2U);
  BOOST_TEST(state.peers[0].endpoint.to_string() == "10.0.0.1:8080");
  BOOST_TEST(!state.peers[0].backup);
  BOOST_TEST(state.peers[1].endpoint.to_string() == "10.0.0.2:8081");
  BOOST_TEST(state.peers[1].backup);
}

BOOST_AUTO_TEST_CASE(a_reload_lets_old_sessions_finish) {
  World world;
  Backend b1(world.network, "b1", "10.0.0.1");
  Backend b2(world.network, "b2", "10.0.0.2");
  world.run(stream_to("server 10.0.0.1:80;"));
  Client old(world.network, "10.1.1.4:80", request);
  world.network.run_for(1s);
  BOOST_TEST(world.server->reload(config_of(stream_to("server 10.0.0.2:80;"))).has_value());
  BOOST_TEST(world.log.reloads.at(0).old_connections == 1U);
  old.got.clear();
  old.send(request);
  Client fresh(world.network, "10.1.1.4:80", request);
  world.network.run_for(1s);
  BOOST_TEST(body_of(old.got) == "b1 GET /x");
  BOOST_TEST(body_of(fresh.got) == "b2 GET /x");
  world.server->quit();
  BOOST_TEST(!world.server->finished());
  old.stream.reset();
  fresh.stream.reset();
  world.network.run_for(1s);
  BOOST_TEST(world.server->finished());
}

BOOST_AUTO_TEST_SUITE_END()
