// Which hosts hear each other: switches that are linked are one segment, as far as VLANs are left
// out of it (each VLAN of a segment that has any is judged by itself).
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/document/scenario.h"

namespace seatrial::scenario::document {

struct SubnetProblem {
  Position at;
  std::string message;
  std::string expected;
};

// Hosts of one subnet on segments that nothing joins, where they cannot reach each other.
std::vector<SubnetProblem> subnet_problems(const Scenario& scenario);

}  // namespace seatrial::scenario::document
