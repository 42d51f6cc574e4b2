#include "results/report/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/report/text.h"

namespace seatrial::results {

Progress::Progress(Options options, std::function<void(std::string_view)> write)
    : options_(options), write_(std::move(write)) {}

std::string Progress::line(Duration simulated, Duration wall, std::uint64_t events) const {
  const double total = static_cast<double>(options_.total.count());
  const double done =
      total > 0 ? std::clamp(static_cast<double>(simulated.count()) / total, 0.0, 1.0) : 1.0;
  const double wall_s = static_cast<double>(wall.count()) / 1e9;
  const double simulated_s = static_cast<double>(simulated.count()) / 1e9;
  const double total_s = total / 1e9;
  const double rate = wall_s > 0 ? static_cast<double>(events) / wall_s : 0.0;
  auto text = fmt::format("{:3.0f} %  {:.1f} of {:.1f} s simulated  {:.1f} s wall  {} events/s",
                          done * 100.0, simulated_s, total_s, wall_s,
                          readable(static_cast<std::uint64_t>(rate)));
  if (!options_.terminal) return text;
  const std::size_t room = options_.width > text.size() + 5 ? options_.width - text.size() - 5 : 0;
  const std::size_t cells = std::min<std::size_t>(room, 30);
  if (cells < 5) return text.substr(0, options_.width > 0 ? options_.width - 1 : 0);
  const auto filled = static_cast<std::size_t>(done * static_cast<double>(cells));
  return "[" + std::string(filled, '#') + std::string(cells - filled, '.') + "] " + text;
}

void Progress::update(Duration simulated, Duration wall, std::uint64_t events) {
  if (finished_) return;
  if (options_.terminal) {
    constexpr Duration redraw = std::chrono::milliseconds(100);
    if (last_wall_ >= Duration::zero() && wall - last_wall_ < redraw) return;
    last_wall_ = wall;
    write_("\r\x1b[K" + line(simulated, wall, events));
    return;
  }
  const int tenths =
      options_.total > Duration::zero()
          ? static_cast<int>(std::min<std::int64_t>(
                10, static_cast<std::int64_t>(static_cast<double>(simulated.count()) * 10.0 /
                                              static_cast<double>(options_.total.count()))))
          : 10;
  if (tenths <= tenths_told_) return;
  tenths_told_ = tenths;
  write_(line(simulated, wall, events) + "\n");
}

void Progress::finish(Duration simulated, Duration wall, std::uint64_t events) {
  if (finished_) return;
  if (options_.terminal) {
    write_("\r\x1b[K" + line(simulated, wall, events) + "\n");
  } else {
    update(simulated, wall, events);
  }
  finished_ = true;
}

}  // namespace seatrial::results
