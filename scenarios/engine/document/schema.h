// Judges a document by the shipped JSON Schema.
#pragma once

#include "models/diagnostics/diagnostics.h"
#include "scenarios/engine/document/json_text.h"

namespace seatrial::scenario::document {

// The shipped schema, parsed.
const nlohmann::ordered_json& schema_json();

// True when it holds; otherwise every violation is told at its place.
bool follows_schema(const JsonText& document, Diagnostics& diagnostics);

// The part of the schema that rules the member `key` of what `schema` rules (or an element of it,
// for a list); nullptr when there can be none. References are followed. `value` picks among forms.
const nlohmann::ordered_json* schema_of_member(const nlohmann::ordered_json& schema,
                                               const nlohmann::ordered_json& value,
                                               const std::string& key);

}  // namespace seatrial::scenario::document
