// What `--pcap` and `--mrt` name, held against the design before anything runs: a run of minutes
// that captured nothing because of a misspelt name is a run lost.
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/design/design.h"

namespace seatrial::scenario {

// Whole messages, "--mrt nobody: error: ..., expected ...". A pattern that pods alone could match
// is never wrong: they get their names when the design runs.
std::vector<std::string> selection_errors(const Design& design,
                                          const std::vector<std::string>& captures,
                                          const std::vector<std::string>& mrt);

}  // namespace seatrial::scenario
