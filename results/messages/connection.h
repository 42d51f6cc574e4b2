// One TCP connection: both streams, and the protocol that reads them, chosen by port or by the
// first octets.
#pragma once

#include "results/messages/connections.h"

namespace seatrial::results {

class Connection {
 public:
  // `packet` is the first one seen.
  Connection(MessageSink& sink, const Lens& lens, Depth depth, ConversationId id,
             const Packet& packet, const Stamp& at);

  void add(const Packet& packet, const Stamp& at);
  void finish(const Stamp& at);  // nothing more will come

  bool closed() const { return outlet_ == nullptr; }
  std::uint64_t first_frame() const { return first_frame_; }
  std::uint64_t last_frame() const { return last_frame_; }
  // A SYN that belongs to another connection between the same ports.
  bool is_replaced_by(const Packet& packet) const;

 private:
  class Feed;
  enum class Handshake : std::uint8_t { none, syn_seen, told };

  Direction direction_of(const Packet& packet) const;
  void handshake(const Packet& packet, Direction direction, const Stamp& at);
  void tell_handshake(std::string_view outcome, const Stamp& at, std::optional<Duration> time);
  void on_bytes(Direction direction, ByteSpan bytes, const Stamp& at);
  void on_gap(Direction direction, std::uint64_t octets, const Stamp& at);
  Protocol& choose(Direction direction, ByteSpan first);

  Depth depth_;
  net::Endpoint client_, server_;
  bool began_;
  bool bgp_;
  Handshake handshake_ = Handshake::none;
  Stamp syn_at_;
  std::uint64_t first_frame_, last_frame_;
  std::unique_ptr<Outlet> outlet_;
  std::unique_ptr<Protocol> protocol_;
  std::array<TcpStream, 2> streams_;
  std::array<bool, 2> ended_{};
};

}  // namespace seatrial::results
