#include "results/histogram/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace seatrial::results {
namespace {

int bits_for(int digits) {
  std::uint64_t largest = 2;
  for (int i = 0; i < std::clamp(digits, 1, 5); ++i) largest *= 10;
  return std::bit_width(largest - 1);
}

}  // namespace

Histogram::Histogram(int digits) : bits_(bits_for(digits)) {}

// Bucket k covers the doubling k above 2^bits_; its half of sub-buckets follows those before it.
std::size_t Histogram::index_of(std::uint64_t value) const {
  const int doubling = std::max(0, static_cast<int>(std::bit_width(value)) - bits_);
  const std::uint64_t half = std::uint64_t{1} << (bits_ - 1);
  return static_cast<std::size_t>(static_cast<std::uint64_t>(doubling) * half +
                                  (value >> doubling));
}

std::uint64_t Histogram::lowest_of(std::size_t index) const {
  const std::uint64_t half = std::uint64_t{1} << (bits_ - 1);
  if (index < 2 * half) return index;
  const std::uint64_t doubling = index / half - 1;
  return (index - doubling * half) << doubling;
}

std::uint64_t Histogram::width_of(std::size_t index) const {
  const std::uint64_t half = std::uint64_t{1} << (bits_ - 1);
  return index < 2 * half ? 1 : std::uint64_t{1} << (index / half - 1);
}

void Histogram::record(std::int64_t value, std::uint64_t count) {
  if (count == 0) return;
  value = std::max<std::int64_t>(value, 0);
  const auto index = index_of(static_cast<std::uint64_t>(value));
  if (index >= counts_.size()) counts_.resize(index + 1);
  counts_[index] += count;
  min_ = total_ == 0 ? value : std::min(min_, value);
  max_ = total_ == 0 ? value : std::max(max_, value);
  total_ += count;
  sum_ += static_cast<Uint128>(static_cast<std::uint64_t>(value)) * count;
}

void Histogram::merge(const Histogram& other) {
  if (other.empty()) return;
  const bool was_empty = empty();
  const auto low = was_empty ? other.min_ : std::min(min_, other.min_);
  const auto high = was_empty ? other.max_ : std::max(max_, other.max_);
  const auto sum = sum_ + other.sum_;
  for (std::size_t i = 0; i < other.counts_.size(); ++i) {
    record(static_cast<std::int64_t>(other.lowest_of(i)), other.counts_[i]);
  }
  min_ = low;
  max_ = high;
  sum_ = sum;
}

double Histogram::mean() const {
  if (empty()) return 0.0;
  return static_cast<double>(sum_) / static_cast<double>(total_);
}

std::int64_t Histogram::value_at_percentile(double percent) const {
  if (empty()) return 0;
  // A rank that arithmetic in binary pushed just above a whole number is that number.
  const double below =
      std::clamp(std::nextafter(percent, -std::numeric_limits<double>::infinity()), 0.0, 100.0);
  const double exact = below * static_cast<double>(total_) / 100.0;
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen < rank) continue;
    const auto lowest = lowest_of(i);
    return static_cast<std::int64_t>(percent <= 0.0 ? lowest : lowest + width_of(i) - 1);
  }
  return highest_equivalent(max_);
}

std::int64_t Histogram::percentile(double percent) const {
  if (empty()) return 0;
  return std::clamp(value_at_percentile(percent), min_, max_);
}

Histogram Histogram::corrected(std::int64_t expected_interval) const {
  if (expected_interval <= 0 || empty()) return *this;
  Histogram out = *this;
  for_each([&](const Bucket& bucket) {
    for (auto missing = bucket.highest - expected_interval; missing >= expected_interval;
         missing -= expected_interval) {
      out.record(missing, bucket.count);
    }
  });
  out.max_ = max_;  // nothing was hidden beyond it, whatever its bucket's width
  return out;
}

void Histogram::for_each(const std::function<void(const Bucket&)>& visit) const {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    const auto lowest = lowest_of(i);
    visit({static_cast<std::int64_t>(lowest), static_cast<std::int64_t>(lowest + width_of(i) - 1),
           counts_[i]});
  }
}

int Histogram::doublings() const {
  return 1 +
         std::max(0, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(max()))) - bits_);
}

std::uint64_t Histogram::count_at(std::int64_t value) const {
  const auto index = index_of(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)));
  return index < counts_.size() ? counts_[index] : 0;
}

std::int64_t Histogram::lowest_equivalent(std::int64_t value) const {
  return static_cast<std::int64_t>(
      lowest_of(index_of(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)))));
}

std::int64_t Histogram::highest_equivalent(std::int64_t value) const {
  const auto index = index_of(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)));
  return static_cast<std::int64_t>(lowest_of(index) + width_of(index) - 1);
}

}  // namespace seatrial::results
