// Heads of responses to the client, with the fields in the order nginx writes them.
#pragma once

#include <optional>
#include <string>

#include "models/http/message.h"
#include "models/nginx/http_context.h"

namespace seatrial::nginx {

// What nginx answers by itself.
struct LocalResponse {
  int status = 200;
  std::string body;
  std::string content_type;             // empty: none
  std::optional<std::string> location;  // of a redirect
};

// The page of an error or redirect status.
LocalResponse error_response(const HttpContext& context, int status);
// `return CODE [text]`
LocalResponse return_response(const HttpContext& context, const Return& action);

http::ResponseHead local_head(const HttpContext& context, const LocalResponse& response,
                              bool keep_alive);
// An upstream's answer. `chunked`: the body goes in chunks to the client.
http::ResponseHead proxied_head(const HttpContext& context, const http::ResponseHead& upstream,
                                std::optional<std::uint64_t> length, bool chunked, bool keep_alive);

}  // namespace seatrial::nginx
