// Why a slow request was slow: its time is cut into pieces, each long one asked for its cause, and
// the cause that took the most of all is the request's if that is half of its time or more.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/explain/breakdown.h"
#include "results/explain/cause.h"
#include "results/explain/shares.h"
#include "results/explain/tries.h"

namespace seatrial::results {

// A connection that a piece of the time was spent on.
struct SpentOn {
  std::size_t span = 0;
  Try one;
};

class SlowTime {
 public:
  SlowTime(const Record& record, const Causes& causes, const Tries& tries)
      : causes_(causes), tries_(tries), shares_(record) {}

  // Those of the long pieces: their packets may have been lost.
  std::vector<SpentOn> connections(const Timing& timing) const;
  // `lost`: what the data plane did to a span's packets, by span.
  std::optional<Cause> main_cause(const Timing& timing, const std::vector<SpentOn>& connections,
                                  const std::map<std::size_t, Cause>& lost) const;

 private:
  std::optional<Cause> cause_of(const Timing& timing, std::size_t span,
                                const std::vector<SpentOn>& connections,
                                const std::map<std::size_t, Cause>& lost) const;

  const Causes& causes_;
  const Tries& tries_;
  Shares shares_;
};

}  // namespace seatrial::results
