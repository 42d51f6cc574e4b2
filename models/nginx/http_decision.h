// What happens to a request, decided from its head alone: nginx's phases up to the content handler.
#pragma once

#include <variant>

#include "models/http/parser.h"
#include "models/nginx/http_context.h"
#include "models/nginx/http_response.h"

namespace seatrial::nginx {

struct Refuse {  // an error page
  int status = 400;
};
struct Answer {  // `return`
  const Return* action = nullptr;
};
struct Proxy {};
using Decision = std::variant<Refuse, Answer, Proxy>;

// Fills server, location, host, uri, captures and variables of the context, whose head, config and
// record are set.
Decision decide(HttpContext& context, http::BodyFraming framing,
                std::optional<std::uint64_t> content_length);

// After these nginx closes the connection (ngx_http_special_response_handler).
bool ends_connection(int status);

}  // namespace seatrial::nginx
