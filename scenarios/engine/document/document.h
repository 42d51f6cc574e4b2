// scenario.json: text to Scenario and back.
//
// The shipped JSON Schema (scenarios/engine/schema/scenario.schema.json) is the contract; it is
// compiled into the program. Every violation is told with the place of the offending value and in
// words of the design, all of them at once; what a schema cannot say (names that must exist,
// addresses that must share a subnet) is checked after it.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/diagnostics/diagnostics.h"
#include "scenarios/engine/document/scenario.h"

namespace seatrial::scenario::document {

// Answers whether a path of the scenario's folder exists; a path with * or ? must match something.
using FileExists = std::function<bool(const std::string& path)>;

struct ReadOptions {
  // "clients.users.load.rate=400": applied to the text's JSON before anything is checked.
  std::vector<std::string> overrides;
  // "30s:power_off:worker2", AT:ACTION:TARGET: added to the timeline before anything is checked.
  std::vector<std::string> injections;
  FileExists file_exists;  // none: files are not looked for
};

// Nothing when there was any error. `file` is for the diagnostics.
std::optional<Scenario> read(const std::string& text, const std::string& file,
                             Diagnostics& diagnostics, const ReadOptions& options = {});

// The inverse: read(write(s)) == s. Members at their default are left out.
nlohmann::ordered_json write(const Scenario& scenario);

// What a schema cannot say; read() has done it. For scenarios made in a program.
void check(const Scenario& scenario, Diagnostics& diagnostics, const FileExists& file_exists = {});

// PATH=VALUE on a document. The path is dotted; an array's element goes by its index or by its
// "name" (or "id"). The value is JSON, or else a string. An error when the schema knows no such
// path, or when a step of it does not exist.
bool apply_override(nlohmann::ordered_json& document, std::string_view assignment,
                    Diagnostics& diagnostics);

// The shipped schema, as text.
std::string_view schema_text();

}  // namespace seatrial::scenario::document
