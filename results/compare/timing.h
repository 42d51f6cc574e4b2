// When the same thing happened on both sides. Each pair of frames that say the same has a distance
// in time; pairs of about the same distance are one shift, so that everything that came late after
// one cause is one finding and not thousands.
//
// Two captures of the same moment - times that overlap, as those of simulated runs do, which start
// at 0; or the same connections down to their random numbers - are compared by their own clocks.
// All others are two takes, whose clocks are laid over each other so that most of what they have in
// common coincides.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/compare/finding.h"
#include "results/messages/lens.h"

namespace seatrial::results {

struct TimeTolerance {
  std::optional<Duration> time;  // between a thing's times on both sides
  std::optional<double> rtt;     // between response times, as a share of the longer
};

// The span of a capture.
struct CaptureSpan {
  TimePoint first, last;
  bool empty = true;

  // What its times are told from: the start of the run where the clock is a simulated one, which
  // starts at 0, otherwise the first frame.
  TimePoint origin() const { return is_simulated(first) ? TimePoint() : first; }
  // A capture that begins on the first day of 1970.
  static bool is_simulated(TimePoint first) { return first < TimePoint(24h); }
};

class Timing {
 public:
  Timing(const TimeTolerance& tolerance, const Lens& lens);

  void pair(const std::string& where, const std::string& what, const Stamp& a, const Stamp& b);
  // Response times; tells whether they are within the tolerance.
  bool similar(Duration a, Duration b) const;

  // What is later or earlier than the tolerance allows. `notes`: what is told without a tolerance.
  // `same_packets`: they are not two takes, whatever their clocks say.
  std::vector<Finding> finish(Layer layer, const std::array<CaptureSpan, 2>& spans,
                              bool same_packets, std::vector<std::string>& notes) const;

 private:
  struct Pair {
    Duration delta{};
    std::string where, what;
    Stamp a, b;
  };
  // Pairs of about the same distance; the extremes decide what is within a tolerance.
  struct Bucket {
    std::uint64_t count = 0;
    Pair first, least, most;
  };
  // What is later, or earlier, than the tolerance allows, together.
  struct Shift {
    std::uint64_t count = 0;
    const Pair* witness = nullptr;
    Duration from{}, to{};
  };

  Duration width() const;
  Duration common_distance(Duration tolerance) const;
  std::vector<Shift> shifts(Duration base, Duration tolerance) const;

  TimeTolerance tolerance_;
  bool ignored_;
  std::map<std::int64_t, Bucket> buckets_;  // by distance in widths
  std::uint64_t pairs_ = 0;
};

// "3.000 s"
std::string seconds_text(Duration duration);

}  // namespace seatrial::results
