#include "results/messages/connection.h"

#include "models/bgp/constants.h"

namespace seatrial::results {
namespace {

constexpr std::uint16_t dns_port = 53;

net::Endpoint source_of(const Packet& packet) {
  return {packet.source, packet.source_port};
}
net::Endpoint destination_of(const Packet& packet) {
  return {packet.destination, packet.destination_port};
}

bool is_bgp_port(const net::Endpoint& a, const net::Endpoint& b) {
  return a.port == bgp::default_port || b.port == bgp::default_port;
}

bool begins_with_marker(ByteSpan bytes) {
  if (bytes.size() < 19) return false;
  for (std::size_t i = 0; i < 16; ++i) {
    if (bytes[i] != 0xff) return false;
  }
  return true;
}

}  // namespace

class Connection::Feed : public TcpReceiver {
 public:
  Feed(Connection& connection, Direction direction)
      : connection_(connection), direction_(direction) {}
  void on_bytes(ByteSpan bytes, const Stamp& at) override {
    connection_.on_bytes(direction_, bytes, at);
  }
  void on_gap(std::uint64_t octets, const Stamp& at) override {
    connection_.on_gap(direction_, octets, at);
  }

 private:
  Connection& connection_;
  Direction direction_;
};

Connection::Connection(MessageSink& sink, const Lens& lens, Depth depth, ConversationId id,
                       const Packet& packet, const Stamp& at)
    : depth_(depth),
      client_(source_of(packet)),
      server_(destination_of(packet)),
      began_((packet.flags & tcp_flag::syn) != 0),
      bgp_(depth == Depth::messages && is_bgp_port(client_, server_)),
      first_frame_(at.frame),
      last_frame_(at.frame) {
  const bool answer = began_ && (packet.flags & tcp_flag::ack) != 0;
  // Without the SYN it is not known who opened: servers have the lower ports.
  if (answer || (!began_ && client_.port < server_.port)) std::swap(client_, server_);
  const auto& client = lens.name(client_.address);
  const auto& server = lens.name(server_.address);
  Conversation conversation;
  conversation.at = at;
  conversation.ports = "port " + std::to_string(client_.port);
  if (began_) {
    conversation.identity =
        hash_of(conversation.ports, std::uint64_t{packet.sequence} << 1U | (answer ? 1U : 0U)) | 1U;
  }
  if (bgp_) {
    conversation.group = "BGP " + std::min(client, server) + " - " + std::max(client, server);
  } else {
    conversation.group = "TCP " + client + " > " + lens.name(server_);
  }
  outlet_ = std::make_unique<Outlet>(
      sink, lens, id, std::move(conversation),
      std::array<std::string, 2>{client + " > " + server, server + " > " + client});
  if (bgp_) protocol_ = make_bgp(*outlet_, began_);
}

Direction Connection::direction_of(const Packet& packet) const {
  return source_of(packet) == client_ ? Direction::to_server : Direction::to_client;
}

bool Connection::is_replaced_by(const Packet& packet) const {
  if ((packet.flags & tcp_flag::syn) == 0 || (packet.flags & tcp_flag::ack) != 0) return false;
  if (closed()) return true;
  const auto& stream = streams_.at(static_cast<std::size_t>(direction_of(packet)));
  return stream.started() && stream.initial_sequence() != packet.sequence + 1;
}

void Connection::add(const Packet& packet, const Stamp& at) {
  last_frame_ = at.frame;
  if (closed()) return;
  const auto direction = direction_of(packet);
  handshake(packet, direction, at);
  if ((packet.flags & tcp_flag::rst) != 0) return finish(at);
  auto& stream = streams_.at(static_cast<std::size_t>(direction));
  Feed feed(*this, direction);
  stream.add(packet, at, feed);
  auto& ended = ended_.at(static_cast<std::size_t>(direction));
  if (stream.finished() && !ended) {
    ended = true;
    if (protocol_) protocol_->on_end(direction, at);
  }
  if (ended_[0] && ended_[1]) finish(at);
}

void Connection::handshake(const Packet& packet, Direction direction, const Stamp& at) {
  const bool syn = (packet.flags & tcp_flag::syn) != 0;
  if (handshake_ == Handshake::none && began_) {
    handshake_ = Handshake::syn_seen;
    if (direction == Direction::to_server) syn_at_ = at;
    if (direction == Direction::to_client) tell_handshake("established", at, std::nullopt);
  } else if (handshake_ == Handshake::syn_seen && direction == Direction::to_client) {
    if ((packet.flags & tcp_flag::rst) != 0) tell_handshake("refused", at, at.time - syn_at_.time);
    if (syn) tell_handshake("established", at, at.time - syn_at_.time);
  } else if (handshake_ == Handshake::syn_seen && syn && direction == Direction::to_server) {
    syn_at_ = at;  // tried again
  }
}

void Connection::tell_handshake(std::string_view outcome, const Stamp& at,
                                std::optional<Duration> time) {
  handshake_ = Handshake::told;
  if (bgp_ || depth_ == Depth::streams) return;
  outlet_->emit(outlet_->lane(Direction::to_server) + ", connection",
                MessageBuilder(outlet_->lens(), "tcp.connection", at)
                    .title("connection that is " + std::string(outcome))
                    .key("connection")
                    .field("tcp.connection", std::string(outcome))
                    .response_time(time)
                    .build());
}

Protocol& Connection::choose(Direction direction, ByteSpan first) {
  if (protocol_) return *protocol_;
  if (depth_ == Depth::streams) {
    protocol_ = make_octets(*outlet_);
  } else if (server_.port == dns_port) {
    protocol_ = make_dns_over_tcp(*outlet_);
  } else if (looks_like_http(direction, first)) {
    protocol_ = make_http(*outlet_);
  } else if (begins_with_marker(first)) {
    protocol_ = make_bgp(*outlet_, began_);
  } else {
    protocol_ = make_octets(*outlet_);
  }
  return *protocol_;
}

void Connection::on_bytes(Direction direction, ByteSpan bytes, const Stamp& at) {
  choose(direction, bytes).on_bytes(direction, bytes, at);
}
void Connection::on_gap(Direction direction, std::uint64_t octets, const Stamp& at) {
  choose(direction, {}).on_gap(direction, octets, at);
}

void Connection::finish(const Stamp& at) {
  if (closed()) return;
  for (const auto direction : {Direction::to_server, Direction::to_client}) {
    Feed feed(*this, direction);
    streams_.at(static_cast<std::size_t>(direction)).finish(at, feed);
  }
  if (handshake_ == Handshake::syn_seen) tell_handshake("unanswered", syn_at_, std::nullopt);
  if (protocol_) protocol_->on_finish(at);
  outlet_->close();
  protocol_.reset();
  outlet_.reset();
}

}  // namespace seatrial::results
