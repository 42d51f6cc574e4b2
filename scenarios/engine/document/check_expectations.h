// What is wrong with a scenario's expectations though they follow the schema: names of nothing,
// spans that are none, bounds that bound nothing.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "models/diagnostics/diagnostics.h"
#include "scenarios/engine/document/scenario.h"

namespace seatrial::scenario::document {

// Judges "core1:eth1" as a link's end.
using CheckLinkEnd = std::function<void(const std::string& port, const Position& at)>;

void check_expectations(const Scenario& scenario, const std::set<std::string>& machines,
                        const CheckLinkEnd& link_end, Diagnostics& diagnostics);

void check_span(const Scenario& scenario, const std::optional<Duration>& from,
                const std::optional<Duration>& to, const Position& at, Diagnostics& diagnostics);
void check_within_run(const Scenario& scenario, const std::optional<Duration>& moment,
                      const Position& at, Diagnostics& diagnostics);

std::string in_quotes(std::string_view text);
// What a name could have been: `one of "a", "b"`.
std::string among(const std::set<std::string>& names);

}  // namespace seatrial::scenario::document
