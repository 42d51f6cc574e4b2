// The values that nginx directives take: times, sizes, numbers, addresses with ports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::nginx {

// "10s", "1m30s", "1h 30m", "500ms", "60" (seconds). Units fall: y M w d h m s ms.
std::optional<Duration> parse_time(std::string_view text);
// "1024", "8k", "1m", "1g", either case.
std::optional<std::uint64_t> parse_size(std::string_view text);
// Decimal digits only, up to 2^31 - 1.
std::optional<int> parse_number(std::string_view text);

// "10.0.0.1:80", "[::1]:80", "app.example.com", "app:8080".
struct HostPort {
  std::string host;  // without brackets
  std::optional<net::IpAddress> address;
  std::optional<std::uint16_t> port;
  bool bad_port = false;
};
HostPort split_host_port(std::string_view text);

std::string lower_case(std::string_view text);

// The one of `known` that differs least from `word`, when it is near enough to be a slip.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string_view>& known);

}  // namespace seatrial::nginx
