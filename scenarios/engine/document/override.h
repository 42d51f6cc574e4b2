// What the command line changes of a document, telling where it wrote: the step behind
// apply_override(), and events.
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

// AT:ACTION:TARGET [NAME=VALUE ...] as one more event at the end of the timeline; its JSON pointer,
// or nothing after an error. What the words of it mean is for the schema and the checks to judge.
std::optional<std::string> inject(nlohmann::ordered_json& document, std::string_view event,
                                  Diagnostics& diagnostics);

}  // namespace seatrial::scenario::document
