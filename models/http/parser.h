// Bytes in, events out: RFC 9112 message parsing for both directions.
//
//   parser.push(bytes);
//   for (;;) {
//     const auto event = parser.next();
//     switch (event.kind) {
//       case EventKind::head:      ... parser.head(), parser.framing() ...; break;
//       case EventKind::body:      ... event.body, valid until the next push() or next() ...;
//       break; case EventKind::complete:  ... answer it, then parser.restart() ...; return; case
//       EventKind::need_more: return; case EventKind::error:     ... answer event.status and close
//       ...; return;
//     }
//   }
//
// The parser keeps what it has not used, so a pipelined request waits inside until restart(): then
// call next() again without a push(). A reader that wants back pressure looks at buffered().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "models/http/message.h"
#include "models/io/host.h"

namespace seatrial::http {

enum class EventKind { need_more, head, body, complete, error };

enum class ErrorKind {
  none,
  malformed,       // 400
  head_too_large,  // 431
  version,         // 505
  body_framing,    // 400: bad or conflicting Content-Length, Transfer-Encoding, chunk
  ended_early,     // the stream ended inside the message
};

struct Event {
  EventKind kind = EventKind::need_more;
  io::Bytes body;                     // with `body`
  ErrorKind error = ErrorKind::none;  // with `error`
  int status = 0;                     // with `error`: what a server answers
  std::string what;                   // with `error`: the grammar's own words
};

struct Limits {
  std::size_t head = 32 * 1024;  // octets of start line and fields together
};

class RequestParser {
 public:
  explicit RequestParser(Limits limits = {});
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  void push(io::Bytes bytes);
  Event next();
  // Forgets the message and goes on with what follows it in the buffer.
  void restart();

  // Valid from the head event until restart().
  const RequestHead& head() const;
  BodyFraming framing() const;
  std::optional<std::uint64_t> content_length() const;
  bool keep_alive() const;  // the client wants to go on after this request

  // Octets pushed and not used yet.
  std::size_t buffered() const;
  // Whether part of a message has been seen: an end of stream now is an early one.
  bool in_message() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class ResponseParser {
 public:
  explicit ResponseParser(Limits limits = {});
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;

  void push(io::Bytes bytes);
  // The peer's FIN: the next next() completes a body that runs until close, or reports ended_early.
  void push_end();
  // Interim responses (1xx but 101) are passed over.
  Event next();
  // `to_head`: the coming response answers HEAD, so it has no body whatever its fields say.
  void restart(bool to_head = false);

  const ResponseHead& head() const;
  BodyFraming framing() const;
  std::optional<std::uint64_t> content_length() const;
  // The connection can carry another request after this response.
  bool keep_alive() const;

  std::size_t buffered() const;
  bool in_message() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace seatrial::http
