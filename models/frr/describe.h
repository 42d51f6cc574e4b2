// What follows from a file, in words: what FRR's own files leave to defaults, groups and profiles.
#pragma once

#include <string>

#include "models/frr/config.h"

namespace seatrial::frr {

// The router id and who gave it, timers, and each neighbour with its group's lines resolved: its
// families and, for each, the policies in the order in which they act.
std::string describe(const Config& config);

}  // namespace seatrial::frr
