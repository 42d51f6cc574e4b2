// A small BGP world for the tests: speakers on an in-memory network, with what they reported.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/bgp/speaker.h"
#include "tests/support/fake_network.h"

namespace seatrial::bgp::test {

inline net::IpAddress ip(const std::string& text) {
  return *net::IpAddress::parse(text);
}
inline net::Prefix prefix(const std::string& text) {
  return *net::Prefix::parse(text);
}

// The "rfc" profile without jitter, MRAI and default deny, so that a test's arithmetic is short.
inline Profile plain_profile() {
  Profile p = *profile_named("rfc");
  p.keepalive_jitter = p.retry_jitter = p.wait_jitter = p.start_jitter = {};
  p.mrai_ibgp = p.mrai_ebgp = 0s;
  p.ebgp_default_deny = false;
  p.graceful_restart_notification = false;
  return p;
}

inline NeighborConfig peer(const std::string& address, std::uint32_t asn) {
  NeighborConfig n;
  n.address = ip(address);
  n.remote_as = RemoteAs::number(asn);
  return n;
}

struct Sink : RibSink {
  std::map<net::Prefix, std::vector<NextHop>> fib;
  void route_changed(const net::Prefix& p, std::span<const NextHop> hops) override {
    fib[p].assign(hops.begin(), hops.end());
  }
  void route_removed(const net::Prefix& p) override { fib.erase(p); }
};

struct Resolver : NexthopResolver {
  std::map<net::IpAddress, std::optional<std::uint32_t>> metrics;  // others resolve with 0
  std::optional<std::uint32_t> resolve(const net::IpAddress& hop) const override {
    const auto found = metrics.find(hop);
    return found == metrics.end() ? std::optional<std::uint32_t>(0) : found->second;
  }
};

struct Watcher : Observer {
  std::vector<SessionEvent> sessions;
  std::vector<RibEvent> ribs;
  std::vector<MessageEvent> messages;
  void session_changed(const SessionEvent& e) override { sessions.push_back(e); }
  void rib_changed(const RibEvent& e) override { ribs.push_back(e); }
  void message(const MessageEvent& e) override { messages.push_back(e); }
};

struct Router {
  Sink sink;
  Resolver resolver;
  Watcher watcher;
  std::unique_ptr<Speaker> speaker;

  State state(const std::string& peer_address) const {
    return speaker->session(ip(peer_address))->state;
  }
  bool established(const std::string& peer_address) const {
    return state(peer_address) == State::established;
  }
  bool has(const std::string& p) const { return sink.fib.contains(prefix(p)); }
};

class World {
 public:
  seatrial::test::FakeNetwork net;

  Router& add(const std::string& name, const std::string& address, std::uint32_t asn,
              std::vector<NeighborConfig> neighbors, const std::vector<std::string>& networks = {},
              Profile profile = plain_profile()) {
    SpeakerConfig config;
    config.asn = {asn};
    config.router_id = RouterId::from(ip(address));
    config.profile = std::move(profile);
    config.neighbors = std::move(neighbors);
    for (const auto& n : networks) config.networks.push_back({.prefix = prefix(n)});
    return add(name, address, std::move(config));
  }
  Router& add(const std::string& name, const std::string& address, SpeakerConfig config) {
    auto& router = routers_[name];
    router.speaker =
        std::make_unique<Speaker>(net.host(name, address), std::move(config),
                                  Dependencies{&router.sink, &router.resolver, &router.watcher});
    return router;
  }
  void start() {
    for (auto& [name, router] : routers_) router.speaker->start();
  }
  Router& operator[](const std::string& name) { return routers_.at(name); }

 private:
  std::map<std::string, Router> routers_;
};

}  // namespace seatrial::bgp::test
