// The version of this build, for results.
#pragma once

#include <string_view>

namespace seatrial::scenario {

inline constexpr std::string_view build_version = SEATRIAL_VERSION;

}  // namespace seatrial::scenario
