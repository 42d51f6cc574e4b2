#include "models/nginx/values.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace seatrial::nginx {

namespace {

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array<Unit, 8> units = {{{"y", 24h * 365},
                                        {"M", 24h * 30},
                                        {"w", 24h * 7},
                                        {"d", 24h},
                                        {"h", 1h},
                                        {"m", 1min},
                                        {"s", 1s},
                                        {"ms", 1ms}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<Duration> parse_time(std::string_view text) {
  Duration total{0};
  std::size_t i = 0, next_unit = 0;
  if (text.empty()) return std::nullopt;
  while (i < text.size()) {
    std::int64_t value = 0;
    const auto start = i;
    while (i < text.size() && is_digit(text[i])) {
      value = value * 10 + (text[i++] - '0');
      if (value > 0x7fffffff) return std::nullopt;
    }
    if (i == start) return std::nullopt;
    const auto unit_start = i;
    while (i < text.size() && !is_digit(text[i]) && text[i] != ' ') ++i;
    const auto name = text.substr(unit_start, i - unit_start);
    while (i < text.size() && text[i] == ' ') ++i;
    Duration length = 1s;
    if (name.empty()) {  // seconds, and then nothing more
      if (i < text.size()) return std::nullopt;
    } else {
      const auto* unit = std::find_if(units.begin() + next_unit, units.end(),
                                      [name](const Unit& u) { return u.name == name; });
      if (unit == units.end()) return std::nullopt;
      next_unit = static_cast<std::size_t>(unit - units.begin()) + 1;
      length = unit->length;
    }
    if (value > (Duration::max() - total) / length) return std::nullopt;
    total += value * length;
  }
  return total;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (text.empty()) return std::nullopt;
  unsigned shift = 0;
  switch (text.back()) {
    case 'k':
    case 'K':
      shift = 10;
      break;
    case 'm':
    case 'M':
      shift = 20;
      break;
    case 'g':
    case 'G':
      shift = 30;
      break;
    default:
      break;
  }
  if (shift > 0) text.remove_suffix(1);
  if (text.empty() || text.size() > 10 || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return value << shift;
}

std::optional<int> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 10 || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  if (value > 0x7fffffff) return std::nullopt;
  return static_cast<int>(value);
}

HostPort split_host_port(std::string_view text) {
  HostPort result;
  std::string_view host = text, port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close != std::string_view::npos) {
      host = text.substr(1, close - 1);
      const auto rest = text.substr(close + 1);
      has_port = !rest.empty();
      port = rest.starts_with(':') ? rest.substr(1) : rest;
    }
  } else if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  result.host = host;
  result.address = net::IpAddress::parse(host);
  if (has_port) {
    const auto number = parse_number(port);
    if (number && *number >= 1 && *number <= 65535) {
      result.port = static_cast<std::uint16_t>(*number);
    } else {
      result.bad_port = true;
    }
  }
  return result;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string_view>& known) {
  std::size_t best = word.size() / 3 + 1;  // more edits than that is another word
  if (word.size() > 64) return std::nullopt;
  std::optional<std::string> result;
  for (const auto candidate : known) {
    if (candidate.size() > word.size() + best || word.size() > candidate.size() + best) continue;
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const auto change = diagonal + (word[i - 1] == candidate[j - 1] ? 0U : 1U);
        diagonal = row[j];
        row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
      }
    }
    if (row.back() < best) {
      best = row.back();
      result = std::string(candidate);
    }
  }
  return result;
}

}  // namespace seatrial::nginx
