// A comparison in the forms in which people and programs read it.
#pragma once

#include <string>

#include "results/compare/finding.h"

namespace seatrial::results {

// For a person; at most `most` findings, then how many more there are.
std::string comparison_text(const Comparison& comparison, std::size_t most);
// One JSON object: verdict, layers, findings with their fields and frames, notes, errors.
std::string comparison_json(const Comparison& comparison, std::size_t most);
// One test case a capture (and one for what concerns none), failed with its findings.
std::string comparison_junit(const Comparison& comparison, std::size_t most);
// Workflow commands that GitHub shows beside a run: at most 10, the last one a count.
std::string comparison_github(const Comparison& comparison);

}  // namespace seatrial::results
