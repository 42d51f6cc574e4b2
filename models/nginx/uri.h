// Request targets as nginx reads them: ngx_http_parse_complex_uri and ngx_escape_uri.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace seatrial::nginx {

struct RequestUri {
  std::string unparsed;   // $request_uri: path and query as they came
  std::string path;       // $uri: decoded, without dot segments and doubled slashes
  std::string args;       // $args
  bool has_args = false;  // a '?' was there
  std::string authority;  // of the absolute form, http://HOST/...
};

// Nothing for a target that nginx answers 400: no leading slash, a bad escape, above the root, NUL.
std::optional<RequestUri> parse_target(std::string_view target);

// Escapes what may not stand in a path: controls, space, '%', '?', '#', and octets above 0x7e.
std::string escape_path(std::string_view path);

}  // namespace seatrial::nginx
