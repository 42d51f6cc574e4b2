#include "models/nginx/http_context.h"

#include <fmt/format.h>

#include "models/nginx/values.h"

namespace seatrial::nginx {

namespace {

// "x_forwarded_for" names the field X-Forwarded-For.
std::string field_value(const http::Fields& fields, std::string_view name) {
  std::string field(name);
  for (char& c : field) {
    if (c == '_') c = '-';
  }
  return fields.joined(field);
}

std::string argument(std::string_view args, std::string_view name) {
  while (!args.empty()) {
    const auto end = std::min(args.find('&'), args.size());
    const auto pair = args.substr(0, end);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos &&
        http::equal_ignoring_case(pair.substr(0, equals), name)) {
      return std::string(pair.substr(equals + 1));
    }
    args.remove_prefix(std::min(end + 1, args.size()));
  }
  return {};
}

std::string cookie(const http::Fields& fields, std::string_view name) {
  const auto text = fields.joined("Cookie");
  std::string_view rest = text;
  while (!rest.empty()) {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    const auto end = std::min(rest.find(';'), rest.size());
    const auto pair = rest.substr(0, end);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return std::string(pair.substr(equals + 1));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

std::string seconds_text(std::optional<TimePoint> from, std::optional<TimePoint> to) {
  if (!from || !to) return "-";
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(*to - *from).count();
  return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

std::string clock_text(TimePoint now, std::int64_t epoch) {
  const auto ms =
      std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count() + epoch * 1000;
  return fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

}  // namespace

const HttpSettings& HttpContext::settings() const {
  static const HttpSettings defaults;
  if (location != nullptr) return location->settings;
  return server != nullptr ? server->settings : defaults;
}

std::string HttpContext::mapped(const Map& map) const {
  if (map_depth_ > 8) return {};  // maps that need each other
  ++map_depth_;
  const auto source = map.source.evaluate(*this);
  const Template* value = &map.fallback;
  const auto key = lower_case(source);
  bool found = false;
  for (const auto& [exact, result] : map.exact) {
    if (exact != key) continue;
    value = &result;
    found = true;
    break;
  }
  for (std::size_t i = 0; !found && i < map.patterns.size(); ++i) {
    if (!map.patterns[i].first.match(source)) continue;
    value = &map.patterns[i].second;
    found = true;
  }
  auto text = value->evaluate(*this);
  --map_depth_;
  return text;
}

std::optional<std::string> HttpContext::of_request(std::string_view name) const {
  if (name == "host") return host;
  if (name == "uri" || name == "document_uri") return uri.path;
  if (name == "request_uri") return uri.unparsed;
  if (name == "args" || name == "query_string") return uri.args;
  if (name == "is_args") return uri.args.empty() ? "" : "?";
  if (name == "request_method") return head.method;
  if (name == "server_protocol") return head.version == 10 ? "HTTP/1.0" : "HTTP/1.1";
  if (name == "request") {
    return head.method + " " + head.target + (head.version == 10 ? " HTTP/1.0" : " HTTP/1.1");
  }
  if (name == "scheme") return "http";
  if (name == "server_name") return server != nullptr ? server->first_name() : std::string();
  if (name == "content_length") return head.fields.joined("Content-Length");
  if (name == "content_type") return head.fields.joined("Content-Type");
  if (name.starts_with("http_")) return field_value(head.fields, name.substr(5));
  if (name.starts_with("arg_")) return argument(uri.args, name.substr(4));
  if (name.starts_with("cookie_")) return cookie(head.fields, name.substr(7));
  return std::nullopt;
}

std::optional<std::string> HttpContext::of_connection(std::string_view name) const {
  if (name == "remote_addr") return record.client.address.to_string();
  if (name == "remote_port") return std::to_string(record.client.port);
  if (name == "server_addr") return record.local.address.to_string();
  if (name == "server_port") return std::to_string(record.local.port);
  if (name == "connection") return std::to_string(connection_number);
  if (name == "connection_requests") return std::to_string(record.connection_requests);
  if (name == "hostname") return hostname;
  if (name == "nginx_version") return version;
  if (name == "msec") return clock_text(now, epoch);
  if (name == "request_time") return seconds_text(record.started, now);
  if (name == "status") return std::to_string(record.status);
  if (name == "body_bytes_sent" || name == "bytes_sent") return std::to_string(record.bytes_sent);
  if (name == "binary_remote_addr") {
    const auto octets = record.client.address.bytes();
    return std::string(octets.begin(), octets.end());
  }
  if (name == "time_iso8601" || name == "time_local") {
    const auto unix_seconds =
        std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count() + epoch;
    return http::format_date(unix_seconds);
  }
  return std::nullopt;
}

std::optional<std::string> HttpContext::of_upstream(std::string_view name) const {
  const auto* pass = location != nullptr && location->proxy_pass ? &*location->proxy_pass : nullptr;
  if (name == "proxy_host") return pass != nullptr ? pass->host : std::string();
  if (name == "proxy_port") return pass != nullptr ? std::to_string(pass->port) : std::string();
  if (name == "proxy_add_x_forwarded_for") {
    const auto before = head.fields.joined("X-Forwarded-For");
    const auto client = record.client.address.to_string();
    return before.empty() ? client : before + ", " + client;
  }
  if (name == "upstream_addr" || name == "upstream_status") {
    std::string text;
    for (const auto& attempt : record.attempts) {
      if (!text.empty()) text += ", ";
      text += name == "upstream_addr" ? attempt.peer.to_string()
              : attempt.status != 0   ? std::to_string(attempt.status)
                                      : "502";
    }
    return text;
  }
  if (name == "upstream_connect_time")
    return seconds_text(record.connect_started, record.connected);
  if (name == "upstream_header_time")
    return seconds_text(record.connect_started, record.first_byte);
  if (name == "upstream_response_time") return seconds_text(record.connect_started, now);
  for (const std::string_view prefix : {"upstream_http_", "sent_http_"}) {
    if (!name.starts_with(prefix)) continue;
    if (upstream_response == nullptr) return std::string();
    return field_value(upstream_response->fields, name.substr(prefix.size()));
  }
  return std::nullopt;
}

std::string HttpContext::variable(std::string_view name) const {
  if (const auto own = set.find(name); own != set.end()) return own->second;
  if (name.size() == 1 && name[0] >= '1' && name[0] <= '9') {
    const auto group = static_cast<std::size_t>(name[0] - '0');
    return group < captures.groups.size() ? captures.groups[group] : std::string();
  }
  for (const auto& [named, value] : captures.by_name) {
    if (named == name) return value;
  }
  if (config != nullptr) {
    if (const auto map = config->maps.find(std::string(name)); map != config->maps.end()) {
      return mapped(map->second);
    }
  }
  if (auto value = of_request(name)) return *value;
  if (auto value = of_connection(name)) return *value;
  return of_upstream(name).value_or("");
}

}  // namespace seatrial::nginx
