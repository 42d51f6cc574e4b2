// What a load is made of inside: the prepared target of a template, a client connection, the pool
// of idle ones, and one request on its way. Only load.cc and load_request.cc include this.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/http/parser.h"
#include "models/workload/load.h"
#include "models/workload/url.h"

namespace seatrial::workload {

struct Load::Target {
  Url url;
  std::optional<net::IpAddress> address;
  std::string bytes;  // the request as it goes out
  bool head = false;  // the answer has no body
};

class Load::Connection : public io::StreamHandler {
 public:
  // Whoever uses the connection: a request, or nobody while it is idle.
  explicit Connection(Pool& pool) : pool_(pool) {}

  void open(io::Host& host, const net::Endpoint& remote, Request& user);
  void use(Request& user, bool to_head);
  void release();
  io::Stream& stream() { return *stream_; }
  http::ResponseParser& parser() { return parser_; }
  const net::Endpoint& remote() const { return remote_; }
  std::unique_ptr<io::Timer> idle_timer;

  void on_connected() override;
  void on_data(io::Bytes bytes) override;
  void on_end() override;
  void on_closed(io::CloseReason reason) override;

 private:
  Pool& pool_;
  Request* user_ = nullptr;
  net::Endpoint remote_;
  http::ResponseParser parser_;
  std::unique_ptr<io::Stream> stream_;
};

struct Load::Pool {
  io::Host& host;
  Duration idle_limit;
  std::map<net::Endpoint, std::vector<std::unique_ptr<Connection>>> idle;

  std::unique_ptr<Connection> take(const net::Endpoint& remote);
  void keep(std::unique_ptr<Connection> connection);
  void drop(const Connection& connection);
};

// Addresses of names, kept for the TTL of their records, as a browser or a JVM keeps them.
struct Load::Names {
  struct Entry {
    std::vector<net::IpAddress> addresses;
    TimePoint expires;
  };
  std::map<std::string, Entry> known;
};

class Load::Request {
 public:
  Request(Load& load, std::uint64_t id, std::size_t template_index, TimePoint intended);
  ~Request();
  void start();

  // From the connection:
  void connected();
  void received(io::Bytes bytes);
  void ended();
  void closed(io::CloseReason reason);

  RequestFinished record;

 private:
  void resolve(dns::Type type);
  void resolved(const dns::QueryResult& result, dns::Type type);
  void connect(const net::IpAddress& address);
  void connect_anew();
  void send();
  void read_events();
  void finish(Symptom symptom);
  bool retry_on_new_connection();

  Load& load_;
  const Target& target_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<io::Timer> deadline_;
  dns::Resolver::QueryId query_ = 0;
  bool retried_ = false;
};

}  // namespace seatrial::workload
