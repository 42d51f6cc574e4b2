// Boost.Beast's basic_parser does the grammar; this file turns its virtual calls into events. The
// parser is used without "eager": one put() passes one state of the message, so that every event is
// reported alone and in order.
#include "models/http/parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <string_view>
#include <vector>

namespace seatrial::http {

namespace beast = boost::beast::http;

namespace {

using boost::beast::error_code;
using boost::beast::string_view;

std::string text(string_view view) {
  return {view.data(), view.size()};
}

template <bool is_request>
using Head = std::conditional_t<is_request, RequestHead, ResponseHead>;

// One message; made anew for each, as Beast's parsers are.
template <bool is_request>
class Message : public beast::basic_parser<is_request> {
 public:
  Message(Limits limits, bool skip_body) {
    this->eager(false);
    this->header_limit(static_cast<std::uint32_t>(limits.head));
    // None would do, but Beast 1.74 compares a Content-Length with none, and none is the smaller.
    this->body_limit(std::numeric_limits<std::uint64_t>::max());
    this->skip(skip_body);
  }

  Head<is_request> head;
  bool headed = false;
  bool in_chunk = false;
  string_view body;

  // Beast 1.74 takes for granted that a chunk header it sees twice has 5 octets by then. The least
  // that can follow between two chunks is "0 CR LF CR LF", so waiting for 5 loses nothing.
  bool wants(std::size_t available) const {
    return !this->is_header_done() || !this->chunked() || in_chunk || available >= 5;
  }

 private:
  void on_request_impl(beast::verb, string_view method, string_view target, int version,
                       error_code&) override {
    if constexpr (is_request) {
      head.method = text(method);
      head.target = text(target);
      head.version = version;
    }
  }
  void on_response_impl(int status, string_view reason, int version, error_code&) override {
    if constexpr (!is_request) {
      head.status = status;
      head.reason = text(reason);
      head.version = version;
    }
  }
  void on_field_impl(beast::field, string_view name, string_view value, error_code&) override {
    if (!headed) head.fields.add(text(name), text(value));  // else a trailer, which is dropped
  }
  void on_header_impl(error_code&) override { headed = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view piece, error_code&) override {
    body = piece;
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t size, string_view, error_code&) override {
    in_chunk = size > 0;
  }
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view piece, error_code&) override {
    body = piece;
    in_chunk = remain > piece.size();
    return piece.size();
  }
  void on_finish_impl(error_code&) override {}
};

Event failure(const error_code& ec) {
  Event event;
  event.kind = EventKind::error;
  event.error = ErrorKind::malformed;
  event.status = 400;
  event.what = ec.message();
  if (ec == beast::error::header_limit) {
    event.error = ErrorKind::head_too_large;
    event.status = 431;
  } else if (ec == beast::error::bad_version) {
    event.error = ErrorKind::version;
    event.status = 505;
  } else if (ec == beast::error::bad_content_length || ec == beast::error::bad_transfer_encoding ||
             ec == beast::error::bad_chunk || ec == beast::error::bad_chunk_extension) {
    event.error = ErrorKind::body_framing;
  } else if (ec == beast::error::partial_message || ec == beast::error::end_of_stream) {
    event.error = ErrorKind::ended_early;
  }
  return event;
}

template <bool is_request>
struct Stepper {
  explicit Stepper(Limits l) : limits(l) { restart(false); }

  void restart(bool no_body) {
    skip_body = no_body;
    message = std::make_unique<Message<is_request>>(limits, no_body);
    body_framing = BodyFraming::none;
    head_reported = false;
    complete_reported = false;
    head_octets = 0;
    error = {};
  }

  void push(io::Bytes bytes) {
    if (used > 0) {
      buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(used));
      used = 0;
    }
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
  }

