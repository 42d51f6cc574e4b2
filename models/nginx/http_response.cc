#include "models/nginx/http_response.h"

#include "models/nginx/error_pages.h"
#include "models/nginx/proxy_request.h"

namespace seatrial::nginx {

namespace {

std::string server_text(const HttpContext& context) {
  return context.settings().server_tokens ? "nginx/" + context.version : std::string("nginx");
}

void start_head(const HttpContext& context, http::ResponseHead& head) {
  const auto now = std::chrono::floor<std::chrono::seconds>(context.now.time_since_epoch()).count();
  head.fields.add("Server", server_text(context));
  head.fields.add("Date", http::format_date(now + context.epoch));
}

void add_configured(const HttpContext& context, http::ResponseHead& head) {
  bool usual = false;
  for (const int status : {200, 201, 204, 206, 301, 302, 303, 304, 307, 308}) {
    usual = usual || head.status == status;
  }
  for (const auto& setting : context.settings().add_headers) {
    if (!usual && !setting.always) continue;
    auto value = setting.value.evaluate(context);
    if (!value.empty()) head.fields.add(setting.name, std::move(value));
  }
}

}  // namespace

LocalResponse error_response(const HttpContext& context, int status) {
  LocalResponse response;
  response.status = status;
  response.body = error_page(status, server_text(context));
  if (!response.body.empty()) response.content_type = "text/html";
  return response;
}

LocalResponse return_response(const HttpContext& context, const Return& action) {
  if (action.is_redirect) {
    auto response = error_response(context, action.code);
    response.location = action.text.evaluate(context);
    return response;
  }
  if (action.text.empty() && action.code >= 300) return error_response(context, action.code);
  LocalResponse response;
  response.status = action.code;
  response.body = action.text.evaluate(context);
  response.content_type = context.settings().default_type;
  return response;
}

http::ResponseHead local_head(const HttpContext& context, const LocalResponse& response,
                              bool keep_alive) {
  http::ResponseHead head;
  head.status = response.status == 494 ? 400 : response.status;
  const auto line = status_line(head.status);
  if (line.size() > 4) head.reason = line.substr(4);
  start_head(context, head);
  const bool bodiless = head.status == 204 || head.status == 304;
  if (!bodiless) {
    if (!response.content_type.empty()) head.fields.add("Content-Type", response.content_type);
    head.fields.add("Content-Length", std::to_string(response.body.size()));
  }
  const bool is_path = response.location && response.location->starts_with('/');
  if (is_path) head.fields.add("Location", absolute_location(context, *response.location));
  head.fields.add("Connection", keep_alive ? "keep-alive" : "close");
  if (response.location && !is_path) head.fields.add("Location", *response.location);
  add_configured(context, head);
  return head;
}

http::ResponseHead proxied_head(const HttpContext& context, const http::ResponseHead& upstream,
                                std::optional<std::uint64_t> length, bool chunked,
                                bool keep_alive) {
  const auto& proxy = context.settings().proxy;
  http::ResponseHead head;
  head.status = upstream.status;
  head.reason = upstream.reason;
  start_head(context, head);
  const auto early = [&](std::string_view name) {
    const auto value = upstream.fields.find(name);
    if (value && passes_to_client(name, proxy))
      head.fields.add(std::string(name), std::string(*value));
  };
  early("Content-Type");
  if (length && !chunked) head.fields.add("Content-Length", std::to_string(*length));
  early("Last-Modified");
  std::optional<std::string> location;
  if (const auto value = upstream.fields.find("Location")) {
    location = rewrite_location(context, *value);
    if (location) {
      if (location->starts_with('/')) location = absolute_location(context, *location);
      head.fields.add("Location", *location);
    }
  }
  if (chunked) head.fields.add("Transfer-Encoding", "chunked");
  head.fields.add("Connection", keep_alive ? "keep-alive" : "close");
  for (const auto& field : upstream.fields) {
    const bool done = http::equal_ignoring_case(field.name, "Content-Type") ||
                      http::equal_ignoring_case(field.name, "Last-Modified") ||
                      (location && http::equal_ignoring_case(field.name, "Location"));
    if (!done && passes_to_client(field.name, proxy)) head.fields.add(field.name, field.value);
  }
  add_configured(context, head);
  return head;
}

}  // namespace seatrial::nginx
