#include "models/nginx/exchange.h"

#include "models/nginx/runtime.h"

namespace seatrial::nginx {

namespace {

struct StatusRule {
  int status;
  unsigned bit;
};
constexpr StatusRule status_rules[] = {
    {500, next_http_500}, {502, next_http_502}, {503, next_http_503}, {504, next_http_504},
    {403, next_http_403}, {404, next_http_404}, {429, next_http_429},
};

int status_of(unsigned failure) {
  for (const auto& rule : status_rules) {
    if ((failure & rule.bit) != 0) return rule.status;
  }
  return (failure & next_timeout) != 0 ? 504 : 502;
}

}  // namespace

Exchange::Exchange(io::Host& host, std::shared_ptr<Upstream> upstream,
                   const ProxySettings& settings, ProxyRecord& record, ResponseSink& sink)
    : host_(host),
      upstream_(std::move(upstream)),
      settings_(settings),
      record_(record),
      sink_(sink),
      timer_(host.timer([this] { timed_out(); })) {}

void Exchange::start(const http::RequestHead& request, const std::string& body,
                     const std::string& key) {
  request_ = http::serialize(request) + (settings_.pass_request_body ? body : std::string());
  to_head_ = request.method == "HEAD";
  non_idempotent_ =
      request.method == "POST" || request.method == "LOCK" || request.method == "PATCH";
  asked_to_close_ = request.fields.has_token("Connection", "close");
  selection_ = std::make_unique<Selection>(upstream_, record_.client.address, key);
  selection_->limit_tries(settings_.next_upstream_tries);
  first_try_ = host_.now();
  connect();
}

void Exchange::connect() {
  connected_ = cached_ = request_sent_ = false;
  parser_ = http::ResponseParser();
  parser_.restart(to_head_);
  const auto peer = selection_->next();
  if (!peer) {
    give_up(502);  // no live upstreams
    return;
  }
  record_.attempts.push_back({.peer = peer->endpoint, .started = host_.now()});
  if (!record_.connect_started) record_.connect_started = host_.now();
  if (auto idle = upstream_->idle().take(peer->endpoint)) {
    connection_ = std::move(*idle);
    connection_.stream->set_handler(this);
    cached_ = true;
    record_.attempts.back().reused = true;
    record_.attempts.back().local = connection_.stream->local();
    connected_ = true;
    send_request();
    return;
  }
  io::ConnectOptions options;
  options.timeout = settings_.connect_timeout;
  connection_ = {host_.connect(peer->endpoint, this, options), host_.now(), 0};
}

void Exchange::on_connected() {
  connected_ = true;
  auto& attempt = record_.attempts.back();
  attempt.connected = record_.connected = host_.now();
  attempt.local = connection_.stream->local();
  send_request();
}

void Exchange::send_request() {
  request_sent_ = true;
  ++connection_.requests;
  connection_.stream->send(io::as_bytes(request_));
  touch();
}

void Exchange::on_data(io::Bytes bytes) {
  if (done_) return;
  touch();
  auto& attempt = record_.attempts.back();
  if (!attempt.first_byte) attempt.first_byte = record_.first_byte = host_.now();
  parser_.push(bytes);
  pump();
}

void Exchange::on_end() {
  if (done_) return;
  const auto keep = shared_from_this();
  const auto attempt = record_.attempts.size();
  parser_.push_end();
  pump();
  if (!done_ && record_.attempts.size() == attempt)
    failed(next_error, AttemptOutcome::closed_early);
}

void Exchange::on_closed(io::CloseReason reason) {
  if (done_) return;
  if (!connected_) {
    const auto outcome = connect_outcome(reason);
    failed(outcome == AttemptOutcome::connect_timeout ? next_timeout : next_error, outcome);
  } else {
    failed(next_error, reason == io::CloseReason::finished ? AttemptOutcome::closed_early
                                                           : AttemptOutcome::reset);
  }
}

void Exchange::pump() {
  const auto keep = shared_from_this();
  const auto attempt = record_.attempts.size();  // a failure may have gone on to the next peer
  while (!done_ && record_.attempts.size() == attempt) {
    const auto event = parser_.next();
    switch (event.kind) {
      case http::EventKind::need_more:
        return;
      case http::EventKind::head:
        take_head();
        break;
      case http::EventKind::body:
        sink_.response_body(event.body);
        break;
      case http::EventKind::complete:
        complete();
        return;
      case http::EventKind::error:
        if (event.error == http::ErrorKind::ended_early) {
          failed(next_error, AttemptOutcome::closed_early);
        } else {
          failed(next_invalid_header, AttemptOutcome::invalid_header);
        }
        return;
    }
  }
}

void Exchange::take_head() {
  const auto& head = parser_.head();
  record_.attempts.back().status = head.status;
  if (try_next_for_status(head.status)) return;
  head_passed_ = true;
  sink_.response_head(head, parser_.framing(), parser_.content_length());
}

// ngx_http_upstream_test_next: only while another try is left; else the answer is passed on.
bool Exchange::try_next_for_status(int status) {
  for (const auto& rule : status_rules) {
    if (rule.status != status) continue;
    const unsigned mask = rule.bit | (non_idempotent_ ? next_non_idempotent : 0U);
    const auto limit = settings_.next_upstream_timeout;
    const bool too_late = limit > Duration::zero() && host_.now() - first_try_ >= limit;
    if (selection_->tries() <= 1 || (settings_.next_upstream & mask) != mask || too_late) {
      return false;
    }
    failed(rule.bit, AttemptOutcome::bad_status);
    return true;
  }
  return false;
}

void Exchange::complete() {
  const auto keep = shared_from_this();
  end_attempt(AttemptOutcome::ok);
  selection_->release(Selection::Result::ok);
  done_ = true;
  timer_->cancel();
  const bool keep_connection = parser_.keep_alive() && !asked_to_close_ &&
                               parser_.buffered() == 0 && connection_.stream->unsent() == 0;
  if (keep_connection) {
    connection_.stream->resume_reading();
    upstream_->idle().put(std::move(connection_));
  }
  connection_.stream.reset();
  sink_.response_end();
}

void Exchange::end_attempt(AttemptOutcome outcome) {
  auto& attempt = record_.attempts.back();
  attempt.ended = host_.now();
  attempt.outcome = outcome;
  record_.upstream_local = attempt.local;
  record_.upstream_remote = attempt.peer;
}

void Exchange::failed(unsigned failure, AttemptOutcome outcome) {
  const auto keep = shared_from_this();
  timer_->cancel();
  connection_.stream.reset();
  if (head_passed_) {
    end_attempt(AttemptOutcome::truncated);
    selection_->release(Selection::Result::failed);
    done_ = true;
    sink_.response_truncated();
    return;
  }
  end_attempt(outcome);
  const bool denied = failure == next_http_403 || failure == next_http_404;
  selection_->release(denied ? Selection::Result::denied : Selection::Result::failed);
  // The peer may have closed an idle connection in the same moment: that is no verdict on it.
  if (cached_ && failure == next_error) selection_->grant_try();
  const int status = status_of(failure);
  unsigned mask = failure;
  if (request_sent_ && non_idempotent_) mask |= next_non_idempotent;
  const auto limit = settings_.next_upstream_timeout;
  const bool too_late = limit > Duration::zero() && host_.now() - first_try_ >= limit;
  if (selection_->tries() == 0 || (settings_.next_upstream & mask) != mask || too_late) {
    give_up(status);
    return;
  }
  connect();
}

void Exchange::give_up(int status) {
  const auto keep = shared_from_this();
  done_ = true;
  timer_->cancel();
  sink_.exchange_failed(status);
}

void Exchange::cancel() {
  if (done_) return;
  done_ = true;
  timer_->cancel();
  if (!record_.attempts.empty()) end_attempt(AttemptOutcome::client_gone);
  if (selection_) selection_->release(Selection::Result::ok);
  connection_.stream.reset();
}

void Exchange::pause() {
  if (connection_.stream) connection_.stream->pause_reading();
}

void Exchange::resume() {
  if (connection_.stream) connection_.stream->resume_reading();
}

// proxy_read_timeout runs between two successive reads, from the request on. The timer is moved
// when it fires, not for every segment.
void Exchange::touch() {
  last_activity_ = host_.now();
  if (!timer_->armed()) timer_->arm(last_activity_ + settings_.read_timeout);
}

void Exchange::timed_out() {
  if (done_) return;
  const auto due = last_activity_ + settings_.read_timeout;
  if (host_.now() < due) {
    timer_->arm(due);
    return;
  }
  failed(next_timeout, AttemptOutcome::read_timeout);
}

}  // namespace seatrial::nginx
