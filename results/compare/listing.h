// The messages of a capture as lines of JSON, for a review of what changed in a golden: one object
// a line, in order of conversation and lane, with the keys always in the same order. Neither times
// nor frame numbers are in it, so that a message more changes one line.
#pragma once

#include <string>

#include "results/compare/source.h"

namespace seatrial::results {

std::string message_listing(Source& source, const Lens& lens);

}  // namespace seatrial::results
