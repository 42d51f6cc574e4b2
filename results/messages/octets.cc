// A stream of a protocol that is not taken apart: blocks of its octets at fixed places of the
// stream, so that where the segments were cut does not matter.
#include <algorithm>

#include "results/messages/protocol.h"

namespace seatrial::results {
namespace {

constexpr std::size_t block_octets = 1024;

class Octets : public Protocol {
 public:
  explicit Octets(Outlet& outlet) : outlet_(outlet) {}

  void on_bytes(Direction direction, ByteSpan bytes, const Stamp& at) override {
    Half& half = halves_.at(static_cast<std::size_t>(direction));
    while (!bytes.empty()) {
      if (half.block.empty()) half.at = at;
      const auto take = std::min(bytes.size(), block_octets - half.block.size());
      half.block.append(reinterpret_cast<const char*>(bytes.data()), take);
      bytes = bytes.subspan(take);
      if (half.block.size() == block_octets) flush(direction);
    }
  }
  void on_gap(Direction direction, std::uint64_t octets, const Stamp& at) override {
    flush(direction);
    outlet_.emit_lost(direction, octets, at);
  }
  void on_end(Direction direction, const Stamp& /*at*/) override { flush(direction); }
  void on_finish(const Stamp& /*at*/) override {
    flush(Direction::to_server);
    flush(Direction::to_client);
  }

 private:
  struct Half {
    std::string block;
    std::uint64_t offset = 0;
    Stamp at;
  };

  void flush(Direction direction) {
    Half& half = halves_.at(static_cast<std::size_t>(direction));
    if (half.block.empty()) return;
    const auto offset = std::to_string(half.offset);
    half.offset += half.block.size();
    outlet_.emit(direction, MessageBuilder(outlet_.lens(), "tcp.payload", half.at)
                                .title("octets from " + offset)
                                .key(offset)
                                .field("tcp.payload", std::exchange(half.block, {}))
                                .build());
  }

  Outlet& outlet_;
  std::array<Half, 2> halves_;
};

}  // namespace

std::unique_ptr<Protocol> make_octets(Outlet& outlet) {
  return std::make_unique<Octets>(outlet);
}

}  // namespace seatrial::results
