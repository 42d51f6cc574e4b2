#include "models/bgp/dampening.h"

#include <algorithm>
#include <cmath>

namespace seatrial::bgp {
namespace {

constexpr double withdrawal_penalty = 1000;  // FRR: DEFAULT_PENALTY
constexpr double change_penalty = 500;       // FRR: half of it for an attribute change

double seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

double Dampener::decayed(const History& history, TimePoint now) const {
  auto passed = now - history.at;
  if (clock_.step > Duration::zero()) passed -= passed % clock_.step;
  return history.penalty * std::exp2(-seconds(passed) / seconds(figures_.half_life));
}

void Dampener::add(const Path& path, double amount, TimePoint now) {
  auto& history = histories_[path];
  // The ceiling from which `reuse` is reached within the longest time (section 4.2).
  const double ceiling =
      figures_.reuse * std::exp2(seconds(figures_.maximum) / seconds(figures_.half_life));
  history.penalty = std::min(decayed(history, now) + amount, ceiling);
  history.at = now;
  if (history.penalty >= figures_.suppress) history.suppressed = true;
}

void Dampener::withdrawn(const Path& path, TimePoint now) {
  add(path, withdrawal_penalty, now);
}

void Dampener::changed(const Path& path, TimePoint now) {
  add(path, change_penalty, now);
}

bool Dampener::suppressed(const Path& path) const {
  const auto known = histories_.find(path);
  return known != histories_.end() && known->second.suppressed;
}

bool Dampener::holds_back(const Path& path, TimePoint now) {
  const auto known = histories_.find(path);
  if (known == histories_.end()) return false;
  auto& history = known->second;
  history.penalty = decayed(history, now);
  history.at = now;  // where there are steps, the last of them begins anew
  if (history.penalty < figures_.reuse) history.suppressed = false;
  return history.suppressed;
}

double Dampener::penalty(const Path& path, TimePoint now) const {
  const auto known = histories_.find(path);
  return known == histories_.end() ? 0 : decayed(known->second, now);
}

TimePoint Dampener::reuse_time(const History& history) const {
  const double halvings = std::max(0.0, std::log2(history.penalty / figures_.reuse));
  const double wait = halvings * seconds(figures_.half_life);
  if (clock_.step <= Duration::zero()) {
    return history.at + std::chrono::ceil<Duration>(std::chrono::duration<double>(wait));
  }
  // The first step that ends below the limit, then the next tick.
  const auto steps = static_cast<std::int64_t>(wait / seconds(clock_.step)) + 1;
  const auto at = history.at + steps * clock_.step;
  if (clock_.tick <= Duration::zero()) return at;
  const auto past = (at - clock_.start) % clock_.tick;
  return past == Duration::zero() ? at : at + clock_.tick - past;
}

std::optional<TimePoint> Dampener::next_reuse() const {
  std::optional<TimePoint> next;
  for (const auto& [path, history] : histories_) {
    if (!history.suppressed) continue;
    const auto at = reuse_time(history);
    next = std::min(next.value_or(at), at);
  }
  return next;
}

std::vector<Dampener::Path> Dampener::reusable(TimePoint now) {
  std::vector<Path> out;
  for (auto& [path, history] : histories_) {
    if (!history.suppressed || reuse_time(history) > now) continue;
    history.suppressed = false;
    out.push_back(path);
  }
  std::erase_if(histories_, [&](const auto& entry) {
    return !entry.second.suppressed && decayed(entry.second, now) < figures_.reuse / 2.0;
  });
  return out;
}

}  // namespace seatrial::bgp
