#include "models/nginx/reading.h"
#include "models/nginx/values.h"

namespace seatrial::nginx {

void Reading::read_stream_settings(const std::vector<Directive>& block, StreamServer& settings) {
  for (const auto& directive : block) {
    const auto& name = directive.name();
    if (name == "proxy_connect_timeout") {
      read_time(directive, settings.connect_timeout);
    } else if (name == "proxy_timeout") {
      read_time(directive, settings.timeout);
    } else if (name == "proxy_next_upstream") {
      settings.next_upstream = flag(directive);
    } else if (name == "proxy_next_upstream_tries") {
      read_number(directive, settings.next_upstream_tries);
    } else if (name == "proxy_next_upstream_timeout") {
      read_time(directive, settings.next_upstream_timeout);
    } else if (name == "proxy_half_close") {
      settings.half_close = flag(directive);
    } else if (name == "proxy_buffer_size") {
      std::uint64_t size = settings.buffer_size;
      read_size(directive, size);
      settings.buffer_size = size;
    }
  }
}

void Reading::read_stream_server(const Directive& directive, const StreamServer& inherited,
                                 StreamConfig& config) {
  StreamServer server = inherited;
  server.at = directive.at();
  read_stream_settings(directive.children, server);
  const Directive* pass = nullptr;
  bool tried_to_listen = false;
  for (const auto& inner : directive.children) {
    if (inner.name() == "listen") {
      tried_to_listen = true;
      auto listen = read_listen(inner);
      if (!listen) continue;
      if (split_host_port(inner.argument(0)).port == std::nullopt &&
          !parse_number(inner.argument(0))) {
        error(inner.argument_at(0),
              "no port in " + quoted(inner.argument(0)) + " of the \"listen\" directive",
              "ADDRESS:PORT");
        continue;
      }
      if (listen->default_server) {
        error(inner.at(), "the invalid \"default_server\" parameter", "it in http only");
      }
      server.listens.push_back(std::move(*listen));
    } else if (inner.name() == "proxy_pass") {
      pass = &inner;
    }
  }
  if (!tried_to_listen) {
    error(directive.at(), "no \"listen\" is defined for server", "\"listen PORT;\"");
  }
  if (pass == nullptr) {
    error(directive.at(), "no handler for server", "\"proxy_pass UPSTREAM;\"");
    return;
  }
  if (pass->argument(0).find('$') != std::string::npos) {
    error(pass->argument_at(0), "\"proxy_pass\" with variables is not modelled",
          "the name of an upstream, or ADDRESS:PORT");
    return;
  }
  const auto upstream =
      implicit_upstream(config.upstreams, pass->argument_at(0), pass->argument(0), 0);
  if (!upstream) return;
  server.upstream = *upstream;
  config.servers.push_back(std::move(server));
}

StreamConfig Reading::read_stream(const Directive& directive) {
  StreamConfig config;
  const auto resolver = read_resolver(directive.children, std::nullopt);
  StreamServer settings;
  read_stream_settings(directive.children, settings);
  for (const auto& inner : directive.children) {
    if (inner.name() != "upstream") continue;
    auto upstream = read_upstream(inner, true, resolver);
    const auto name = upstream.name;
    if (!config.upstreams.emplace(name, std::move(upstream)).second) {
      error(inner.at(), "duplicate upstream " + quoted(name), "another name");
    }
  }
  for (const auto& inner : directive.children) {
    if (inner.name() == "server") read_stream_server(inner, settings, config);
  }
  std::map<net::Endpoint, Position> taken;
  for (const auto& server : config.servers) {
    for (const auto& listen : server.listens) {
      const auto [first, fresh] = taken.emplace(listen.address, listen.at);
      if (fresh) continue;
      error(listen.at, "duplicate " + quoted(listen.address.to_string()) + " address and port pair",
            "another than at " + first->second.file + ":" + std::to_string(first->second.line));
    }
  }
  return config;
}

}  // namespace seatrial::nginx
