// How one expectation ended.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "models/net/units.h"

namespace seatrial::results {

struct Outcome {
  std::string id;
  bool ok = false;
  std::string kind;  // "sessions", "routes", "blocks", "next_hops", "load", "spread", "drops"
  // Numbers, and the first counterexample when it failed.
  std::string why;
  // Ids of the records it rests on (results/record): "session/3", "request/17".
  std::vector<std::string> evidence;
  // Of a load whose latency missed a bound: the load, and the bound. A slower request is slow.
  std::string load = {};
  Duration slow_above{};
};

}  // namespace seatrial::results
