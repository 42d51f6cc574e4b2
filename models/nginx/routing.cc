#include "models/nginx/routing.h"

namespace seatrial::nginx {

namespace {

using Kind = ServerName::Kind;

std::optional<Captures> match(const Regex& regex, std::string_view subject) {
  auto groups = regex.match(subject);
  if (!groups) return std::nullopt;
  Captures captures{std::move(*groups), {}};
  for (const auto& [name, group] : regex.names()) {
    if (group < captures.groups.size()) captures.by_name.emplace_back(name, captures.groups[group]);
  }
  return captures;
}

// The servers of the most specific address that covers `local`.
std::vector<std::pair<const HttpServer*, bool>> listening(const HttpConfig& config,
                                                          const net::Endpoint& local) {
  std::vector<std::pair<const HttpServer*, bool>> exact, wildcard;
  for (const auto& server : config.servers) {
    for (const auto& listen : server.listens) {
      if (listen.address == local) {
        exact.emplace_back(&server, listen.default_server);
      } else if (listen.address.port == local.port && listen.address.address.is_unspecified() &&
                 listen.address.address.family() == local.address.family()) {
        wildcard.emplace_back(&server, listen.default_server);
      }
    }
  }
  return exact.empty() ? wildcard : exact;
}

// How well a name that is no regular expression fits: 0 not at all; exact over leading over
// trailing wildcard, longer over shorter.
std::size_t fit(const ServerName& name, std::string_view host) {
  constexpr std::size_t trailing = 1, leading = 100'000, exact = 200'000;
  switch (name.kind) {
    case Kind::exact:
      return name.text == host ? exact : 0;
    case Kind::leading_wildcard:
      if (name.with_bare && host == std::string_view(name.text).substr(1)) return exact - 1;
      return host.size() > name.text.size() && host.ends_with(name.text)
                 ? leading + name.text.size()
                 : 0;
    case Kind::trailing_wildcard:
      return host.size() > name.text.size() && host.starts_with(name.text)
                 ? trailing + name.text.size()
                 : 0;
    case Kind::regex:
      return 0;
  }
  return 0;
}

}  // namespace

const HttpServer* choose_server(const HttpConfig& config, const net::Endpoint& local,
                                std::string_view host, Captures& captures) {
  const auto servers = listening(config, local);
  if (servers.empty()) return nullptr;
  const HttpServer* best = nullptr;
  std::size_t best_fit = 0;
  for (const auto& [server, is_default] : servers) {
    for (const auto& name : server->names) {
      if (const auto f = fit(name, host); f > best_fit) {
        best = server;
        best_fit = f;
      }
    }
  }
  if (best != nullptr) return best;
  for (const auto& [server, is_default] : servers) {
    for (const auto& name : server->names) {
      if (!name.regex) continue;
      if (auto found = match(*name.regex, host)) {
        captures = std::move(*found);
        return server;
      }
    }
  }
  for (const auto& [server, is_default] : servers) {
    if (is_default) return server;
  }
  return servers.front().first;
}

const Location* choose_location(const std::vector<Location>& locations, std::string_view path,
                                Captures& captures) {
  const Location* longest = nullptr;
  for (const auto& location : locations) {
    if (location.kind == LocationKind::exact && path == location.pattern) return &location;
    const bool is_prefix =
        location.kind == LocationKind::prefix || location.kind == LocationKind::prefix_final;
    if (!is_prefix || !path.starts_with(location.pattern)) continue;
    if (longest == nullptr || location.pattern.size() > longest->pattern.size()) {
      longest = &location;
    }
  }
  // Inside the longest prefix the search goes on; a match there is final unless it is a prefix that
  // lets regular expressions have their say.
  const Location* inner = nullptr;
  if (longest != nullptr && !longest->nested.empty()) {
    inner = choose_location(longest->nested, path, captures);
    if (inner != nullptr && inner->kind != LocationKind::prefix) return inner;
  }
  const Location* chosen = inner != nullptr ? inner : longest;
  if (longest == nullptr || longest->kind != LocationKind::prefix_final) {
    for (const auto& location : locations) {
      if (!location.regex) continue;
      if (auto found = match(*location.regex, path)) {
        captures = std::move(*found);
        const auto* nested = choose_location(location.nested, path, captures);
        return nested != nullptr ? nested : &location;
      }
    }
  }
  return chosen;
}

}  // namespace seatrial::nginx
