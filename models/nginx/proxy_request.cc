#include "models/nginx/proxy_request.h"

#include <algorithm>

namespace seatrial::nginx {

namespace {

bool is_one_of(std::string_view field, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [field](std::string_view name) {
    return http::equal_ignoring_case(field, name);
  });
}

bool contains(const std::vector<std::string>& names, std::string_view field) {
  return std::any_of(names.begin(), names.end(), [field](const std::string& name) {
    return http::equal_ignoring_case(field, name);
  });
}

std::string upstream_target(const HttpContext& context) {
  const auto& pass = *context.location->proxy_pass;
  if (!pass.uri) return context.uri.unparsed;
  // The part that matched the location is replaced; the rest is the decoded path, escaped anew.
  const auto skip = std::min(context.location->pattern.size(), context.uri.path.size());
  auto target = *pass.uri + escape_path(std::string_view(context.uri.path).substr(skip));
  if (context.uri.has_args && !context.uri.args.empty()) target += "?" + context.uri.args;
  if (!target.starts_with('/')) target.insert(0, "/");
  return target;
}

}  // namespace

http::RequestHead make_upstream_request(const HttpContext& context, std::size_t body_size) {
  const auto& proxy = context.settings().proxy;
  http::RequestHead head;
  head.method = context.head.method;
  head.target = upstream_target(context);
  head.version = proxy.http_version;

  std::vector<std::string> settled;  // names that the client's own fields cannot reach any more
  for (const auto& setting : proxy.set_headers) {
    settled.push_back(setting.name);
    auto value = setting.value.evaluate(context);
    if (!value.empty()) head.fields.add(setting.name, std::move(value));
  }
  const auto by_default = [&](std::string_view name, std::string value) {
    if (contains(settled, name)) return;
    settled.emplace_back(name);
    if (!value.empty()) head.fields.add(std::string(name), std::move(value));
  };
  by_default("Host", context.location->proxy_pass->host);
  by_default("Connection", "close");
  const bool told_length = context.head.fields.contains("Content-Length") ||
                           context.head.fields.contains("Transfer-Encoding");
  const bool with_body = proxy.pass_request_body && told_length;
  by_default("Content-Length", with_body ? std::to_string(body_size) : "");
  for (const auto* name : {"Transfer-Encoding", "TE", "Keep-Alive", "Expect", "Upgrade"}) {
    by_default(name, "");
  }
  if (!proxy.pass_request_headers) return head;
  for (const auto& field : context.head.fields) {
    if (!contains(settled, field.name)) head.fields.add(field.name, field.value);
  }
  return head;
}

bool passes_to_client(std::string_view field, const ProxySettings& proxy) {
  if (is_one_of(field, {"Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length"})) {
    return false;  // framing is decided anew
  }
  if (contains(proxy.hide_headers, field)) return false;
  if (contains(proxy.pass_headers, field)) return true;
  return !is_one_of(field, {"Date", "Server", "X-Pad", "X-Accel-Expires", "X-Accel-Redirect",
                            "X-Accel-Limit-Rate", "X-Accel-Buffering", "X-Accel-Charset"});
}

std::optional<std::string> rewrite_location(const HttpContext& context, std::string_view value) {
  const auto& pass = *context.location->proxy_pass;
  if (context.location->regex) return std::nullopt;
  const auto from = "http://" + pass.host + pass.uri.value_or("/");
  if (!value.starts_with(from)) return std::nullopt;
  const std::string to = pass.uri ? context.location->pattern : "/";
  return to + std::string(value.substr(from.size()));
}

std::string absolute_location(const HttpContext& context, std::string_view path) {
  std::string url = "http://" + context.host;
  const auto port = context.record.local.port;
  if (port != 80) url += ":" + std::to_string(port);
  return url.append(path);
}

}  // namespace seatrial::nginx
