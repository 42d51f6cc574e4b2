// Which frame of a capture, and when.
#pragma once

#include <cstdint>

#include "models/net/units.h"

namespace seatrial::results {

struct Stamp {
  std::uint64_t frame = 0;
  TimePoint time;
};

}  // namespace seatrial::results
