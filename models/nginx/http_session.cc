// A client's HTTP connection: requests one after another (pipelined ones wait in the parser), each
// answered here or by an Exchange.
//  - The request body is read whole before the upstream is asked (proxy_request_buffering on).
//  - The answer streams; an upstream is not read while much waits for the client.
//  - A client that closes while its request is with the upstream ends it (status 499).
#include "models/nginx/exchange.h"
#include "models/nginx/http_decision.h"
#include "models/nginx/proxy_request.h"
#include "models/nginx/runtime.h"

namespace seatrial::nginx {

namespace {

constexpr std::size_t send_window = 64 * 1024;      // unsent octets before an upstream is paused
constexpr std::size_t pipeline_window = 64 * 1024;  // octets held of requests to come
constexpr Duration lingering_timeout = 5s;

class HttpSession : public Session,
                    public io::StreamHandler,
                    public ResponseSink,
                    public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(Environment& environment, std::shared_ptr<Generation> generation,
              std::unique_ptr<io::Stream> client)
      : environment_(environment),
        host_(environment.host),
        generation_(std::move(generation)),
        client_(std::move(client)),
        accepted_(host_.now()),
        client_end_(client_->remote()),
        local_end_(client_->local()),
        timer_(host_.timer([this] { timer_fired(); })) {
    client_->set_handler(this);
    Captures none;
    const auto* server = choose_server(*generation_->config.http, local_end_, "", none);
    if (server != nullptr) connection_settings_ = &server->settings;
    io::arm_in(host_, *timer_, connection_settings_->client_header_timeout);
  }

  // --- Session
  void wind_down() override {
    if (state_ == State::waiting && !parser_.in_message() && served_ > 0) close();
  }
  void cut() override {
    if (context_) end_record(499);
    close();
  }

  // --- StreamHandler, the client's side
  void on_data(io::Bytes bytes) override {
    if (state_ == State::lingering) {
      io::arm_in(host_, *timer_, lingering_timeout);
      return;
    }
    received_ += bytes.size();
    if (state_ == State::waiting && !parser_.in_message()) {
      request_began_ = host_.now();
      io::arm_in(host_, *timer_, connection_settings_->client_header_timeout);
    }
    parser_.push(bytes);
    if (state_ == State::working) {
      if (parser_.buffered() > pipeline_window) client_->pause_reading();
      return;
    }
    pump();
  }
  void on_end() override {
    if (state_ == State::working) {
      end_record(499);
    } else if (context_) {
      end_record(400);
    }
    close();
  }
  void on_drained() override {
    if (exchange_) exchange_->resume();
  }
  void on_closed(io::CloseReason) override {
    if (context_) end_record(499);
    close();
  }

  // --- ResponseSink, the upstream's side
  void response_head(const http::ResponseHead& head, http::BodyFraming framing,
                     std::optional<std::uint64_t> length) override {
    context_->now = host_.now();
    context_->upstream_response = &head;
    const bool unknown_length =
        framing == http::BodyFraming::chunked || framing == http::BodyFraming::until_close;
    chunked_ = unknown_length && context_->head.version >= 11;
    keep_ = wants_keep_alive() && (!unknown_length || chunked_);
    context_->record.status = head.status;
    send(http::serialize(proxied_head(*context_, head, length, chunked_, keep_)));
    context_->upstream_response = nullptr;
  }
  void response_body(io::Bytes bytes) override {
    if (chunked_) {
      send(http::chunk(bytes));
    } else {
      context_->record.bytes_sent += bytes.size();
      client_->send(bytes);
    }
    if (client_->unsent() > send_window) exchange_->pause();
  }
  void response_end() override {
    if (chunked_) send(http::last_chunk);
    end_request(keep_);
  }
  void exchange_failed(int status) override { refuse(status); }
  void response_truncated() override {
    end_record(context_->record.status);
    close();
  }

