#include "results/histogram/hgrm.h"

#include <boost/test/unit_test.hpp>

#include "tests/results/histogram/reference.h"

namespace seatrial::results::test {

BOOST_AUTO_TEST_SUITE(hgrm)

BOOST_AUTO_TEST_CASE(to_the_octet_what_hdrhistogram_writes) {
  for (const auto& [name, make] : known) {
    const auto expected = reference_text(std::string(name) + ".hgrm");
    BOOST_REQUIRE_MESSAGE(!expected.empty(), name);
    BOOST_TEST(percentile_distribution(make()) == expected, name);
  }
}

BOOST_AUTO_TEST_CASE(percentiles_are_hdrhistograms) {
  for (const auto& [name, make] : known) {
    const auto h = make();
    const auto expected = reference_percentiles(name);
    BOOST_REQUIRE_MESSAGE(expected.size() == 20U, name);
    for (const auto& [percent, value] : expected) {
      BOOST_TEST(h.value_at_percentile(percent) == value, name << " at " << percent);
      // Ours never say more than was there.
      BOOST_TEST(h.percentile(percent) == std::clamp(value, h.min(), h.max()));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_correction_adds_what_the_stall_hid) {
  const auto h = corrected();
  // A bucket of 100 s is 2^26 ns wide and ends at 100 059 316 223 ns. One interval less, and so on
  // down to one: 10 005 values less the recorded one.
  BOOST_TEST(stalled().highest_equivalent(100000000000) == 100059316223);
  BOOST_TEST(h.count() == 10001U + 100059316223 / 10000000 - 1);
  BOOST_TEST(h.max() == 100000000000);
  BOOST_TEST(h.min() == 1000000);
  // Shorter than the interval, nothing is hidden.
  BOOST_TEST(few().corrected(20000000).count() == 10U);
  BOOST_TEST(few().corrected(0).count() == 10U);
  BOOST_TEST(Histogram().corrected(5).empty());
}

BOOST_AUTO_TEST_CASE(nothing_recorded) {
  BOOST_TEST(percentile_distribution(Histogram()) ==
             "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
             "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
             "#[Max     =        0.000, Total count    =            0]\n"
             "#[Buckets =            1, SubBuckets     =         2048]\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results::test
