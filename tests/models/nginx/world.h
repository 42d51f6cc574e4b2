// A proxy between a client and some backends, in memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/http/parser.h"
#include "models/nginx/reader.h"
#include "models/nginx/server.h"
#include "tests/support/fake_network.h"

namespace seatrial::test {

// Answers each request with its own name and what it was asked, as "b1 GET /path".
class Backend {
 public:
  Backend(FakeNetwork& network, const std::string& name, const std::string& address,
          std::uint16_t port = 80)
      : host_(network.host(name, address)), name_(name) {
    listener_ = host_.listen(
        {*net::IpAddress::parse(address), port}, [this](std::unique_ptr<io::Stream> stream) {
          ++accepted;
          connections_.push_back(std::make_unique<Connection>(*this, std::move(stream)));
        });
  }
  void stop_listening() { listener_.reset(); }

  int accepted = 0;
  std::vector<http::RequestHead> requests;
  std::vector<std::string> bodies;
  std::string raw_answer;  // instead of the usual one
  bool silent = false;
  bool close_after_answer = false;

 private:
  struct Connection : io::StreamHandler {
    Connection(Backend& b, std::unique_ptr<io::Stream> s) : backend(b), stream(std::move(s)) {
      stream->set_handler(this);
    }
    void on_data(io::Bytes bytes) override {
      parser.push(bytes);
      for (;;) {
        const auto event = parser.next();
        if (event.kind == http::EventKind::body) body.append(io::as_text(event.body));
        if (event.kind == http::EventKind::complete) {
          answer();
          parser.restart();
        }
        if (event.kind == http::EventKind::need_more || event.kind == http::EventKind::error) {
          return;
        }
      }
    }
    void on_end() override { stream->shutdown(); }
    void on_closed(io::CloseReason) override { stream.reset(); }
    void answer() {
      backend.requests.push_back(parser.head());
      backend.bodies.push_back(std::exchange(body, {}));
      if (backend.silent) return;
      const auto text = backend.name_ + " " + parser.head().method + " " + parser.head().target;
      http::ResponseHead head;
      head.fields.add("Server", "backend");
      const auto bytes =
          backend.raw_answer.empty() ? http::serialize(head, text) : backend.raw_answer;
      stream->send(io::as_bytes(bytes));
      if (backend.close_after_answer) stream->shutdown();
    }
    Backend& backend;
    std::unique_ptr<io::Stream> stream;
    http::RequestParser parser;
    std::string body;
  };

  FakeHost& host_;
  std::string name_;
  std::unique_ptr<io::Listener> listener_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

// A client's connection that keeps what it got.
class Client : public io::StreamHandler {
 public:
  Client(FakeNetwork& network, const std::string& to, const std::string& bytes = {})
      : host_(network.host("client", "10.2.0.10")), first_(bytes) {
    stream = host_.connect(*net::Endpoint::parse(to), this);
  }
  void send(const std::string& bytes) { stream->send(io::as_bytes(bytes)); }
  void on_connected() override {
    local = stream->local();
    if (!first_.empty()) send(first_);
  }
  void on_data(io::Bytes bytes) override { got.append(io::as_text(bytes)); }
  void on_end() override { ended = true; }
  void on_closed(io::CloseReason why) override { reason = why; }
  bool closed() const { return ended || reason.has_value(); }

  std::string got;
  bool ended = false;
  std::optional<io::CloseReason> reason;
  net::Endpoint local;
  std::unique_ptr<io::Stream> stream;

 private:
  FakeHost& host_;
  std::string first_;  // sent as soon as the connection stands
};

struct Log : nginx::Observer {
  void on_finished(const nginx::ProxyRecord& record) override { finished.push_back(record); }
  void on_reloaded(const nginx::ReloadRecord& record) override { reloads.push_back(record); }
  void on_peers_changed(const nginx::PeersRecord& record) override { peers.push_back(record); }
  void on_peer_disabled(const nginx::PeerDisabledRecord& record) override {
    disabled.push_back(record);
  }
  std::vector<nginx::ProxyRecord> finished;
  std::vector<nginx::ReloadRecord> reloads;
  std::vector<nginx::PeersRecord> peers;
  std::vector<nginx::PeerDisabledRecord> disabled;
};

inline nginx::Config config_of(const std::string& text) {
  Diagnostics diagnostics;
  auto config =
      nginx::read_text("events {}\n" + text, "nginx.conf", nginx::MemoryFiles({}), diagnostics);
  if (diagnostics.has_errors()) throw std::invalid_argument(diagnostics.to_string());
  return config;
}

// The proxy at 10.1.1.4.
struct World {
  FakeNetwork network;
  FakeHost& edge = network.host("edge1", "10.1.1.4");
  Log log;
  std::unique_ptr<nginx::Server> server;

  void run(const std::string& text) {
    server = std::make_unique<nginx::Server>(edge, config_of(text), &log);
    if (!server->start()) throw std::runtime_error("no listener");
  }
  // One request on a connection of its own, run to its end.
  std::string get(const std::string& target, const std::string& fields = "Host: a\r\n") {
    Client client(network, "10.1.1.4:80",
                  "GET " + target + " HTTP/1.1\r\n" + fields + "Connection: close\r\n\r\n");
    network.run_until([&client] { return client.closed(); }, 100s);
    return client.got;
  }
};

inline std::string body_of(const std::string& response) {
  const auto end = response.find("\r\n\r\n");
  return end == std::string::npos ? "" : response.substr(end + 4);
}

}  // namespace seatrial::test
