// What an OPEN and a route say, as fields. Lists that have no order (capabilities, communities) are
// sorted.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "models/bgp/message.h"
#include "results/messages/message.h"

namespace seatrial::results {

std::string octets_text(std::span<const std::uint8_t> octets);
std::string family_text(bgp::AfiSafi family);
std::string capabilities_text(const bgp::Capabilities& capabilities);
// `mp_next_hop`: of MP_REACH_NLRI (RFC 4760), in place of NEXT_HOP.
void add_attributes(MessageBuilder& builder, const Lens& lens,
                    const bgp::PathAttributes& attributes,
                    const std::optional<net::IpAddress>& mp_next_hop);

}  // namespace seatrial::results
