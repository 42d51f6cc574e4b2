// The runs of a campaign in order of harm: how many expectations they break that hold without the
// failure, then the share of requests that failed, then the longest outage, then the order of the
// document.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/engine/campaign/failures.h"
#include "scenarios/engine/campaign/figures.h"

namespace seatrial::scenario::campaign {

struct Run {
  std::uint64_t seed = 0;
  std::string folder;
  std::string crashed;  // why there are no figures; empty: there are
  Figures figures;
};

struct Broken {
  std::string id;
  std::string why;                   // in the first of the runs that break it
  std::vector<std::uint64_t> seeds;  // of all of them
};

// A case, over all its seeds.
struct Verdict {
  Case failures;  // none: the baseline
  std::vector<Run> runs;
  std::vector<Broken> broken;  // in the order of the document
  std::uint64_t requests = 0;  // of all runs
  std::uint64_t failed = 0;
  Outage outage;              // the longest of all runs
  std::vector<Cause> causes;  // of all runs, most requests first

  bool crashed() const;
  double failed_share() const {
    return requests == 0 ? 0.0 : static_cast<double>(failed) / static_cast<double>(requests);
  }
};

struct Campaign {
  std::string scenario;
  Plan plan;
  Verdict baseline;             // `broken` is what it breaks by itself
  std::vector<Verdict> ranked;  // most harm first; a run that crashed before all

  std::size_t breaking() const;  // cases that break something
  std::size_t crashed() const;   // cases with a run that crashed, the baseline too
  bool holds() const;            // the baseline holds, and no failure breaks anything
};

// `runs` has the baseline's first, then those of each case of the plan.
Campaign rank(std::string scenario, Plan plan, std::vector<std::vector<Run>> runs);

}  // namespace seatrial::scenario::campaign
