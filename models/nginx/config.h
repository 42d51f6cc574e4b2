// What a configuration means, after includes, inheritance and defaults: the input of Server.
// Defaults are those of nginx 1.22. Nothing here refers back to the text but Position, for
// messages.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "models/diagnostics/diagnostics.h"
#include "models/net/address.h"
#include "models/net/units.h"
#include "models/nginx/regex.h"
#include "models/nginx/template.h"

namespace seatrial::nginx {

struct ResolverConfig {
  Position at;
  std::vector<net::Endpoint> servers;
  std::optional<Duration> valid;  // instead of the answers' TTL
  bool ipv4 = true;
  bool ipv6 = true;
  Duration timeout = 30s;  // resolver_timeout
};

// One `server` line of an upstream.
struct PeerConfig {
  Position at;
  std::string name;  // as written, with the port: "10.0.0.1:80", "app.example.com:80"
  std::string host;  // without the port
  std::optional<net::IpAddress> address;  // when `host` is one
  std::uint16_t port = 80;
  int weight = 1;
  int max_fails = 1;
  Duration fail_timeout = 10s;
  int max_conns = 0;  // 0: no limit
  bool backup = false;
  bool down = false;
  bool resolve = false;
  std::string service;  // `service=http`: ask for SRV records of _http._tcp.HOST
};

enum class Balancing {
  round_robin,
  least_conn,
  ip_hash,
  hash,
  hash_consistent,
  random,
  random_two_least_conn,
};
std::string_view to_string(Balancing method);

struct UpstreamConfig {
  Position at;
  std::string name;
  bool is_implicit = false;  // made from `proxy_pass http://10.0.0.1:80;`
  std::optional<std::string> zone;
  Balancing balancing = Balancing::round_robin;
  Template hash_key;
  std::vector<PeerConfig> servers;
  std::optional<ResolverConfig> resolver;
  // `keepalive N` and its companions; 0 keeps no idle connection.
  int keepalive = 0;
  int keepalive_requests = 1000;
  Duration keepalive_time = 1h;
  Duration keepalive_timeout = 60s;
};

struct Listen {
  Position at;
  net::Endpoint address;  // 0.0.0.0 or :: for every address of the family
  bool default_server = false;
};

// ---------------------------------------------------------------- stream

struct StreamServer {
  Position at;
  std::vector<Listen> listens;
  std::string upstream;  // name within StreamConfig::upstreams
  Duration connect_timeout = 60s;
  Duration timeout = 10min;
  bool next_upstream = true;
  int next_upstream_tries = 0;          // 0: no limit
  Duration next_upstream_timeout = 0s;  // 0: no limit
  bool half_close = false;              // off: the end of one side ends the session
  std::size_t buffer_size = 16 * 1024;
};

struct StreamConfig {
  std::map<std::string, UpstreamConfig> upstreams;
  std::vector<StreamServer> servers;
};

// ---------------------------------------------------------------- http

// Bits of proxy_next_upstream.
enum NextUpstream : unsigned {
  next_error = 1U << 0,
  next_timeout = 1U << 1,
  next_invalid_header = 1U << 2,
  next_http_500 = 1U << 3,
  next_http_502 = 1U << 4,
  next_http_503 = 1U << 5,
  next_http_504 = 1U << 6,
  next_http_403 = 1U << 7,
  next_http_404 = 1U << 8,
  next_http_429 = 1U << 9,
  next_non_idempotent = 1U << 10,
  next_no_live = 1U << 11,  // never configurable: an upstream without live peers is final
};

struct HeaderSetting {
  std::string name;
  Template value;
  bool always = false;  // add_header ... always
};

struct ProxySettings {
  Duration connect_timeout = 60s;
  Duration send_timeout = 60s;
  Duration read_timeout = 60s;
  int http_version = 10;
  unsigned next_upstream = next_error | next_timeout;
  int next_upstream_tries = 0;
  Duration next_upstream_timeout = 0s;
  std::vector<HeaderSetting> set_headers;
  std::vector<std::string> hide_headers;
  std::vector<std::string> pass_headers;
  bool pass_request_body = true;
  bool pass_request_headers = true;
};

// Everything that a location inherits from its server and from `http`.
struct HttpSettings {
  ProxySettings proxy;
  std::vector<HeaderSetting> add_headers;
  std::uint64_t client_max_body_size = 1024 * 1024;  // 0: no limit
  Duration client_header_timeout = 60s;
  Duration client_body_timeout = 60s;
  Duration send_timeout = 60s;
  Duration keepalive_timeout = 75s;  // 0: no keep-alive
  int keepalive_requests = 1000;
  std::string default_type = "text/plain";
  bool server_tokens = true;
};

struct SetVariable {
  std::string name;
  Template value;
};
struct Return {
  int code = 200;
  bool is_redirect = false;  // `text` is a Location
  Template text;
};
// What the rewrite module does, in the order of the file.
using RewriteAction = std::variant<SetVariable, Return>;

struct ProxyPass {
  Position at;
  std::string upstream;     // name within HttpConfig::upstreams
  std::string host;         // $proxy_host: as written, with the port when it was written
  std::uint16_t port = 80;  // $proxy_port
  std::optional<std::string>
      uri;  // replaces the location's prefix; nothing: the URI goes unchanged
};

enum class LocationKind { prefix, exact, prefix_final, regex, regex_ignore_case };

struct Location {
  Position at;
  LocationKind kind = LocationKind::prefix;
  std::string pattern;
  std::optional<Regex> regex;
  HttpSettings settings;
  std::vector<RewriteAction> actions;
  std::optional<ProxyPass> proxy_pass;
  std::vector<Location> nested;
};

struct ServerName {
  enum class Kind { exact, leading_wildcard, trailing_wildcard, regex };
  Kind kind = Kind::exact;
  std::string text;        // lower case; without "*" for wildcards: ".example.com", "www.example."
  bool with_bare = false;  // ".example.com" as written: matches example.com as well
  std::optional<Regex> regex;
};

struct HttpServer {
  Position at;
  std::vector<Listen> listens;
  std::vector<ServerName> names;
  HttpSettings settings;
  std::vector<RewriteAction> actions;
  std::vector<Location> locations;

  const std::string& first_name() const;  // $server_name; empty when there is none
};

// map $source $target { ... }
struct Map {
  std::string target;
  Template source;
  bool hostnames = false;
  std::vector<std::pair<std::string, Template>> exact;  // keys in lower case
  std::vector<std::pair<Regex, Template>> patterns;     // in the order of the file
  Template fallback;                                    // `default`
};

struct HttpConfig {
  std::map<std::string, UpstreamConfig> upstreams;
  std::vector<HttpServer> servers;
  std::map<std::string, Map> maps;  // by target
};

// ---------------------------------------------------------------- all

struct Config {
  int worker_processes = 1;  // `auto` reads as 1
  int worker_connections = 512;
  std::optional<Duration> worker_shutdown_timeout;
  std::optional<StreamConfig> stream;
  std::optional<HttpConfig> http;
};

}  // namespace seatrial::nginx
