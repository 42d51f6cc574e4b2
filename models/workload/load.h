// An open-loop HTTP/1.1 load generator. Arrivals come from the arrival process alone; however slow
// the answers, the next request starts when it is due, on a connection of its own if it must. That
// keeps the measurement free of coordinated omission: a server that stalls for a second delays
// every request that was due in that second, and each is counted from its intended start.
//
// Templates are picked by smooth weighted round robin, not by chance, so that the counts per
// template are exact and a report can say "1500 of 1500".
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/dns/resolver.h"
#include "models/io/host.h"
#include "models/workload/request.h"

namespace seatrial::workload {

enum class Arrival {
  poisson,   // exponential gaps
  constant,  // every 1/rate, the first at `from`
  uniform,   // gaps uniform in [0, 2/rate)
};
std::optional<Arrival> parse_arrival(std::string_view text);
std::string_view to_string(Arrival arrival);

enum class ConnectionPolicy {
  new_connection,  // one request a connection, "Connection: close", as ab and a cold client do
  keepalive,       // an idle connection to the same address if there is one, last in first out
};

struct RequestTemplate {
  std::string url;  // "http://cafe.example.com/api", with a port where it is not 80
  // Connect there whatever the name says (curl --resolve). Without it the host must be an address
  // or LoadConfig::nameservers know it.
  std::optional<net::IpAddress> resolve;
  std::string method = "GET";
  http::Fields fields;  // a Host header here replaces the URL's
  std::string body;
  unsigned weight = 1;
};

struct LoadConfig {
  std::string name = "load";
  Arrival arrival = Arrival::poisson;
  double rate = 1.0;       // requests a second
  TimePoint from{}, to{};  // intended starts lie in [from, to)
  std::vector<RequestTemplate> requests;
  ConnectionPolicy connections = ConnectionPolicy::new_connection;
  Duration keepalive_idle = std::chrono::seconds(60);  // close an idle connection after that
  Duration timeout = std::chrono::seconds(10);         // intended start to last byte
  std::size_t body_limit = 4096;
  std::vector<net::Endpoint> nameservers;
};

// What is wrong with the configuration, one line each; empty: nothing.
std::vector<std::string> problems(const LoadConfig& config);

class Load {
 public:
  // Arms its first arrival; problems(config) must be empty. `observer` must outlive the load.
  Load(io::Host& host, LoadConfig config, LoadObserver* observer);
  ~Load();  // drops what is in flight, without a record
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  const LoadConfig& config() const { return config_; }
  std::uint64_t started() const { return started_; }
  std::uint64_t finished() const { return finished_; }
  // All arrivals are past and every request has its record.
  bool done() const;

 private:
  struct Target;
  struct Pool;
  struct Names;
  class Connection;
  class Request;

  void schedule_next();
  void start_due();
  void start_request(TimePoint intended);
  std::size_t pick_template();
  void finish(Request& request);

  io::Host& host_;
  const LoadConfig config_;
  LoadObserver* observer_;
  std::vector<Target> targets_;  // one per template
  std::vector<std::int64_t> current_weights_;
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Names> names_;
  std::unique_ptr<dns::Resolver> resolver_;
  std::map<std::uint64_t, std::unique_ptr<Request>> requests_;
  std::unique_ptr<io::Timer> arrival_timer_;
  TimePoint next_arrival_;
  bool arrivals_over_ = false;
  std::uint64_t started_ = 0;
  std::uint64_t finished_ = 0;
};

}  // namespace seatrial::workload
