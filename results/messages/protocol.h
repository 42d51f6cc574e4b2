// What reads the octets of one TCP connection, and where its messages go.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "results/dissect/packet.h"
#include "results/messages/message.h"

namespace seatrial::results {

enum class Direction : std::uint8_t { to_server, to_client };

constexpr Direction opposite(Direction direction) {
  return direction == Direction::to_server ? Direction::to_client : Direction::to_server;
}

// The messages of one conversation on their way to the sink. Those of an ignored kind end here.
class Outlet {
 public:
  Outlet(MessageSink& sink, const Lens& lens, ConversationId id, Conversation conversation,
         std::array<std::string, 2> lanes);

  const Lens& lens() const { return lens_; }
  MessageSink& sink() { return sink_; }
  const std::string& lane(Direction direction) const {
    return lanes_.at(static_cast<std::size_t>(direction));
  }
  const Conversation& conversation() const { return conversation_; }

  void emit(Direction direction, Message message) { emit(lane(direction), std::move(message)); }
  void emit(const std::string& lane, Message message);
  // That many octets were not captured.
  void emit_lost(Direction direction, std::uint64_t octets, const Stamp& at);
  // These begin a message that was not captured to its end.
  void emit_beginning(Direction direction, std::string_view octets, const Stamp& at);

  // Until release() messages wait: what they belong to is not known yet.
  void hold() { held_ = true; }
  void release();
  bool held() const { return held_; }
  // Of the messages that wait, in their order.
  std::uint64_t held_digest() const;
  void drop_held() { waiting_.clear(); }
  void rename_group(std::string group) { conversation_.group = std::move(group); }
  void close();

 private:
  void pass(const std::string& lane, Message message);

  MessageSink& sink_;
  const Lens& lens_;
  ConversationId id_;
  Conversation conversation_;
  std::array<std::string, 2> lanes_;
  bool opened_ = false;
  bool held_ = false;
  std::vector<std::pair<std::string, Message>> waiting_;
};

class Protocol {
 public:
  virtual ~Protocol() = default;
  virtual void on_bytes(Direction direction, ByteSpan bytes, const Stamp& at) = 0;
  virtual void on_gap(Direction direction, std::uint64_t octets, const Stamp& at) = 0;
  virtual void on_end(Direction /*direction*/, const Stamp& /*at*/) {}  // FIN
  virtual void on_finish(const Stamp& /*at*/) {}  // the connection's or the capture's end
};

// `began`: the capture holds the connection's beginning.
std::unique_ptr<Protocol> make_bgp(Outlet& outlet, bool began);
std::unique_ptr<Protocol> make_http(Outlet& outlet);
std::unique_ptr<Protocol> make_dns_over_tcp(Outlet& outlet);
std::unique_ptr<Protocol> make_octets(Outlet& outlet);

// By the first octets of a direction; nothing when more are needed.
bool looks_like_http(Direction direction, ByteSpan first);

// A DNS message in a datagram or behind its length. `asked`: since its question was seen.
void emit_dns(Outlet& outlet, Direction direction, ByteSpan bytes, const Stamp& at,
              std::optional<Duration> asked);

}  // namespace seatrial::results
