// Text inside XML 1.0.
#pragma once

#include <string>
#include <string_view>

namespace seatrial::results {

// With the five characters that XML gives a meaning to written as entities, line breaks and tabs as
// references, and '?' for what XML has no way to write: most control characters, and what is not
// UTF-8.
std::string xml_escaped(std::string_view text);

}  // namespace seatrial::results
