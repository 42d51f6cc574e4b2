// A position that travels with a value without being part of it: two designs are equal when they
// say the same, wherever it stands in their files.
#pragma once

#include "models/diagnostics/diagnostics.h"

namespace seatrial::scenario {

struct Where : Position {
  friend bool operator==(const Where&, const Where&) { return true; }
};

}  // namespace seatrial::scenario
