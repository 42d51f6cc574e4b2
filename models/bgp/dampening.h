// Route flap dampening: RFC 2439 section 4 with FRR's figures. An external peer's path gathers a
// penalty with each withdrawal and change, which halves in the half life; above `suppress` the path
// is not used, until it has fallen below `reuse`. Pure but for the time that it is told.
#pragma once

#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "models/bgp/config.h"
#include "models/bgp/message.h"
#include "models/net/units.h"

namespace seatrial::bgp {

class Dampener {
 public:
  struct Path {
    net::IpAddress peer;
    Nlri nlri;
    friend auto operator<=>(const Path&, const Path&) = default;
  };

  // When penalties are looked at; steps and ticks of 0: always (Profile::dampening_step).
  struct Clock {
    TimePoint start;
    Duration step = Duration::zero();
    Duration tick = Duration::zero();
  };

  explicit Dampener(const Dampening& figures) : Dampener(figures, Clock()) {}
  Dampener(const Dampening& figures, const Clock& clock) : figures_(figures), clock_(clock) {}

  void withdrawn(const Path& path, TimePoint now);  // section 4.4.2
  void changed(const Path& path, TimePoint now);    // other attributes: half as bad, as in FRR
  bool suppressed(const Path& path) const;
  // The same for a path that is announced now: below `reuse` it need not wait (section 4.4.3).
  bool holds_back(const Path& path, TimePoint now);
  double penalty(const Path& path, TimePoint now) const;
  // The paths that may be used again, which are forgotten once their penalty is below half of
  // `reuse` (section 4.4.3).
  std::vector<Path> reusable(TimePoint now);
  // When to ask again; nothing while none is suppressed.
  std::optional<TimePoint> next_reuse() const;

 private:
  struct History {
    double penalty = 0;
    TimePoint at;  // when it was that much
    bool suppressed = false;
  };
  void add(const Path& path, double amount, TimePoint now);
  double decayed(const History& history, TimePoint now) const;
  TimePoint reuse_time(const History& history) const;

  Dampening figures_;
  Clock clock_;
  std::map<Path, History> histories_;
};

}  // namespace seatrial::bgp
