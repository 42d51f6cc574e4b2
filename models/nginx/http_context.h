// One request as the http modules see it: where it belongs, and the variables of its configuration.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "models/http/message.h"
#include "models/nginx/config.h"
#include "models/nginx/observer.h"
#include "models/nginx/routing.h"
#include "models/nginx/template.h"
#include "models/nginx/uri.h"

namespace seatrial::nginx {

class HttpContext : public Variables {
 public:
  std::string variable(std::string_view name) const override;

  const HttpConfig* config = nullptr;
  const HttpServer* server = nullptr;
  const Location* location = nullptr;
  http::RequestHead head;
  RequestUri uri;
  std::string host;  // lower case, without port
  Captures captures;
  std::map<std::string, std::string, std::less<>> set;  // of `set`
  ProxyRecord record;
  const http::ResponseHead* upstream_response = nullptr;
  std::string hostname;
  std::string version;
  std::uint64_t connection_number = 0;
  TimePoint now{};
  std::int64_t epoch = 0;

  // Of the innermost block that has them: the location, or else the server.
  const HttpSettings& settings() const;

 private:
  std::optional<std::string> of_request(std::string_view name) const;
  std::optional<std::string> of_connection(std::string_view name) const;
  std::optional<std::string> of_upstream(std::string_view name) const;
  std::string mapped(const Map& map) const;

  mutable int map_depth_ = 0;
};

}  // namespace seatrial::nginx
