// The harm of a finished run, out of its folder.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "results/record/record.h"
#include "results/report/outcome.h"

namespace seatrial::scenario::campaign {

// The longest time in which a client had no success: from the intended start of the first of the
// requests that failed in a row to that of the next that succeeded, or to the last one's end.
struct Outage {
  Duration length{};
  std::string client;
  TimePoint from;
};

// Why requests failed, as the run's own results explain it.
struct Cause {
  std::string client;
  std::string symptom;
  std::string text;  // empty: unattributed
  std::uint64_t requests = 0;
};

struct Figures {
  std::vector<results::Outcome> outcomes;
  std::uint64_t requests = 0;
  std::uint64_t failed = 0;
  Outage outage;
  std::vector<Cause> causes;  // none where the results explain nothing

  bool holds() const;
};

Figures figures(const results::Record& record, std::vector<results::Outcome> outcomes);
// The error reads "FILE:LINE:COL: error: ...".
tl::expected<Figures, std::string> read_figures(const std::string& folder);

}  // namespace seatrial::scenario::campaign
