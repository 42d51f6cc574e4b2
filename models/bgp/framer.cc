#include "models/bgp/framer.h"

#include <algorithm>

namespace seatrial::bgp {
namespace {

MessageError header_failure(std::uint8_t subcode, std::string detail, Octets data = {}) {
  return {NotificationMessage(ErrorCode::message_header, subcode, std::move(data)),
          std::move(detail), "RFC 4271 section 6.1"};
}

struct Limits {
  std::size_t least;
  std::size_t most;
};

// RFC 4271 section 6.1. What is wrong with a short ROUTE-REFRESH depends on its subtype (RFC 7313
// section 5) and is its decoder's to say. Nothing: no such type.
std::optional<Limits> limits_of(std::uint8_t type, bool extended) {
  const std::size_t most = extended ? max_extended_message_size : max_message_size;
  switch (static_cast<MessageType>(type)) {
    case MessageType::open:
      return Limits{29, max_message_size};
    case MessageType::update:
      return Limits{23, most};
    case MessageType::notification:
      return Limits{21, most};
    case MessageType::keepalive:
      return Limits{header_size, header_size};
    case MessageType::route_refresh:
      return Limits{header_size, most};
  }
  return std::nullopt;
}

}  // namespace

void Framer::feed(Bytes bytes) {
  if (consumed_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
    consumed_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

tl::expected<std::optional<Frame>, MessageError> Framer::next() {
  const Bytes left = Bytes(buffer_).subspan(consumed_);
  if (left.size() < header_size) return std::optional<Frame>();
  if (std::any_of(left.begin(), left.begin() + 16, [](std::uint8_t b) { return b != 0xFF; })) {
    return tl::make_unexpected(
        header_failure(header_error::connection_not_synchronized, "marker is not all ones"));
  }
  const std::size_t length = (std::size_t{left[16]} << 8) | left[17];
  const auto type = left[18];
  const auto bad_length = [&] {
    return tl::make_unexpected(header_failure(header_error::bad_length,
                                              "message of " + std::to_string(length) + " octets",
                                              {left[16], left[17]}));
  };
  if (length < header_size) return bad_length();
  const auto limits = limits_of(type, extended_);
  if (!limits) {
    return tl::make_unexpected(header_failure(header_error::bad_type,
                                              "message type " + std::to_string(int{type}), {type}));
  }
  if (length < limits->least || length > limits->most) return bad_length();
  if (left.size() < length) return std::optional<Frame>();
  consumed_ += length;
  const auto whole = left.first(length);
  return std::optional<Frame>(
      Frame{static_cast<MessageType>(type), whole.subspan(header_size), whole});
}

}  // namespace seatrial::bgp
