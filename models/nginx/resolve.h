// One `server NAME resolve` (or `service=`) of an upstream: asks DNS again and again, as
// nginx 1.27.3 does (ngx_http_upstream_zone_module.c), and hands over what it found.
//  - success: asks again one second after the TTL, or after `valid=`;
//  - NXDOMAIN, or an answer without addresses: no peers, and again after resolver_timeout;
//  - anything else (timeout, SERVFAIL): what was found stays, and again after resolver_timeout.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/dns/resolver.h"
#include "models/io/host.h"
#include "models/nginx/config.h"

namespace seatrial::nginx {

struct FoundPeer {
  net::Endpoint endpoint;
  int weight = 1;       // of the SRV record; 1 for addresses
  bool backup = false;  // a worse SRV priority than the best
};

class NameWatch {
 public:
  struct Outcome {
    std::optional<std::vector<FoundPeer>> peers;  // nothing: keep what is there
    std::string detail;                           // "NAME: NXDOMAIN"
  };
  using Handler = std::function<void(const Outcome&)>;

  NameWatch(io::Host& host, dns::Resolver& resolver, const ResolverConfig& config,
            const PeerConfig& server, Handler handler);
  ~NameWatch();  // drops pending queries
  NameWatch(const NameWatch&) = delete;
  NameWatch& operator=(const NameWatch&) = delete;

  void start();

 private:
  struct Round;  // the queries of one resolution and what they brought
  void ask_addresses(const std::string& name, std::size_t target);
  void ask(dns::Question question, std::function<void(const dns::QueryResult&)> then);
  void take_srv(const dns::QueryResult& result);
  void take_addresses(const dns::Message& message, const std::string& name, std::size_t target);
  bool usable(const dns::QueryResult& result, const std::string& name);
  void finish_if_done();

  io::Host& host_;
  dns::Resolver& resolver_;
  ResolverConfig config_;
  PeerConfig server_;
  Handler handler_;
  std::unique_ptr<io::Timer> timer_;
  std::unique_ptr<Round> round_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace seatrial::nginx
