// The step behind apply_override() that also tells where it wrote.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "models/diagnostics/diagnostics.h"

namespace seatrial::scenario::document {

// The JSON pointer of what was set; nothing after an error, when `document` may have gained empty
// objects on the way.
std::optional<std::string> set_path(nlohmann::ordered_json& document, std::string_view assignment,
                                    Diagnostics& diagnostics);

}  // namespace seatrial::scenario::document
