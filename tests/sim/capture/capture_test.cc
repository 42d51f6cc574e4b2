#include "sim/capture/capture.h"

#include <pcap/pcap.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "sim/bridge/learning_switch.h"
#include "tests/sim/ethernet/small_world.h"

namespace seatrial::sim::test {

namespace {

namespace fs = std::filesystem;

struct Captured {
  TimePoint at;
  std::vector<std::uint8_t> bytes;
};

std::vector<Captured> read_capture(const fs::path& path) {
  char error[PCAP_ERRBUF_SIZE];
  pcap_t* file =
      pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error);
  BOOST_REQUIRE_MESSAGE(file != nullptr, error);
  std::vector<Captured> frames;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  while (pcap_next_ex(file, &header, &data) == 1) {
    const TimePoint at(std::chrono::seconds(header->ts.tv_sec) + Duration(header->ts.tv_usec));
    frames.push_back({at, {data, data + header->caplen}});
  }
  pcap_close(file);
  return frames;
}

struct CapturedWorld : SmallWorld {
  fs::path folder;
  CapturedWorld() {
    std::string pattern = (fs::temp_directory_path() / "seatrial-capture-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    folder = pattern;
  }
  ~CapturedWorld() { fs::remove_all(folder); }

  std::unique_ptr<Capture> capture(ns3::Ptr<EthernetDevice> device) {
    auto writer = results::PcapWriter::create(folder / "a.pcap");
    BOOST_REQUIRE(writer.has_value());
    return std::make_unique<Capture>(device, std::move(*writer));
  }
  std::vector<Captured> finished(Capture& capture) {
    BOOST_REQUIRE(capture.finish(now()).has_value());
    return read_capture(folder / "a.pcap");
  }
  static LinkOptions gigabit() {
    LinkOptions options;
    options.rate = Bandwidth::bits_per_second(1'000'000'000);
    options.delay = 10us;
    return options;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(capture_suite, CapturedWorld)

BOOST_AUTO_TEST_CASE(stamps_are_first_bit_out_and_last_bit_in) {
  TestHost& a = host("a:eth0");
  TestHost& b = host("b:eth0");
  EthernetLink::connect(a.device, b.device, gigabit());
  auto tcpdump = capture(a.device);
  for (int i = 0; i < 3; ++i) a.send(b.address(), 1514);
  b.send(a.address(), 500);
  run();
  const auto frames = finished(*tcpdump);
  BOOST_REQUIRE(frames.size() == 4U);
  // Out: every 1538 octets of 8 ns. In: 8 + 504 octets of 8 ns and 10 us, between the second and
  // the third.
  BOOST_TEST((frames[0].at == at(0ns)));
  BOOST_TEST((frames[1].at == at(12304ns)));
  BOOST_TEST((frames[2].at == at(Duration(512 * 8 + 10'000))));
  BOOST_TEST((frames[3].at == at(24608ns)));
  BOOST_TEST(frames[2].bytes.size() == 500U);
  BOOST_TEST(frames[3].bytes.size() == 1514U);
}

BOOST_AUTO_TEST_CASE(a_frame_that_never_left_is_not_in_the_file) {
  TestHost& a = host("a:eth0");
  TestHost& b = host("b:eth0");
  auto link = EthernetLink::connect(a.device, b.device, gigabit());
  auto tcpdump = capture(a.device);
  for (int i = 0; i < 3; ++i) a.send(b.address(), 1514);  // leave at 0, 12.304 and 24.608 us
  run_until(at(20us));
  link->set_plugged(false);
  run();
  BOOST_TEST(finished(*tcpdump).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_trunk_shows_its_tags) {
  LearningSwitch tor("tor1");
  auto node = ns3::CreateObject<ns3::Node>();
  auto access = EthernetDevice::create(node, "tor1:swp1", macs.next());
  auto trunk = EthernetDevice::create(node, "tor1:swp2", macs.next());
  tor.add_port(access, AccessPort{VlanId{10}});
  tor.add_port(trunk, TrunkPort{{VlanId{10}}, std::nullopt});
  TestHost& a = host("a:eth0");
  TestHost& router = host("router:eth0");
  EthernetLink::connect(a.device, access);
  EthernetLink::connect(router.device, trunk);
  auto tcpdump = capture(trunk);
  a.broadcast();
  run();
  const auto frames = finished(*tcpdump);
  BOOST_REQUIRE(frames.size() == 1U);
  // IEEE 802.1Q section 9.6: behind the addresses 8100, VLAN 10, then the type.
  const std::vector<std::uint8_t> tag(frames[0].bytes.begin() + 12, frames[0].bytes.begin() + 18);
  BOOST_TEST((tag == std::vector<std::uint8_t>{0x81, 0x00, 0x00, 0x0a, 0x88, 0xb5}));
}

BOOST_AUTO_TEST_CASE(checksums_are_filled_in_the_file_and_only_there) {
  TestHost& a = host("a:eth0");
  TestHost& b = host("b:eth0");
  EthernetLink::connect(a.device, b.device, gigabit());
  auto tcpdump = capture(a.device);
  // The IPv4 header whose checksum is b861 (4500 + 0073 + 4000 + 4011 + c0a8 + 0001 + c0a8 + 00c7 =
  // 2479c, folded 479e, complement b861), sent with zero.
  std::vector<std::uint8_t> packet{0x45, 0, 0,   0x73, 0, 0, 0x40, 0,   0x40, 0x11,
                                   0,    0, 192, 168,  0, 1, 192,  168, 0,    199};
  packet.resize(115);
  a.device->Send(ns3::Create<ns3::Packet>(packet.data(), 115), b.address(), 0x0800);
  run();
  const auto frames = finished(*tcpdump);
  BOOST_REQUIRE(frames.size() == 1U);
  BOOST_TEST(frames[0].bytes[24] == 0xb8);
  BOOST_TEST(frames[0].bytes[25] == 0x61);
  std::vector<std::uint8_t> arrived(129);
  BOOST_REQUIRE(b.received.size() == 1U);
  b.received[0].second->CopyData(arrived.data(), 129);
  BOOST_TEST(arrived[24] == 0);
  BOOST_TEST(arrived[25] == 0);
}

BOOST_AUTO_TEST_CASE(capturing_changes_no_time_and_costs_no_event) {
  TestHost& a = host("a:eth0");
  TestHost& b = host("b:eth0");
  EthernetLink::connect(a.device, b.device, gigabit());
  run();
  auto tcpdump = capture(a.device);
  const TimePoint start = now();
  for (int i = 0; i < 10; ++i) a.send(b.address(), 1514);
  BOOST_TEST(run() == 10U);
  // Nine frames of 12304 ns, 12208 ns to the FCS, 10 us of cable: as without a capture.
  BOOST_TEST((b.received.back().first - start == Duration(9 * 12304 + 12208 + 10'000)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::sim::test
