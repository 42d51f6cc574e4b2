// The application in a pod: an HTTP/1.1 server that answers every request in the style of
// nginxdemos/nginx-hello (plain text), so that a client can tell who answered:
//
//   Server address: 172.16.1.70:8080
//   Server name: app-1-7d9f-x2x1z
//   Date: 01/Jan/2024:00:00:12 +0000
//   URI: /api
//   Request ID: 0b1f...
//
// The date is the start date plus simulated time, and the request id is drawn from the host's
// random stream "request-id", so that the same seed gives the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "models/io/host.h"
#include "models/workload/request.h"

namespace seatrial::workload {

// How long something takes, drawn anew each time.
struct TimeDistribution {
  enum class Kind { constant, uniform, exponential };
  Kind kind = Kind::constant;
  Duration low{0};   // the value, the lower bound, or the mean
  Duration high{0};  // the upper bound of `uniform`
  Duration draw(io::RandomStream& random) const;
};

struct AppConfig {
  std::uint16_t port = 8080;
  std::string name;                         // "Server name"; empty: Host::name()
  TimeDistribution service_time;            // waiting, as for a database: requests overlap
  TimeDistribution cpu;                     // computing: requests queue for the host's CPU
  std::size_t response_size = 0;            // the body is filled up with spaces to this size
  std::string readiness_path = "/healthz";  // answered at once: 200, or 503 when not ready
  Duration keepalive_timeout =
      std::chrono::seconds(65);          // nginx: keepalive_timeout 65 in the image
  std::int64_t start_date = 1704067200;  // Unix time of TimePoint 0: 2024-01-01 00:00:00 UTC
};

struct RequestServed {
  std::string server;  // AppConfig::name
  TimePoint received, answered;
  net::Endpoint client, local;
  std::string method, target, host;
  http::Fields fields;  // as received, so that X-Forwarded-For and the like can be checked
  int status = 0;
  Duration waited{0}, computed{0};  // as drawn; a computation may have stood in the CPU's queue too
};

class AppObserver {
 public:
  virtual ~AppObserver() = default;
  virtual void on_request_served(const RequestServed& record) = 0;
};

class EchoApp {
 public:
  // Listens at once on every address of the host.
  EchoApp(io::Host& host, AppConfig config, AppObserver* observer = nullptr);
  ~EchoApp();  // as a killed process: connections with unread data are the host's business
  EchoApp(const EchoApp&) = delete;
  EchoApp& operator=(const EchoApp&) = delete;

  bool listening() const { return listener_ != nullptr; }
  // What the readiness path says; true from the start.
  void set_ready(bool ready) { ready_ = ready; }
  // As `nginx -s quit`: stops listening, closes idle connections, answers what it has begun with
  // "Connection: close". `stopped` runs when the last connection is gone (by a post at the
  // earliest).
  void stop(std::function<void()> stopped);

  std::size_t connections() const { return connections_.size(); }
  std::uint64_t served() const { return served_; }

 private:
  class Connection;
  friend class Connection;
  void accept(std::unique_ptr<io::Stream> stream);
  void remove(std::uint64_t id);
  void stopped_if_idle();
  std::string response_for(const RequestServed& request, bool keep_alive);

  io::Host& host_;
  const AppConfig config_;
  AppObserver* observer_;
  std::shared_ptr<bool> alive_;
  std::unique_ptr<io::Listener> listener_;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::uint64_t next_connection_ = 0;
  std::uint64_t served_ = 0;
  bool ready_ = true;
  bool stopping_ = false;
  std::function<void()> stopped_;
};

}  // namespace seatrial::workload
