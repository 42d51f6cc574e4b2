// Octets from a network in lines for a person: a terminal or a log obeys some of them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace seatrial::results {

// Length of the well-formed UTF-8 sequence (RFC 3629) at the beginning; 0: there is none.
std::size_t utf8_sequence(std::string_view text);

// On one line, with control characters (C0, DEL and C1) and what is not UTF-8 as \xNN.
std::string printable(std::string_view text);

}  // namespace seatrial::results
