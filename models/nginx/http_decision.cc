#include "models/nginx/http_decision.h"

#include <algorithm>

#include "models/nginx/values.h"

namespace seatrial::nginx {

namespace {

// ngx_http_validate_host: lower case, without port and last dot; nothing when it is no host.
std::optional<std::string> validate_host(std::string_view text) {
  std::string host;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(0, close + 1);
  } else {
    host = text.substr(0, text.find(':'));
  }
  for (const char c : host) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet <= 0x20 || octet == 0x7f || c == '/') return std::nullopt;
  }
  if (host.find("..") != std::string::npos || host.starts_with('.')) return std::nullopt;
  if (host.ends_with('.')) host.pop_back();
  return lower_case(host);
}

std::size_t count(const http::Fields& fields, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(),
      [name](const http::Field& field) { return http::equal_ignoring_case(field.name, name); }));
}

// The status of a head that nginx refuses; 0 when it is in order.
int check_head(HttpContext& context) {
  const auto& head = context.head;
  auto uri = parse_target(head.target);
  if (!uri) return 400;
  context.uri = std::move(*uri);
  const auto hosts = count(head.fields, "Host");
  if (hosts > 1 || (hosts == 0 && head.version >= 11)) return 400;
  context.record.host_header = head.fields.joined("Host");
  auto host = validate_host(context.record.host_header);
  if (!host || (hosts == 1 && host->empty() && !context.record.host_header.empty())) return 400;
  if (!context.uri.authority.empty()) {
    host = validate_host(context.uri.authority);
    if (!host) return 400;
  }
  context.host = std::move(*host);
  if (const auto encoding = head.fields.find("Transfer-Encoding")) {
    if (head.version < 11) return 400;
    if (!http::equal_ignoring_case(*encoding, "chunked")) return 501;
  }
  // Since 1.21.1, whatever the location.
  return head.method == "CONNECT" || head.method == "TRACE" ? 405 : 0;
}

const Return* run(HttpContext& context, const std::vector<RewriteAction>& actions) {
  for (const auto& action : actions) {
    if (const auto* answer = std::get_if<Return>(&action)) return answer;
    const auto& assignment = std::get<SetVariable>(action);
    context.set[assignment.name] = assignment.value.evaluate(context);
  }
  return nullptr;
}

}  // namespace

Decision decide(HttpContext& context, http::BodyFraming framing,
                std::optional<std::uint64_t> content_length) {
  const int refused = check_head(context);
  context.server =
      choose_server(*context.config, context.record.local, context.host, context.captures);
  if (context.server == nullptr) return Refuse{404};
  context.record.server_name = context.server->first_name();
  if (refused != 0) return Refuse{refused};
  const bool had_host = !context.host.empty();
  if (!had_host) context.host = context.server->first_name();
  if (context.host.empty()) context.host = context.record.local.address.to_string();

  if (const auto* answer = run(context, context.server->actions)) return Answer{answer};
  context.location = choose_location(context.server->locations, context.uri.path, context.captures);
  const auto limit = context.settings().client_max_body_size;
  if (framing == http::BodyFraming::content_length && limit != 0 &&
      content_length.value_or(0) > limit) {
    return Refuse{413};
  }
  if (context.location == nullptr) return Refuse{404};
  if (const auto* answer = run(context, context.location->actions)) return Answer{answer};
  if (context.location->proxy_pass) return Proxy{};
  return Refuse{404};
}

bool ends_connection(int status) {
  for (const int one : {400, 413, 414, 494, 495, 496, 497, 500, 501, 505}) {
    if (status == one) return true;
  }
  return false;
}

}  // namespace seatrial::nginx
