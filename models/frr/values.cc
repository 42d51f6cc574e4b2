#include "models/frr/values.h"

#include <array>
#include <charconv>

namespace seatrial::frr {

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t out = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return out;
}

std::optional<bgp::Community> parse_community(std::string_view text) {
  struct Known {
    std::string_view name;
    std::uint32_t value;
  };
  constexpr std::array<Known, 15> known{{{"internet", 0x00000000U},
                                         {"graceful-shutdown", 0xffff0000U},  // RFC 8326
                                         {"accept-own", 0xffff0001U},         // RFC 7611
                                         {"route-filter-translated-v4", 0xffff0002U},
                                         {"route-filter-v4", 0xffff0003U},
                                         {"route-filter-translated-v6", 0xffff0004U},
                                         {"route-filter-v6", 0xffff0005U},
                                         {"llgr-stale", 0xffff0006U},  // RFC 9494
                                         {"no-llgr", 0xffff0007U},
                                         {"accept-own-nexthop", 0xffff0008U},
                                         {"blackhole", 0xffff029aU},  // RFC 7999
                                         {"no-export", 0xffffff01U},  // RFC 1997
                                         {"no-advertise", 0xffffff02U},
                                         {"local-AS", 0xffffff03U},
                                         {"no-peer", 0xffffff04U}}};  // RFC 3765
  for (const auto& one : known) {
    if (one.name == text) return bgp::Community{one.value};
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    const auto value = parse_number(text);
    return value ? std::optional(bgp::Community{*value}) : std::nullopt;
  }
  const auto high = parse_number(text.substr(0, colon));
  const auto low = parse_number(text.substr(colon + 1));
  if (!high || !low || *high > 0xffff || *low > 0xffff) return std::nullopt;
  return bgp::Community{(*high << 16) | *low};
}

std::optional<bgp::LargeCommunity> parse_large_community(std::string_view text) {
  bgp::LargeCommunity out;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto colon = text.find(':');
    if ((colon == std::string_view::npos) != (i == 2)) return std::nullopt;
    const auto part = parse_number(text.substr(0, colon));
    if (!part) return std::nullopt;
    out.value[i] = *part;
    if (i < 2) text.remove_prefix(colon + 1);
  }
  return out;
}

std::optional<bgp::ExtendedCommunity> parse_extended_community(std::string_view text,
                                                               std::uint8_t subtype) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto low = parse_number(text.substr(colon + 1));
  if (!low) return std::nullopt;
  const auto made = [&](std::uint64_t type, std::uint64_t rest) {
    return bgp::ExtendedCommunity{(type << 56) | (std::uint64_t{subtype} << 48) | rest};
  };
  const auto head = text.substr(0, colon);
  const auto address = net::IpAddress::parse(head);
  if (address && address->is_v4()) {
    if (*low > 0xffff) return std::nullopt;
    return made(1, (std::uint64_t{address->v4_value()} << 16) | *low);
  }
  const auto asn = parse_number(head);
  if (!asn) return std::nullopt;
  if (*asn <= 0xffff) return made(0, (std::uint64_t{*asn} << 32) | *low);
  if (*low > 0xffff) return std::nullopt;
  return made(2, (std::uint64_t{*asn} << 16) | *low);
}

}  // namespace seatrial::frr
