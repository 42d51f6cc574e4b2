#include "results/compare/octet_text.h"

#include <algorithm>
#include <charconv>

namespace seatrial::results {
namespace {

constexpr std::size_t before = 8;
constexpr std::size_t after = 16;

std::string around(std::string_view octets, std::size_t at) {
  static constexpr char digits[] = "0123456789abcdef";
  if (octets.empty()) return "nothing";
  const auto from = at > before ? at - before : 0;
  const auto shown = octets.substr(std::min(from, octets.size()), before + after);
  std::string hex = from > 0 ? "..." : "";
  std::string text;
  for (const char c : shown) {
    const auto octet = static_cast<unsigned char>(c);
    hex += digits[octet >> 4];
    hex += digits[octet & 15];
    text += octet >= 0x20 && octet < 0x7f ? c : '.';
  }
  if (from + shown.size() < octets.size()) hex += "...";
  return hex + " \"" + text + "\"";
}

}  // namespace

std::size_t first_difference(std::string_view a, std::string_view b) {
  const auto at = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return static_cast<std::size_t>(at - a.begin());
}

void show_octets(std::string& a, std::string& b) {
  const auto at = first_difference(a, b);
  a = around(a, at);
  b = around(b, at);
}

std::uint64_t stream_offset(std::string_view title) {
  std::uint64_t offset = 0;
  const auto digits = title.substr(title.rfind(' ') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), offset);
  return offset;
}

}  // namespace seatrial::results
