#include "models/nginx/variables.h"

namespace seatrial::nginx {

bool is_builtin_variable(std::string_view name) {
  for (const auto* prefix : {"http_", "arg_", "sent_http_", "upstream_http_", "cookie_"}) {
    if (name.starts_with(prefix)) return true;
  }
  if (name.size() == 1 && name[0] >= '1' && name[0] <= '9') return true;
  for (const auto* known : {"host",
                            "hostname",
                            "uri",
                            "document_uri",
                            "request_uri",
                            "request_method",
                            "request",
                            "args",
                            "query_string",
                            "is_args",
                            "scheme",

                            "remote_addr",
                            "remote_port",
                            "server_addr",
                            "server_port",
                            "server_name",
                            "server_protocol",
                            "proxy_host",
                            "proxy_port",
                            "proxy_add_x_forwarded_for",
                            "upstream_addr",
                            "upstream_status",
                            "upstream_response_time",
                            "upstream_connect_time",
                            "upstream_header_time",
                            "status",
                            "body_bytes_sent",
                            "bytes_sent",
                            "connection",
                            "connection_requests",
                            "msec",
                            "time_iso8601",
                            "time_local",
                            "request_time",

                            "content_length",
                            "content_type",
                            "nginx_version",

                            "binary_remote_addr",

                            "pipe"}) {
    if (name == known) return true;
  }
  return false;
}

}  // namespace seatrial::nginx
