// A running nginx: listeners, connections and upstreams of one configuration, and what happens when
// another takes its place. Usable over any io::Host.
//
//   Diagnostics diagnostics;
//   auto config = nginx::read("edge1/nginx.conf", nginx::DirectoryFiles(), diagnostics);
//   nginx::Server server(host, std::move(config), &observer);
//   if (auto started = server.start(); !started) ... started.error() ...
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "models/io/host.h"
#include "models/nginx/config.h"
#include "models/nginx/observer.h"

namespace seatrial::nginx {

struct Options {
  // Host CPU for each HTTP request and for each stream session.
  Duration request_cost{0};
  // The Unix time of TimePoint zero, for Date and $msec. The default is 2023-01-01 00:00:00 UTC, so
  // that a simulation says the same every time; a live host gives the real one.
  std::int64_t epoch = 1672531200;
  // The release that Server: and error pages name.
  std::string version = "1.22.1";
};

// A peer as it stands at this moment.
struct PeerState {
  net::Endpoint endpoint;
  std::string server;  // the `server` line it came from
  int weight = 1;
  int connections = 0;
  int fails = 0;
  bool backup = false;
  bool down = false;
  bool available = true;  // neither down nor disabled by max_fails
};
struct UpstreamState {
  std::string name;
  bool in_stream = false;  // else http
  std::vector<PeerState> peers;
  std::size_t idle_connections = 0;
};

class Server {
 public:
  Server(io::Host& host, Config config, Observer* observer = nullptr, Options options = {});
  ~Server();  // as SIGTERM: everything is closed at once
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Opens the listeners and starts resolving. The error names each address that is not to be had.
  tl::expected<void, std::string> start();
  // SIGQUIT: no new connections, idle ones close, requests in progress finish.
  void quit();
  // SIGHUP: listeners that both configurations have stay open, connections in progress finish under
  // the old one, peers found by `resolve` carry over. On error the old configuration stays.
  tl::expected<void, std::string> reload(Config config);

  // NGINX Plus's API, as an ingress controller uses it: sets the peers of an upstream in http (or
  // stream), without a reload. Peers that stay keep their counters. False: no such upstream.
  bool set_upstream_peers(const std::string& upstream, const std::vector<PeerConfig>& peers);

  std::vector<UpstreamState> upstreams() const;
  std::size_t connections() const;  // all generations
  bool finished() const;            // after quit(): the last connection is gone
  const Config& config() const;
  unsigned generation() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace seatrial::nginx
