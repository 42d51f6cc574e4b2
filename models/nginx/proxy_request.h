// What ngx_http_proxy_module.c makes of a request on its way to the upstream, and of the answer on
// its way back.
#pragma once

#include <cstddef>
#include <string>

#include "models/http/message.h"
#include "models/nginx/http_context.h"

namespace seatrial::nginx {

// The head for the upstream. The body is known by then (proxy_request_buffering), so its length is
// told and chunks are not used.
http::RequestHead make_upstream_request(const HttpContext& context, std::size_t body_size);

// Fields that nginx does not pass on: its own Server and Date, hop-by-hop ones, X-Accel-*, and
// those of proxy_hide_header.
bool passes_to_client(std::string_view field, const ProxySettings& proxy);

// `proxy_redirect default`: an upstream's own URL as the client has to see it; nothing when it
// stays.
std::optional<std::string> rewrite_location(const HttpContext& context, std::string_view value);

// A path as an absolute URL on this server (absolute_redirect on).
std::string absolute_location(const HttpContext& context, std::string_view path);

}  // namespace seatrial::nginx
