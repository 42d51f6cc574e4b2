#include "sim/ethernet/transmitter.h"

#include <boost/test/unit_test.hpp>

namespace seatrial::sim {

namespace {

constexpr Bandwidth gigabit = Bandwidth::bits_per_second(1'000'000'000);
constexpr Bandwidth hundred_gigabit = Bandwidth::bits_per_second(100'000'000'000);

TimePoint ns(Duration::rep count) {
  return TimePoint(Duration(count));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transmitter)

BOOST_AUTO_TEST_CASE(wire_time_counts_preamble_fcs_gap_and_the_minimum) {
  // 8 preamble + 1514 + 4 FCS + 12 gap, the well-known 1538 of a full frame.
  BOOST_TEST(wire_bytes(1514) == 1538U);
  // 8 + 64 + 12, for all that would be shorter than 64 with its FCS.
  BOOST_TEST(wire_bytes(60) == 84U);
  BOOST_TEST(wire_bytes(42) == 84U);
  BOOST_TEST(wire_bytes(61) == 85U);
}

BOOST_AUTO_TEST_CASE(an_idle_line_takes_a_frame_at_once) {
  Transmitter line(gigabit, {});
  const auto slot = line.offer(ns(1000), 1514);
  BOOST_REQUIRE(slot.has_value());
  BOOST_TEST((slot->first_bit == ns(1000)));
  // Up to the FCS: 8 + 1518 = 1526 octets of 8 ns.
  BOOST_TEST((slot->last_bit == ns(1000 + 12208)));
  BOOST_TEST(line.waiting_packets(ns(1000)) == 0U);
}

BOOST_AUTO_TEST_CASE(the_next_frame_waits_for_the_gap) {
  Transmitter line(gigabit, {});
  line.offer(ns(0), 1514);
  const auto second = line.offer(ns(0), 1514);
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST((second->first_bit == ns(12304)));  // 1538 octets of 8 ns
  BOOST_TEST(line.waiting_packets(ns(12303)) == 1U);
  BOOST_TEST(line.waiting_bytes(ns(12303)) == 1514U);
  BOOST_TEST(line.waiting_packets(ns(12304)) == 0U);
  BOOST_TEST(line.waiting_bytes(ns(12304)) == 0U);
}

BOOST_AUTO_TEST_CASE(fractions_of_a_nanosecond_are_not_lost) {
  // 1538 octets at 100 Gb/s are 123.04 ns; 25 frames are 3076 ns to the digit. Rounding each frame
  // up would give 25 * 124 = 3100.
  Transmitter line(hundred_gigabit, {});
  for (int i = 0; i < 25; ++i) line.offer(ns(0), 1514);
  const auto next = line.offer(ns(0), 1514);
  BOOST_REQUIRE(next.has_value());
  BOOST_TEST((next->first_bit == ns(3076)));
}

BOOST_AUTO_TEST_CASE(the_packet_limit_counts_what_waits_not_what_is_sent) {
  Transmitter line(gigabit, {.packets = 10, .bytes = 0});
  int accepted = 0;
  for (int i = 0; i < 100; ++i) accepted += line.offer(ns(0), 1514).has_value() ? 1 : 0;
  BOOST_TEST(accepted == 11);  // one on the line, ten behind it
  // One frame later there is room for one.
  BOOST_TEST(line.offer(ns(12304), 1514).has_value());
  BOOST_TEST(!line.offer(ns(12304), 1514).has_value());
}

BOOST_AUTO_TEST_CASE(the_byte_limit_is_exact) {
  Transmitter line(gigabit, {.packets = 1000, .bytes = 3000});
  int accepted = 0;
  for (int i = 0; i < 10; ++i) accepted += line.offer(ns(0), 1000).has_value() ? 1 : 0;
  BOOST_TEST(accepted == 4);                      // one on the line, 3 * 1000 behind it
  BOOST_TEST(!line.offer(ns(0), 1).has_value());  // 3001
}

BOOST_AUTO_TEST_CASE(reset_forgets_the_queue) {
  Transmitter line(gigabit, {});
  for (int i = 0; i < 5; ++i) line.offer(ns(0), 1514);
  line.reset();
  BOOST_TEST(line.waiting_packets(ns(0)) == 0U);
  const auto slot = line.offer(ns(7), 1514);
  BOOST_REQUIRE(slot.has_value());
  BOOST_TEST((slot->first_bit == ns(7)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::sim
