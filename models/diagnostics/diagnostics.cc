#include "models/diagnostics/diagnostics.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace seatrial {

namespace {

// The length of the UTF-8 character at the beginning; 0 when there is none, or it does not print.
std::size_t printable(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (octet(0) < 0x80) return octet(0) >= 0x20 && octet(0) != 0x7F ? 1 : 0;
  const std::size_t length = octet(0) >= 0xF0 ? 4 : octet(0) >= 0xE0 ? 3 : 2;
  if (octet(0) < 0xC2 || octet(0) > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

// What is quoted from a file may be any octets, and goes to a terminal: "\\xff".
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = printable(text);
    if (length > 0) {
      out += text.substr(0, length);
    } else {
      constexpr std::string_view digits = "0123456789abcdef";
      const auto octet = static_cast<unsigned char>(text.front());
      out += {'\\', 'x', digits[octet / 16], digits[octet % 16]};
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace

std::string Diagnostic::to_string() const {
  std::string out = position.file;
  if (position.line > 0) {
    out += ":" + std::to_string(position.line);
    if (position.column > 0) out += ":" + std::to_string(position.column);
  }
  out += severity == Severity::error ? ": error: " : ": warning: ";
  out += escaped(message);
  if (!expected.empty()) out += ", expected " + escaped(expected);
  return out;
}

void Diagnostics::error(Position at, std::string message, std::string expected) {
  items_.push_back({Severity::error, std::move(at), std::move(message), std::move(expected)});
  ++errors_;
}

void Diagnostics::warning(Position at, std::string message, std::string expected) {
  items_.push_back({Severity::warning, std::move(at), std::move(message), std::move(expected)});
}

void Diagnostics::append(const Diagnostics& other) {
  items_.insert(items_.end(), other.items_.begin(), other.items_.end());
  errors_ += other.errors_;
}

std::string Diagnostics::to_string() const {
  auto sorted = items_;
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.position.file, d.position.line, d.position.column);
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::string out;
  for (const auto& item : sorted) out += item.to_string() + "\n";
  return out;
}

}  // namespace seatrial
