// The values inside commands that are more than a word: numbers, communities of three kinds.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/bgp/path_attributes.h"

namespace seatrial::frr {

std::optional<std::uint32_t> parse_number(std::string_view text);
// "65000:1", "no-export", ...; nothing for anything else.
std::optional<bgp::Community> parse_community(std::string_view text);
std::optional<bgp::LargeCommunity> parse_large_community(std::string_view text);
// What follows `rt` (subtype 2) or `soo` (3): "65000:1", "10.0.0.1:1", "70000:1" (RFC 4360, 5668).
std::optional<bgp::ExtendedCommunity> parse_extended_community(std::string_view text,
                                                               std::uint8_t subtype);

}  // namespace seatrial::frr
