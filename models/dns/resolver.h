// An asynchronous resolver that asks as nginx's does (ngx_resolver.c of 1.22): one UDP socket a
// server, kept open, so that a NAT in between maps every query alike; a random id; servers in turn,
// the next one for each resend, 5 s apart; TCP when the answer is truncated. It caches nothing:
// nginx's `valid=` and its TTL rules belong to the one who asks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "models/dns/message.h"
#include "models/io/host.h"

namespace seatrial::dns {

struct QueryError {
  enum class Kind {
    timed_out,  // no answer at all
    refused,    // every attempt that failed loudly: ICMP unreachable, or TCP refused or reset
    malformed,  // an answer came that is no DNS message, and nothing better after it
    invalid,    // the question itself has no wire form, or there is no server to ask
  };
  Kind kind = Kind::timed_out;
  std::string message;  // with the name, the servers and the number of attempts
};
std::string_view to_string(QueryError::Kind kind);

// NXDOMAIN, SERVFAIL and the like are answers: look at rcode.
using QueryResult = tl::expected<Message, QueryError>;
using QueryHandler = std::function<void(const QueryResult&)>;

struct ResolverOptions {
  Duration resend = std::chrono::seconds(5);    // nginx: resend_timeout
  Duration timeout = std::chrono::seconds(30);  // nginx: resolver_timeout
  unsigned attempts = 0;                        // at most so many; 0: until the timeout
  Duration tcp_timeout = std::chrono::seconds(5);
  bool port_per_query = false;  // a fresh socket for each query, as libc's resolver does
  std::optional<net::IpAddress> source;
};

class Resolver {
 public:
  using QueryId = std::uint64_t;

  Resolver(io::Host& host, std::vector<net::Endpoint> servers, ResolverOptions options = {});
  ~Resolver();  // drops what is pending, without calling back
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // `done` runs exactly once, later (never inside this call), unless cancelled. It may start
  // further queries and may delete the resolver.
  QueryId query(const Question& question, QueryHandler done);
  void cancel(QueryId id);
  std::size_t pending() const { return pending_.size(); }

 private:
  struct Channel;  // the UDP socket towards one server
  struct Pending;
  void send(Pending& pending);
  void attempt_over(Pending& pending);
  void receive(const net::Endpoint& from, io::Bytes bytes, bool over_tcp);
  void unreachable(const net::Endpoint& server);
  void start_tcp(Pending& pending);
  void finish(QueryId id, QueryResult result);
  QueryResult failure(const Pending& pending) const;

  io::Host& host_;
  const std::vector<net::Endpoint> servers_;
  const ResolverOptions options_;
  std::map<net::Endpoint, std::unique_ptr<Channel>> channels_;
  std::map<QueryId, std::unique_ptr<Pending>> pending_;
  QueryId next_query_ = 1;
  std::size_t next_server_ = 0;
};

}  // namespace seatrial::dns
