#include "models/bgp/connection.h"

#include <algorithm>

namespace seatrial::bgp {
namespace {

constexpr std::array timer_events{FsmEvent::connect_retry_expired, FsmEvent::hold_expired,
                                  FsmEvent::keepalive_expired, FsmEvent::idle_hold_expired};

}  // namespace

bool carries_path_ids(const UpdateMessage& message, const std::vector<AfiSafi>& families) {
  for (const auto* list : {&message.announced, &message.mp_announced, &message.withdrawn}) {
    if (list->empty()) continue;
    const auto family = list->front().prefix.address().is_v4() ? ipv4_unicast : ipv6_unicast;
    return std::ranges::find(families, family) != families.end();
  }
  return false;
}

Connection::Connection(io::Host& host, ConnectionOwner& owner, const FsmTiming& timing)
    : host_(host), owner_(owner), fsm_(*this, timing) {
  for (std::size_t i = 0; i < fsm_timer_count; ++i) {
    timers_[i] = host.timer([this, i] { fsm_.handle({timer_events[i]}); });
  }
}

std::optional<net::IpAddress> Connection::stream_address() const {
  if (!stream_) return std::nullopt;
  return stream_->local().address;
}

std::optional<TimePoint> Connection::next_attempt() const {
  const auto kind = state() == State::idle ? FsmTimer::idle_hold : FsmTimer::connect_retry;
  const auto& timer = *timers_[static_cast<std::size_t>(kind)];
  return timer.armed() ? std::optional(timer.due()) : std::nullopt;
}

void Connection::accept(std::unique_ptr<io::Stream> stream) {
  stream_ = std::move(stream);
  stream_->set_handler(this);
  framer_ = Framer();
  incoming_ = true;
  fsm_.handle({FsmEvent::tcp_accepted});
}

std::optional<net::IpAddress> Connection::local_address() const {
  if (!stream_ || state() < State::open_sent) return std::nullopt;
  return stream_->local().address;
}

// ------------------------------------------------------------------ the stream

void Connection::on_connected() {
  fsm_.handle({FsmEvent::tcp_connected});
}

void Connection::on_data(io::Bytes bytes) {
  framer_.feed(bytes);
  while (stream_) {  // a message may end the connection
    const auto frame = framer_.next();
    if (!frame) return refuse(frame.error());
    if (!*frame) return;
    dispatch(**frame);
  }
}

void Connection::on_end() {
  fsm_.handle({FsmEvent::tcp_failed, {}, "peer closed the connection"});
}

void Connection::on_closed(io::CloseReason reason) {
  stream_.reset();
  fsm_.handle({FsmEvent::tcp_failed, {}, "connection " + std::string(io::to_string(reason))});
}

void Connection::dispatch(const Frame& frame) {
  if (frame.type == MessageType::update) return on_update(frame);
  owner_.counted(*this, {frame.type, false, frame.whole});
  switch (frame.type) {
    case MessageType::open:
      return on_open(frame.body);
    case MessageType::keepalive:
      return fsm_.handle({FsmEvent::keepalive_received});
    case MessageType::notification: {
      const auto notification = decode_notification(frame.body);
      if (!notification) return refuse(notification.error());
      return fsm_.handle({FsmEvent::notification_received, *notification});
    }
    case MessageType::route_refresh: {
      const auto refresh = decode_route_refresh(frame.body);
      if (!refresh) return refuse(refresh.error());
      fsm_.handle({FsmEvent::update_received});
      if (state() == State::established) owner_.route_refresh(*this, *refresh);
      return;
    }
    case MessageType::update:
      return;
  }
}

void Connection::on_open(Bytes body) {
  const auto open = decode_open(body);
  if (!open) return refuse(open.error());
  if (state() != State::open_sent) return fsm_.handle({FsmEvent::open_received});
  auto agreed = owner_.negotiate(*open);
  if (!agreed) return refuse(agreed.error());
  if (!owner_.survives_collision(*this, *open)) return fsm_.handle({FsmEvent::collision_dump});
  negotiated_ = std::move(*agreed);
  if (negotiated_.codec.max_size > max_message_size) framer_.allow_extended_messages();
  fsm_.negotiated(negotiated_.hold_time, negotiated_.keepalive_time);
  fsm_.handle({FsmEvent::open_received});
}

void Connection::on_update(const Frame& frame) {
  if (state() != State::established) {
    owner_.counted(*this, {frame.type, false, frame.whole});
    return fsm_.handle({FsmEvent::update_received});
  }
  auto decoded = decode_update(frame.body, negotiated_.codec);
  if (!decoded) {
    owner_.counted(*this, {frame.type, false, frame.whole});
    return refuse(decoded.error());
  }
  const auto& message = decoded->message;
  owner_.counted(
      *this,
      {frame.type, false, frame.whole, message.announced.size() + message.mp_announced.size(),
       message.withdrawn.size(), carries_path_ids(message, negotiated_.codec.add_path_receive)});
  fsm_.handle({FsmEvent::update_received});
  owner_.update(*this, std::move(*decoded));
}

void Connection::refuse(const MessageError& error) {
  fsm_.handle({FsmEvent::message_error, error.notification,
               error.notification.to_string() + ": " + error.detail});
}

// ------------------------------------------------------------------ the state machine's wishes

void Connection::open_connection() {
  incoming_ = false;
  framer_ = Framer();
  stream_ = host_.connect(owner_.remote_endpoint(), this, owner_.connect_options());
}

void Connection::drop_connection() {
  if (!stream_) return;
  stream_->set_handler(nullptr);
  stream_.reset();
}

void Connection::send_open() {
  send(encode(owner_.local_open()), MessageType::open);
}

void Connection::send_keepalive() {
  send(encode(KeepaliveMessage{}), MessageType::keepalive);
}

void Connection::send_notification(const NotificationMessage& notification) {
  send(encode(notification), MessageType::notification);
}

void Connection::send(const Octets& message, MessageType type, std::size_t announced,
                      std::size_t withdrawn, bool add_path) {
  if (!stream_) return;
  stream_->send(message);
  owner_.counted(*this, {type, true, message, announced, withdrawn, add_path});
}

void Connection::start_timer(FsmTimer timer, Duration after) {
  io::arm_in(host_, *timers_[static_cast<std::size_t>(timer)], owner_.jittered(timer, after));
}

void Connection::start_idle_hold(Duration wait, Duration delay) {
  io::arm_in(host_, *timers_[static_cast<std::size_t>(FsmTimer::idle_hold)],
             owner_.jittered_idle_hold(wait, delay));
}

void Connection::stop_timer(FsmTimer timer) {
  timers_[static_cast<std::size_t>(timer)]->cancel();
}

void Connection::state_changed(State from, State to, const FsmCause& cause) {
  owner_.connection_changed(*this, from, to, cause);
}

}  // namespace seatrial::bgp
