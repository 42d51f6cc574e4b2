// Which server{} and which location{} a request belongs to (ngx_http_core_module.c,
// ngx_http_find_virtual_server).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/net/address.h"
#include "models/nginx/config.h"

namespace seatrial::nginx {

struct Captures {
  std::vector<std::string> groups;                           // [0] is the whole match
  std::vector<std::pair<std::string, std::string>> by_name;  // (?<name>...)
};

// Among the servers that listen there: exact name, longest "*.name", longest "name.*", first
// regular expression, and then the default server. nullptr: nobody listens there.
const HttpServer* choose_server(const HttpConfig& config, const net::Endpoint& local,
                                std::string_view host, Captures& captures);

// nullptr: no location matches.
const Location* choose_location(const std::vector<Location>& locations, std::string_view path,
                                Captures& captures);

}  // namespace seatrial::nginx
