// `upstream`, its `server` lines, `resolver` and `listen`: what http and stream have in common.
#include <algorithm>

#include "models/nginx/reading.h"
#include "models/nginx/values.h"

namespace seatrial::nginx {

std::string_view to_string(Balancing method) {
  switch (method) {
    case Balancing::round_robin:
      return "round robin";
    case Balancing::least_conn:
      return "least_conn";
    case Balancing::ip_hash:
      return "ip_hash";
    case Balancing::hash:
      return "hash";
    case Balancing::hash_consistent:
      return "hash consistent";
    case Balancing::random:
      return "random";
    case Balancing::random_two_least_conn:
      return "random two least_conn";
  }
  return "";
}

std::optional<ResolverConfig> Reading::read_resolver(
    const std::vector<Directive>& block, const std::optional<ResolverConfig>& inherited) {
  auto resolver = inherited;
  const Directive* timeout = nullptr;
  for (const auto& directive : block) {
    if (directive.name() == "resolver_timeout") timeout = &directive;
    if (directive.name() != "resolver") continue;
    ResolverConfig own;
    if (inherited) own.timeout = inherited->timeout;
    own.at = directive.at();
    for (std::size_t i = 0; i < directive.arguments(); ++i) {
      const auto& word = directive.argument(i);
      const auto& at = directive.argument_at(i);
      if (word.starts_with("valid=")) {
        own.valid = parse_time(std::string_view(word).substr(6));
        if (!own.valid) error(at, "invalid parameter: " + quoted(word), "valid=TIME, such as 10s");
      } else if (word == "ipv6=on" || word == "ipv6=off") {
        own.ipv6 = word == "ipv6=on";
      } else if (word == "ipv4=on" || word == "ipv4=off") {
        own.ipv4 = word == "ipv4=on";
      } else if (word.starts_with("status_zone=")) {
        continue;
      } else {
        const auto server = split_host_port(word);
        if (server.bad_port || !server.address) {
          error(at,
                (server.bad_port ? "invalid port in resolver " : "host not found in resolver ") +
                    quoted(word),
                "an IP address, with or without a port");
          continue;
        }
        own.servers.push_back({*server.address, server.port.value_or(53)});
      }
    }
    if (own.servers.empty()) {
      error(directive.at(), "no name servers defined", "the address of one");
      continue;
    }
    if (!own.ipv4 && !own.ipv6) {
      error(directive.at(), "\"ipv4\" and \"ipv6\" cannot both be \"off\"", "one of them on");
    }
    resolver = std::move(own);
  }
  if (timeout != nullptr) {
    Duration time = 30s;
    read_time(*timeout, time);
    if (resolver) resolver->timeout = time;
  }
  return resolver;
}

std::optional<Listen> Reading::read_listen(const Directive& directive) {
  const auto& word = directive.argument(0);
  const auto& at = directive.argument_at(0);
  Listen listen;
  listen.at = at;
  if (word.starts_with("unix:")) {
    error(at, "Unix-domain sockets are not modelled: " + quoted(word), "an address or a port");
    return std::nullopt;
  }
  if (const auto port = parse_number(word)) {
    if (*port < 1 || *port > 65535) {
      error(at, "invalid port in " + quoted(word) + " of the \"listen\" directive", "1 to 65535");
      return std::nullopt;
    }
    listen.address = {net::IpAddress::v4(0), static_cast<std::uint16_t>(*port)};
  } else {
    const auto parts = split_host_port(word);
    if (parts.bad_port) {
      error(at, "invalid port in " + quoted(word) + " of the \"listen\" directive", "1 to 65535");
      return std::nullopt;
    }
    if (parts.host == "*") {
      listen.address.address = net::IpAddress::v4(0);
    } else if (parts.host == "localhost") {
      listen.address.address = net::IpAddress::v4(0x7f000001);
    } else if (parts.address) {
      listen.address.address = *parts.address;
    } else {
      error(at, "host not found in " + quoted(word) + " of the \"listen\" directive",
            "PORT, ADDRESS or ADDRESS:PORT");
      return std::nullopt;
    }
    listen.address.port = parts.port.value_or(80);
  }
  bool good = true;
  for (std::size_t i = 1; i < directive.arguments(); ++i) {
    const auto& option = directive.argument(i);
    const auto& option_at = directive.argument_at(i);
    const auto known = [&option](std::initializer_list<std::string_view> prefixes) {
      return std::any_of(prefixes.begin(), prefixes.end(),
                         [&option](auto p) { return option.starts_with(p); });
    };
    if (option == "default_server" || option == "default") {
      listen.default_server = true;
    } else if (option == "ssl" || option == "http2" || option == "spdy") {
      error(option_at, "TLS is not modelled, and \"listen ... " + option + "\" needs it",
            "passing TLS through with stream");
      good = false;
    } else if (option == "udp" || option == "quic" || option == "proxy_protocol") {
      error(option_at, "\"listen ... " + option + "\" is not modelled", "TCP without it");
      good = false;
    } else if (!known({"backlog=", "rcvbuf=", "sndbuf=", "reuseport", "so_keepalive=", "deferred",
                       "fastopen=", "setfib=", "accept_filter=", "bind", "ipv6only="})) {
      error(option_at, "invalid parameter " + quoted(option), "a parameter of \"listen\"");
      good = false;
    }
  }
  if (!good) return std::nullopt;
  return listen;
}

bool Reading::read_server_parameter(const Directive& directive, std::size_t argument,
                                    PeerConfig& peer) {
  const auto& word = directive.argument(argument);
  const auto equals = word.find('=');
  const auto key = word.substr(0, equals);
  const auto value = equals == std::string::npos ? std::string() : word.substr(equals + 1);
  const auto number = [&value](int least, int& into) {
    const auto parsed = parse_number(value);
    if (!parsed || *parsed < least) return false;
    into = *parsed;
    return true;
  };
  if (equals == std::string::npos) {
    if (word == "backup") return peer.backup = true;
    if (word == "down") return peer.down = true;
    if (word == "resolve") return peer.resolve = true;
  } else {
    // nginx takes more than 65535, but a ring of 160 points for each serves nobody.
    if (key == "weight") return number(1, peer.weight) && peer.weight <= 65535;
    if (key == "max_fails") return number(0, peer.max_fails);
    if (key == "max_conns") return number(0, peer.max_conns);
    if (key == "fail_timeout") {
      const auto time = parse_time(value);
      if (time) peer.fail_timeout = *time;
      return time.has_value();
    }
    if (key == "service") {
      peer.service = value;
      return !value.empty();
    }
  }
  if (key == "slow_start" || key == "route" || word == "drain") {
    error(directive.argument_at(argument), "parameter " + quoted(word) + " is not modelled",
          "a server without it");
    return true;
  }
  return false;
}

void Reading::read_server_line(const Directive& directive, bool in_stream,
                               UpstreamConfig& upstream) {
  const auto& word = directive.argument(0);
  const auto& at = directive.argument_at(0);
  PeerConfig peer;
  peer.at = directive.at();
  peer.name = word;
  for (std::size_t i = 1; i < directive.arguments(); ++i) {
    if (!read_server_parameter(directive, i, peer)) {
      error(directive.argument_at(i), "invalid parameter " + quoted(directive.argument(i)),
            "weight= max_fails= fail_timeout= max_conns= backup down resolve service=");
    }
  }
  if (word.starts_with("unix:")) {
    error(at, "Unix-domain sockets are not modelled: " + quoted(word), "a host and a port");
    return;
  }
  const auto parts = split_host_port(word);
  peer.host = parts.host;
  peer.address = parts.address;
  if (parts.host == "localhost") peer.address = net::IpAddress::v4(0x7f000001);
  if (parts.bad_port || parts.host.empty()) {
    error(at,
          (parts.bad_port ? "invalid port in upstream " : "no host in upstream ") + quoted(word),
          "HOST:PORT, the port from 1 to 65535");
    return;
  }
  if (!peer.service.empty() && parts.port) {
    error(at, "service upstream " + quoted(word) + " may not have port",
          "a name alone: SRV records give the ports");
    return;
  }
  if (!peer.service.empty() && !peer.resolve) {
    error(at, "service upstream " + quoted(word) + " requires \"resolve\" parameter",
          "\"service=" + peer.service + " resolve\"");
    return;
  }
  if (in_stream && !parts.port && peer.service.empty()) {
    error(at, "no port in upstream " + quoted(word), "HOST:PORT");
    return;
  }
  peer.port = parts.port.value_or(80);
  if (!peer.address && !peer.resolve) {
    error(at, "host not found in upstream " + quoted(word),
          "\"resolve\" after it, to ask the \"resolver\" while running (the name server of the "
          "machine is not asked here)");
    return;
  }
  upstream.servers.push_back(std::move(peer));
}

void Reading::read_balancing(const Directive& directive, UpstreamConfig& upstream) {
  if (upstream.balancing != Balancing::round_robin) {
    warning(directive.at(), "load balancing method redefined");
  }
  const auto& name = directive.name();
  if (name == "least_conn") {
    upstream.balancing = Balancing::least_conn;
  } else if (name == "ip_hash") {
    upstream.balancing = Balancing::ip_hash;
  } else if (name == "hash") {
    upstream.balancing = Balancing::hash;
    upstream.hash_key = read_template(directive, 0);
    if (directive.arguments() == 2) {
      if (directive.argument(1) == "consistent") {
        upstream.balancing = Balancing::hash_consistent;
      } else {
        error(directive.argument_at(1), "invalid parameter " + quoted(directive.argument(1)),
              "\"consistent\"");
      }
    }
  } else {
    upstream.balancing = Balancing::random;
    if (directive.arguments() == 0) return;
    if (directive.argument(0) != "two") {
      error(directive.argument_at(0), "invalid parameter " + quoted(directive.argument(0)),
            "\"two\"");
      return;
    }
    upstream.balancing = Balancing::random_two_least_conn;
    if (directive.arguments() == 2 && directive.argument(1) != "least_conn") {
      error(directive.argument_at(1), "invalid parameter " + quoted(directive.argument(1)),
            "\"least_conn\"");
    }
  }
}

UpstreamConfig Reading::read_upstream(const Directive& directive, bool in_stream,
                                      const std::optional<ResolverConfig>& resolver) {
  UpstreamConfig upstream;
  upstream.at = directive.at();
  upstream.name = directive.argument(0);
  bool any_server = false;
  for (const auto& inner : directive.children) {
    const auto& name = inner.name();
    if (name == "server") {
      any_server = true;
      read_server_line(inner, in_stream, upstream);
    } else if (name == "zone") {
      upstream.zone = inner.argument(0);
      if (inner.arguments() == 2) {
        constexpr std::uint64_t least = 8 * 4096;  // pages of an x86-64 machine
        const auto size = parse_size(inner.argument(1));
        if (!size) {
          error(inner.argument_at(1), "invalid zone size " + quoted(inner.argument(1)),
                "a size such as 64k");
        } else if (*size < least) {
          error(inner.at(), "zone " + quoted(inner.argument(0)) + " is too small", "at least 32k");
        }
      }
    } else if (name == "keepalive") {
      read_number(inner, upstream.keepalive);
      if (upstream.keepalive == 0) {
        error(inner.argument_at(0),
              "invalid value " + quoted(inner.argument(0)) + " in \"keepalive\" directive",
              "1 or more");
      }
    } else if (name == "keepalive_requests") {
      read_number(inner, upstream.keepalive_requests);
    } else if (name == "keepalive_time") {
      read_time(inner, upstream.keepalive_time);
    } else if (name == "keepalive_timeout") {
      read_time(inner, upstream.keepalive_timeout);
    } else if (name != "resolver" && name != "resolver_timeout") {
      read_balancing(inner, upstream);
    }
  }
  upstream.resolver = read_resolver(directive.children, resolver);
  if (!any_server) {
    error(directive.at(), "no servers are inside upstream " + quoted(upstream.name),
          "at least one \"server\"");
  }
  check_upstream(upstream);
  return upstream;
}

void Reading::check_upstream(const UpstreamConfig& upstream) {
  const auto method = upstream.balancing;
  const bool takes_backup = method == Balancing::round_robin || method == Balancing::least_conn;
  bool any_primary = false;
  for (const auto& server : upstream.servers) {
    any_primary = any_primary || !server.backup;
    if (server.backup && !takes_backup) {
      error(server.at, "balancing method does not support parameter \"backup\"",
            "a server without it: " + quoted(to_string(method)) + " knows no backup");
    }
    if (!server.resolve) continue;
    if (!upstream.zone) {
      error(server.at,
            "resolving names at run time requires upstream " + quoted(upstream.name) +
                " to be in shared memory",
            "\"zone " + upstream.name + " 64k;\" in the upstream");
    }
    if (!upstream.resolver) {
      error(server.at,
            "no resolver defined to resolve names at run time in upstream " + quoted(upstream.name),
            "a \"resolver\" directive here or around the upstream");
    }
  }
  if (!upstream.servers.empty() && !any_primary) {
    error(upstream.at, "no servers in upstream " + quoted(upstream.name),
          "at least one server that is no backup");
  }
}

std::optional<std::string> Reading::implicit_upstream(
    std::map<std::string, UpstreamConfig>& upstreams, const Position& at,
    const std::string& address, std::uint16_t default_port) {
  const auto parts = split_host_port(address);
  if (parts.bad_port || parts.host.empty()) {
    error(at,
          (parts.bad_port ? "invalid port in upstream " : "no host in upstream ") + quoted(address),
          "HOST:PORT, the port from 1 to 65535");
    return std::nullopt;
  }
  if (const auto named = upstreams.find(parts.host);
      named != upstreams.end() && !named->second.is_implicit) {
    if (!parts.port) return parts.host;
    error(at,
          "upstream " + quoted(parts.host) + " may not have port " + std::to_string(*parts.port),
          "the name alone: its servers have the ports");
    return std::nullopt;
  }
  if (default_port == 0 && !parts.port) {
    error(at, "no port in upstream " + quoted(address),
          "ADDRESS:PORT, or the name of an \"upstream\" block");
    return std::nullopt;
  }
  auto ip = parts.address;
  if (parts.host == "localhost") ip = net::IpAddress::v4(0x7f000001);
  if (!ip) {
    error(at, "host not found in upstream " + quoted(address),
          "an IP address, or the name of an \"upstream\" block (whose server may \"resolve\")");
    return std::nullopt;
  }
  PeerConfig peer;
  peer.at = at;
  peer.name = address;
  peer.host = parts.host;
  peer.address = ip;
  peer.port = parts.port.value_or(default_port);
  const auto name = net::Endpoint{*ip, peer.port}.to_string();
  auto& upstream = upstreams[name];
  if (upstream.servers.empty()) {
    upstream.at = at;
    upstream.name = name;
    upstream.is_implicit = true;
    upstream.servers.push_back(std::move(peer));
  }
  return name;
}

}  // namespace seatrial::nginx
