// The cables of a design in the order in which they are laid, with the names that their ends have
// in a run: a switch's end that the document leaves without a port gets "swp1", "swp2", ... as
// cables come to the switch.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "scenarios/engine/document/scenario.h"

namespace seatrial::scenario::document {

struct Cable {
  std::array<LinkEnd, 2> ends;
  std::string host;  // the machine that it alone connects; empty: a link of the fabric

  // "core1:eth1 - tor1:swp2"
  std::string to_string() const;
};

std::vector<Cable> cables(const Scenario& scenario);

// Those that an event means by a link's end: "core1:eth1" is one port, "edge1" every cable of that
// node.
std::vector<Cable> cables_at(const Scenario& scenario, const std::string& target);

}  // namespace seatrial::scenario::document
