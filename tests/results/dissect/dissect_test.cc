// Frames by hand, taken apart; streams put together out of segments that came badly.
#include <boost/test/unit_test.hpp>

#include "results/dissect/fragments.h"
#include "results/dissect/tcp_stream.h"
#include "tests/results/wire.h"

namespace seatrial::results {
namespace {

using namespace test;

Packet taken_apart(const Bytes& frame, LinkType link = LinkType::ethernet) {
  CapturedFrame captured;
  captured.bytes = frame;
  captured.original_bytes = frame.size();
  return dissect(link, captured);
}

class Received : public TcpReceiver {
 public:
  void on_bytes(ByteSpan bytes, const Stamp& at) override {
    stamps.push_back(at.frame);
    text.append(bytes.begin(), bytes.end());
  }
  void on_gap(std::uint64_t octets, const Stamp& /*at*/) override {
    text += "<" + std::to_string(octets) + ">";
  }
  std::string text;
  std::vector<std::uint64_t> stamps;
};

class StreamOf {
 public:
  StreamOf& segment(std::uint32_t sequence, std::string_view text, int flags = ACK) {
    Segment s;
    s.sequence = sequence;
    s.flags = static_cast<std::uint8_t>(flags);
    s.data = octets(text);
    frames_.push_back(s.frame());
    stream.add(taken_apart(frames_.back()), {frames_.size(), {}}, received);
    return *this;
  }
  TcpStream stream;
  Received received;

 private:
  std::vector<Bytes> frames_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(dissection)

BOOST_AUTO_TEST_CASE(a_segment_under_every_link_type) {
  Segment segment;
  segment.data = octets("hello");
  const auto frame = segment.frame();
  const Bytes ip(frame.begin() + 14, frame.end());
  const std::vector<std::pair<LinkType, Bytes>> frames{
      {LinkType::ethernet, frame},
      {LinkType::ethernet, vlan_ethernet(7, 0x0800) + ip},
      {LinkType::raw_ip, ip},
      {LinkType::null, Bytes{2, 0, 0, 0} + ip},
      // SLL: packet type, ARPHRD, address length, address (8), protocol
      {LinkType::linux_cooked, Bytes{0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0} + ip},
      // SLL2: protocol, reserved, interface, ARPHRD, packet type, address length, address (8)
      {LinkType::linux_cooked_v2,
       Bytes{8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0} + ip}};
  for (const auto& [link, bytes] : frames) {
    const auto packet = taken_apart(bytes, link);
    BOOST_REQUIRE(packet.transport == Transport::tcp);
    BOOST_TEST(packet.source.to_string() == "10.0.0.1");
    BOOST_TEST(packet.destination_port == 80);
    BOOST_TEST(std::string(packet.payload.begin(), packet.payload.end()) == "hello");
  }
  BOOST_TEST(taken_apart(vlan_ethernet(7, 0x0800) + ip).vlans[0] == 7);
}

BOOST_AUTO_TEST_CASE(ipv6_behind_a_hop_by_hop_header) {
  const auto packet =
      taken_apart(ethernet(0x86dd) + ipv6(0, Bytes{17, 0, 1, 4, 0, 0, 0, 0} + udp(53, {1, 2})));
  BOOST_REQUIRE(packet.transport == Transport::udp);
  BOOST_TEST(packet.destination.to_string() == "2001:db8::2");
  BOOST_TEST(packet.payload.size() == 2U);
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_frame_is_taken_without_reading_past_it) {
  Segment segment;
  segment.data = octets("hello");
  for (const auto& whole : {segment.frame(), ethernet(0x86dd) + ipv6(6, tcp(octets("hello"))),
                            ethernet(0x0806) + Bytes(28, 1)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      CapturedFrame captured;
      captured.bytes = cut;
      captured.original_bytes = whole.size();
      const auto packet = dissect(LinkType::ethernet, captured);
      BOOST_TEST(packet.payload.size() <= size);
    }
  }
}

BOOST_AUTO_TEST_CASE(fragments_come_together_in_any_order) {
  // A datagram of 8 + 16 octets in two fragments, cut at octet 16.
  const auto datagram = udp(9, octets("0123456789abcdef"));
  const Bytes first(datagram.begin(), datagram.begin() + 16);
  const Bytes second(datagram.begin() + 16, datagram.end());
  constexpr std::size_t more = 0x2000;
  const auto a = ip_frame(17, 1, 2, first, more, 77);
  const auto b = ip_frame(17, 1, 2, second, 2, 77);  // offset in units of 8
  for (const auto& order : {std::pair(a, b), std::pair(b, a)}) {
    FragmentReassembly reassembly;
    auto packet = taken_apart(order.first);
    BOOST_TEST(!reassembly.add(packet));
    packet = taken_apart(order.second);
    BOOST_REQUIRE(reassembly.add(packet));
    BOOST_REQUIRE(packet.transport == Transport::udp);
    BOOST_TEST(std::string(packet.payload.begin(), packet.payload.end()) == "0123456789abcdef");
  }
}

BOOST_AUTO_TEST_CASE(reordering_retransmission_and_overlap_give_each_octet_once) {
  StreamOf s;
  s.segment(99, "", SYN).segment(103, "def").segment(100, "abc").segment(100, "abc");
  BOOST_TEST(s.received.text == "abcdef");
  s.segment(104, "efgh");  // overlaps by two
  BOOST_TEST(s.received.text == "abcdefgh");
  BOOST_TEST(s.stream.retransmitted() == 3U + 2U);
  s.segment(108, "", FIN | ACK);
  BOOST_TEST(s.stream.finished());
}

BOOST_AUTO_TEST_CASE(the_sequence_space_wraps) {
  StreamOf s;
  s.segment(0xfffffffd, "", SYN).segment(0xfffffffe, "abcd").segment(2, "ef");
  BOOST_TEST(s.received.text == "abcdef");
}

BOOST_AUTO_TEST_CASE(a_gap_is_told_at_the_end) {
  StreamOf s;
  s.segment(99, "", SYN).segment(100, "abc").segment(110, "xyz");
  BOOST_TEST(s.received.text == "abc");
  s.stream.finish({}, s.received);
  BOOST_TEST(s.received.text == "abc<7>xyz");
}

BOOST_AUTO_TEST_CASE(a_capture_that_begins_inside_a_connection) {
  StreamOf s;
  s.segment(500, "middle").segment(490, "0123456789mid").segment(506, " end");
  BOOST_TEST(s.received.text == "middle end");  // what came before is old
}

BOOST_AUTO_TEST_CASE(each_piece_is_told_with_the_frame_that_brought_it) {
  StreamOf of;
  of.segment(100, "ab").segment(104, "ef").segment(102, "cd");
  BOOST_TEST(of.received.text == "abcdef");
  BOOST_TEST((of.received.stamps == std::vector<std::uint64_t>{1, 3, 2}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results
