// What a piece of a request's time is due to where nothing was lost: an application or a proxy that
// took it, DNS, a queue that stood on the way, or what the cables are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/explain/breakdown.h"
#include "results/explain/cause.h"

namespace seatrial::results {

class Shares {
 public:
  explicit Shares(const Record& record) : record_(record) {}

  // Nothing: no record tells.
  std::optional<Cause> cause_of(const Timing& timing, const TimeSpan& span) const;

 private:
  Cause of_app(const Timing& timing, const TimeSpan& span) const;
  Cause of_lookup(const TimeSpan& span) const;
  std::optional<Cause> of_rate(const std::vector<std::string>& ports, const Timing& timing,
                               const TimeSpan& span) const;
  std::optional<Cause> of_queue(const std::vector<std::string>& ports, const TimeSpan& span) const;
  std::optional<Cause> of_delay(const std::vector<std::string>& ports, const TimeSpan& span) const;
  // The ports that sent what was waited for, in order.
  std::vector<std::string> ports_of(const Timing& timing, const TimeSpan& span) const;

  const Record& record_;
};

}  // namespace seatrial::results
