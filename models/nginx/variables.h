// The names of nginx's own variables that requests here can answer (http_variables.cc does).
#pragma once

#include <string_view>

namespace seatrial::nginx {

// Also $http_NAME, $arg_NAME, $sent_http_NAME, $upstream_http_NAME, $cookie_NAME and $1 to $9.
bool is_builtin_variable(std::string_view name);

}  // namespace seatrial::nginx
