// `location` and what stands in it: proxy_pass, return, set.
#include <algorithm>

#include "models/nginx/reading.h"
#include "models/nginx/values.h"

namespace seatrial::nginx {

std::optional<Return> Reading::read_return(const Directive& directive) {
  const auto& first = directive.argument(0);
  Return action;
  const auto code = parse_number(first);
  if (!code) {
    const bool is_url = first.starts_with("http://") || first.starts_with("https://") ||
                        first.starts_with("$scheme");
    if (directive.arguments() != 1 || !is_url) {
      error(directive.argument_at(0), "invalid return code " + quoted(first),
            "a status up to 999, or a URL");
      return std::nullopt;
    }
    action.code = 302;
    action.is_redirect = true;
    action.text = read_template(directive, 0);
    return action;
  }
  if (*code > 999) {
    error(directive.argument_at(0), "invalid return code " + quoted(first), "a status up to 999");
    return std::nullopt;
  }
  action.code = *code;
  if (directive.arguments() == 2) {
    action.text = read_template(directive, 1);
    const int c = action.code;
    action.is_redirect = c == 301 || c == 302 || c == 303 || c == 307 || c == 308;
  }
  return action;
}

std::vector<RewriteAction> Reading::read_actions(const std::vector<Directive>& block) {
  std::vector<RewriteAction> actions;
  for (const auto& directive : block) {
    if (directive.name() == "return") {
      if (auto action = read_return(directive)) actions.emplace_back(std::move(*action));
    } else if (directive.name() == "set") {
      const auto& name = directive.argument(0);
      if (!name.starts_with('$') || name.size() < 2) {
        error(directive.argument_at(0), "invalid variable name " + quoted(name), "$NAME");
        continue;
      }
      defined_variables_.insert(name.substr(1));
      actions.emplace_back(SetVariable{name.substr(1), read_template(directive, 1)});
    }
  }
  return actions;
}

void Reading::read_proxy_pass(const Directive& directive, Location& location, HttpConfig& config) {
  const auto& url = directive.argument(0);
  const auto& at = directive.argument_at(0);
  if (url.find('$') != std::string::npos) {
    error(at, "\"proxy_pass\" with variables is not modelled",
          "http:// and the name of an upstream or an address");
    return;
  }
  if (url.starts_with("https://")) {
    error(at, "TLS is not modelled: " + quoted(url), "http://, or passing TLS through with stream");
    return;
  }
  if (!url.starts_with("http://")) {
    error(at, "invalid URL prefix in " + quoted(url), "http://");
    return;
  }
  const auto rest = url.substr(7);
  if (rest.starts_with("unix:")) {
    error(at, "Unix-domain sockets are not modelled: " + quoted(url), "a host and a port");
    return;
  }
  const auto slash = rest.find_first_of("/?");
  ProxyPass pass;
  pass.at = at;
  pass.host = rest.substr(0, slash);
  if (slash != std::string::npos) pass.uri = rest.substr(slash);
  const bool is_regex =
      location.kind == LocationKind::regex || location.kind == LocationKind::regex_ignore_case;
  if (pass.uri && is_regex) {
    error(directive.at(),
          "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside "
          "named location, or inside \"if\" statement, or inside \"limit_except\" block",
          quoted("http://" + pass.host));
    return;
  }
  pass.port = split_host_port(pass.host).port.value_or(80);
  const auto upstream = implicit_upstream(config.upstreams, at, pass.host, 80);
  if (!upstream) return;
  pass.upstream = *upstream;
  location.proxy_pass = std::move(pass);
}

Location Reading::read_location(const Directive& directive, const HttpSettings& inherited,
                                const Location* outer, HttpConfig& config) {
  Location location;
  location.at = directive.at();
  std::string word = directive.argument(0);
  if (directive.arguments() == 2) {
    location.pattern = directive.argument(1);
    if (word == "=") {
      location.kind = LocationKind::exact;
    } else if (word == "^~") {
      location.kind = LocationKind::prefix_final;
    } else if (word == "~") {
      location.kind = LocationKind::regex;
    } else if (word == "~*") {
      location.kind = LocationKind::regex_ignore_case;
    } else {
      error(directive.argument_at(0), "invalid location modifier " + quoted(word), "= ^~ ~ ~*");
    }
  } else {
    // The modifier may stick to the pattern: `location =/a`.
    const auto starts = [&word](std::string_view with) { return word.starts_with(with); };
    std::size_t skip = 0;
    if (starts("=")) {
      location.kind = LocationKind::exact;
      skip = 1;
    } else if (starts("^~")) {
      location.kind = LocationKind::prefix_final;
      skip = 2;
    } else if (starts("~*")) {
      location.kind = LocationKind::regex_ignore_case;
      skip = 2;
    } else if (starts("~")) {
      location.kind = LocationKind::regex;
      skip = 1;
    } else if (starts("@")) {
      error(directive.argument_at(0), "a named location is not modelled: " + quoted(word),
            "a location with a path or a pattern");
    }
    location.pattern = word.substr(skip);
  }
  const bool is_regex =
      location.kind == LocationKind::regex || location.kind == LocationKind::regex_ignore_case;
  if (is_regex) {
    location.regex = read_regex(directive.argument_at(directive.arguments() - 1), location.pattern,
                                location.kind == LocationKind::regex_ignore_case);
  } else if (outer != nullptr && !location.pattern.starts_with(outer->pattern) && !outer->regex) {
    error(directive.argument_at(directive.arguments() - 1),
          "location " + quoted(location.pattern) + " is outside location " + quoted(outer->pattern),
          "a path that starts with " + quoted(outer->pattern));
  }
  location.settings = read_settings(directive.children, inherited);
  location.actions = read_actions(directive.children);
  bool passes = false;
  for (const auto& inner : directive.children) {
    if (inner.name() != "proxy_pass") continue;
    passes = true;
    read_proxy_pass(inner, location, config);
  }
  location.nested = read_locations(directive.children, location.settings, &location, config);
  const bool returns = std::any_of(location.actions.begin(), location.actions.end(),
                                   [](auto& a) { return std::holds_alternative<Return>(a); });
  if (!passes && !returns && location.nested.empty()) {
    warning(directive.at(),
            "static files are not modelled: location " + quoted(location.pattern) + " answers 404");
  }
  return location;
}

std::vector<Location> Reading::read_locations(const std::vector<Directive>& block,
                                              const HttpSettings& inherited, const Location* outer,
                                              HttpConfig& config) {
  std::vector<Location> locations;
  for (const auto& directive : block) {
    if (directive.name() != "location") continue;
    auto location = read_location(directive, inherited, outer, config);
    const bool is_regex = location.regex.has_value();
    for (const auto& other : locations) {
      const bool same_kind =
          (other.kind == LocationKind::exact) == (location.kind == LocationKind::exact);
      if (is_regex || other.regex || !same_kind || other.pattern != location.pattern) continue;
      error(directive.at(), "duplicate location " + quoted(location.pattern),
            "another than at line " + std::to_string(other.at.line));
      break;
    }
    locations.push_back(std::move(location));
  }
  return locations;
}

}  // namespace seatrial::nginx
