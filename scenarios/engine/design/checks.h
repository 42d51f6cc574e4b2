// What only shows when all files are seen together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scenarios/engine/design/design.h"

namespace seatrial::scenario {

// Every side of a BGP session that some file implies, sorted by node and peer. A `bgp listen range`
// implies one for everybody who calls from inside it.
std::vector<SessionSide> implied_sessions(const Design& design, const Files& files);

// Interfaces that a link names and no configuration has, addresses used twice, layer-2 loops, and
// sessions whose two sides disagree or of which one is missing (warnings: the run shows what comes
// of it).
void check_design(const Design& design, Diagnostics& diagnostics);

// Which node has an address of its own (not one of "lo" that several nodes share).
std::map<net::IpAddress, std::string> address_owners(const Design& design);

}  // namespace seatrial::scenario
