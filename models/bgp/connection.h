// One TCP connection with the state machine that drives it: bytes become messages, messages become
// events. What a message means for the peer's session is the owner's to say.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "models/bgp/framer.h"
#include "models/bgp/fsm.h"
#include "models/bgp/negotiation.h"
#include "models/io/host.h"

namespace seatrial::bgp {

class Connection;

// A message that came or went.
struct CountedMessage {
  MessageType type = MessageType::keepalive;
  bool sent = false;
  Bytes data;  // with its header
  std::size_t announced = 0;
  std::size_t withdrawn = 0;
  bool add_path = false;
};

// Path identifiers are negotiated for a family (RFC 7911 section 4); an UPDATE is about one.
bool carries_path_ids(const UpdateMessage& message, const std::vector<AfiSafi>& families);

class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual net::Endpoint remote_endpoint() const = 0;
  virtual io::ConnectOptions connect_options() const = 0;
  virtual OpenMessage local_open() const = 0;
  // The peer's OPEN: what was agreed, or why not.
  virtual tl::expected<Negotiated, MessageError> negotiate(const OpenMessage& open) const = 0;
  // False: this connection loses to another one (RFC 4271 section 6.8).
  virtual bool survives_collision(Connection& connection, const OpenMessage& open) = 0;
  // With the profile's jitter: an interval or a wait, and the two parts of the idle hold time.
  virtual Duration jittered(FsmTimer timer, Duration after) = 0;
  virtual Duration jittered_idle_hold(Duration wait, Duration delay) = 0;
  virtual void connection_changed(Connection& connection, State from, State to,
                                  const FsmCause& cause) = 0;
  virtual void update(Connection& connection, DecodedUpdate update) = 0;
  virtual void route_refresh(Connection& connection, const RouteRefreshMessage& refresh) = 0;
  virtual void counted(const Connection& connection, const CountedMessage& message) = 0;
};

class Connection final : public io::StreamHandler, public FsmActions {
 public:
  Connection(io::Host& host, ConnectionOwner& owner, const FsmTiming& timing);

  Fsm& fsm() { return fsm_; }
  const Fsm& fsm() const { return fsm_; }
  State state() const { return fsm_.state(); }
  bool incoming() const { return incoming_; }
  // The peer's connection: this machine takes it.
  void accept(std::unique_ptr<io::Stream> stream);
  const Negotiated& negotiated() const { return negotiated_; }
  std::optional<net::IpAddress> local_address() const;  // once the OPEN is out
  // Our end of the stream; nothing without one.
  std::optional<net::IpAddress> stream_address() const;
  const io::Stream* stream() const { return stream_.get(); }  // nullptr without one
  // When this machine does something of its own accord to get a connection.
  std::optional<TimePoint> next_attempt() const;
  void send(const Octets& message, MessageType type, std::size_t announced = 0,
            std::size_t withdrawn = 0, bool add_path = false);

  // --- io::StreamHandler
  void on_connected() override;
  void on_data(io::Bytes bytes) override;
  void on_end() override;
  void on_closed(io::CloseReason reason) override;
  // --- FsmActions
  void open_connection() override;
  void drop_connection() override;
  void send_open() override;
  void send_keepalive() override;
  void send_notification(const NotificationMessage& notification) override;
  void start_timer(FsmTimer timer, Duration after) override;
  void start_idle_hold(Duration wait, Duration delay) override;
  void stop_timer(FsmTimer timer) override;
  void state_changed(State from, State to, const FsmCause& cause) override;

 private:
  void dispatch(const Frame& frame);
  void on_open(Bytes body);
  void on_update(const Frame& frame);
  void refuse(const MessageError& error);

  io::Host& host_;
  ConnectionOwner& owner_;
  Fsm fsm_;
  std::unique_ptr<io::Stream> stream_;
  Framer framer_;
  bool incoming_ = false;
  Negotiated negotiated_;
  std::array<std::unique_ptr<io::Timer>, fsm_timer_count> timers_;
};

}  // namespace seatrial::bgp
