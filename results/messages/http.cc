// HTTP/1.x requests and responses of a connection (models/http). A response belongs to the oldest
// request that has none; one that the connection or the capture cuts short is told as incomplete.
//
// Date is the server's clock and no part of what is compared; neither is the connection's own
// bookkeeping of which octets went into which chunk.
#include <deque>

#include "models/http/parser.h"
#include "results/messages/protocol.h"

namespace seatrial::results {
namespace {

std::string version_text(int version) {
  return "HTTP/" + std::to_string(version / 10) + "." + std::to_string(version % 10);
}

class Http : public Protocol {
 public:
  explicit Http(Outlet& outlet) : outlet_(outlet) {}

  void on_bytes(Direction direction, ByteSpan bytes, const Stamp& at) override {
    if (octets_) return octets_->on_bytes(direction, bytes, at);
    if (direction == Direction::to_server) {
      requests_.push(bytes);
      pull_requests(at);
    } else {
      if (!response_begun_) prepare_response();
      responses_.push(bytes);
      pull_responses(at);
    }
  }
  void on_gap(Direction direction, std::uint64_t octets, const Stamp& at) override {
    // What follows cannot be read as messages.
    give_up();
    octets_->on_gap(direction, octets, at);
  }
  void on_end(Direction direction, const Stamp& at) override {
    if (octets_) return octets_->on_end(direction, at);
    if (direction != Direction::to_client) return;
    responses_.push_end();
    pull_responses(at);
  }
  void on_finish(const Stamp& at) override {
    if (in_response_body_) emit_response(false);
    if (octets_) octets_->on_finish(at);
  }

 private:
  struct Asked {
    std::string method;
    std::string target;
    Stamp at;
  };

  template <class Parser>
  static void add_fields(MessageBuilder& builder, const Parser& parser) {
    for (const auto& field : parser.head().fields) {
      if (http::equal_ignoring_case(field.name, "date")) continue;
      std::string name = "http.";
      for (const char c : field.name) {
        name += c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      builder.field(lasting_name(name), field.value);
    }
  }

  static std::string body_text(const StreamHash& body) {
    return std::to_string(body.size()) + " octets, hash " + hex(body.value());
  }

  void pull_requests(const Stamp& at) {
    for (;;) {
      const auto event = requests_.next();
      switch (event.kind) {
        case http::EventKind::need_more:
          return;
        case http::EventKind::head:
          request_at_ = at;
          request_body_ = {};
          asked_.push_back({requests_.head().method, requests_.head().target, at});
          if (asked_.size() > most_asked) asked_.pop_front();
          break;
        case http::EventKind::body:
          request_body_.add(event.body);
          break;
        case http::EventKind::complete:
          emit_request();
          requests_.restart();
          break;
        case http::EventKind::error:
          return malformed(Direction::to_server, event.what, at);
      }
    }
  }

  void emit_request() {
    const auto& head = requests_.head();
    MessageBuilder builder(outlet_.lens(), "http.request", request_at_);
    builder.title("request " + head.method + " " + head.target).key(head.method).key(head.target);
    builder.field("http.request.method", head.method)
        .field("http.request.uri", head.target)
        .field("http.request.version", version_text(head.version));
    add_fields(builder, requests_);
    if (request_body_.size() > 0) builder.field("http.file_data", body_text(request_body_));
    outlet_.emit(Direction::to_server, builder.build());
  }

  void prepare_response() {
    response_begun_ = true;
    const bool to_head = !asked_.empty() && asked_.front().method == "HEAD";
    if (to_head) responses_.restart(true);
  }

  void pull_responses(const Stamp& at) {
    for (;;) {
      const auto event = responses_.next();
      switch (event.kind) {
        case http::EventKind::need_more:
          return;
        case http::EventKind::head:
          response_at_ = at;
          response_body_ = {};
          in_response_body_ = true;
          break;
        case http::EventKind::body:
          response_body_.add(event.body);
          break;
        case http::EventKind::complete:
          emit_response(true);
          if (octets_) return;
          break;
        case http::EventKind::error:
          if (in_response_body_) emit_response(false);
          if (event.error == http::ErrorKind::ended_early) return give_up();
          return malformed(Direction::to_client, event.what, at);
      }
    }
  }

  void emit_response(bool complete) {
    const auto& head = responses_.head();
    const bool known = !asked_.empty();
    const auto asked = known ? asked_.front() : Asked{};
    const auto status = std::to_string(head.status);
    MessageBuilder builder(outlet_.lens(), "http.response", response_at_);
    builder.title("response " + status +
                  (known ? " to " + asked.method + " " + asked.target : std::string()));
    builder.key(asked.method).key(asked.target);
    if (known) builder.response_time(response_at_.time - asked.at.time);
    builder.field("http.response.code", status)
        .field("http.response.version", version_text(head.version));
    add_fields(builder, responses_);
    builder.field("http.file_data", body_text(response_body_));
    if (!complete) builder.field("http.response.complete", "no");
    outlet_.emit(Direction::to_client, builder.build());
    if (known) asked_.pop_front();
    in_response_body_ = false;
    const bool upgraded =
        head.status == 101 || (asked.method == "CONNECT" && head.status / 100 == 2);
    if (!complete) return;
    if (upgraded) return give_up();
    responses_.restart(!asked_.empty() && asked_.front().method == "HEAD");
  }

  void malformed(Direction direction, const std::string& what, const Stamp& at) {
    outlet_.emit(direction, MessageBuilder(outlet_.lens(), "http.malformed", at)
                                .title("octets that are no HTTP message: " + what)
                                .key(what)
                                .build());
    give_up();
  }
  void give_up() {
    if (!octets_) octets_ = make_octets(outlet_);
  }

  static constexpr std::size_t most_asked = 1024;

  Outlet& outlet_;
  http::RequestParser requests_{{.head = 256 * 1024}};
  http::ResponseParser responses_{{.head = 256 * 1024}};
  std::deque<Asked> asked_;
  Stamp request_at_, response_at_;
  StreamHash request_body_, response_body_;
  bool response_begun_ = false;
  bool in_response_body_ = false;
  std::unique_ptr<Protocol> octets_;
};

}  // namespace

bool looks_like_http(Direction direction, ByteSpan first) {
  const std::string_view text(reinterpret_cast<const char*>(first.data()), first.size());
  if (direction == Direction::to_client) return text.starts_with("HTTP/1.");
  const auto space = text.find(' ');
  if (space == 0 || space == std::string_view::npos || space > 16) return false;
  for (const char c : text.substr(0, space)) {
    if (c < 'A' || c > 'Z') return false;
  }
  const auto line = text.substr(0, text.find('\n'));
  return line.find(" HTTP/1.") != std::string_view::npos || line.size() == text.size();
}

std::unique_ptr<Protocol> make_http(Outlet& outlet) {
  return std::make_unique<Http>(outlet);
}

}  // namespace seatrial::results
