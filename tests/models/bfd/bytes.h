// Control packets written out field by field, so that a test says what RFC 5880 section 4.1 says.
#pragma once

#include <cstdint>
#include <vector>

#include "models/bfd/packet.h"

namespace seatrial::bfd::test {

inline net::IpAddress ip(const char* text) {
  return *net::IpAddress::parse(text);
}

// 24 bytes: version 1, diagnostic 1; state Up (3 << 6); multiplier 3; length 24; discriminators
// 0x0a0b0c0d and 0x01020304; intervals 300 000 us = 0x000493e0 and 1 000 000 us = 0x000f4240; no
// echo.
inline std::vector<std::uint8_t> plain_bytes() {
  return {0x21, 0xc0, 3,    24,   0x0a, 0x0b, 0x0c, 0x0d, 1,    2, 3, 4,
          0x00, 0x04, 0x93, 0xe0, 0x00, 0x0f, 0x42, 0x40, 0x00, 0, 0, 0};
}

inline ControlPacket plain_packet() {
  ControlPacket p;
  p.diagnostic = Diagnostic::control_detection_expired;
  p.state = State::up;
  p.detect_multiplier = 3;
  p.my_discriminator = 0x0a0b0c0d;
  p.your_discriminator = 0x01020304;
  p.desired_min_tx = 300ms;
  p.required_min_rx = 1s;
  return p;
}

}  // namespace seatrial::bfd::test
