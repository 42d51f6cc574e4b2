// `stream { server { proxy_pass } }`: bytes both ways (ngx_stream_proxy_module.c of 1.22).
//  - While the upstream connection is made, up to proxy_buffer_size is read from the client.
//  - Back pressure: a side is not read while more than proxy_buffer_size waits for the other.
//  - Only a failed connect goes to the next peer. Later errors end the session.
//  - Without proxy_half_close (the default) the FIN of either side ends the session as soon as what
//    came before it is delivered; with it, both have to end.
#include <algorithm>
#include <string>

#include "models/nginx/runtime.h"

namespace seatrial::nginx {

namespace {

class StreamVariables : public Variables {
 public:
  explicit StreamVariables(const io::Stream& client) : client_(client) {}
  std::string variable(std::string_view name) const override {
    if (name == "remote_addr") return client_.remote().address.to_string();
    if (name == "remote_port") return std::to_string(client_.remote().port);
    if (name == "server_addr") return client_.local().address.to_string();
    if (name == "server_port") return std::to_string(client_.local().port);
    if (name == "binary_remote_addr") {
      const auto remote = client_.remote();
      const auto octets = remote.address.bytes();
      return {octets.begin(), octets.end()};
    }
    return {};
  }

 private:
  const io::Stream& client_;
};

class StreamSession : public Session, public std::enable_shared_from_this<StreamSession> {
 public:
  StreamSession(Environment& environment, std::shared_ptr<Generation> generation,
                const StreamServer& server, std::unique_ptr<io::Stream> client)
      : environment_(environment),
        host_(environment.host),
        generation_(std::move(generation)),
        server_(server),
        client_side_(*this),
        upstream_side_(*this),
        client_(std::move(client)) {
    client_->set_handler(&client_side_);
    record_.kind = ProxyRecord::Kind::stream_session;
    record_.host = host_.name();
    record_.client = client_->remote();
    record_.local = client_->local();
    record_.upstream = server_.upstream;
    record_.accepted = record_.started = host_.now();
    record_.status = 200;
  }

  void start() {
    if (done_) return;
    // The work costs its time before the upstream is chosen.
    if (environment_.options.request_cost > Duration::zero()) {
      host_.spend(environment_.options.request_cost, [weak = weak_from_this()] {
        if (const auto self = weak.lock(); self && !self->done_) self->begin();
      });
    } else {
      begin();
    }
  }

  void cut() override { finish(record_.status); }

 private:
  struct Side : io::StreamHandler {
    explicit Side(StreamSession& s) : session(s) {}
    StreamSession& session;
  };
  struct ClientSide : Side {
    using Side::Side;
    void on_data(io::Bytes bytes) override { session.client_data(bytes); }
    void on_end() override { session.ended(session.client_ended_); }
    void on_drained() override { session.drained(); }
    void on_closed(io::CloseReason reason) override { session.client_closed(reason); }
  };
  struct UpstreamSide : Side {
    using Side::Side;
    void on_connected() override { session.upstream_connected(); }
    void on_data(io::Bytes bytes) override { session.upstream_data(bytes); }
    void on_end() override { session.ended(session.upstream_ended_); }
    void on_drained() override { session.drained(); }
    void on_closed(io::CloseReason reason) override { session.upstream_closed(reason); }
  };

  void begin() {
    const auto& upstream = generation_->stream_upstreams.at(server_.upstream);
    const auto key = upstream->config().hash_key.evaluate(StreamVariables(*client_));
    selection_ = std::make_unique<Selection>(upstream, record_.client.address, key);
    selection_->limit_tries(server_.next_upstream_tries);
    first_try_ = host_.now();
    connect();
  }

  void connect() {
    const auto peer = selection_->next();
    if (!peer) {
      finish(502);
      return;
    }
    record_.attempts.push_back({.peer = peer->endpoint, .started = host_.now()});
    if (!record_.connect_started) record_.connect_started = host_.now();
    io::ConnectOptions options;
    options.timeout = server_.connect_timeout;
    upstream_ = host_.connect(peer->endpoint, &upstream_side_, options);
  }

  void upstream_connected() {
    connected_ = true;
    auto& attempt = record_.attempts.back();
    attempt.connected = record_.connected = host_.now();
    attempt.local = upstream_->local();
    touch();
    if (!waiting_.empty()) {
      upstream_->send(io::as_bytes(waiting_));
      waiting_.clear();
      waiting_.shrink_to_fit();
    }
    if (upstream_->unsent() <= server_.buffer_size) client_->resume_reading();
    check_end();
  }

  void client_data(io::Bytes bytes) {
    record_.bytes_received += bytes.size();
    if (!connected_) {
      waiting_.append(io::as_text(bytes));
      if (waiting_.size() >= server_.buffer_size) client_->pause_reading();
      return;
    }
    touch();
    upstream_->send(bytes);
    if (upstream_->unsent() > server_.buffer_size) client_->pause_reading();
  }

