// Texts of communities as operators write them: RFC 1997 and the IANA registry of well-known ones,
// RFC 4360 section 3 and 4 (route target and route origin, of a 2-octet AS, an IPv4 address, or a
// 4-octet AS by RFC 5668).
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "models/bgp/json/message_json.h"

namespace seatrial::bgp {
namespace {

struct WellKnown {
  std::uint32_t value;
  std::string_view name;
};
constexpr std::array well_known{
    WellKnown{0xFFFF0000, "graceful-shutdown"},    // RFC 8326
    WellKnown{0xFFFF0006, "llgr-stale"},           // RFC 9494
    WellKnown{0xFFFF0007, "no-llgr"},              // RFC 9494
    WellKnown{0xFFFF029A, "blackhole"},            // RFC 7999
    WellKnown{0xFFFFFF01, "no-export"},            // RFC 1997
    WellKnown{0xFFFFFF02, "no-advertise"},         // RFC 1997
    WellKnown{0xFFFFFF03, "no-export-subconfed"},  // RFC 1997
    WellKnown{0xFFFFFF04, "no-peer"},              // RFC 3765
};

constexpr std::uint8_t two_octet_as = 0x00;
constexpr std::uint8_t ipv4_address = 0x01;
constexpr std::uint8_t four_octet_as = 0x02;
constexpr std::uint8_t route_target = 0x02;
constexpr std::uint8_t route_origin = 0x03;

template <typename T>
std::optional<T> number(std::string_view text) {
  T value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<ExtendedCommunity> from_octets(std::string_view hex) {
  const auto octets = from_hex(hex);
  if (!octets || octets->size() != 8) return std::nullopt;
  return ExtendedCommunity{WireReader(*octets).u64()};
}

}  // namespace

std::string to_hex(Bytes octets) {
  std::string out;
  out.reserve(octets.size() * 2);
  for (const auto octet : octets) fmt::format_to(std::back_inserter(out), "{:02x}", octet);
  return out;
}

std::optional<Octets> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Octets out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    std::uint8_t octet = 0;
    const auto* end = text.data() + i + 2;
    const auto [stop, error] = std::from_chars(text.data() + i, end, octet, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    out.push_back(octet);
  }
  return out;
}

std::string community_text(Community community) {
  for (const auto& row : well_known) {
    if (row.value == community.value) return std::string(row.name);
  }
  return fmt::format("{}:{}", community.value >> 16, community.value & 0xFFFF);
}

std::optional<Community> parse_community(std::string_view text) {
  for (const auto& row : well_known) {
    if (row.name == text) return Community{row.value};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto high = number<std::uint16_t>(text.substr(0, colon));
  const auto low = number<std::uint16_t>(text.substr(colon + 1));
  if (!high || !low) return std::nullopt;
  return Community{(std::uint32_t{*high} << 16) | *low};
}

std::string extended_community_text(ExtendedCommunity community) {
  const auto type = static_cast<std::uint8_t>(community.value >> 56);
  const auto subtype = static_cast<std::uint8_t>(community.value >> 48);
  auto hex = fmt::format("0x{:016x}", community.value);
  if (subtype != route_target && subtype != route_origin) return hex;
  const auto* const kind = subtype == route_target ? "rt" : "soo";
  const auto high = static_cast<std::uint32_t>(community.value >> 16);  // 4 octets
  const auto low = static_cast<std::uint16_t>(community.value);
  switch (type) {
    case two_octet_as:
      return fmt::format("{}:{}:{}", kind, (community.value >> 32) & 0xFFFF,
                         static_cast<std::uint32_t>(community.value));
    case ipv4_address:
      return fmt::format("{}:{}:{}", kind, net::IpAddress::v4(high).to_string(), low);
    case four_octet_as:
      // A small AS would be read as one of 2 octets.
      if (high <= 65535) return hex;
      return fmt::format("{}:{}:{}", kind, high, low);
    default:
      return hex;
  }
}

std::optional<ExtendedCommunity> parse_extended_community(std::string_view text) {
  if (text.starts_with("0x")) return from_octets(text.substr(2));
  const auto first = text.find(':');
  const auto last = text.rfind(':');
  if (first == std::string_view::npos || last == first) return std::nullopt;
  const auto kind = text.substr(0, first);
  if (kind != "rt" && kind != "soo") return std::nullopt;
  const std::uint64_t subtype = kind == "rt" ? route_target : route_origin;
  const auto who = text.substr(first + 1, last - first - 1);
  const auto local = number<std::uint32_t>(text.substr(last + 1));
  if (!local) return std::nullopt;
  const auto make = [&](std::uint64_t type, std::uint64_t value) {
    return ExtendedCommunity{(type << 56) | (subtype << 48) | value};
  };
  if (const auto address = net::IpAddress::parse(who); address && address->is_v4()) {
    if (*local > 65535) return std::nullopt;
    return make(ipv4_address, (std::uint64_t{address->v4_value()} << 16) | *local);
  }
  const auto asn = number<std::uint32_t>(who);
  if (!asn) return std::nullopt;
  if (*asn <= 65535) return make(two_octet_as, (std::uint64_t{*asn} << 32) | *local);
  if (*local > 65535) return std::nullopt;
  return make(four_octet_as, (std::uint64_t{*asn} << 16) | *local);
}

}  // namespace seatrial::bgp
