#include <boost/test/unit_test.hpp>

#include "results/histogram/histogram.h"

namespace seatrial::results {
namespace {

BOOST_AUTO_TEST_SUITE(histogram)

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
  // 3 digits: buckets of 1 below 2^11 = 2048, so 1..1000 are told apart.
  Histogram h;
  for (int i = 1; i <= 1000; ++i) h.record(i);
  BOOST_TEST(h.count() == 1000U);
  BOOST_TEST(h.percentile(50) == 500);  // 500 of 1000 values are at or below 500
  BOOST_TEST(h.percentile(99) == 990);
  BOOST_TEST(h.percentile(99.9) == 999);
  BOOST_TEST(h.percentile(100) == 1000);
  BOOST_TEST(h.percentile(0) == 1);
  BOOST_TEST(h.min() == 1);
  BOOST_TEST(h.max() == 1000);
  BOOST_TEST(h.mean() == 500.5);  // (1 + 1000) / 2
}

BOOST_AUTO_TEST_CASE(buckets_double_in_width) {
  // As HdrHistogram's documentation says of 3 digits: width 1 to 2047, 2 to 4095, 4 to 8191, ...
  const Histogram h;
  BOOST_TEST(h.lowest_equivalent(2047) == 2047);
  BOOST_TEST(h.highest_equivalent(2047) == 2047);
  BOOST_TEST(h.lowest_equivalent(2049) == 2048);
  BOOST_TEST(h.highest_equivalent(2049) == 2049);
  BOOST_TEST(h.lowest_equivalent(4099) == 4096);
  BOOST_TEST(h.highest_equivalent(4099) == 4099);
  // 10 007 lies in [8192, 16384): width 8, 10 000 = 1250 * 8.
  BOOST_TEST(h.lowest_equivalent(10007) == 10000);
  BOOST_TEST(h.highest_equivalent(10007) == 10007);
}

BOOST_AUTO_TEST_CASE(no_bucket_is_wider_than_a_thousandth_of_its_values) {
  const Histogram h;
  for (std::int64_t v = 1; v < (std::int64_t{1} << 55); v = v * 3 / 2 + 1) {
    const auto low = h.lowest_equivalent(v);
    const auto high = h.highest_equivalent(v);
    BOOST_TEST(low <= v);
    BOOST_TEST(v <= high);
    BOOST_TEST((high - low) * 1000 <= low, v);
    BOOST_TEST(h.lowest_equivalent(high + 1) == high + 1);  // no gap, no overlap
  }
}

BOOST_AUTO_TEST_CASE(a_percentile_is_never_above_the_largest_value) {
  Histogram h;
  h.record(20ms);
  BOOST_TEST((h.duration_at(99) == 20ms));
  BOOST_TEST((h.duration_at(50) == 20ms));
}

BOOST_AUTO_TEST_CASE(merging_is_recording_together) {
  Histogram a;
  Histogram b;
  Histogram both;
  for (int i = 0; i < 5000; ++i) {
    const std::int64_t value = 1000 + 7919LL * i;
    (i % 3 == 0 ? a : b).record(value);
    both.record(value);
  }
  a.merge(b);
  BOOST_TEST(a.count() == both.count());
  BOOST_TEST(a.min() == 1000);
  BOOST_TEST(a.max() == 1000 + 7919LL * 4999);
  BOOST_TEST(a.mean() == both.mean());
  for (const double p : {1.0, 50.0, 90.0, 99.0, 99.9}) {
    BOOST_TEST(a.percentile(p) == both.percentile(p));
  }
}

BOOST_AUTO_TEST_CASE(an_empty_one_says_zero_and_negative_values_count_as_zero) {
  Histogram h;
  BOOST_TEST(h.percentile(99) == 0);
  BOOST_TEST(h.mean() == 0.0);
  h.record(std::int64_t{-5});
  BOOST_TEST(h.count_at(0) == 1U);
  BOOST_TEST(h.min() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results
