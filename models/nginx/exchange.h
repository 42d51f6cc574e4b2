// One proxied request: peers are tried until one answers, then its answer streams to the sink
// (ngx_http_upstream.c). The sink belongs to the client's side.
#pragma once

#include <memory>
#include <string>

#include "models/http/parser.h"
#include "models/nginx/config.h"
#include "models/nginx/idle_pool.h"
#include "models/nginx/observer.h"
#include "models/nginx/upstream.h"

namespace seatrial::nginx {

class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual void response_head(const http::ResponseHead& head, http::BodyFraming framing,
                             std::optional<std::uint64_t> length) = 0;
  virtual void response_body(io::Bytes bytes) = 0;
  virtual void response_end() = 0;
  // No peer gave an answer to pass on: 502 or 504. Nothing has been passed on.
  virtual void exchange_failed(int status) = 0;
  // The upstream failed in the middle of its answer.
  virtual void response_truncated() = 0;
};

class Exchange : public io::StreamHandler, public std::enable_shared_from_this<Exchange> {
 public:
  // `record` collects the attempts; it and `settings` and `sink` outlive the exchange or its
  // cancel().
  Exchange(io::Host& host, std::shared_ptr<Upstream> upstream, const ProxySettings& settings,
           ProxyRecord& record, ResponseSink& sink);

  // `key` is that of `hash`.
  void start(const http::RequestHead& request, const std::string& body, const std::string& key);
  // The client has left: no more calls to the sink.
  void cancel();
  // Back pressure from the client's side.
  void pause();
  void resume();

  void on_connected() override;
  void on_data(io::Bytes bytes) override;
  void on_end() override;
  void on_closed(io::CloseReason reason) override;

 private:
  void connect();
  void send_request();
  void pump();
  void take_head();
  void complete();
  bool try_next_for_status(int status);
  // `failure` is a bit of NextUpstream.
  void failed(unsigned failure, AttemptOutcome outcome);
  void end_attempt(AttemptOutcome outcome);
  void give_up(int status);
  void touch();
  void timed_out();

  io::Host& host_;
  std::shared_ptr<Upstream> upstream_;
  const ProxySettings& settings_;
  ProxyRecord& record_;
  ResponseSink& sink_;
  std::unique_ptr<Selection> selection_;
  std::string request_;
  bool to_head_ = false;
  bool non_idempotent_ = false;
  bool asked_to_close_ = false;

  IdleConnection connection_;
  http::ResponseParser parser_;
  std::unique_ptr<io::Timer> timer_;
  TimePoint first_try_{};
  TimePoint last_activity_{};
  bool connected_ = false;
  bool cached_ = false;
  bool request_sent_ = false;
  bool head_passed_ = false;
  bool done_ = false;
};

}  // namespace seatrial::nginx
