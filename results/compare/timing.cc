#include "results/compare/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace seatrial::results {
namespace {

// Without --time: what nobody would call jitter.
constexpr Duration noticeable = 1s;
constexpr std::size_t most_buckets = 16384;

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

// Twice a tolerance is still a time.
Timing::Timing(const TimeTolerance& tolerance, const Lens& lens)
    : tolerance_(tolerance), ignored_(lens.ignores("frame.time")) {
  if (tolerance_.time) tolerance_.time = std::min(*tolerance_.time, Duration::max() / 4);
}

Duration Timing::width() const {
  return std::max(tolerance_.time.value_or(noticeable) / 8, Duration(1000));
}

void Timing::pair(const std::string& where, const std::string& what, const Stamp& a,
                  const Stamp& b) {
  ++pairs_;
  const auto delta = b.time - a.time;
  const auto place = delta.count() / width().count() - (delta < Duration(0) ? 1 : 0);
  auto at = buckets_.lower_bound(place);
  if (at == buckets_.end() || at->first != place) {
    if (buckets_.size() < most_buckets) {
      const Pair only{delta, where, what, a, b};
      buckets_.emplace_hint(at, place, Bucket{1, only, only, only});
      return;
    }
    if (at == buckets_.end()) at = std::prev(at);
  }
  auto& bucket = at->second;
  ++bucket.count;
  if (a.frame < bucket.first.a.frame) bucket.first = {delta, where, what, a, b};
  if (delta < bucket.least.delta) bucket.least = {delta, where, what, a, b};
  if (delta > bucket.most.delta) bucket.most = {delta, where, what, a, b};
}

// Of two takes: the distance from which the fewest pairs are further away than the tolerance.
Duration Timing::common_distance(Duration tolerance) const {
  Duration base{};
  std::uint64_t best = 0;
  std::uint64_t within = 0;
  auto last = buckets_.begin();
  for (auto first = buckets_.begin(); first != buckets_.end(); ++first) {
    const auto from = first->second.least.delta;
    for (; last != buckets_.end() && last->second.most.delta - from <= 2 * tolerance; ++last) {
      within += last->second.count;
    }
    if (within > best) {
      best = within;
      base = from + (std::prev(last)->second.most.delta - from) / 2;
    }
    if (last == first) {
      ++last;  // wider than the tolerance by itself
    } else {
      within -= first->second.count;
    }
  }
  return best > 0 ? base : buckets_.empty() ? Duration(0) : buckets_.begin()->second.first.delta;
}

std::vector<Timing::Shift> Timing::shifts(Duration base, Duration tolerance) const {
  std::vector<Shift> out;
  const auto beyond = [&](const Pair& pair) { return absolute(pair.delta - base) > tolerance; };
  for (const auto& [_, bucket] : buckets_) {
    const Pair* witness = nullptr;
    for (const auto* pair : {&bucket.first, &bucket.least, &bucket.most}) {
      if (!beyond(*pair)) continue;
      if (witness == nullptr || pair->a.frame < witness->a.frame) witness = pair;
    }
    if (witness == nullptr) continue;
    const auto late = witness->delta > base;
    const auto near = std::max(tolerance, 2 * width());
    if (!out.empty() && (out.back().witness->delta > base) == late &&
        bucket.least.delta - out.back().to <= near) {
      auto& shift = out.back();
      shift.count += bucket.count;
      shift.to = bucket.most.delta;
      if (witness->a.frame < shift.witness->a.frame) shift.witness = witness;
    } else {
      out.push_back({bucket.count, witness, bucket.least.delta, bucket.most.delta});
    }
  }
  return out;
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
  if (ignored_ || a.empty || b.empty) return findings;
  const bool same_moment = same_packets || (a.first <= b.last && b.first <= a.last);
  const auto tolerance = tolerance_.time.value_or(noticeable);
  // The clocks of two takes have nothing in common but what most of their frames say.
  const auto base = same_moment ? Duration(0) : common_distance(tolerance);
  const bool judged = tolerance_.time.has_value() || same_moment;
  for (const auto& shift : shifts(base, tolerance)) {
    const auto& first = *shift.witness;
    const auto delta = first.delta - base;
    const auto* direction = delta > Duration(0) ? "later" : "earlier";
    const bool all = shift.count == pairs_;
    auto what = fmt::format("{} {} in B: {}{}", seconds_text(delta), direction, first.what,
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
    finding.where = first.where;
    finding.what = std::move(what);
    finding.a = Witness{first.a.frame, first.a.time};
    finding.b = Witness{first.b.frame, first.b.time};
    if (shift.to - shift.from > tolerance) {
      finding.context.push_back(fmt::format("by {} to {}", seconds_text(shift.from - base),
                                            seconds_text(shift.to - base)));
    }
    finding.fields.push_back(
        {"frame.time", seconds(TimePoint(first.a.time - a.origin())) + " s",
         seconds(TimePoint(first.b.time - (same_moment ? a : b).origin())) + " s"});
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace seatrial::results
