#include "models/bgp/session.h"

#include "models/bgp/peer_restart.h"

namespace seatrial::bgp {
namespace {

void count(MessageCounters& counters, MessageType type, std::size_t bytes) {
  counters.bytes += bytes;
  switch (type) {
    case MessageType::open:
      ++counters.opens;
      return;
    case MessageType::update:
      ++counters.updates;
      return;
    case MessageType::notification:
      ++counters.notifications;
      return;
    case MessageType::keepalive:
      ++counters.keepalives;
      return;
    case MessageType::route_refresh:
      ++counters.route_refreshes;
      return;
  }
}

}  // namespace

Session::Session(io::Host& host, SessionOwner& owner, NeighborConfig config)
    : host_(host), owner_(owner), config_(std::move(config)) {
  reaper_ = host_.timer([this] { dead_.clear(); });
  primary_ = make_connection(true);
  since_ = host_.now();
}

Session::~Session() = default;

void Session::start(Duration after) {
  primary_->fsm().start_later(after);
  if (config_.shutdown) return;
  started_ = true;
  if (config_.bfd && !watch_) {
    watch_ =
        owner_.watch(*this, [this](const LivenessChange& change) { liveness_changed(change); });
  }
  begin();
}

void Session::begin() {
  out_of_reach_ = !owner_.within_reach(*this);
  if (!out_of_reach_) return primary_->fsm().handle({FsmEvent::manual_start});
  last_.reason = "peer is on no connected subnet";
}

// bgpd starts a peer in the moment that next-hop tracking finds it; BIRD waits as for any start.
void Session::reconsider() {
  if (!started_ || !out_of_reach_) return;
  begin();
  if (out_of_reach_ || profile().start_delay_after_end) return;
  primary_->fsm().handle({FsmEvent::idle_hold_expired});
}

void Session::stop(const NotificationMessage& notification, const std::string& reason) {
  started_ = false;
  watch_.reset();
  if (secondary_) {
    secondary_->fsm().handle({FsmEvent::manual_stop, notification, reason});
    bury(std::move(secondary_));
  }
  primary_->fsm().handle({FsmEvent::manual_stop, hardened(notification), reason});
}

void Session::restart(const NotificationMessage& notification, const std::string& reason) {
  auto watch = std::move(watch_);  // the peer is watched all along
  stop(notification, reason);
  watch_ = std::move(watch);
  start();
}

void Session::set_shutdown(bool down, const std::string& message) {
  config_.shutdown_message = message;
  if (config_.shutdown == down) return;
  config_.shutdown = down;
  if (down) {
    stop(cease_with_message(cease::admin_shutdown, message), "administratively down");
  } else {
    start();
  }
}

void Session::link_down() {
  const FsmInput down{FsmEvent::tcp_failed, {}, "interface down", true};
  if (secondary_) {
    secondary_->fsm().handle(down);
    bury(std::move(secondary_));
  }
  primary_->fsm().handle(down);
  if (!started_ || owner_.within_reach(*this)) return;
  primary_->fsm().handle({FsmEvent::manual_stop});
  out_of_reach_ = true;
}

// RFC 8538 section 3.1: a Cease that means it is a Hard Reset where both sides have the N bit.
NotificationMessage Session::hardened(const NotificationMessage& notification) const {
  const bool hard = established() && negotiated().graceful_notification && is_hard(notification);
  return hard ? hard_reset(notification) : notification;
}

// RFC 5882 section 4.4 and RFC 9384: an error like any other (BIRD's error wait applies). A session
// that is being made is ended, too, as bgpd does; a peer that is back waits for the connection's
// own timers.
void Session::liveness_changed(const LivenessChange& change) {
  if (change.alive) return;
  const FsmInput down{FsmEvent::message_error,
                      hardened(NotificationMessage(ErrorCode::cease, profile().bfd_down_subcode)),
                      change.reason};
  if (secondary_) secondary_->fsm().handle(down);
  primary_->fsm().handle(down);
}

void Session::accept(std::unique_ptr<io::Stream> stream) {
  if (config_.shutdown || out_of_reach_) return;
  const auto limits = hops();
  if (limits.sent || limits.least) stream->set_hops(limits.sent, limits.least);
  if (primary_->fsm().accepts()) return primary_->accept(std::move(stream));
  if (primary_->state() == State::idle) return;  // deleting it closes it
  if (secondary_) bury(std::move(secondary_));   // the peer has given that one up
  secondary_ = make_connection(false);
  secondary_->accept(std::move(stream));
}

bool Session::direct() const {
  return kind() == PeerKind::external && !config_.disable_connected_check &&
         config_.ebgp_multihop.value_or(1) == 1 && config_.ttl_security.value_or(1) == 1;
}

void Session::send(const UpdateMessage& update) {
  const auto& codec = negotiated().codec;
  // Each message is counted with its share once, on the first.
  std::size_t announced = update.announced.size() + update.mp_announced.size();
  std::size_t withdrawn = update.withdrawn.size();
  const bool ids = carries_path_ids(update, codec.add_path_send);
  for (const auto& message : encode(update, codec)) {
    primary_->send(message, MessageType::update, announced, withdrawn, ids);
    announced = withdrawn = 0;
  }
}

void Session::send(const std::vector<Octets>& updates, std::size_t announced, bool path_ids) {
  for (const auto& message : updates) {
    primary_->send(message, MessageType::update, announced, 0, path_ids);
    announced = 0;
  }
}

void Session::send_end_of_rib(AfiSafi family) {
  primary_->send(encode_end_of_rib(family), MessageType::update);
  end_of_rib_sent_.push_back(family);
}

void Session::send_refresh(AfiSafi family, RefreshSubtype subtype) {
  primary_->send(encode(RouteRefreshMessage{family, static_cast<std::uint8_t>(subtype)}),
                 MessageType::route_refresh);
}

bool Session::request_refresh() {
  if (!established() || !negotiated().route_refresh) return false;
  for (const auto family : negotiated().families) send_refresh(family, RefreshSubtype::request);
  return true;
}

SessionSnapshot Session::snapshot() const {
  SessionSnapshot s;
  s.peer = config_.address;
  s.description = config_.description;
  s.local_address = local_address_;
  s.local_as = shown_as(owner_.speaker_config(), config_);
  s.internal = internal();
  s.state = state();
  s.since = since_;
  if (s.state >= State::open_confirm) {
    const auto& agreed = negotiated();
    s.remote_as = agreed.peer.asn;
    s.remote_id = agreed.peer.id;
    s.hold_time = agreed.hold_time;
    s.keepalive_time = agreed.keepalive_time;
    s.four_octet_as = agreed.codec.four_octet_as;
    s.route_refresh = agreed.route_refresh;
    s.enhanced_route_refresh = agreed.enhanced_route_refresh;
    s.extended_message = agreed.codec.max_size > max_message_size;
    s.extended_next_hop = agreed.extended_next_hop;
    s.open_received = agreed.peer;
  }
  s.open_sent = local_open();
  s.shutdown = config_.shutdown;
  if (s.state == State::established) s.uptime = host_.now() - since_;
  s.established_count = established_count_;
  s.sent = sent_;
  s.received = received_;
  if (const auto* stream = primary_->stream(); stream != nullptr && s.state >= State::open_sent) {
    s.local_end = stream->local();
    s.remote_end = stream->remote();
    s.round_trip = stream->round_trip();
    s.unsent = stream->unsent();
  }
  s.last_read = last_read_;
  s.last_written = last_written_;
  s.last_update = last_update_;
  s.next_attempt = primary_->next_attempt();
  s.end_of_rib_sent = end_of_rib_sent_;
  s.end_of_rib_received = end_of_rib_received_;
  s.last_end = last_end_;
  s.last_reason = last_.reason;
  if (last_.sent) s.last_notification_sent = last_.sent->describe();
  if (last_.received) s.last_notification_received = last_.received->describe();
  return s;
}

// ------------------------------------------------------------------ what connections ask

io::ConnectOptions Session::connect_options() const {
  io::ConnectOptions options;
  options.source = config_.local_address;
  options.md5_password = config_.password;
  const auto limits = hops();
  options.ttl = limits.sent;
  options.minimum_ttl = limits.least;
  return options;
}

Session::Hops Session::hops() const {
  if (config_.ttl_security) return {255, 256 - *config_.ttl_security};  // RFC 5082
  if (kind() == PeerKind::external) return {config_.ebgp_multihop.value_or(1), std::nullopt};
  return {};
}

OpenMessage Session::local_open() const {
  return offer(owner_.speaker_config(), config_, {host_.name(), owner_.restarting()});
}

tl::expected<Negotiated, MessageError> Session::negotiate(const OpenMessage& open) const {
  return bgp::negotiate(owner_.speaker_config(), config_, local_open(), open);
}

// The connection that the side with the higher identifier opened is the one that stays; both sides
// come to the same answer. An Established one always stays.
bool Session::survives_collision(Connection& connection, const OpenMessage& open) {
  if (!secondary_) return true;
  auto& other = &connection == primary_.get() ? *secondary_ : *primary_;
  if (other.state() == State::established) return false;
  if (other.state() < State::open_sent) return true;  // its end is seen when it fails
  const auto& speaker = owner_.speaker_config();
  const bool ours_stays = std::pair(speaker.router_id, speaker.asn) > std::pair(open.id, open.asn);
  if (other.incoming() != connection.incoming() && connection.incoming() == ours_stays) {
    return false;
  }
  if (&other == secondary_.get()) {
    other.fsm().handle({FsmEvent::collision_dump});
  } else {
    promote_secondary();
  }
  return true;
}

Duration Session::jittered(FsmTimer timer, Duration after) {
  switch (timer) {
    case FsmTimer::keepalive:
      return with(profile().keepalive_jitter, after);
    case FsmTimer::connect_retry:
      return with(profile().retry_jitter, after);
    case FsmTimer::hold:
    case FsmTimer::idle_hold:
      break;
  }
  return after;
}

Duration Session::jittered_idle_hold(Duration wait, Duration delay) {
  return with(profile().wait_jitter, wait) + with(profile().start_jitter, delay);
}

Duration Session::with(const Jitter& jitter, Duration after) {
  if (jitter.low >= jitter.high) return after;
  const auto scaled = [&](double by) {
    return Duration(static_cast<Duration::rep>(static_cast<double>(after.count()) * by));
  };
  auto& random = host_.random("bgp/" + config_.address.to_string());
  const auto step = profile().jitter_step;
  if (step == Duration::zero()) return random.between(scaled(jitter.low), scaled(jitter.high));
  const auto steps = static_cast<std::uint64_t>((scaled(jitter.high) - scaled(jitter.low)) / step);
  const auto taken = static_cast<Duration::rep>(random.below(steps + 1));
  return scaled(jitter.high) - taken * step;
}

void Session::connection_changed(Connection& connection, State from, State to,
                                 const FsmCause& cause) {
  if (&connection == primary_.get()) {
    report(from, to, cause);
    // While ours waits, the peer's connection may already be under way.
    if (secondary_ && (to == State::idle || to == State::active)) promote_secondary();
    return;
  }
  if (&connection != secondary_.get()) return;
  if (to == State::idle) {
    bury(std::move(secondary_));
  } else if (to == State::established) {
    promote_secondary();
  }
}

void Session::update(Connection& connection, DecodedUpdate decoded) {
  if (&connection != primary_.get()) return;
  if (decoded.message.end_of_rib) end_of_rib_received_.push_back(*decoded.message.end_of_rib);
  owner_.update(*this, std::move(decoded));
}

void Session::route_refresh(Connection& connection, const RouteRefreshMessage& refresh) {
  if (&connection == primary_.get()) owner_.route_refresh(*this, refresh);
}

void Session::counted(const Connection& connection, const CountedMessage& message) {
  count(message.sent ? sent_ : received_, message.type, message.data.size());
  (message.sent ? last_written_ : last_read_) = host_.now();
  if (!message.sent && message.type == MessageType::update) last_update_ = host_.now();
  owner_.counted({.speaker = host_.name(),
                  .time = host_.now(),
                  .peer = config_.address,
                  .sent = message.sent,
                  .type = message.type,
                  .bytes = message.data.size(),
                  .announced = message.announced,
                  .withdrawn = message.withdrawn,
                  .local = connection.stream_address().value_or(local_address_),
                  .local_as = shown_as(owner_.speaker_config(), config_),
                  .peer_as = peer_as(connection),
                  .four_octet_as = connection.negotiated().codec.four_octet_as,
                  .add_path = message.add_path,
                  .data = message.data});
}

// What the peer's last OPEN said, or else what it must say.
Asn Session::peer_as(const Connection& connection) const {
  if (const auto said = connection.negotiated().peer.asn; said.value != 0) return said;
  switch (config_.remote_as.kind) {
    case RemoteAs::Kind::number:
      return config_.remote_as.asn;
    case RemoteAs::Kind::internal:
      return owner_.speaker_config().asn;
    case RemoteAs::Kind::external:
      return {};
  }
  return {};
}

// ------------------------------------------------------------------ connections

FsmTiming Session::timing() const {
  auto t = timing_of(profile());
  t.passive = config_.passive;
  if (config_.connect_retry) {  // kept as it is; only the default doubles
    t.connect_timeout = t.retry_after_failure = t.retry_max = *config_.connect_retry;
  }
  return t;
}

std::unique_ptr<Connection> Session::make_connection(bool restarts) {
  auto t = timing();
  t.restarts = restarts;
  return std::make_unique<Connection>(host_, *this, t);
}

// The first connection's machine ends and the second's goes on in its place.
void Session::promote_secondary() {
  auto old = std::move(primary_);
  const auto from = old->state();
  primary_ = std::move(secondary_);
  primary_->fsm().inherit(old->fsm());
  primary_->fsm().promote();
  old->fsm().handle({FsmEvent::collision_dump});
  old->fsm().handle({FsmEvent::manual_stop});
  bury(std::move(old));
  if (primary_->state() != from) report(from, primary_->state(), {"took the peer's connection"});
}

void Session::report(State from, State to, const FsmCause& cause) {
  since_ = host_.now();
  if (!cause.reason.empty()) last_.reason = cause.reason;
  if (cause.sent) last_.sent = cause.sent;
  if (cause.received) last_.received = cause.received;
  if (from >= State::open_sent && to < State::open_sent) {
    last_end_ = SessionEnd{host_.now(), cause.reason, cause.sent, cause.received};
  }
  if (const auto local = primary_->local_address()) local_address_ = *local;
  owner_.changed({.speaker = host_.name(),
                  .time = host_.now(),
                  .peer = config_.address,
                  .from = from,
                  .to = to,
                  .reason = cause.reason,
                  .notification_sent = cause.sent ? cause.sent->describe() : "",
                  .notification_received = cause.received ? cause.received->describe() : "",
                  .local = primary_->stream_address().value_or(local_address_),
                  .local_as = shown_as(owner_.speaker_config(), config_),
                  .peer_as = peer_as(*primary_)});
  if (to == State::established) {
    ++established_count_;
    end_of_rib_sent_.clear();
    end_of_rib_received_.clear();
    owner_.established(*this);
  } else if (from == State::established) {
    owner_.lost(*this, cause);
  }
}

void Session::bury(std::unique_ptr<Connection> connection) {
  if (!connection) return;
  connection->drop_connection();
  for (std::size_t i = 0; i < fsm_timer_count; ++i) {
    connection->stop_timer(static_cast<FsmTimer>(i));
  }
  dead_.push_back(std::move(connection));
  reaper_->arm(host_.now());
}

}  // namespace seatrial::bgp
