// Inside of the reader: what its parts (reader.cc, read_upstream.cc, read_stream.cc, read_http.cc,
// read_location.cc) share.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/nginx/config.h"
#include "models/nginx/directives.h"
#include "models/nginx/syntax.h"

namespace seatrial::nginx {

std::string quoted(std::string_view text);

class Reading {
 public:
  explicit Reading(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void error(const Position& at, std::string what, std::string expected = {}) {
    diagnostics_.error(at, std::move(what), std::move(expected));
  }
  void warning(const Position& at, std::string what) { diagnostics_.warning(at, std::move(what)); }

  // The first argument as a value; on error it says so and leaves `into` as it is.
  void read_time(const Directive& directive, Duration& into);
  void read_size(const Directive& directive, std::uint64_t& into);
  void read_number(const Directive& directive, int& into);
  bool flag(const Directive& directive) const;
  // An argument as text with variables; its variables are looked up when everything is read.
  Template read_template(const Directive& directive, std::size_t argument);

  // The resolver of this block, or else the inherited one.
  std::optional<ResolverConfig> read_resolver(const std::vector<Directive>& block,
                                              const std::optional<ResolverConfig>& inherited);
  std::optional<Listen> read_listen(const Directive& directive);
  // `upstream NAME { ... }`
  UpstreamConfig read_upstream(const Directive& directive, bool in_stream,
                               const std::optional<ResolverConfig>& resolver);
  StreamConfig read_stream(const Directive& directive);
  HttpConfig read_http(const Directive& directive);

  // Says which variables nobody defines.
  void check_variables();

 private:
  void read_server_line(const Directive& directive, bool in_stream, UpstreamConfig& upstream);
  bool read_server_parameter(const Directive& directive, std::size_t argument, PeerConfig& peer);
  void read_balancing(const Directive& directive, UpstreamConfig& upstream);
  void check_upstream(const UpstreamConfig& upstream);
  // An upstream for `proxy_pass ADDRESS`, made on first use; nothing (and an error) for a name that
  // nginx would have to resolve when it starts.
  std::optional<std::string> implicit_upstream(std::map<std::string, UpstreamConfig>& upstreams,
                                               const Position& at, const std::string& address,
                                               std::uint16_t default_port);
  void read_stream_settings(const std::vector<Directive>& block, StreamServer& settings);
  void read_stream_server(const Directive& directive, const StreamServer& inherited,
                          StreamConfig& config);

  void read_map(const Directive& directive, HttpConfig& config);
  HttpSettings read_settings(const std::vector<Directive>& block, HttpSettings inherited);
  void read_proxy_setting(const Directive& directive, ProxySettings& proxy);
  void read_next_upstream(const Directive& directive, ProxySettings& proxy);
  void read_http_server(const Directive& directive, const HttpSettings& inherited,
                        HttpConfig& config);
  void read_server_name(const Directive& directive, HttpServer& server);
  Location read_location(const Directive& directive, const HttpSettings& inherited,
                         const Location* outer, HttpConfig& config);
  std::vector<Location> read_locations(const std::vector<Directive>& block,
                                       const HttpSettings& inherited, const Location* outer,
                                       HttpConfig& config);
  std::vector<RewriteAction> read_actions(const std::vector<Directive>& block);
  std::optional<Return> read_return(const Directive& directive);
  void read_proxy_pass(const Directive& directive, Location& location, HttpConfig& config);
  std::optional<Regex> read_regex(const Position& at, const std::string& pattern, bool ignore_case);
  void check_listens(const HttpConfig& config);

  Diagnostics& diagnostics_;
  std::set<std::string> defined_variables_;
  std::vector<std::pair<Position, std::string>> used_variables_;
};

}  // namespace seatrial::nginx
