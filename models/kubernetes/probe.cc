#include "models/kubernetes/probe.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sstream>

namespace seatrial::kubernetes {

namespace beast_http = boost::beast::http;

struct ProbeAttempt::Parser {
  Parser() {
    parser.eager(true);
    parser.body_limit(10 * 1024);  // the kubelet reads no more either
  }
  beast_http::response_parser<beast_http::string_body> parser;
  std::string pending;
};

ProbeAttempt::ProbeAttempt(io::Host& host, const Probe& probe, const net::Endpoint& target,
                           Done done)
    : probe_(probe),
      target_(target),
      done_(std::move(done)),
      parser_(std::make_unique<Parser>()),
      timeout_(host.timer([this] { finish(false, "timeout"); })),
      stream_(host.connect(target, this)) {
  io::arm_in(host, *timeout_, probe.timeout);
}

ProbeAttempt::~ProbeAttempt() = default;

void ProbeAttempt::on_connected() {
  if (probe_.kind == Probe::Kind::tcp_socket) {
    finish(true, "connected");
    return;
  }
  beast_http::request<beast_http::empty_body> request(beast_http::verb::get, probe_.path, 11);
  request.set(beast_http::field::host,
              probe_.host_header.empty() ? target_.to_string() : probe_.host_header);
  request.set(beast_http::field::user_agent, "kube-probe/1.26");
  request.set(beast_http::field::accept, "*/*");
  for (const auto& [name, value] : probe_.headers) request.set(name, value);
  request.set(beast_http::field::connection, "close");
  std::ostringstream text;
  text << request;
  stream_->send(io::as_bytes(text.str()));
}

void ProbeAttempt::on_data(io::Bytes bytes) {
  if (probe_.kind != Probe::Kind::http_get) return;
  parser_->pending.append(io::as_text(bytes));
  while (!parser_->pending.empty() && !parser_->parser.is_done()) {
    boost::system::error_code error;
    const std::size_t used = parser_->parser.put(boost::asio::buffer(parser_->pending), error);
    parser_->pending.erase(0, used);
    if (error == beast_http::error::need_more) break;
    if (error == beast_http::error::body_limit) {
      judge();
      return;
    }
    if (error) {
      finish(false, "malformed response: " + error.message());
      return;
    }
    if (used == 0) break;
  }
  if (parser_->parser.is_done()) judge();
}

void ProbeAttempt::on_end() {
  if (probe_.kind != Probe::Kind::http_get) return;
  boost::system::error_code error;
  if (parser_->parser.got_some()) parser_->parser.put_eof(error);
  if (parser_->parser.is_header_done() && !error) {
    judge();
  } else {
    finish(false, "closed before a complete response");
  }
}

void ProbeAttempt::on_closed(io::CloseReason reason) {
  finish(false, std::string(io::to_string(reason)));
}

void ProbeAttempt::judge() {
  const auto status = parser_->parser.get().result_int();
  finish(status >= 200 && status < 400, "HTTP " + std::to_string(status));
}

void ProbeAttempt::finish(bool success, std::string detail) {
  if (!done_) return;
  timeout_->cancel();
  stream_.reset();
  const Done done = std::move(done_);
  done_ = nullptr;
  done(success, detail);  // may delete this
}

Prober::Prober(io::Host& host, Probe probe, const net::Endpoint& target, Duration jitter,
               Changed changed, Probed probed)
    : host_(host),
      probe_(std::move(probe)),
      target_(target),
      changed_(std::move(changed)),
      probed_(std::move(probed)),
      started_(host.now()),
      timer_(host.timer([this] { tick(); })) {
  io::arm_in(host, *timer_, jitter);
}

void Prober::tick() {
  io::arm_in(host_, *timer_, probe_.period);
  if (host_.now() - started_ < probe_.initial_delay) return;
  attempt_ = std::make_unique<ProbeAttempt>(
      host_, probe_, target_,
      [this](bool success, const std::string& detail) { result(success, detail); });
}

void Prober::result(bool success, const std::string& detail) {
  // The attempt called us last of all; its destruction here is the end of it.
  const std::unique_ptr<ProbeAttempt> finished = std::move(attempt_);
  in_a_row_ = success == last_ ? in_a_row_ + 1 : 1;
  last_ = success;
  probed_(success, detail);
  const int needed = success ? probe_.success_threshold : probe_.failure_threshold;
  if (ready_ == success || in_a_row_ < needed) return;
  ready_ = success;
  changed_();
}

}  // namespace seatrial::kubernetes
