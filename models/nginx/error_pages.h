// The pages nginx makes itself (ngx_http_special_response.c).
#pragma once

#include <string>
#include <string_view>

namespace seatrial::nginx {

// The HTML of a status of 300 and above; empty for one that nginx has no page for.
// `server`: "nginx/1.22.1", or "nginx" with server_tokens off.
std::string error_page(int status, std::string_view server);
// "404 Not Found", as nginx spells it in the page and in the status line.
std::string_view status_line(int status);

}  // namespace seatrial::nginx
