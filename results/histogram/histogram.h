// A log-linear histogram of whole numbers with HdrHistogram's layout: constant relative precision,
// constant cost a record.
//
// Values below 2^b have a bucket each; above that every doubling is cut into 2^(b-1) equal buckets,
// with b the least for which a bucket is never wider than 10^-digits of its values (3 digits:
// b = 11, as 2^11 >= 2 * 10^3). Percentiles therefore are exact up to that precision, and the same
// whatever order or share of the values was recorded where.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "models/net/units.h"

namespace seatrial::results {

class Histogram {
 public:
  // 1 to 5 significant decimal digits; others are taken as the nearest of these.
  explicit Histogram(int digits = 3);

  // Negative values count as 0.
  void record(std::int64_t value, std::uint64_t count = 1);
  void record(Duration value) { record(value.count()); }
  // Adds what `other` holds, at its precision or ours, whichever is less.
  void merge(const Histogram& other);

  std::uint64_t count() const { return total_; }
  bool empty() const { return total_ == 0; }
  // Exact; 0 when empty.
  std::int64_t min() const { return empty() ? 0 : min_; }
  std::int64_t max() const { return empty() ? 0 : max_; }
  double mean() const;
  // The least recorded bucket at or below which at least `percent` of the values lie: its highest
  // value, of 0 percent its lowest. What HdrHistogram's getValueAtPercentile says; 0 when empty.
  std::int64_t value_at_percentile(double percent) const;
  // The same, but never beyond what was recorded, min() and max().
  std::int64_t percentile(double percent) const;
  Duration duration_at(double percent) const { return Duration(percentile(percent)); }

  // These values as they would have been had the one who recorded them not waited for each answer
  // before the next question, but asked every `expected_interval`: a value of n intervals hid n - 1
  // further ones, each an interval shorter. HdrHistogram's copyCorrectedForCoordinatedOmission.
  Histogram corrected(std::int64_t expected_interval) const;

  struct Bucket {
    std::int64_t lowest = 0;
    std::int64_t highest = 0;
    std::uint64_t count = 0;
  };
  // Those that hold anything, in ascending order.
  void for_each(const std::function<void(const Bucket&)>& visit) const;
  // HdrHistogram's words for the layout: how often the range doubles up to the largest value, and
  // the steps of the first.
  int doublings() const;
  std::uint64_t sub_buckets() const { return std::uint64_t{1} << bits_; }

  // How many values equal `value`, to this precision.
  std::uint64_t count_at(std::int64_t value) const;
  // The lowest and highest value that share `value`'s bucket.
  std::int64_t lowest_equivalent(std::int64_t value) const;
  std::int64_t highest_equivalent(std::int64_t value) const;

 private:
  std::size_t index_of(std::uint64_t value) const;
  std::uint64_t lowest_of(std::size_t index) const;
  std::uint64_t width_of(std::size_t index) const;

  int bits_;                           // b above
  std::vector<std::uint64_t> counts_;  // grows with the largest value
  std::uint64_t total_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
  Uint128 sum_ = 0;
};

}  // namespace seatrial::results
