// A capture file of any content: every frame that libpcap gives is taken apart and its messages are
// read, whatever they claim; damage ends in an error and never in a crash.
#include <cstddef>
#include <cstdint>

#include "results/messages/reader.h"
#include "results/pcap/reader.h"

namespace {

using namespace seatrial;

class Nowhere : public results::MessageSink {
 public:
  void on_open(results::ConversationId, const results::Conversation&) override {}
  void on_message(results::ConversationId, const std::string&, results::Message) override {}
  void on_close(results::ConversationId) override {}
  void on_note(const std::string&, std::uint64_t) override {}
  void on_order(const std::string&, std::uint64_t) override {}
  bool is_first(const std::string&, std::uint64_t) override { return true; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto reader = results::PcapReader::from_memory({data, size}, "input");
  if (!reader) return 0;
  Nowhere nowhere;
  const results::Lens lens;
  results::MessageReader messages(nowhere, lens, results::Depth::messages);
  while (const auto frame = reader->next()) messages.add(reader->link_type(), *frame);
  messages.finish();
  return 0;
}
