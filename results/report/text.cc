#include "results/report/text.h"

#include <fmt/format.h>

namespace seatrial::results {

std::string readable(Duration d) {
  const auto ns = static_cast<double>(d.count());
  const double size = ns < 0 ? -ns : ns;
  if (size < 1e3) return fmt::format("{} ns", d.count());
  // 999.6 us would round to four digits; it is 1.00 ms.
  if (size < 999.5e3) return fmt::format("{:#.3g} us", ns / 1e3);
  if (size < 999.5e6) return fmt::format("{:#.3g} ms", ns / 1e6);
  if (size < 999.5e9) return fmt::format("{:#.3g} s", ns / 1e9);
  return fmt::format("{:.0f} s", ns / 1e9);
}

std::string readable(std::uint64_t number) {
  auto digits = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), " ");
  }
  return digits;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) ++count;
  }
  return count;
}

std::string padded(std::string_view text, std::size_t width) {
  const auto taken = columns(text);
  return std::string(text) + std::string(taken < width ? width - taken : 0, ' ');
}

std::string wrapped(std::string_view first, std::string_view text, std::size_t width,
                    std::size_t hang) {
  std::string out(first);
  std::size_t column = columns(first);
  bool line_has_word = false;
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    const auto needed = columns(word) + (line_has_word ? 1 : 0);
    if (line_has_word && column + needed > width) {
      out += "\n" + std::string(hang, ' ');
      column = hang;
      line_has_word = false;
    }
    if (line_has_word) out += ' ';
    out += word;
    column += columns(word) + (line_has_word ? 1 : 0);
    line_has_word = true;
  }
  return out + "\n";
}

}  // namespace seatrial::results
