// Why requests failed or were slow, for the page: all groups, and the whole chain of as many
// requests as a page should hold.
#pragma once

#include <string>

#include "results/explain/explain.h"
#include "results/html/selection.h"

namespace seatrial::results::html {

// {"failed", "slow", "unattributed", "bounds": [...], "groups": [...], "chains": {"17": {...}},
// "hops": {"40802": the record}};
// the requests of a group are those that the page holds.
std::string explanations_json(const Record& record, const Explainer& explainer,
                              const Selection& selection, std::size_t most_chains);

}  // namespace seatrial::results::html
