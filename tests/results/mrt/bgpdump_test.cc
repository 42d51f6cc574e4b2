// What another reader makes of the records that no live session here gives: IPv6, path identifiers,
// and 2-octet AS numbers, read by `bgpdump -m` (Debian's, which the tests need). Its fields:
// form, time, A or B, peer, its AS, prefix, the path identifier in the _AP forms, AS path, origin,
// next hop, local preference, MED, communities, atomic aggregate, aggregator.
#include <stdlib.h>  // mkdtemp
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "models/bgp/codec.h"
#include "results/mrt/attributes.h"
#include "results/mrt/mrt.h"
#include "tests/results/mrt/octets.h"

namespace seatrial::results::mrt::test {
namespace {

namespace fs = std::filesystem;

constexpr Timestamp moment = std::chrono::microseconds(1'700'000'000'123'456);

// The lines that bgpdump prints of these records, its complaints included.
std::vector<std::string> bgpdump(const std::vector<bgp::Octets>& records) {
  std::string folder = (fs::temp_directory_path() / "seatrial-mrt-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const auto path = fs::path(folder) / "a.mrt";
  {
    std::ofstream file(path, std::ios::binary);
    for (const auto& record : records) {
      file.write(reinterpret_cast<const char*>(record.data()),
                 static_cast<std::streamsize>(record.size()));
    }
  }
  std::FILE* pipe = ::popen(("bgpdump -v -m " + path.string() + " 2>&1").c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  BOOST_TEST(::pclose(pipe) == 0);
  fs::remove_all(folder);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (line.find("logging to stderr") == std::string::npos) lines.push_back(line);
    at = end + 1;
  }
  return lines;
}

bgp::Octets update(const bgp::UpdateMessage& message, const bgp::CodecOptions& options) {
  const auto messages = bgp::encode(message, options);
  BOOST_REQUIRE(messages.size() == 1U);
  return messages[0];
}

bgp::PathAttributes attributes() {
  bgp::PathAttributes a;
  a.origin = bgp::Origin::igp;
  a.as_path.segments = {{bgp::AsSegment::Type::sequence, {{65001}, {4200000099}}}};
  a.next_hop = ip("192.0.2.2");
  a.med = 50;
  return a;
}

const Peering v4{{65001}, {65000}, 0, ip("192.0.2.2"), ip("192.0.2.1")};
const Peering v6{{65001}, {65000}, 0, ip("2001:db8::2"), ip("2001:db8::1")};

using Lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(bgpdump_reads_updates_of_ipv6) {
  bgp::UpdateMessage announce;
  announce.attributes = attributes();
  announce.mp_announced = {{prefix("2001:db8:1::/48")}};
  announce.mp_next_hop = ip("2001:db8::2");
  bgp::UpdateMessage withdraw;
  withdraw.withdrawn = {{prefix("2001:db8:1::/48")}};
  const auto one = update(announce, {});
  const auto two = update(withdraw, {});
  const Lines expected{
      "BGP4MP_ET|1700000000.123456|STATE|2001:db8::2|65001|5|6",
      "BGP4MP_ET|1700000000.123456|A|2001:db8::2|65001|2001:db8:1::/48|65001 4200000099|IGP|"
      "2001:db8::2|0|50||NAG||",
      "BGP4MP_ET_LOCAL|1700000000.123456|W|2001:db8::2|65001|2001:db8:1::/48"};
  BOOST_TEST(
      bgpdump({encode(moment, StateChange{v6, bgp::State::open_confirm, bgp::State::established}),
               encode(moment, Message{.peering = v6, .data = one}),
               encode(moment, Message{.peering = v6, .sent = true, .data = two})}) == expected,
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(bgpdump_reads_path_identifiers_and_two_octet_as_numbers) {
  bgp::UpdateMessage announce;
  announce.attributes = attributes();
  announce.announced = {{prefix("10.1.0.0/16"), 7}};
  const auto with_id = update(announce, {.add_path_send = {bgp::ipv4_unicast}});
  const auto narrow = update(announce, {.four_octet_as = false});
  // AS_PATH has AS_TRANS, 23456, and AS4_PATH the truth, which bgpdump puts in its place.
  const Lines expected{
      "BGP4MP_ET_AP|1700000000.123456|A|192.0.2.2|65001|10.1.0.0/16|7|65001 4200000099|IGP|"
      "192.0.2.2|0|50||NAG||",
      "BGP4MP_ET|1700000000.123456|A|192.0.2.2|65001|10.1.0.0/16|65001 4200000099|IGP|"
      "192.0.2.2|0|50||NAG||"};
  BOOST_TEST(
      bgpdump({encode(moment, Message{.peering = v4, .add_path = true, .data = with_id}),
               encode(moment, Message{.peering = v4, .four_octet_as = false, .data = narrow})}) ==
          expected,
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(bgpdump_reads_tables_of_ipv6_and_with_path_identifiers) {
  const PeerIndexTable peers{{1}, "left", {{}, {{2}, ip("2001:db8::2"), {65001}}}};
  auto far = attributes();
  far.next_hop = ip("2001:db8::2");
  Rib six{.sequence = 0, .prefix = prefix("2001:db8:1::/48")};
  six.entries.push_back({1, std::chrono::seconds(5), 0, encode_attributes(far)});
  Rib four{.sequence = 1, .prefix = prefix("10.1.0.0/16"), .add_path = true};
  four.entries.push_back({1, std::chrono::seconds(5), 7, encode_attributes(attributes())});
  four.entries.push_back({1, std::chrono::seconds(5), 8, encode_attributes(attributes())});
  const Lines expected{
      "TABLE_DUMP2|1700000000|B|2001:db8::2|65001|2001:db8:1::/48|65001 4200000099|IGP|"
      "2001:db8::2|0|50||NAG||",
      "TABLE_DUMP2_AP|1700000000|B|2001:db8::2|65001|10.1.0.0/16|7|65001 4200000099|IGP|"
      "192.0.2.2|0|50||NAG||",
      "TABLE_DUMP2_AP|1700000000|B|2001:db8::2|65001|10.1.0.0/16|8|65001 4200000099|IGP|"
      "192.0.2.2|0|50||NAG||"};
  BOOST_TEST(
      bgpdump({encode(moment, peers), encode(moment, six), encode(moment, four)}) == expected,
      boost::test_tools::per_element());
}

}  // namespace seatrial::results::mrt::test
