#include "models/diagnostics/diagnostics.h"

#include <algorithm>
#include <tuple>

namespace seatrial {

std::string Diagnostic::to_string() const {
  std::string out = position.file;
  if (position.line > 0) {
    out += ":" + std::to_string(position.line);
    if (position.column > 0) out += ":" + std::to_string(position.column);
  }
  out += severity == Severity::error ? ": error: " : ": warning: ";
  out += message;
  if (!expected.empty()) out += ", expected " + expected;
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
