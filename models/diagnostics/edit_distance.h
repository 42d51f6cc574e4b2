// How many letters have to be put in, taken out or exchanged to make one word of another
// (Levenshtein, 1966), for errors that name what was perhaps meant.
#pragma once

#include <cstddef>
#include <string_view>

namespace seatrial {

// Takes time in proportion to the product of the lengths.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace seatrial
