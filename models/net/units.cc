#include "models/net/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace seatrial {
namespace {

// Splits "1.5ms" into an exact decimal and its unit: value * 10^-digits.
struct Quantity {
  std::uint64_t mantissa = 0;
  int decimals = 0;
  std::string_view unit;
};

std::optional<Quantity> parse_quantity(std::string_view text) {
  Quantity q;
  bool point = false;
  bool digit = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point && digit) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      digit = true;
      if (q.mantissa > (std::numeric_limits<std::uint64_t>::max() - 9) / 10) return std::nullopt;
      q.mantissa = q.mantissa * 10 + static_cast<std::uint64_t>(c - '0');
      if (point) ++q.decimals;
    } else {
      break;
    }
  }
  if (!digit || q.decimals > 18) return std::nullopt;
  q.unit = text.substr(i);
  return q;
}

// mantissa * 10^-decimals * scale, if that is a whole number that fits.
std::optional<std::uint64_t> scaled(const Quantity& q, std::uint64_t scale) {
  auto value = static_cast<Uint128>(q.mantissa) * scale;
  for (int i = 0; i < q.decimals; ++i) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  if (value > static_cast<Uint128>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(value);
}

template <std::size_t N>
std::optional<std::uint64_t> parse_scaled(
    std::string_view text, const std::array<std::pair<std::string_view, std::uint64_t>, N>& units) {
  const auto q = parse_quantity(text);
  if (!q) return std::nullopt;
  for (const auto& [name, scale] : units) {
    if (q->unit == name) return scaled(*q, scale);
  }
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 6> duration_units{{
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
}};
constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> bandwidth_units{{
    {"Gbps", 1'000'000'000},
    {"Mbps", 1'000'000},
    {"kbps", 1'000},
    {"bps", 1},
}};

std::string decimal(std::uint64_t value, std::uint64_t scale) {
  std::string out = std::to_string(value / scale);
  std::uint64_t rest = value % scale;
  if (rest == 0) return out;
  out += '.';
  while (rest != 0) {
    scale /= 10;
    out += static_cast<char>('0' + rest / scale);
    rest %= scale;
  }
  return out;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto ns = parse_scaled(text, duration_units);
  if (!ns) return std::nullopt;
  return Duration(static_cast<Duration::rep>(*ns));
}

std::string to_string(Duration d) {
  const bool negative = d.count() < 0;
  const auto ns = static_cast<std::uint64_t>(negative ? -d.count() : d.count());
  const std::string sign = negative ? "-" : "";
  if (ns >= 1'000'000'000 || ns == 0) return sign + decimal(ns, 1'000'000'000) + "s";
  if (ns >= 1'000'000) return sign + decimal(ns, 1'000'000) + "ms";
  if (ns >= 1'000) return sign + decimal(ns, 1'000) + "us";
  return sign + std::to_string(ns) + "ns";
}

std::string seconds(TimePoint t) {
  const auto ns = t.time_since_epoch().count();
  const auto magnitude = static_cast<std::uint64_t>(ns < 0 ? -ns : ns);
  return (ns < 0 ? "-" : "") + decimal(magnitude, 1'000'000'000);
}

std::optional<Bandwidth> parse_bandwidth(std::string_view text) {
  const auto bps = parse_scaled(text, bandwidth_units);
  if (!bps || *bps == 0) return std::nullopt;
  return Bandwidth::bits_per_second(*bps);
}

}  // namespace seatrial
