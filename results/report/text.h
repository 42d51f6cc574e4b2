// Words for the console: durations as a person reads them, lines that wrap, colour.
#pragma once

#include <string>
#include <string_view>

#include "models/net/units.h"

namespace seatrial::results {

// Three significant digits: "3.21 ms", "812 ns", "12.5 s".
std::string readable(Duration d);
// "6 012" -> groups of three digits.
std::string readable(std::uint64_t number);

// `first` and then the words of `text`, wrapped at `width`; further lines begin with `hang` spaces.
std::string wrapped(std::string_view first, std::string_view text, std::size_t width,
                    std::size_t hang);

// Columns a text takes on a terminal, each code point one.
std::size_t columns(std::string_view text);
// Filled with spaces to `width` columns.
std::string padded(std::string_view text, std::size_t width);

}  // namespace seatrial::results
