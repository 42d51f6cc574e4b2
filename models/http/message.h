// Heads of HTTP messages as values (RFC 9110 section 5, RFC 9112 sections 3 and 4). Bodies never
// live in these types: they stream through the parser and are forwarded piece by piece.
//
// Header fields keep their order and spelling, because a proxy forwards both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/io/host.h"

namespace seatrial::http {

struct Field {
  std::string name;
  std::string value;
  friend bool operator==(const Field&, const Field&) = default;
};

class Fields {
 public:
  Fields() = default;
  Fields(std::initializer_list<Field> items) : items_(items) {}

  // Names compare without case. find() gives the first value; nothing when absent.
  std::optional<std::string_view> find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  // Every field of that name, joined by ", " (RFC 9110 section 5.2).
  std::string joined(std::string_view name) const;
  // Whether a comma-separated list field holds the token, such as Connection and "close".
  bool has_token(std::string_view name, std::string_view token) const;

  void add(std::string name, std::string value);
  void set(std::string_view name, std::string value);  // replaces all of that name
  void erase(std::string_view name);

  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  friend bool operator==(const Fields&, const Fields&) = default;

 private:
  std::vector<Field> items_;
};

// How the end of the body is known (RFC 9112 section 6.3).
enum class BodyFraming { none, content_length, chunked, until_close };

struct RequestHead {
  std::string method = "GET";
  std::string target = "/";
  int version = 11;  // 10 or 11
  Fields fields;
  friend bool operator==(const RequestHead&, const RequestHead&) = default;
};

struct ResponseHead {
  int status = 200;
  std::string reason;  // empty: the usual phrase of the status
  int version = 11;
  Fields fields;
  friend bool operator==(const ResponseHead&, const ResponseHead&) = default;
};

// The head as bytes, up to and including the empty line.
std::string serialize(const RequestHead& head);
std::string serialize(const ResponseHead& head);
// A whole response with a body and its Content-Length; `fields` come after Content-Length.
std::string serialize(ResponseHead head, std::string_view body);

// One chunk of a chunked body (RFC 9112 section 7.1), and the end of such a body.
std::string chunk(io::Bytes data);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

// "Not Found" for 404; "Unknown" for a status without a phrase.
std::string_view reason_phrase(int status);

// RFC 9112 section 9.3: whether the sender wants the connection kept after this message.
bool wants_keep_alive(int version, const Fields& fields);

// RFC 9110 section 9.2.2.
bool is_idempotent(std::string_view method);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7) of seconds since 1970-01-01 UTC.
std::string format_date(std::int64_t unix_seconds);

// "/a/b" and "x=1" of "/a/b?x=1"; the second is empty when there is no '?'.
std::pair<std::string_view, std::string_view> split_target(std::string_view target);

// Equal but for ASCII case, as field names compare.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace seatrial::http
