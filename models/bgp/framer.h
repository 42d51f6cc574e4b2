// A byte stream in, whole messages out, with the header checks of RFC 4271 section 6.1. Segments
// may cut a message anywhere.
#pragma once

#include <optional>
#include <tl/expected.hpp>

#include "models/bgp/codec.h"

namespace seatrial::bgp {

struct Frame {
  MessageType type = MessageType::keepalive;
  Bytes body;   // valid until the next feed()
  Bytes whole;  // with the header
};

class Framer {
 public:
  // RFC 8654, once both sides have offered it. OPEN and KEEPALIVE stay within 4096.
  void allow_extended_messages() { extended_ = true; }
  void feed(Bytes bytes);
  // The next whole message; nothing when more bytes are needed. After an error the stream cannot be
  // read any further.
  tl::expected<std::optional<Frame>, MessageError> next();

 private:
  Octets buffer_;
  std::size_t consumed_ = 0;
  bool extended_ = false;
};

}  // namespace seatrial::bgp