  void upstream_data(io::Bytes bytes) {
    touch();
    if (!record_.first_byte) {
      record_.first_byte = record_.attempts.back().first_byte = host_.now();
    }
    record_.bytes_sent += bytes.size();
    client_->send(bytes);
    if (client_->unsent() > server_.buffer_size) upstream_->pause_reading();
  }

  void ended(bool& side) {
    side = true;
    check_end();
  }

  void drained() {
    if (connected_ && upstream_->unsent() == 0) client_->resume_reading();
    if (connected_ && client_->unsent() == 0) upstream_->resume_reading();
    check_end();
  }

  void check_end() {
    if (!connected_) return;
    const bool to_upstream_done = client_ended_ && upstream_->unsent() == 0;
    const bool to_client_done = upstream_ended_ && client_->unsent() == 0;
    if (!server_.half_close) {
      if (to_upstream_done || to_client_done) finish(200);
      return;
    }
    if (client_ended_ && !passed_client_end_) {
      passed_client_end_ = true;
      upstream_->shutdown();
    }
    if (upstream_ended_ && !passed_upstream_end_) {
      passed_upstream_end_ = true;
      client_->shutdown();
    }
    if (to_upstream_done && to_client_done) finish(200);
  }

  void client_closed(io::CloseReason reason) {
    if (reason != io::CloseReason::finished && !record_.attempts.empty()) {
      record_.attempts.back().outcome = AttemptOutcome::client_gone;
    }
    finish(200);
  }

  void upstream_closed(io::CloseReason reason) {
    auto& attempt = record_.attempts.back();
    attempt.ended = host_.now();
    if (connected_) {
      if (reason != io::CloseReason::finished) attempt.outcome = AttemptOutcome::reset;
      finish(200);
      return;
    }
    attempt.outcome = connect_outcome(reason);
    selection_->release(Selection::Result::failed);
    upstream_.reset();
    const auto limit = server_.next_upstream_timeout;
    const bool too_late = limit > Duration::zero() && host_.now() - first_try_ >= limit;
    if (!server_.next_upstream || selection_->tries() == 0 || too_late) {
      finish(502);
    } else {
      connect();
    }
  }

  // proxy_timeout runs between two successive reads or writes. The timer is moved only when it
  // fires, because bytes come far more often.
  void touch() {
    last_activity_ = host_.now();
    if (!timer_) timer_ = host_.timer([this] { timer_fired(); });
    if (!timer_->armed()) timer_->arm(last_activity_ + server_.timeout);
  }
  void timer_fired() {
    if (host_.now() < last_activity_ + server_.timeout) {
      timer_->arm(last_activity_ + server_.timeout);
      return;
    }
    record_.attempts.back().outcome = AttemptOutcome::read_timeout;
    finish(200);
  }

  void finish(int status) {
    if (done_) return;
    done_ = true;
    const auto keep = shared_from_this();
    const auto now = host_.now();
    if (!record_.attempts.empty()) {
      auto& last = record_.attempts.back();
      if (last.ended == TimePoint{}) last.ended = now;
      record_.upstream_local = last.local;
      record_.upstream_remote = last.peer;
    }
    record_.status = status;
    record_.ended = now;
    timer_.reset();
    if (selection_) selection_->release(Selection::Result::ok);
    selection_.reset();
    upstream_.reset();
    client_.reset();
    if (environment_.observer != nullptr) environment_.observer->on_finished(record_);
    environment_.retire(this);
    generation_.reset();
  }

  Environment& environment_;
  io::Host& host_;
  std::shared_ptr<Generation> generation_;
  const StreamServer& server_;  // of generation_
  ClientSide client_side_;
  UpstreamSide upstream_side_;
  std::unique_ptr<io::Stream> client_;
  std::unique_ptr<io::Stream> upstream_;
  std::unique_ptr<Selection> selection_;
  std::unique_ptr<io::Timer> timer_;
  std::string waiting_;  // from the client, before the upstream is connected
  TimePoint first_try_{};
  TimePoint last_activity_{};
  bool connected_ = false;
  bool client_ended_ = false;
  bool upstream_ended_ = false;
  bool passed_client_end_ = false;
  bool passed_upstream_end_ = false;
  bool done_ = false;
  ProxyRecord record_;
};

}  // namespace

std::shared_ptr<Session> make_stream_session(Environment& environment,
                                             std::shared_ptr<Generation> generation,
                                             const StreamServer& server,
                                             std::unique_ptr<io::Stream> client) {
  auto session = std::make_shared<StreamSession>(environment, std::move(generation), server,
                                                 std::move(client));
  // Not inside accept: the session has to be known to its server before it can end.
  environment.host.post([weak = std::weak_ptr<StreamSession>(session)] {
    if (const auto self = weak.lock()) self->start();
  });
  return session;
}

}  // namespace seatrial::nginx
