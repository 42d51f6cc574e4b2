#include "results/histogram/hgrm.h"

#include <fmt/format.h>

#include <cmath>

namespace seatrial::results {
namespace {

constexpr int ticks_per_half = 5;
constexpr double ns_per_ms = 1e6;

// HdrHistogram rounds a tie up, printf to the even digit; whole numbers leave no doubt.
std::string milliseconds(std::int64_t ns) {
  const auto us = (ns + 500) / 1000;
  return fmt::format("{}.{:03}", us / 1000, us % 1000);
}

std::string fixed(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const auto units = static_cast<std::uint64_t>(std::floor(value * scale + 0.5));
  const auto whole = static_cast<std::uint64_t>(scale);
  return fmt::format("{}.{:0{}}", units / whole, units % whole, decimals);
}

// The next percentile to report: equal steps within a halving of the distance to 100 %, half as
// long in the next.
double next_level(double level) {
  const auto halvings = static_cast<int>(std::log(100.0 / (100.0 - level)) / std::log(2.0));
  return level + 100.0 / std::ldexp(ticks_per_half, halvings + 1);
}

std::string row(std::int64_t value, double level, std::uint64_t count) {
  auto text = fmt::format("{:>12} {} {:>10}", milliseconds(value), fixed(level / 100.0, 12), count);
  if (level < 100.0) text += fmt::format(" {:>14}", fixed(1.0 / (1.0 - level / 100.0), 2));
  return text + "\n";
}

// HdrHistogram takes each value for the middle of its bucket.
double middle(const Histogram::Bucket& bucket) {
  const auto width = bucket.highest - bucket.lowest + 1;
  const auto value = bucket.lowest + width / 2;
  return static_cast<double>(value);
}

}  // namespace

std::string percentile_distribution(const Histogram& histogram) {
  auto out = fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount",
                         "1/(1-Percentile)");
  const auto total = static_cast<double>(histogram.count());
  double level = 0.0;
  double sum = 0.0;
  std::uint64_t seen = 0;
  histogram.for_each([&](const Histogram::Bucket& bucket) {
    seen += bucket.count;
    sum += middle(bucket) * static_cast<double>(bucket.count);
    const bool last = seen == histogram.count();
    while (100.0 * static_cast<double>(seen) / total >= level) {
      out += row(bucket.highest, level, seen);
      level = next_level(level);
      if (last) break;
    }
    if (last) out += row(bucket.highest, 100.0, seen);
  });

  const double mean = histogram.empty() ? 0.0 : sum / total;
  double squares = 0.0;
  histogram.for_each([&](const Histogram::Bucket& bucket) {
    const double off = middle(bucket) - mean;
    squares += off * off * static_cast<double>(bucket.count);
  });
  const double deviation = histogram.empty() ? 0.0 : std::sqrt(squares / total);
  const auto most = histogram.max() == 0 ? 0 : histogram.highest_equivalent(histogram.max());
  out += fmt::format("#[Mean    = {:>12}, StdDeviation   = {:>12}]\n", fixed(mean / ns_per_ms, 3),
                     fixed(deviation / ns_per_ms, 3));
  out += fmt::format("#[Max     = {:>12}, Total count    = {:>12}]\n", milliseconds(most),
                     histogram.count());
  out += fmt::format("#[Buckets = {:>12}, SubBuckets     = {:>12}]\n", histogram.doublings(),
                     histogram.sub_buckets());
  return out;
}

}  // namespace seatrial::results