  Event next() {
    if (error.kind == EventKind::error) return error;
    for (;;) {
      if (message->is_header_done() && !head_reported) {
        head_reported = true;
        persistent = message->keep_alive();
        body_framing = message->is_done()    ? BodyFraming::none
                       : message->chunked()  ? BodyFraming::chunked
                       : message->need_eof() ? BodyFraming::until_close
                                             : BodyFraming::content_length;
        return {.kind = EventKind::head};
      }
      if (message->is_done()) return completed();
      message->body = {};
      if (is_request && !message->got_some()) skip_empty_lines();
      const auto available = buffer.size() - used;
      if (available == 0 || !message->wants(available)) return ended ? at_end() : Event{};
      error_code ec;
      const auto taken =
          message->put(boost::asio::const_buffer(buffer.data() + used, available), ec);
      used += taken;
      if (!message->is_header_done() || !head_reported) {
        // Beast's limit counts what is not parsed yet; complete fields have left that count.
        head_octets += taken;
        if (head_octets > limits.head) ec = beast::error::header_limit;
      }
      // A chunk's last octets may be reported together with "need more" for what follows.
      if (!message->body.empty()) {
        return {.kind = EventKind::body,
                .body = {reinterpret_cast<const std::uint8_t*>(message->body.data()),
                         message->body.size()}};
      }
      if (ec == beast::error::need_more) return ended ? at_end() : Event{};
      if (ec) return error = failure(ec);
    }
  }

  Event completed() {
    if (complete_reported) return {};
    complete_reported = true;
    return {.kind = EventKind::complete};
  }

  Event at_end() {
    if (!message->got_some()) return {};  // between messages: the caller sees the end by itself
    error_code ec;
    message->put_eof(ec);
    if (ec) return error = failure(ec);
    return completed();
  }

  // RFC 9112 section 2.2: a server ignores empty lines before the request line.
  void skip_empty_lines() {
    while (used < buffer.size() && (buffer[used] == '\r' || buffer[used] == '\n')) ++used;
  }

  std::optional<std::uint64_t> content_length() const {
    if (!message->is_header_done()) return std::nullopt;
    const auto length = message->content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
  }

  Limits limits;
  std::unique_ptr<Message<is_request>> message;
  std::vector<std::uint8_t> buffer;
  std::size_t used = 0;
  std::size_t head_octets = 0;
  bool skip_body = false;
  BodyFraming body_framing = BodyFraming::none;
  bool head_reported = false;
  bool complete_reported = false;
  bool persistent = false;
  bool ended = false;
  Event error;
};

}  // namespace

struct RequestParser::Impl : Stepper<true> {
  using Stepper::Stepper;
};
struct ResponseParser::Impl : Stepper<false> {
  using Stepper::Stepper;
};

RequestParser::RequestParser(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

void RequestParser::push(io::Bytes bytes) {
  impl_->push(bytes);
}
Event RequestParser::next() {
  return impl_->next();
}
void RequestParser::restart() {
  impl_->restart(false);
}
const RequestHead& RequestParser::head() const {
  return impl_->message->head;
}
BodyFraming RequestParser::framing() const {
  return impl_->body_framing;
}
std::optional<std::uint64_t> RequestParser::content_length() const {
  return impl_->content_length();
}
bool RequestParser::keep_alive() const {
  return wants_keep_alive(head().version, head().fields);
}
std::size_t RequestParser::buffered() const {
  return impl_->buffer.size() - impl_->used;
}
bool RequestParser::in_message() const {
  return buffered() > 0 || (impl_->message->got_some() && !impl_->message->is_done());
}

ResponseParser::ResponseParser(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;

void ResponseParser::push(io::Bytes bytes) {
  impl_->push(bytes);
}
void ResponseParser::push_end() {
  impl_->ended = true;
}
Event ResponseParser::next() {
  for (;;) {
    auto event = impl_->next();
    if (impl_->message->headed) {
      const int status = impl_->message->head.status;
      if (status >= 100 && status < 200 && status != 101 && event.kind != EventKind::error) {
        if (event.kind == EventKind::complete) impl_->restart(impl_->skip_body);
        if (event.kind != EventKind::need_more) continue;
      }
    }
    return event;
  }
}
void ResponseParser::restart(bool to_head) {
  impl_->restart(to_head);
}
const ResponseHead& ResponseParser::head() const {
  return impl_->message->head;
}
BodyFraming ResponseParser::framing() const {
  return impl_->body_framing;
}
std::optional<std::uint64_t> ResponseParser::content_length() const {
  return impl_->content_length();
}
bool ResponseParser::keep_alive() const {
  return impl_->persistent;
}
std::size_t ResponseParser::buffered() const {
  return impl_->buffer.size() - impl_->used;
}
bool ResponseParser::in_message() const {
  return buffered() > 0 || (impl_->message->got_some() && !impl_->message->is_done());
}

}  // namespace seatrial::http
