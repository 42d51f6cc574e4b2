#include "results/compare/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace seatrial::results {
namespace {

// Without --time: what nobody would call jitter.
constexpr Duration noticeable = 1s;
constexpr std::size_t most_shifts = 4096;

Duration absolute(Duration d) {
  return d < Duration(0) ? -d : d;
}

}  // namespace

std::string seconds_text(Duration duration) {
  const auto ns = absolute(duration).count();
  const double s = static_cast<double>(ns) / 1e9;
  if (ns >= 1'000'000'000) return fmt::format("{:.3f} s", s);
  if (ns >= 1'000'000) return fmt::format("{:.3f} ms", s * 1e3);
  if (ns >= 1'000) return fmt::format("{:.3f} us", s * 1e6);
  return fmt::format("{} ns", ns);
}

Duration Timing::grain() const {
  const auto tolerance = tolerance_.time.value_or(noticeable);
  return std::max(tolerance, Duration(1000)) / 2;
}

void Timing::pair(const std::string& where, const std::string& what, const Stamp& a,
                  const Stamp& b) {
  ++pairs_;
  const auto delta = b.time - a.time;
  const auto grains = static_cast<std::int64_t>(
      std::llround(static_cast<double>(delta.count()) / static_cast<double>(grain().count())));
  auto at = shifts_.find(grains);
  if (at == shifts_.end()) {
    // A neighbour is the same shift with some jitter.
    for (const auto near : {grains - 1, grains + 1}) {
      at = shifts_.find(near);
      if (at != shifts_.end()) break;
    }
  }
  if (at == shifts_.end()) {
    if (shifts_.size() >= most_shifts) return;
    at = shifts_.emplace(grains, Shift{0, delta, where, what, a, b, a}).first;
  }
  ++at->second.count;
  at->second.last_a = a;
}

bool Timing::similar(Duration a, Duration b) const {
  if (!tolerance_.rtt) return true;
  const auto longer = static_cast<double>(std::max(absolute(a), absolute(b)).count());
  return static_cast<double>(absolute(a - b).count()) <= *tolerance_.rtt * longer;
}

std::vector<Finding> Timing::finish(Layer layer, const std::array<CaptureSpan, 2>& spans,
                                    bool same_packets, std::vector<std::string>& notes) const {
  std::vector<Finding> findings;
  const auto& [a, b] = spans;
  if (tolerance_.ignored || a.empty || b.empty) return findings;
  const bool same_moment = same_packets || (a.first <= b.last && b.first <= a.last);
  auto base = same_moment ? Duration(0) : b.first - a.first;
  if (!same_moment) {
    // The clocks of two takes have nothing in common but what most of their frames say.
    std::uint64_t most = 0;
    for (const auto& [_, shift] : shifts_) {
      if (shift.count <= most) continue;
      most = shift.count;
      base = shift.delta;
    }
  }
  const bool judged = tolerance_.time.has_value() || same_moment;
  const auto tolerance = tolerance_.time.value_or(noticeable);
  for (const auto& [_, shift] : shifts_) {
    const auto delta = shift.delta - base;
    if (absolute(delta) <= tolerance) continue;
    const auto* direction = delta > Duration(0) ? "later" : "earlier";
    const bool all = shift.count == pairs_;
    auto what = fmt::format("{} {} in B: {}{}", seconds_text(delta), direction, shift.what,
                            shift.count == 1 ? ""
                            : all ? fmt::format(" and everything else ({} in all)", pairs_)
                                  : fmt::format(" and {} more of {}", shift.count - 1, pairs_));
    if (!judged) {
      notes.push_back(fmt::format("time shift (not judged without --time): {}", what));
      continue;
    }
    Finding finding;
    finding.layer = layer;
    finding.kind = FindingKind::shifted;
    finding.where = shift.where;
    finding.what = std::move(what);
    finding.a = Witness{shift.first_a.frame, shift.first_a.time};
    finding.b = Witness{shift.first_b.frame, shift.first_b.time};
    finding.fields.push_back(
        {"frame.time", seconds(TimePoint(shift.first_a.time - a.first)) + " s",
         seconds(TimePoint(shift.first_b.time - (same_moment ? a.first : b.first))) + " s"});
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace seatrial::results