 private:
  enum class State {
    waiting,    // for a head
    reading,    // the body
    working,    // the answer is being made
    lingering,  // answered, while the client still sends
    closed,
  };

  bool wants_keep_alive() const {
    const auto& settings = context_->settings();
    return http::wants_keep_alive(context_->head.version, context_->head.fields) &&
           settings.keepalive_timeout > Duration::zero() &&
           context_->record.connection_requests <
               static_cast<std::uint64_t>(settings.keepalive_requests) &&
           !generation_->exiting;
  }

  void send(std::string_view text) {
    context_->record.bytes_sent += text.size();
    client_->send(io::as_bytes(text));
  }

  void pump() {
    const auto keep = shared_from_this();
    while (state_ == State::waiting || state_ == State::reading) {
      const auto event = parser_.next();
      switch (event.kind) {
        case http::EventKind::need_more:
          return;
        case http::EventKind::head:
          begin_request(parser_.head());
          break;
        case http::EventKind::body:
          take_body(event.body);
          break;
        case http::EventKind::complete:
          state_ = State::working;
          timer_->cancel();
          work();
          break;
        case http::EventKind::error:
          if (!context_) make_context({});
          refuse(event.error == http::ErrorKind::head_too_large ? 494 : event.status);
          return;
      }
    }
  }

  void make_context(const http::RequestHead& head) {
    context_ = std::make_unique<HttpContext>();
    context_->config = &*generation_->config.http;
    context_->head = head;
    context_->hostname = host_.name();
    context_->version = environment_.options.version;
    context_->epoch = environment_.options.epoch;
    context_->connection_number = id;
    context_->now = host_.now();
    auto& record = context_->record;
    record.kind = ProxyRecord::Kind::http_request;
    record.host = host_.name();
    record.client = client_end_;
    record.local = local_end_;
    record.accepted = accepted_;
    record.started = request_began_;
    record.method = head.method;
    record.target = head.target;
    record.connection_requests = ++served_;
  }

  void begin_request(const http::RequestHead& head) {
    make_context(head);
    state_ = State::reading;
    decision_ = decide(*context_, parser_.framing(), parser_.content_length());
    if (const auto* refusal = std::get_if<Refuse>(&decision_)) {
      if (ends_connection(refusal->status)) {
        refuse(refusal->status);
        return;
      }
    }
    if (parser_.framing() == http::BodyFraming::none) return;
    io::arm_in(host_, *timer_, context_->settings().client_body_timeout);
    const auto expect = head.fields.find("Expect");
    if (expect && head.version >= 11 && http::equal_ignoring_case(*expect, "100-continue")) {
      send("HTTP/1.1 100 Continue\r\n\r\n");
    }
  }

  void take_body(io::Bytes bytes) {
    io::arm_in(host_, *timer_, context_->settings().client_body_timeout);
    if (!std::holds_alternative<Proxy>(decision_)) return;
    const auto limit = context_->settings().client_max_body_size;
    if (limit != 0 && body_.size() + bytes.size() > limit) {
      refuse(413);
      return;
    }
    body_.append(io::as_text(bytes));
  }

  void work() {
    const auto cost = environment_.options.request_cost;
    if (cost == Duration::zero()) {
      run();
      return;
    }
    host_.spend(cost, [weak = weak_from_this(), request = served_] {
      const auto self = weak.lock();
      if (self && self->state_ == State::working && self->served_ == request) self->run();
    });
  }

  void run() {
    const auto keep = shared_from_this();
    context_->now = host_.now();
    if (const auto* refusal = std::get_if<Refuse>(&decision_)) {
      refuse(refusal->status);
    } else if (const auto* answer = std::get_if<Answer>(&decision_)) {
      if (answer->action->code == 444) {
        end_record(444);
        close();
        return;
      }
      respond(return_response(*context_, *answer->action));
    } else {
      const auto& name = context_->location->proxy_pass->upstream;
      const auto& upstream = generation_->http_upstreams.at(name);
      context_->record.upstream = name;
      exchange_ = std::make_shared<Exchange>(host_, upstream, context_->settings().proxy,
                                             context_->record, *this);
      const auto exchange = exchange_;
      exchange->start(make_upstream_request(*context_, body_.size()), body_,
                      upstream->config().hash_key.evaluate(*context_));
    }
  }

