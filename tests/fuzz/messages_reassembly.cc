// BGP, HTTP and DNS over TCP behind reassembly. The input is a script of segments: a port that
// picks the protocol, then for each segment its direction and flags, a distance in the sequence
// space, a length, and octets. The same octets in order, and with every segment sent twice, must
// give the same messages.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "results/messages/reader.h"

namespace {

using namespace seatrial;

class Log : public results::MessageSink {
 public:
  void on_open(results::ConversationId, const results::Conversation& c) override {
    text += c.group + "\n";
  }
  void on_message(results::ConversationId, const std::string& lane,
                  results::Message message) override {
    text += lane + " " + message.title;
    for (const auto& field : message.fields) text += "|" + field.value;
    text += "\n";
  }
  void on_close(results::ConversationId) override { text += "closed\n"; }
  void on_note(const std::string&, std::uint64_t) override {}
  void on_order(const std::string&, std::uint64_t) override {}
  bool is_first(const std::string&, std::uint64_t) override { return true; }
  std::string text;
};

struct Segment {
  bool to_server = true;
  std::uint8_t flags = 0;
  std::uint32_t sequence = 0;
  std::vector<std::uint8_t> octets;
};

std::vector<std::uint8_t> packet(const Segment& segment, std::uint16_t port) {
  const std::uint16_t from = segment.to_server ? 40000 : port;
  const std::uint16_t to = segment.to_server ? port : 40000;
  const auto total = 40 + segment.octets.size();
  std::vector<std::uint8_t> out{0x45,
                                0,
                                static_cast<std::uint8_t>(total >> 8),
                                static_cast<std::uint8_t>(total),
                                0,
                                0,
                                0,
                                0,
                                64,
                                6,
                                0,
                                0,
                                10,
                                0,
                                0,
                                static_cast<std::uint8_t>(segment.to_server ? 1 : 2),
                                10,
                                0,
                                0,
                                static_cast<std::uint8_t>(segment.to_server ? 2 : 1)};
  for (const auto port_number : {from, to}) {
    out.push_back(static_cast<std::uint8_t>(port_number >> 8));
    out.push_back(static_cast<std::uint8_t>(port_number));
  }
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(segment.sequence >> shift));
  }
  out.insert(out.end(), {0, 0, 0, 0, 0x50, segment.flags, 0xff, 0xff, 0, 0, 0, 0});
  out.insert(out.end(), segment.octets.begin(), segment.octets.end());
  return out;
}

std::string read(const std::vector<Segment>& segments, std::uint16_t port, bool twice) {
  Log log;
  const results::Lens lens;
  results::MessageReader reader(log, lens, results::Depth::messages);
  std::uint64_t number = 0;
  for (const auto& segment : segments) {
    const auto bytes = packet(segment, port);
    for (int i = 0; i < (twice ? 2 : 1); ++i) {
      reader.add(results::LinkType::raw_ip, {++number, TimePoint(), bytes, bytes.size()});
    }
  }
  reader.finish();
  return log.text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  static constexpr std::uint16_t ports[] = {179, 80, 53, 9999};
  const auto port = ports[data[0] % 4];
  std::vector<Segment> scripted;
  std::vector<Segment> in_order;
  std::uint32_t next[2] = {1000, 5000};
  for (std::size_t at = 1; at + 3 <= size;) {
    Segment segment;
    segment.to_server = (data[at] & 1U) == 0;
    segment.flags = static_cast<std::uint8_t>(0x10U | (data[at] >> 1 & 7U));
    const auto distance = static_cast<std::int8_t>(data[at + 1]);
    const std::size_t length = std::min<std::size_t>(data[at + 2], size - at - 3);
    segment.octets.assign(data + at + 3, data + at + 3 + length);
    at += 3 + length;
    auto& sequence = next[segment.to_server ? 0 : 1];
    auto plain = segment;
    plain.flags = 0x10;
    plain.sequence = sequence;
    in_order.push_back(plain);
    segment.sequence = sequence + static_cast<std::uint32_t>(static_cast<std::int32_t>(distance));
    sequence += static_cast<std::uint32_t>(length);
    scripted.push_back(std::move(segment));
  }
  read(scripted, port, false);
  if (read(in_order, port, false) != read(in_order, port, true)) std::abort();
  return 0;
}
