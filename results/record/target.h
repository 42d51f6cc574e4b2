// What a fault is aimed at.
#pragma once

#include <string>

namespace seatrial::results {

// The machine of "worker2", "worker2:eth0", "worker2/bgp" or "worker2/bgp core1 in": names of
// machines hold none of ':', '/' and ' ' (scenarios/engine/schema).
inline std::string node_of_target(const std::string& target) {
  return target.substr(0, target.find_first_of(":/ "));
}

}  // namespace seatrial::results