  void refuse(int status) { respond(error_response(*context_, status)); }

  void respond(const LocalResponse& response) {
    context_->now = host_.now();
    const bool keep = wants_keep_alive() && !ends_connection(response.status);
    context_->record.status = response.status == 494 ? 400 : response.status;
    send(http::serialize(local_head(*context_, response, keep)));
    if (context_->head.method != "HEAD") send(response.body);
    end_request(keep);
  }

  void end_record(int status) {
    if (exchange_) exchange_->cancel();  // it writes into the record
    auto& record = context_->record;
    record.status = status;
    record.ended = host_.now();
    const auto used = received_ - parser_.buffered();
    record.bytes_received = used - counted_;
    counted_ = used;
    if (environment_.observer != nullptr) environment_.observer->on_finished(record);
    drop_exchange();
    context_.reset();
  }

  void end_request(bool keep) {
    const auto self = shared_from_this();
    // Answered before the body was read; after a 400 nginx does not wait for it.
    const bool early = state_ == State::reading && context_->record.status != 400;
    end_record(context_->record.status);
    body_.clear();
    if (!keep) {
      if (early) {
        linger();
      } else {
        close();
      }
      return;
    }
    parser_.restart();
    state_ = State::waiting;
    request_began_ = host_.now();
    io::arm_in(host_, *timer_, connection_settings_->keepalive_timeout);
    client_->resume_reading();
    if (parser_.buffered() == 0) return;
    host_.post([weak = weak_from_this()] {
      if (const auto session = weak.lock()) session->pump();
    });
  }

  // The exchange may be the one that calls.
  void drop_exchange() {
    if (!exchange_) return;
    host_.post([exchange = std::move(exchange_)] { (void)exchange; });
    exchange_.reset();
  }

  // Closing with unread octets would be a reset, which can destroy the answer on its way. So the
  // body is taken and thrown away until the client pauses or ends.
  void linger() {
    state_ = State::lingering;
    client_->resume_reading();
    io::arm_in(host_, *timer_, lingering_timeout);
  }

  void timer_fired() {
    if (context_) end_record(408);
    close();
  }

  void close() {
    if (state_ == State::closed) return;
    const auto keep = shared_from_this();
    state_ = State::closed;
    timer_->cancel();
    if (exchange_) exchange_->cancel();
    drop_exchange();
    context_.reset();
    client_.reset();
    environment_.retire(this);
    generation_.reset();
  }

  Environment& environment_;
  io::Host& host_;
  std::shared_ptr<Generation> generation_;
  std::unique_ptr<io::Stream> client_;
  const TimePoint accepted_;
  const net::Endpoint client_end_;
  const net::Endpoint local_end_;
  std::unique_ptr<io::Timer> timer_;
  HttpSettings default_settings_;
  const HttpSettings* connection_settings_ = &default_settings_;  // of the default server

  http::RequestParser parser_;
  State state_ = State::waiting;
  std::unique_ptr<HttpContext> context_;
  Decision decision_;
  std::string body_;
  std::shared_ptr<Exchange> exchange_;
  bool chunked_ = false;
  bool keep_ = false;
  TimePoint request_began_{};
  std::uint64_t served_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t counted_ = 0;
};

}  // namespace

std::shared_ptr<Session> make_http_session(Environment& environment,
                                           std::shared_ptr<Generation> generation,
                                           std::unique_ptr<io::Stream> client) {
  return std::make_shared<HttpSession>(environment, std::move(generation), std::move(client));
}

}  // namespace seatrial::nginx
