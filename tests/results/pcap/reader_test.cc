// The reader against files written by hand after the formats' specifications (pcap:
// draft-ietf-opsawg-pcap, pcapng: draft-ietf-opsawg-pcapng).
#include "results/pcap/reader.h"

#include <boost/test/unit_test.hpp>
#include <cstdio>

#include "tests/results/wire.h"

namespace seatrial::results {
namespace {

using namespace test;

Bytes number(std::uint64_t value, std::size_t octets, bool big) {
  Bytes out(octets);
  for (std::size_t i = 0; i < octets; ++i) {
    out[big ? octets - 1 - i : i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return out;
}

// One frame of four octets at 5.25 s.
Bytes classic(bool big, bool nano) {
  const auto n = [big](std::uint64_t value, std::size_t size) { return number(value, size, big); };
  return n(nano ? 0xa1b23c4d : 0xa1b2c3d4, 4) + n(2, 2) + n(4, 2) + n(0, 4) + n(0, 4) +
         n(65535, 4) + n(1, 4) +  // Ethernet
         n(5, 4) + n(nano ? 250'000'000 : 250'000, 4) + n(4, 4) + n(60, 4) + Bytes{1, 2, 3, 4};
}

Bytes pcapng(bool big) {
  const auto n = [big](std::uint64_t value, std::size_t size) { return number(value, size, big); };
  const auto ticks = std::uint64_t{5'250'000'000};
  return n(0x0a0d0d0a, 4) + n(28, 4) + n(0x1a2b3c4d, 4) + n(1, 2) + n(0, 2) +
         n(~std::uint64_t{0}, 8) + n(28, 4) +
         // Interface: Ethernet, if_tsresol 9 (nanoseconds)
         n(1, 4) + n(32, 4) + n(1, 2) + n(0, 2) + n(65535, 4) + n(9, 2) + n(1, 2) +
         Bytes{9, 0, 0, 0} + n(0, 4) + n(32, 4) +
         // Enhanced packet
         n(6, 4) + n(36, 4) + n(0, 4) + n(ticks >> 32, 4) + n(ticks & 0xffffffff, 4) + n(4, 4) +
         n(60, 4) + Bytes{1, 2, 3, 4} + n(36, 4);
}

void check_one_frame(const Bytes& file) {
  auto reader = PcapReader::from_memory(file, "a.pcap");
  BOOST_REQUIRE_MESSAGE(reader, (reader ? "" : reader.error()));
  const auto frame = reader->next();
  BOOST_REQUIRE(frame);
  BOOST_TEST(frame->number == 1U);
  BOOST_TEST(frame->time.time_since_epoch().count() == 5'250'000'000);
  BOOST_TEST(frame->bytes.size() == 4U);
  BOOST_TEST(frame->bytes[3] == 4);
  BOOST_TEST(frame->original_bytes == 60U);
  BOOST_TEST(!reader->next());
  BOOST_TEST(!reader->error());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pcap_reader)

BOOST_AUTO_TEST_CASE(every_variant_of_the_format_gives_the_same_frame) {
  for (const bool big : {false, true}) {
    for (const bool nano : {false, true}) check_one_frame(classic(big, nano));
    check_one_frame(pcapng(big));
  }
}

BOOST_AUTO_TEST_CASE(a_cut_file_gives_what_is_whole_and_then_the_offset) {
  // Header 24, record 16 + 4: the second record begins at 44 and is cut in its data.
  const auto one = classic(false, true);
  auto two = one;
  two.insert(two.end(), one.begin() + 24, one.end() - 1);
  auto reader = PcapReader::from_memory(two, "cut.pcap");
  BOOST_REQUIRE(reader);
  BOOST_TEST(reader->next().has_value());
  BOOST_TEST(!reader->next());
  BOOST_REQUIRE(reader->error());
  BOOST_TEST(reader->error()->starts_with("cut.pcap: offset 44: error: frame 2 cannot be read"),
             *reader->error());
}

BOOST_AUTO_TEST_CASE(a_record_that_claims_gigabytes_is_an_error_and_no_allocation) {
  auto file = classic(false, true);
  for (std::size_t i = 32; i < 36; ++i) file[i] = 0x7f;  // the captured length
  auto reader = PcapReader::from_memory(file, "huge.pcap");
  BOOST_REQUIRE(reader);
  BOOST_TEST(!reader->next());
  BOOST_REQUIRE(reader->error());
  BOOST_TEST(reader->error()->starts_with("huge.pcap: offset 24: error: "), *reader->error());
}

BOOST_AUTO_TEST_CASE(what_is_no_capture_says_so) {
  for (const auto& [text, words] :
       {std::pair<std::string, std::string>{"", "the file is empty"},
        {"this is no capture at all", "expected a pcap or pcapng capture"}}) {
    const auto bytes = octets(text);
    const auto reader = PcapReader::from_memory(bytes, "x");
    BOOST_REQUIRE(!reader);
    BOOST_TEST(reader.error().find(words) != std::string::npos, reader.error());
  }
  BOOST_TEST(!PcapReader::open("/nonexistent.pcap"));
  BOOST_TEST(!PcapReader::open("/"));
}

BOOST_AUTO_TEST_CASE(a_filter_leaves_frames_out_and_their_numbers_as_they_are) {
  const Folder folder;
  Frames frames;
  Talk(frames, 0s).open();
  frames.push_back({1s, ip_frame(17, 1, 2, udp(53, {1, 2, 3}))});
  const auto file = folder.write("a.pcap", frames);
  auto reader = PcapReader::open(file, "udp");
  BOOST_REQUIRE(reader);
  const auto frame = reader->next();
  BOOST_REQUIRE(frame);
  BOOST_TEST(frame->number == 4U);  // behind SYN, SYN-ACK, ACK
  BOOST_TEST(!reader->next());
  const auto wrong = PcapReader::open(file, "udp porto 3");
  BOOST_REQUIRE(!wrong);
  BOOST_TEST(wrong.error().find("the filter \"udp porto 3\" cannot be used") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results
