// The attributes of one path as TABLE_DUMP_V2 wants them (RFC 6396 section 4.3.4): as in an UPDATE,
// always with 4-octet AS numbers, and of MP_REACH_NLRI only the next hop's length and the next hop,
// because family and prefix are said before. FRR, which some readers take for the norm, does the
// same.
#pragma once

#include <tl/expected.hpp>

#include "models/bgp/codec.h"

namespace seatrial::results::mrt {

bgp::Octets encode_attributes(const bgp::PathAttributes& attributes);
// The error names the attribute.
tl::expected<bgp::PathAttributes, std::string> decode_attributes(bgp::Bytes octets);

}  // namespace seatrial::results::mrt
