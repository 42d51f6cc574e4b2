// Expected bytes are what nginx 1.22.1 sent for the same requests.
#include <boost/test/unit_test.hpp>

#include "tests/models/nginx/world.h"

using namespace seatrial;
using namespace seatrial::test;

namespace {

std::string in_http(const std::string& inside) {
  return "http {" + inside + "}";
}
std::string two_servers(const std::string& more = {}, const std::string& in_location = {}) {
  return in_http("upstream u { server 10.0.0.1:80; server 10.0.0.2:80;" + more +
                 "} server { listen 80; location / { proxy_pass http://u; " + in_location + "} }");
}
std::string status_of(const std::string& response) {
  return response.substr(0, response.find("\r\n"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nginx_http)

BOOST_AUTO_TEST_CASE(a_request_goes_upstream_as_nginx_sends_it) {
  World world;
  Backend b(world.network, "b", "10.0.0.1");
  world.run(
      in_http("upstream u { server 10.0.0.1:80; } server { listen 80; location / { proxy_pass "
              "http://u; } location /up2/ { proxy_pass http://u/base/; proxy_http_version 1.1; "
              "proxy_set_header Connection \"\"; proxy_set_header X-A "
              "$proxy_add_x_forwarded_for; } }"));
  Client client(world.network, "10.1.1.4:80",
                "POST /up/a%20b//c?x=1 HTTP/1.1\r\nHost: e\r\nX-Q: 1\r\nTE: x\r\nContent-Length: "
                "3\r\n\r\nabc");
  world.network.run_for(1s);
  BOOST_TEST_REQUIRE(b.requests.size() == 1U);
  BOOST_TEST(http::serialize(b.requests[0]) ==
             "POST /up/a%20b//c?x=1 HTTP/1.0\r\nHost: u\r\nConnection: close\r\nContent-Length: "
             "3\r\nX-Q: 1\r\n\r\n");
  BOOST_TEST(b.bodies[0] == "abc");
  world.get("/up2/a%20b//c?x=1");
  BOOST_TEST_REQUIRE(b.requests.size() == 2U);
  BOOST_TEST(http::serialize(b.requests[1]) ==
             "GET /base/a%20b/c?x=1 HTTP/1.1\r\nX-A: 10.2.0.10\r\nHost: u\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(an_answer_comes_back_with_nginxs_fields) {
  World world;
  Backend b(world.network, "b", "10.0.0.1");
  b.raw_answer =
      "HTTP/1.1 302 Whatever\r\nServer: x\r\nX-Z: 1\r\nLocation: http://10.0.0.1/base/q\r\n"
      "Transfer-Encoding: chunked\r\nContent-Type: text/x\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  world.run(in_http("server { listen 80; location / { proxy_pass http://10.0.0.1; } }"));
  Client client(world.network, "10.1.1.4:80", "GET / HTTP/1.1\r\nHost: E.example\r\n\r\n");
  world.network.run_for(1s);
  // The clock of a simulation starts at 2023-01-01 00:00:00 UTC.
  BOOST_TEST(client.got ==
             "HTTP/1.1 302 Whatever\r\nServer: nginx/1.22.1\r\nDate: Sun, 01 Jan 2023 00:00:00 "
             "GMT\r\nContent-Type: text/x\r\nLocation: http://e.example/base/q\r\n"
             "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\nX-Z: 1\r\n\r\n"
             "3\r\nabc\r\n0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(pages_of_its_own) {
  World world;
  world.network.host("dead", "10.0.0.1");
  world.run(
      in_http("server { listen 80; location /r { return 301 /x; } location /t { return 200 \"hi "
              "$uri\"; } location /dead { proxy_pass http://10.0.0.1; } }"));
  BOOST_TEST(world.get("/r") ==
             "HTTP/1.1 301 Moved Permanently\r\nServer: nginx/1.22.1\r\nDate: Sun, 01 Jan 2023 "
             "00:00:00 GMT\r\nContent-Type: text/html\r\nContent-Length: 169\r\nLocation: "
             "http://a/x\r\nConnection: close\r\n\r\n<html>\r\n<head><title>301 Moved "
             "Permanently</title></head>\r\n<body>\r\n<center><h1>301 Moved "
             "Permanently</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n"
             "</html>\r\n");
  BOOST_TEST(body_of(world.get("/t")) == "hi /t");
  BOOST_TEST(status_of(world.get("/dead")) == "HTTP/1.1 502 Bad Gateway");
  BOOST_TEST(body_of(world.get("/dead")).size() == 157U);  // Content-Length of nginx's own page
  BOOST_TEST(status_of(world.get("/none")) == "HTTP/1.1 404 Not Found");
  BOOST_TEST(status_of(world.get("/../x")) == "HTTP/1.1 400 Bad Request");
  BOOST_TEST(status_of(world.get("/t", "")) == "HTTP/1.1 400 Bad Request");  // no Host
}

BOOST_AUTO_TEST_CASE(trace_and_connect_are_not_allowed_anywhere) {
  // As nginx 1.22.1 answers `curl -X TRACE` at a location that returns 200 to every other method.
  World world;
  world.run(in_http("server { listen 80; location / { return 200 ok; } }"));
  for (const std::string method : {"TRACE", "CONNECT"}) {
    Client client(world.network, "10.1.1.4:80", method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    world.network.run_for(1s);
    BOOST_TEST(status_of(client.got) == "HTTP/1.1 405 Not Allowed");
  }
}

BOOST_AUTO_TEST_CASE(which_server_and_which_location) {
  World world;
  world.run(in_http(
      "server { listen 80; server_name one.example; return 200 one; }"
      "server { listen 80; server_name *.example; return 200 wild; }"
      "server { listen 80; server_name ~^(?<who>.+)\\.re$; return 200 $who; }"
      "server { listen 80 default_server; location / { return 200 root; } location /a { return "
      "200 a; } location ^~ /img/ { return 200 img; } location ~ \\.png$ { return 200 png; } "
      "location = /a.png { return 200 exact; } }"));
  const auto host = [&](const std::string& name) {
    return body_of(world.get("/", "Host: " + name + "\r\n"));
  };
  BOOST_TEST(host("ONE.example:80") == "one");
  BOOST_TEST(host("two.labels.example") == "wild");
  BOOST_TEST(host("joe.re") == "joe");
  BOOST_TEST(host("other") == "root");
  BOOST_TEST(body_of(world.get("/abc")) == "a");  // a prefix is no path segment
  BOOST_TEST(body_of(world.get("/img/x.png")) == "img");
  BOOST_TEST(body_of(world.get("/a/x.png")) == "png");
  BOOST_TEST(body_of(world.get("/a.png")) == "exact");
}

BOOST_AUTO_TEST_CASE(keep_alive_and_pipelining) {
  World world;
  Backend b(world.network, "b", "10.0.0.1");
  world.run(in_http("server { listen 80; location / { proxy_pass http://10.0.0.1; } }"));
  Client client(world.network, "10.1.1.4:80",
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: "
                "close\r\n\r\n");
  world.network.run_for(1s);
  BOOST_TEST(client.got.find("b GET /1") < client.got.find("b GET /2"));
  BOOST_TEST(client.got.find("b GET /2") != std::string::npos);
  BOOST_TEST(client.closed());
  BOOST_TEST_REQUIRE(world.log.finished.size() == 2U);
  BOOST_TEST(world.log.finished[1].connection_requests == 2U);
  BOOST_TEST(world.log.finished[1].target == "/2");
  BOOST_TEST(world.log.finished[1].client.to_string() == client.local.to_string());
}

BOOST_AUTO_TEST_CASE(an_idle_client_is_closed_after_keepalive_timeout) {
  World world;
  world.run(in_http("keepalive_timeout 5s; server { listen 80; return 200 x; }"));
  Client client(world.network, "10.1.1.4:80", "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  world.network.run_for(4s);
  BOOST_TEST(!client.closed());
  world.network.run_for(2s);
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(upstream_connections_are_kept_and_taken_again) {
  World world;
  Backend b(world.network, "b", "10.0.0.1");
  world.run(
      in_http("upstream u { server 10.0.0.1:80; keepalive 2; } server { listen 80; location / { "
              "proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection \"\"; } "
              "}"));
  world.get("/1");
  BOOST_TEST(world.server->upstreams().at(0).idle_connections == 1U);
  world.get("/2");
  BOOST_TEST(b.accepted == 1);
  BOOST_TEST(world.log.finished.at(1).attempts.at(0).reused);
  BOOST_TEST(world.log.finished.at(1).upstream_local.to_string() ==
             world.log.finished.at(0).upstream_local.to_string());
  world.network.run_for(61s);  // keepalive_timeout 60s
  BOOST_TEST(world.server->upstreams().at(0).idle_connections == 0U);
}

BOOST_AUTO_TEST_CASE(an_error_goes_to_the_next_peer_but_not_a_post) {
  World world;
  Backend b1(world.network, "b1", "10.0.0.1");
  Backend b2(world.network, "b2", "10.0.0.2");
  b1.raw_answer = " ";  // no HTTP, and then the end: "upstream prematurely closed connection"
  b1.close_after_answer = true;
  world.run(two_servers("", "proxy_next_upstream error timeout invalid_header;"));
  BOOST_TEST(body_of(world.get("/x")) == "b2 GET /x");
  BOOST_TEST(world.log.finished.at(0).attempts.size() == 2U);

  World other;
  Backend c1(other.network, "c1", "10.0.0.1");
  Backend c2(other.network, "c2", "10.0.0.2");
  c1.raw_answer = " ";
  c1.close_after_answer = true;
  other.run(two_servers("", "proxy_next_upstream error timeout invalid_header;"));
  Client post(other.network, "10.1.1.4:80",
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  other.network.run_for(1s);
  BOOST_TEST(status_of(post.got) == "HTTP/1.1 502 Bad Gateway");
  BOOST_TEST(c2.requests.empty());
}

BOOST_AUTO_TEST_CASE(a_status_is_retried_only_when_named) {
  for (const bool named : {false, true}) {
    World world;
    Backend b1(world.network, "b1", "10.0.0.1");
    Backend b2(world.network, "b2", "10.0.0.2");
    b1.raw_answer = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";
    world.run(two_servers("", named ? "proxy_next_upstream http_503;" : ""));
    BOOST_TEST(status_of(world.get("/")) == (named ? "HTTP/1.1 200 OK" : "HTTP/1.1 503 No"));
  }
}

BOOST_AUTO_TEST_CASE(timeouts_give_504) {
  World world;
  Backend b(world.network, "b", "10.0.0.1");
  b.silent = true;
  world.run(
      in_http("server { listen 80; location / { proxy_pass http://10.0.0.1; proxy_read_timeout "
              "3s; } }"));
  BOOST_TEST(status_of(world.get("/")) == "HTTP/1.1 504 Gateway Time-out");
  BOOST_TEST(
      (world.log.finished.at(0).attempts.at(0).outcome == nginx::AttemptOutcome::read_timeout));
}

BOOST_AUTO_TEST_CASE(no_live_upstreams) {
  World world;
  world.run(two_servers());
  BOOST_TEST(status_of(world.get("/")) == "HTTP/1.1 502 Bad Gateway");
}

BOOST_AUTO_TEST_CASE(bodies_have_a_limit) {
  World world;
  Backend b(world.network, "b", "10.0.0.1");
  world.run(
      in_http("client_max_body_size 10; server { listen 80; location / { proxy_pass "
              "http://10.0.0.1; } }"));
  Client told(world.network, "10.1.1.4:80",
              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
  Client chunked(world.network, "10.1.1.4:80",
                 "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890"
                 "\r\n0\r\n\r\n");
  world.network.run_for(1s);
  BOOST_TEST(status_of(told.got) == "HTTP/1.1 413 Request Entity Too Large");
  BOOST_TEST(status_of(chunked.got) == "HTTP/1.1 413 Request Entity Too Large");
  BOOST_TEST(!told.closed());  // its body may be under way
  world.network.run_for(5s);   // lingering_timeout
  BOOST_TEST(told.closed());
  BOOST_TEST(b.requests.empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_is_a_499) {
  World world;
  Backend b(world.network, "b", "10.0.0.1");
  b.silent = true;
  world.run(in_http("server { listen 80; location / { proxy_pass http://10.0.0.1; } }"));
  Client client(world.network, "10.1.1.4:80", "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  world.network.run_for(1s);
  client.stream->shutdown();
  world.network.run_for(1s);
  BOOST_TEST(world.log.finished.at(0).status == 499);
  BOOST_TEST(world.server->connections() == 0U);
}

BOOST_AUTO_TEST_CASE(peers_set_by_the_api) {
  World world;
  Backend b1(world.network, "b1", "10.0.0.1");
  Backend b3(world.network, "b3", "10.0.0.3", 8080);
  world.run(two_servers());
  nginx::PeerConfig peer;
  peer.name = "10.0.0.3:8080";
  peer.host = "10.0.0.3";
  peer.address = net::IpAddress::parse("10.0.0.3");
  peer.port = 8080;
  BOOST_TEST(world.server->set_upstream_peers("u", {peer}));
  BOOST_TEST(!world.server->set_upstream_peers("nope", {peer}));
  BOOST_TEST(body_of(world.get("/")) == "b3 GET /");
}

BOOST_AUTO_TEST_CASE(after_a_reload_kept_connections_close) {
  World world;
  world.run(in_http("server { listen 80; return 200 old; }"));
  Client idle(world.network, "10.1.1.4:80", "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  world.network.run_for(1s);
  BOOST_TEST(world.server->reload(config_of(in_http("server { listen 80; return 200 new; }")))
                 .has_value());
  world.network.run_for(1s);
  BOOST_TEST(idle.closed());
  BOOST_TEST(body_of(world.get("/")) == "new");
  BOOST_TEST(world.server->generation() == 2U);
}

BOOST_AUTO_TEST_CASE(variables_and_maps) {
  World world;
  world.run(
      in_http("map $arg_v $shade { default grey; red crimson; ~^b(.*)$ blue; } server { listen "
              "80; set $mine \"<$remote_addr>\"; location / { return 200 "
              "\"$mine $shade ${request_method}$is_args$args $http_x_y $host\"; } }"));
  BOOST_TEST(body_of(world.get("/?v=red", "Host: A:1\r\nX-Y: z\r\n")) ==
             "<10.2.0.10> crimson GET?v=red z a");
  BOOST_TEST(body_of(world.get("/?v=brown")) == "<10.2.0.10> blue GET?v=brown  a");
  BOOST_TEST(body_of(world.get("/")) == "<10.2.0.10> grey GET  a");
}

BOOST_AUTO_TEST_SUITE_END()
