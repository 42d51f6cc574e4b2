// The sections of results.json that are derived: "windows", "convergence", "explanations".
#pragma once

#include <nlohmann/json.hpp>

#include "results/report/findings.h"

namespace seatrial::results {

nlohmann::ordered_json windows_json(const std::vector<Window>& windows);
nlohmann::ordered_json convergence_json(const Convergence& convergence);
nlohmann::ordered_json explanations_json(const Explanations& explanations);

}  // namespace seatrial::results
