// How far a run is. On a terminal one line that is rewritten; elsewhere a plain line every 10 %.
// The wall clock is the caller's: nothing here reads one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "models/net/units.h"

namespace seatrial::results {

class Progress {
 public:
  struct Options {
    Duration total{};  // simulated time of the whole run
    bool terminal = false;
    std::size_t width = 100;
  };
  // `write` gets what goes to the console, control characters included.
  Progress(Options options, std::function<void(std::string_view)> write);

  // `wall` since the start of the run. Cheap to call often: it writes only when there is something
  // new to see (a terminal at most 10 times a second).
  void update(Duration simulated, Duration wall, std::uint64_t events);
  // The last state, and the line is left.
  void finish(Duration simulated, Duration wall, std::uint64_t events);

 private:
  std::string line(Duration simulated, Duration wall, std::uint64_t events) const;

  Options options_;
  std::function<void(std::string_view)> write_;
  int tenths_told_ = -1;
  Duration last_wall_{-1};
  bool finished_ = false;
};

}  // namespace seatrial::results
