#include "results/pcap/writer.h"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "results/pcap/checksum.h"
#include "tests/results/pcap/frames.h"

namespace seatrial::results::test {

namespace {

namespace fs = std::filesystem;

// A folder of its own per test, gone afterwards.
struct TemporaryFolder {
  fs::path path;
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "seatrial-pcap-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    path = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { fs::remove_all(path); }
};

Bytes read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const fs::path& path, const std::vector<Bytes>& frames) {
  auto writer = PcapWriter::create(path);
  BOOST_REQUIRE(writer.has_value());
  TimePoint at{};
  for (const Bytes& frame : frames) writer->write(at += 1ms, frame);
  BOOST_REQUIRE(writer->close().has_value());
}

std::string output_of(const std::string& command) {
  std::string output;
  std::FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  char buffer[4096];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) {
    output.append(buffer, size);
  }
  BOOST_TEST(::pclose(pipe) == 0);
  return output;
}

boost::test_tools::assertion_result tshark_is_installed(boost::unit_test::test_unit_id) {
  return fs::exists("/usr/bin/tshark");
}

// What Wireshark thinks of every checksum of a capture, and its complaints.
std::string tshark(const fs::path& path, const std::string& fields) {
  return output_of(
      "tshark -n -r " + path.string() +
      " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE "
      "--disable-protocol icq -T fields -E 'separator=;' " +
      fields);
}

// One frame of each kind that a capture of this design can hold.
std::vector<Bytes> frames_of_every_kind() {
  const Bytes inner = ipv4(17, udp(9, {'h', 'i'}));
  Bytes quoted = ipv4(6, tcp({}));
  quoted.resize(28);
  const Bytes vxlan_header{8, 0, 0, 0, 0, 0, 1, 0};
  return {
      ethernet(0x0800) + ipv4(6, tcp({'o', 'd', 'd'})),
      ethernet(0x0800) + ipv4(17, udp(9, {'h', 'i'})),
      ethernet(0x0800) + ipv4(17, udp(9, {0x6e, 0x18})),  // comes out as zero: see below
      ethernet(0x0800) + ipv4(1, icmp(8, 0, Bytes(56, 0xa5))),
      ethernet(0x0800) + ipv4(1, icmp(11, 0, quoted)),
      vlan_ethernet(10, 0x0800) + ipv4(6, tcp({'x'})),
      ethernet(0x0800) + ipv4(4, inner),
      ethernet(0x0800) + ipv4(17, udp(4789, vxlan_header + ethernet(0x0800) + inner)),
      ethernet(0x86dd) + ipv6(6, tcp({'x', 'y'})),
      ethernet(0x86dd) + ipv6(17, udp(9, {'x'})),
      ethernet(0x86dd) + ipv6(58, icmp(128, 0, {'x'})),
  };
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(writer, TemporaryFolder)

BOOST_AUTO_TEST_CASE(the_file_is_nanosecond_pcap_byte_for_byte) {
  auto file = PcapWriter::create(path / "a.pcap", {.snaplen = 65535});
  BOOST_REQUIRE(file.has_value());
  file->write(TimePoint(1s + 2ns), Bytes{1, 2, 3});
  BOOST_TEST(file->frames() == 1U);
  BOOST_REQUIRE(file->close().has_value());
  // pcap-savefile(5), little-endian host: magic a1b23c4d, version 2.4, two unused words, snap
  // length, link type 1 (Ethernet); then seconds, nanoseconds, captured and original length.
  const Bytes expected{0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0,
                       0,    0xff, 0xff, 0,    0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0,
                       0,    0,    3,    0,    0, 0, 3, 0, 0, 0, 1, 2, 3};
  BOOST_TEST(read_file(path / "a.pcap") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_long_frame_is_cut_and_its_length_kept) {
  auto file = PcapWriter::create(path / "a.pcap", {.snaplen = 4});
  BOOST_REQUIRE(file.has_value());
  file->write(TimePoint(0s), Bytes{1, 2, 3, 4, 5, 6});
  BOOST_REQUIRE(file->close().has_value());
  const Bytes bytes = read_file(path / "a.pcap");
  BOOST_REQUIRE(bytes.size() == 24U + 16U + 4U);
  BOOST_TEST(bytes[24 + 8] == 4);   // captured
  BOOST_TEST(bytes[24 + 12] == 6);  // original
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_named) {
  const auto file = PcapWriter::create(path / "nowhere" / "a.pcap");
  BOOST_REQUIRE(!file.has_value());
  BOOST_TEST(file.error() == (path / "nowhere" / "a.pcap").string() +
                                 ": cannot create the capture: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_reported) {
  auto file = PcapWriter::create("/dev/full");
  BOOST_REQUIRE(file.has_value());
  for (int i = 0; i < 100; ++i) file->write(TimePoint(0s), Bytes(1000, 0));
  const auto closed = file->close();
  BOOST_REQUIRE(!closed.has_value());
  BOOST_TEST(closed.error().starts_with("/dev/full: cannot write the capture"));
}

BOOST_AUTO_TEST_CASE(wireshark_finds_every_filled_checksum_good,
                     *boost::unit_test::precondition(tshark_is_installed)) {
  std::vector<Bytes> frames = frames_of_every_kind();
  for (Bytes& frame : frames) fill_checksums(frame);
  write_file(path / "a.pcap", frames);
  // Status 1 is "Good" (0 bad, 2 unverified, 3 not present); a comma separates outer and inner, as
  // it does the header that an ICMP error quotes. The quoted TCP header is cut before its checksum.
  const std::string fields =
      "-e ip.checksum.status -e tcp.checksum.status -e udp.checksum.status "
      "-e icmp.checksum.status -e icmpv6.checksum.status -e _ws.malformed";
  const std::string expected =
      "1;1;;;;\n"
      "1;;1;;;\n"
      "1;;1;;;\n"
      "1;;;1;;\n"
      "1,1;;;1;;\n"
      "1;1;;;;\n"
      "1,1;;1;;;\n"
      "1,1;;1,1;;;\n"
      ";1;;;;\n"
      ";;1;;;\n"
      ";;;;1;\n";
  BOOST_TEST(tshark(path / "a.pcap", fields) == expected);
  // Port 9 in place of 53 lowers the sum by 2c: 6dec + 2c = 6e18 makes it ffff.
  BOOST_TEST(tshark(path / "a.pcap", "-Y frame.number==3 -e udp.checksum") == "0xffff\n");
}

BOOST_AUTO_TEST_CASE(wireshark_would_notice_a_missing_one,
                     *boost::unit_test::precondition(tshark_is_installed)) {
  write_file(path / "a.pcap", frames_of_every_kind());
  BOOST_TEST(tshark(path / "a.pcap",
                    "-Y frame.number==1 -e ip.checksum.status -e tcp.checksum.status") == "0;0\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results::test
