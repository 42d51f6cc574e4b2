#include "models/nginx/reader.h"

#include <boost/test/unit_test.hpp>

using namespace seatrial;
using namespace seatrial::nginx;

namespace {

struct Outcome {
  Config config;
  Diagnostics diagnostics;
};

Outcome read_it(const std::string& text, std::map<std::string, std::string> files = {}) {
  Outcome outcome;
  outcome.config =
      read_text(text, "/etc/nginx/nginx.conf", MemoryFiles(std::move(files)), outcome.diagnostics);
  return outcome;
}

// The first diagnostic of a text that stands inside `http { }`.
std::string http_error(const std::string& inside) {
  const auto outcome = read_it("events{} http {" + inside + "}");
  return outcome.diagnostics.empty() ? "" : outcome.diagnostics.items().front().message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nginx_reader)

BOOST_AUTO_TEST_CASE(the_reference_designs_edges_read_without_a_word) {
  for (const auto* edge : {"edge1", "edge2", "edge3"}) {
    Diagnostics diagnostics;
    const std::string path = std::string(SEATRIAL_SOURCE_DIR) +
                             "/scenarios/get-me-to-the-cluster/edge/" + edge + "/nginx.conf";
    const auto config = read(path, DirectoryFiles(), diagnostics);
    BOOST_TEST_CONTEXT(edge) {
      BOOST_TEST(diagnostics.to_string() == "");
      BOOST_TEST(config.stream.has_value());
      BOOST_TEST(config.worker_connections == 4096);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_stream_upstream) {
  const auto [config, diagnostics] = read_it(
      "events{} stream { resolver 10.96.0.10 valid=10s ipv6=off; resolver_timeout 5s; include "
      "s.d/*.conf; }",
      {{"/etc/nginx/s.d/a.conf",
        "upstream u { zone u 64k; server app.example.com:80 resolve; }\nserver { listen 80; "
        "proxy_connect_timeout 2s; proxy_pass u; }"},
       {"/etc/nginx/s.d/b.txt", "nonsense"}});
  BOOST_TEST(diagnostics.to_string() == "");
  BOOST_TEST_REQUIRE(config.stream.has_value());
  const auto& upstream = config.stream->upstreams.at("u");
  BOOST_TEST(upstream.servers.at(0).host == "app.example.com");
  BOOST_TEST(upstream.servers.at(0).port == 80);
  BOOST_TEST((upstream.resolver->valid == 10s));
  BOOST_TEST((upstream.resolver->timeout == 5s));
  BOOST_TEST(!upstream.resolver->ipv6);
  const auto& server = config.stream->servers.at(0);
  BOOST_TEST((server.connect_timeout == 2s));
  BOOST_TEST((server.timeout == 10min));  // nginx's default
  BOOST_TEST(server.listens.at(0).address.to_string() == "0.0.0.0:80");
}

BOOST_AUTO_TEST_CASE(errors_are_nginxs_own) {
  // Every text is what `nginx -t` of 1.22.1 prints for the same file.
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"foo bar;", "unknown directive \"foo\""},
      {"server { access_log logs/a.log json; }", "unknown log format \"json\""},
      {"server { error_log logs/e.log loud; }", "invalid log level \"loud\""},
      {"upstream u { zone z; server 127.0.0.1; }", "zero size shared memory zone \"z\""},
      {"upstream u { zone z 16k; server 127.0.0.1; }", "zone \"z\" is too small"},
      {"server { worker_processes 1; }", "\"worker_processes\" directive is not allowed here"},
      {"server { listen; }", "invalid number of arguments in \"listen\" directive"},
      {"server { listen 80 }", "unexpected \"}\""},
      {";", "unexpected \";\""},
      {"upstream a { server foo.invalid:80; }", "host not found in upstream \"foo.invalid:80\""},
      {"upstream a { server 10.0.0.1 weight=0; }", "invalid parameter \"weight=0\""},
      {"upstream a { server 10.0.0.1:99999; }", "invalid port in upstream \"10.0.0.1:99999\""},
      {"server { location / { proxy_pass http://nope; } }", "host not found in upstream \"nope\""},
      {"server { listen 80; listen 80; }", "a duplicate listen 0.0.0.0:80"},
      {"server { location / { return 1; } location / { return 1; } }", "duplicate location \"/\""},
      {"server { location / { return foo; } }", "invalid return code \"foo\""},
      {"sendfile maybe;",
       "invalid value \"maybe\" in \"sendfile\" directive, it must be \"on\" or \"off\""},
      {"sendfile on; sendfile off;", "\"sendfile\" directive is duplicate"},
      {"upstream a { server 1.1.1.1; } upstream a { server 1.1.1.1; }", "duplicate upstream \"a\""},
      {"server { listen 80 default_server; } server { listen 80 default_server; }",
       "a duplicate default server for 0.0.0.0:80"},
      {"upstream a { random three; server 1.1.1.1; }", "invalid parameter \"three\""},
      {"upstream a { ip_hash; server 1.1.1.1; server 1.1.1.2 backup; }",
       "balancing method does not support parameter \"backup\""},
      {"server { location ~ /a { proxy_pass http://1.1.1.1/foo; } }",
       "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside "
       "named location, or inside \"if\" statement, or inside \"limit_except\" block"},
      {"server { location /a { return 1; location /b { return 1; } } }",
       "location \"/b\" is outside location \"/a\""},
      {"server { location / { proxy_pass http://1.1.1.1; proxy_set_header A $foo; } }",
       "unknown \"foo\" variable"},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(http_error(text) == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(all_errors_at_once_with_their_places) {
  const auto outcome = read_it("events {}\nhttp {\n  servr {\n  }\n  sendfil on;\n  gzip on;\n}\n");
  BOOST_TEST(
      outcome.diagnostics.to_string() ==
      "/etc/nginx/nginx.conf:3:3: error: unknown directive \"servr\", expected \"server\"\n"
      "/etc/nginx/nginx.conf:5:3: error: unknown directive \"sendfil\", expected "
      "\"sendfile\"\n"
      "/etc/nginx/nginx.conf:6:3: warning: \"gzip\" is not modelled and has no effect here\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_early) {
  const auto one = read_it("events {}\nhttp {\n  server {\n");
  BOOST_TEST(one.diagnostics.items().at(0).to_string().find(
                 "unexpected end of file, expected \"}\"") != std::string::npos);
  const auto two = read_it("events {}\nuser nginx");
  BOOST_TEST(two.diagnostics.items().at(0).to_string() ==
             "/etc/nginx/nginx.conf:2:11: error: unexpected end of file, expected \";\" or \"}\"");
}

BOOST_AUTO_TEST_CASE(a_forgotten_semicolon_is_named) {
  const auto outcome =
      read_it("events {}\nstream { server {\n listen 80\n proxy_pass 1.1.1.1:80;\n} }");
  const auto& first = outcome.diagnostics.items().at(0);
  BOOST_TEST(first.position.line == 3);
  BOOST_TEST(first.expected == "\";\" before \"proxy_pass\" of line 4");
}

BOOST_AUTO_TEST_CASE(resolving_needs_a_resolver_and_a_zone) {
  // nginx 1.27.3, ngx_http_upstream_round_robin.c.
  const auto no_resolver = http_error("upstream a { zone a 64k; server x.y:80 resolve; }");
  BOOST_TEST(no_resolver == "no resolver defined to resolve names at run time in upstream \"a\"");
  const auto no_zone = http_error("resolver 1.1.1.1; upstream a { server x.y:80 resolve; }");
  BOOST_TEST(no_zone ==
             "resolving names at run time requires upstream \"a\" to be in shared memory");
  const auto no_resolve = http_error("resolver 1.1.1.1; upstream a { server x.y service=http; }");
  BOOST_TEST(no_resolve == "service upstream \"x.y\" requires \"resolve\" parameter");
}

BOOST_AUTO_TEST_CASE(tls_is_refused_with_its_place) {
  BOOST_TEST(http_error("server { listen 443 ssl; }").starts_with("TLS is not modelled"));
  BOOST_TEST(http_error("server { ssl_certificate x; }").starts_with("TLS is not modelled"));
}

BOOST_AUTO_TEST_CASE(lists_pass_down_only_where_there_is_none) {
  const auto [config, diagnostics] = read_it(
      "events{} http { proxy_set_header A a; proxy_read_timeout 1m30s; server { proxy_set_header B "
      "b; location /x { proxy_pass http://1.1.1.1; } location /y { proxy_set_header C c; "
      "proxy_pass http://1.1.1.1/z; } } }");
  BOOST_TEST(diagnostics.to_string() == "");
  const auto& locations = config.http->servers.at(0).locations;
  BOOST_TEST(locations.at(0).settings.proxy.set_headers.at(0).name == "B");
  BOOST_TEST(locations.at(1).settings.proxy.set_headers.size() == 1U);
  BOOST_TEST(locations.at(1).settings.proxy.set_headers.at(0).name == "C");
  BOOST_TEST((locations.at(1).settings.proxy.read_timeout == 90s));
  BOOST_TEST(locations.at(1).proxy_pass->uri.value() == "/z");
  BOOST_TEST(!locations.at(0).proxy_pass->uri.has_value());
}

BOOST_AUTO_TEST_CASE(an_include_that_is_not_there) {
  const auto outcome =
      read_it("events {}\ninclude nope.conf;\ninclude nope/*.conf;\ninclude mime.types;");
  BOOST_TEST(outcome.diagnostics.items().size() == 1U);
  BOOST_TEST(outcome.diagnostics.items().at(0).message ==
             "open() \"/etc/nginx/nope.conf\" failed: no such file");
}

BOOST_AUTO_TEST_CASE(a_file_that_includes_itself_ends) {
  const auto outcome =
      read_it("events {}\ninclude a.conf;", {{"/etc/nginx/a.conf", "include a.conf;"}});
  BOOST_TEST(outcome.diagnostics.error_count() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
