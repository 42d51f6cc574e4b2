// What connections see of the server they belong to.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "models/io/host.h"
#include "models/nginx/config.h"
#include "models/nginx/observer.h"
#include "models/nginx/server.h"
#include "models/nginx/upstream.h"

namespace seatrial::nginx {

// One configuration at work: what a set of worker processes is in nginx. It lives as long as its
// last connection.
struct Generation {
  Generation(io::Host& host, Config c, unsigned n)
      : config(std::move(c)), number(n), resolvers(host) {}
  ~Generation() { stop(); }
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  void stop() {
    for (auto* all : {&stream_upstreams, &http_upstreams}) {
      for (auto& [name, upstream] : *all) upstream->stop();
    }
  }

  const Config config;
  const unsigned number;
  bool exiting = false;  // after a reload or SIGQUIT: no keep-alive any more
  Resolvers resolvers;
  std::map<std::string, std::shared_ptr<Upstream>> stream_upstreams;
  std::map<std::string, std::shared_ptr<Upstream>> http_upstreams;
};

// A client's connection. It takes itself out by retire(), after which it must do nothing more.
class Session {
 public:
  virtual ~Session() = default;
  // The generation is exiting: close when there is nothing in progress.
  virtual void wind_down() {}
  // worker_shutdown_timeout, or the end of the server.
  virtual void cut() = 0;

  std::uint64_t id = 0;  // given by the server, in the order of acceptance
};

struct Environment {
  io::Host& host;
  Observer* observer;
  const Options& options;
  std::function<void(Session*)> retire;
};

// Starts by itself; lives until retire().
std::shared_ptr<Session> make_stream_session(Environment& environment,
                                             std::shared_ptr<Generation> generation,
                                             const StreamServer& server,
                                             std::unique_ptr<io::Stream> client);
std::shared_ptr<Session> make_http_session(Environment& environment,
                                           std::shared_ptr<Generation> generation,
                                           std::unique_ptr<io::Stream> client);

AttemptOutcome connect_outcome(io::CloseReason reason);

}  // namespace seatrial::nginx
