// How long a run's routing took to settle after each fault, and when it came to rest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/net/units.h"
#include "results/record/record.h"

namespace seatrial::results {

// The last change of a kind within a span of time, and its record; nothing: there was none.
struct LastChange {
  TimePoint at;
  std::string evidence;
};

// From a fault (or several at one instant) to the next, or to the end.
struct Settling {
  TimePoint at;
  std::vector<std::size_t> faults;  // Record::faults()
  std::optional<LastChange> rib;
  std::optional<LastChange> fib;  // what a machine does by itself at the very instant left out
  std::vector<std::string> sessions_lost;  // evidence ids, in order
  std::vector<std::string> sessions_established;
};

struct Convergence {
  std::vector<Settling> faults;
  std::optional<LastChange> rib;  // of the whole run: from then on it was quiescent
  std::optional<LastChange> fib;
};

Convergence find_convergence(const Record& record);

}  // namespace seatrial::results
