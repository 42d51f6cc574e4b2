// A position that travels with a value without being part of it: two designs are equal when they
// say the same, wherever it stands in their files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/diagnostics/diagnostics.h"

namespace seatrial::scenario {

struct Where : Position {
  friend bool operator==(const Where&, const Where&) { return true; }
};

struct WhereList : std::vector<Where> {
  friend bool operator==(const WhereList&, const WhereList&) { return true; }
};
struct WhereMap : std::map<std::string, Where> {
  friend bool operator==(const WhereMap&, const WhereMap&) { return true; }
};

}  // namespace seatrial::scenario
