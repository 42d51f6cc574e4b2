// `http` and `server`: settings that pass down, names, maps, and what listens where.
#include <algorithm>
#include <set>

#include "models/nginx/reading.h"
#include "models/nginx/values.h"

namespace seatrial::nginx {

const std::string& HttpServer::first_name() const {
  static const std::string none;
  return names.empty() ? none : names.front().text;
}

std::optional<Regex> Reading::read_regex(const Position& at, const std::string& pattern,
                                         bool ignore_case) {
  auto regex = Regex::compile(pattern, ignore_case);
  if (!regex) {
    error(at, regex.error(), "a PCRE2 pattern");
    return std::nullopt;
  }
  for (const auto& [name, group] : regex->names()) defined_variables_.insert(name);
  return std::move(*regex);
}

void Reading::read_next_upstream(const Directive& directive, ProxySettings& proxy) {
  static constexpr std::pair<std::string_view, unsigned> names[] = {
      {"error", next_error},
      {"timeout", next_timeout},
      {"invalid_header", next_invalid_header},
      {"http_500", next_http_500},
      {"http_502", next_http_502},
      {"http_503", next_http_503},
      {"http_504", next_http_504},
      {"http_403", next_http_403},
      {"http_404", next_http_404},
      {"http_429", next_http_429},
      {"non_idempotent", next_non_idempotent},
      {"off", 0},
  };
  proxy.next_upstream = 0;
  for (std::size_t i = 0; i < directive.arguments(); ++i) {
    const auto* known = std::find_if(std::begin(names), std::end(names), [&](const auto& n) {
      return n.first == directive.argument(i);
    });
    if (known == std::end(names)) {
      error(directive.argument_at(i), "invalid value " + quoted(directive.argument(i)),
            "error timeout invalid_header http_5xx http_403 http_404 http_429 non_idempotent off");
      continue;
    }
    proxy.next_upstream |= known->second;
  }
}

void Reading::read_proxy_setting(const Directive& directive, ProxySettings& proxy) {
  const auto& name = directive.name();
  if (name == "proxy_connect_timeout") {
    read_time(directive, proxy.connect_timeout);
  } else if (name == "proxy_send_timeout") {
    read_time(directive, proxy.send_timeout);
  } else if (name == "proxy_read_timeout") {
    read_time(directive, proxy.read_timeout);
  } else if (name == "proxy_http_version") {
    const auto& version = directive.argument(0);
    if (version != "1.0" && version != "1.1") {
      error(directive.argument_at(0), "invalid value " + quoted(version), "1.0 or 1.1");
    }
    proxy.http_version = version == "1.1" ? 11 : 10;
  } else if (name == "proxy_next_upstream") {
    read_next_upstream(directive, proxy);
  } else if (name == "proxy_next_upstream_tries") {
    read_number(directive, proxy.next_upstream_tries);
  } else if (name == "proxy_next_upstream_timeout") {
    read_time(directive, proxy.next_upstream_timeout);
  } else if (name == "proxy_pass_request_body") {
    proxy.pass_request_body = flag(directive);
  } else if (name == "proxy_pass_request_headers") {
    proxy.pass_request_headers = flag(directive);
  } else if (name == "proxy_set_header") {
    proxy.set_headers.push_back({directive.argument(0), read_template(directive, 1), false});
  } else if (name == "proxy_hide_header") {
    proxy.hide_headers.push_back(directive.argument(0));
  } else if (name == "proxy_pass_header") {
    proxy.pass_headers.push_back(directive.argument(0));
  }
}

// Lists pass down only to a block that has none of its own (ngx_conf_merge_ptr_value).
HttpSettings Reading::read_settings(const std::vector<Directive>& block, HttpSettings settings) {
  const auto has = [&block](std::string_view name) {
    return std::any_of(block.begin(), block.end(),
                       [name](const Directive& d) { return d.name() == name; });
  };
  if (has("proxy_set_header")) settings.proxy.set_headers.clear();
  if (has("proxy_hide_header")) settings.proxy.hide_headers.clear();
  if (has("proxy_pass_header")) settings.proxy.pass_headers.clear();
  if (has("add_header")) settings.add_headers.clear();
  for (const auto& directive : block) {
    const auto& name = directive.name();
    if (name == "add_header") {
      const bool always = directive.arguments() == 3;
      if (always && directive.argument(2) != "always") {
        error(directive.argument_at(2), "invalid parameter " + quoted(directive.argument(2)),
              "\"always\"");
      }
      settings.add_headers.push_back({directive.argument(0), read_template(directive, 1), always});
    } else if (name == "client_max_body_size") {
      read_size(directive, settings.client_max_body_size);
    } else if (name == "client_header_timeout") {
      read_time(directive, settings.client_header_timeout);
    } else if (name == "client_body_timeout") {
      read_time(directive, settings.client_body_timeout);
    } else if (name == "send_timeout") {
      read_time(directive, settings.send_timeout);
    } else if (name == "keepalive_timeout") {
      read_time(directive, settings.keepalive_timeout);
    } else if (name == "keepalive_requests") {
      read_number(directive, settings.keepalive_requests);
    } else if (name == "default_type") {
      settings.default_type = directive.argument(0);
    } else if (name == "server_tokens") {
      settings.server_tokens = directive.argument(0) != "off";
    } else {
      read_proxy_setting(directive, settings.proxy);
    }
  }
  return settings;
}

void Reading::read_map(const Directive& directive, HttpConfig& config) {
  Map map;
  map.source = read_template(directive, 0);
  const auto& target = directive.argument(1);
  if (!target.starts_with('$') || target.size() < 2) {
    error(directive.argument_at(1), "invalid variable name " + quoted(target), "$NAME");
    return;
  }
  map.target = target.substr(1);
  defined_variables_.insert(map.target);
  for (const auto& row : directive.children) {
    const auto& key = row.name();
    if (key == "hostnames" || key == "volatile") {
      if (key == "hostnames") {
        error(row.at(), "\"hostnames\" in \"map\" is not modelled", "exact keys or ~patterns");
      }
      continue;
    }
    if (row.is_block || row.arguments() != 1) {
      error(row.at(), "invalid number of the map parameters", "KEY VALUE;");
      continue;
    }
    auto value = read_template(row, 0);
    if (key == "default") {
      map.fallback = std::move(value);
    } else if (key.starts_with('~')) {
      const bool ignore_case = key.starts_with("~*");
      if (auto regex = read_regex(row.at(), key.substr(ignore_case ? 2 : 1), ignore_case)) {
        map.patterns.emplace_back(std::move(*regex), std::move(value));
      }
    } else {
      // "\default" is the key, not the directive.
      map.exact.emplace_back(lower_case(key.starts_with('\\') ? key.substr(1) : key),
                             std::move(value));
    }
  }
  config.maps[map.target] = std::move(map);
}

void Reading::read_server_name(const Directive& directive, HttpServer& server) {
  for (std::size_t i = 0; i < directive.arguments(); ++i) {
    const auto& at = directive.argument_at(i);
    const auto& word = directive.argument(i);
    ServerName name;
    name.text = lower_case(word);
    if (word.starts_with('~')) {
      name.kind = ServerName::Kind::regex;
      name.text = word;
      name.regex = read_regex(at, word.substr(1), true);
      if (!name.regex) continue;
    } else if (word.starts_with("*.") || word.starts_with('.')) {
      name.kind = ServerName::Kind::leading_wildcard;
      name.with_bare = word.starts_with('.');
      if (!name.with_bare) name.text.erase(0, 1);
    } else if (word.ends_with(".*")) {
      name.kind = ServerName::Kind::trailing_wildcard;
      name.text.pop_back();
    }
    if (name.kind != ServerName::Kind::regex && name.text.find('*') != std::string::npos) {
      error(at, "invalid server name or wildcard " + quoted(word),
            "\"*\" only as the first or the last label");
      continue;
    }
    server.names.push_back(std::move(name));
  }
}

void Reading::read_http_server(const Directive& directive, const HttpSettings& inherited,
                               HttpConfig& config) {
  HttpServer server;
  server.at = directive.at();
  server.settings = read_settings(directive.children, inherited);
  bool tried_to_listen = false;
  for (const auto& inner : directive.children) {
    if (inner.name() == "listen") {
      tried_to_listen = true;
      auto listen = read_listen(inner);
      if (!listen) continue;
      const bool twice = std::any_of(server.listens.begin(), server.listens.end(),
                                     [&](const Listen& l) { return l.address == listen->address; });
      if (twice) {
        error(inner.at(), "a duplicate listen " + listen->address.to_string(),
              "it once in a server");
        continue;
      }
      server.listens.push_back(std::move(*listen));
    } else if (inner.name() == "server_name") {
      read_server_name(inner, server);
    }
  }
  if (!tried_to_listen) {
    server.listens.push_back({directive.at(), {net::IpAddress::v4(0), 80}, false});
  }
  server.actions = read_actions(directive.children);
  server.locations = read_locations(directive.children, server.settings, nullptr, config);
  config.servers.push_back(std::move(server));
}

void Reading::check_listens(const HttpConfig& config) {
  std::map<net::Endpoint, Position> defaults;
  std::set<std::pair<net::Endpoint, std::string>> names;
  for (const auto& server : config.servers) {
    for (const auto& listen : server.listens) {
      const auto address = listen.address.to_string();
      if (listen.default_server && !defaults.emplace(listen.address, listen.at).second) {
        const auto& other = defaults.at(listen.address);
        error(listen.at, "a duplicate default server for " + address,
              "one only: the first is at " + other.file + ":" + std::to_string(other.line));
      }
      for (const auto& name : server.names) {
        const auto key = std::to_string(static_cast<int>(name.kind)) + name.text;
        if (!names.emplace(listen.address, key).second) {
          warning(server.at,
                  "conflicting server name " + quoted(name.text) + " on " + address + ", ignored");
        }
      }
    }
  }
}

HttpConfig Reading::read_http(const Directive& directive) {
  HttpConfig config;
  const auto resolver = read_resolver(directive.children, std::nullopt);
  const auto settings = read_settings(directive.children, {});
  for (const auto& inner : directive.children) {
    if (inner.name() == "map") read_map(inner, config);
    if (inner.name() != "upstream") continue;
    auto upstream = read_upstream(inner, false, resolver);
    const auto name = upstream.name;
    if (!config.upstreams.emplace(name, std::move(upstream)).second) {
      error(inner.at(), "duplicate upstream " + quoted(name), "another name");
    }
  }
  for (const auto& inner : directive.children) {
    if (inner.name() == "server") read_http_server(inner, settings, config);
  }
  check_listens(config);
  return config;
}

}  // namespace seatrial::nginx
