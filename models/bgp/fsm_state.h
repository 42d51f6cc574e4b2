// The states of RFC 4271 section 8.2.2.
#pragma once

#include <cstdint>
#include <string_view>

namespace seatrial::bgp {

enum class State : std::uint8_t { idle, connect, active, open_sent, open_confirm, established };
std::string_view to_string(State state);  // "Idle", ..., "Established"

}  // namespace seatrial::bgp
