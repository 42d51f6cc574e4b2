// Octets that differ, as a person can read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace seatrial::results {

// Of the shorter one's size when one is the beginning of the other.
std::size_t first_difference(std::string_view a, std::string_view b);

// Both become the octets around the first difference: "...6f6b |6c| 6d  ok|l|m".
void show_octets(std::string& a, std::string& b);

// N of "octets from N".
std::uint64_t stream_offset(std::string_view title);

}  // namespace seatrial::results
