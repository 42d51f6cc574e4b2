// Octets as they stand in the RFCs: hexadecimal, with spaces where the eye wants them.
#pragma once

#include <string>
#include <string_view>

#include "models/bgp/wire.h"

namespace seatrial::results::mrt::test {

inline bgp::Octets hex(std::string_view text) {
  bgp::Octets out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : c - 'A' + 10;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

inline std::string text_of(const bgp::Octets& octets) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const auto octet : octets) {
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
  return out;
}

inline net::IpAddress ip(const std::string& text) {
  return *net::IpAddress::parse(text);
}
inline net::Prefix prefix(const std::string& text) {
  return *net::Prefix::parse(text);
}

inline const bgp::Octets keepalive = hex("FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF 0013 04");

}  // namespace seatrial::results::mrt::test
