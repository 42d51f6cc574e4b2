// An upstream at work: its peers as they are now, who chooses among them, who finds them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/dns/resolver.h"
#include "models/io/host.h"
#include "models/nginx/balancer.h"
#include "models/nginx/config.h"
#include "models/nginx/idle_pool.h"
#include "models/nginx/observer.h"
#include "models/nginx/resolve.h"
#include "models/nginx/server.h"

namespace seatrial::nginx {

// The name servers asked, one Resolver (and so one socket) for each `resolver` directive.
class Resolvers {
 public:
  explicit Resolvers(io::Host& host) : host_(host) {}
  dns::Resolver& get(const ResolverConfig& config);

 private:
  io::Host& host_;
  std::map<std::pair<std::vector<net::Endpoint>, Duration>, std::unique_ptr<dns::Resolver>> all_;
};

class Upstream;

// One request's use of an upstream. next() until a peer serves, and one release() for each peer.
class Selection {
 public:
  Selection(std::shared_ptr<Upstream> upstream, net::IpAddress client, std::string key);
  ~Selection();
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;

  // nullptr: "no live upstreams", or the peers have changed since the first try.
  std::shared_ptr<Peer> next();
  enum class Result {
    ok,
    failed,
    denied,  // 403 or 404 that went to the next peer: no failure of the peer
  };
  void release(Result result);

  // How many more peers may be tried.
  int tries() const { return tries_; }
  void limit_tries(int limit);  // proxy_next_upstream_tries; 0: no limit
  void grant_try() { ++tries_; }

 private:
  std::shared_ptr<Upstream> upstream_;
  net::IpAddress client_;
  std::string key_;
  Walk walk_;
  unsigned version_;
  int tries_;
  bool on_backup_ = false;
  std::shared_ptr<Peer> current_;
};

class Upstream {
 public:
  Upstream(io::Host& host, UpstreamConfig config, bool in_stream, Observer* observer);

  // `previous` is the same upstream before a reload: peers found by `resolve` carry over.
  void start(Resolvers& resolvers, const Upstream* previous);
  void stop();  // no more questions to DNS, no idle connections

  void set_peers(const std::vector<PeerConfig>& servers);
  UpstreamState state() const;

  io::Host& host() { return host_; }
  const UpstreamConfig& config() const { return config_; }
  IdlePool& idle() { return idle_; }

 private:
  friend class Selection;
  using Cause = PeersRecord::Cause;

  std::shared_ptr<Peer> peer_for(const PeerConfig& server, const FoundPeer& found) const;
  void take_found(std::size_t server, const NameWatch::Outcome& outcome);
  // Puts the groups together anew from config_.servers and found_.
  void rebuild(Cause cause, std::string detail);
  std::vector<net::Endpoint> endpoints() const;

  io::Host& host_;
  UpstreamConfig config_;
  bool in_stream_;
  Observer* observer_;
  std::unique_ptr<Balancer> balancer_;
  PeerGroup primaries_;
  PeerGroup backups_;
  unsigned version_ = 0;
  IdlePool idle_;
  std::map<std::size_t, std::vector<FoundPeer>> found_;  // by index into config_.servers
  std::vector<std::unique_ptr<NameWatch>> watches_;
};

}  // namespace seatrial::nginx
