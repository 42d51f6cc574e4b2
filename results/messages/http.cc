// HTTP/1.x requests and responses of a connection (models/http). A response belongs to the oldest
// request that has none; one that the connection or the capture cuts short is told as incomplete.
//
// Octets that were not captured are counted where they belong to a body of known length; behind any
// others that direction is octets without a meaning.
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
    if (direction == Direction::to_client && std::exchange(behind_gap_, false) &&
        !looks_like_http(direction, bytes)) {
      give_up(direction);
    }
    if (gave_up(direction)) return octets_->on_bytes(direction, bytes, at);
    auto& body = body_of(direction);
    if (body.damaged) {
      const auto own = static_cast<std::size_t>(std::min<std::uint64_t>(body.left, bytes.size()));
      body.content.add(bytes.first(own));
      body.left -= own;
      bytes = bytes.subspan(own);
      if (body.left > 0) return;
      complete(direction);
      if (bytes.empty()) return;
    }
    if (direction == Direction::to_server) {
      requests_.push(bytes);
      pull_requests(at);
      keep_beginning(direction, bytes, requests_, in_request_body_);
    } else {
      if (!response_begun_) prepare_response();
      responses_.push(bytes);
      pull_responses(at);
      keep_beginning(direction, bytes, responses_, in_response_body_);
    }
  }
  void on_gap(Direction direction, std::uint64_t octets, const Stamp& at) override {
    if (gave_up(direction)) return octets_->on_gap(direction, octets, at);
    if (lies_in_body(direction, octets)) {
      auto& body = body_of(direction);
      body.lost += octets;
      body.left -= octets;
      if (body.left == 0) complete(direction);
      return;
    }
    if (direction == Direction::to_client && !in_response_body_ && !responses_.in_message()) {
      // Between two responses: perhaps what was lost is one, or some.
      outlet_.emit_lost(direction, octets, at);
      behind_gap_ = any_lost_ = true;
      return;
    }
    // What follows cannot be read as messages.
    if (direction == Direction::to_client && in_response_body_) emit_response(false);
    outlet_.emit_beginning(direction, beginning_of(direction), at);
    give_up(direction);
    octets_->on_gap(direction, octets, at);
  }
  void on_end(Direction direction, const Stamp& at) override {
    if (gave_up(direction)) return octets_->on_end(direction, at);
    if (direction != Direction::to_client || response_body_.damaged) return;
    responses_.push_end();
    pull_responses(at);
  }
  void on_finish(const Stamp& at) override {
    if (in_response_body_) emit_response(false);
    tell_deferred();
    if (octets_) octets_->on_finish(at);
  }

 private:
  struct Asked {
    std::string method;
    std::string target;
    Stamp at;
  };
  struct Response {
    http::ResponseHead head;
    std::string body;
    Stamp at;
    bool complete = false;
  };
  struct Body {
    StreamHash content;
    std::uint64_t lost = 0;  // not captured
    // Behind the first lost octet the parser is left out, and what is still to come is counted.
    bool damaged = false;
    std::uint64_t left = 0;

    std::string text() const {
      return std::to_string(content.size() + lost) + " octets, " +
             (lost > 0 ? std::to_string(lost) + " of them not captured, " : std::string()) +
             "hash " + hex(content.value());
    }
  };

  Body& body_of(Direction direction) {
    return direction == Direction::to_server ? request_body_ : response_body_;
  }

  std::string& beginning_of(Direction direction) {
    return beginnings_.at(static_cast<std::size_t>(direction));
  }
  // The octets of a head whose rest may never come.
  template <class Parser>
  void keep_beginning(Direction direction, ByteSpan bytes, const Parser& parser, bool in_body) {
    auto& beginning = beginning_of(direction);
    if (gave_up(direction) || in_body || !parser.in_message()) return beginning.clear();
    const bool goes_on = !beginning.empty() || parser.buffered() == 0;
    const auto own = goes_on ? bytes.size() : std::min(bytes.size(), parser.buffered());
    beginning.append(reinterpret_cast<const char*>(bytes.last(own).data()), own);
  }

  template <class Parser>
  static bool prepare_rest(Body& body, const Parser& parser, bool in_body, std::uint64_t octets) {
    if (!body.damaged) {
      const auto length = parser.content_length();
      if (!in_body || parser.framing() != http::BodyFraming::content_length || !length ||
          parser.buffered() > 0 || *length < body.content.size()) {
        return false;
      }
      body.left = *length - body.content.size();
    }
    body.damaged = octets <= body.left;
    return body.damaged;
  }
  bool lies_in_body(Direction direction, std::uint64_t octets) {
    return direction == Direction::to_server
               ? prepare_rest(request_body_, requests_, in_request_body_, octets)
               : prepare_rest(response_body_, responses_, in_response_body_, octets);
  }
  void complete(Direction direction) {
    if (direction == Direction::to_server) {
      emit_request();
      requests_.restart();
    } else {
      emit_response(true);
    }
  }

  static void add_fields(MessageBuilder& builder, const http::Fields& fields) {
    for (const auto& field : fields) {
      if (http::equal_ignoring_case(field.name, "date")) continue;
      std::string name = "http.";
      for (const char c : field.name) {
        name += c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      builder.field(lasting_name(name), field.value);
    }
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
          in_request_body_ = true;
          asked_.push_back({requests_.head().method, requests_.head().target, at});
          if (asked_.size() > most_asked) asked_.pop_front();
          break;
        case http::EventKind::body:
          request_body_.content.add(event.body);
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
    in_request_body_ = false;
    MessageBuilder builder(outlet_.lens(), "http.request", request_at_);
    builder.title("request " + head.method + " " + head.target)
        .key("http.request.method", head.method)
        .key("http.request.uri", head.target);
    builder.field("http.request.method", head.method)
        .field("http.request.uri", head.target)
        .field("http.request.version", version_text(head.version));
    add_fields(builder, head.fields);
    if (request_body_.content.size() + request_body_.lost > 0) {
      builder.field("http.file_data", request_body_.text());
    }
    request_body_ = {};
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
          response_body_.content.add(event.body);
          break;
        case http::EventKind::complete:
          emit_response(true);
          if (gave_up(Direction::to_client)) return;
          break;
        case http::EventKind::error:
          if (in_response_body_) emit_response(false);
          if (event.error == http::ErrorKind::ended_early) return give_up(Direction::to_client);
          return malformed(Direction::to_client, event.what, at);
      }
    }
  }

  void emit_response(bool complete) {
    Response response{responses_.head(), response_body_.text(), response_at_, complete};
    const bool upgraded =
        response.head.status == 101 ||
        (!asked_.empty() && asked_.front().method == "CONNECT" && response.head.status / 100 == 2);
    in_response_body_ = false;
    response_body_ = {};
    if (any_lost_) {
      deferred_.push_back(std::move(response));
      if (deferred_.size() >= most_deferred) tell_deferred();
    } else {
      tell(response);
    }
    if (!complete) return;
    if (upgraded) {
      give_up(Direction::to_server);
      return give_up(Direction::to_client);
    }
    responses_.restart(!any_lost_ && !asked_.empty() && asked_.front().method == "HEAD");
  }

  // Which requests those behind lost octets answer is clear when all are known: the last ones.
  void tell_deferred() {
    while (asked_.size() > deferred_.size() && !deferred_.empty()) asked_.pop_front();
    for (const auto& response : std::exchange(deferred_, {})) tell(response);
  }

  void tell(const Response& response) {
    const auto& head = response.head;
    const bool known = !asked_.empty();
    const auto asked = known ? asked_.front() : Asked{};
    const auto status = std::to_string(head.status);
    MessageBuilder builder(outlet_.lens(), "http.response", response.at);
    builder.title("response " + status +
                  (known ? " to " + asked.method + " " + asked.target : std::string()));
    builder.key("http.request.method", asked.method).key("http.request.uri", asked.target);
    if (known) builder.response_time(response.at.time - asked.at.time);
    builder.field("http.response.code", status)
        .field("http.response.version", version_text(head.version));
    add_fields(builder, head.fields);
    builder.field("http.file_data", response.body);
    if (!response.complete) builder.field("http.response.complete", "no");
    outlet_.emit(Direction::to_client, builder.build());
    if (known) asked_.pop_front();
  }

  void malformed(Direction direction, const std::string& what, const Stamp& at) {
    outlet_.emit(direction, MessageBuilder(outlet_.lens(), "http.malformed", at)
                                .title("octets that are no HTTP message: " + what)
                                .key(what)
                                .build());
    give_up(direction);
  }
  bool gave_up(Direction direction) const {
    return given_up_.at(static_cast<std::size_t>(direction));
  }
  void give_up(Direction direction) {
    given_up_.at(static_cast<std::size_t>(direction)) = true;
    if (!octets_) octets_ = make_octets(outlet_);
  }

  static constexpr std::size_t most_asked = 1024;
  static constexpr std::size_t most_deferred = 64;

  Outlet& outlet_;
  http::RequestParser requests_{{.head = 256 * 1024}};
  http::ResponseParser responses_{{.head = 256 * 1024}};
  std::deque<Asked> asked_;
  Stamp request_at_, response_at_;
  Body request_body_, response_body_;
  bool response_begun_ = false;
  bool in_request_body_ = false;
  bool in_response_body_ = false;
  bool behind_gap_ = false;  // the next octets are the first behind lost ones
  bool any_lost_ = false;    // responses may be among them
  std::vector<Response> deferred_;
  std::array<bool, 2> given_up_{};
  std::array<std::string, 2> beginnings_;
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
