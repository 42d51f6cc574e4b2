#include "models/bfd/session.h"

#include <algorithm>

namespace seatrial::bfd {

Session::Session(io::Host& host, const Profile& profile, SessionConfig config,
                 std::uint32_t discriminator, Send send, Changed changed)
    : host_(host),
      profile_(profile),
      config_(std::move(config)),
      discriminator_(discriminator),
      send_(std::move(send)),
      changed_(std::move(changed)),
      transmit_timer_(host.timer([this] {
        transmit();
        schedule();
      })),
      detection_timer_(host.timer([this] { detection_expired(); })) {
  remote_.required_min_rx = std::chrono::microseconds(1);
  if (config_.local) local_ = *config_.local;
  since_ = host_.now();
  if (config_.shutdown) {
    state_ = State::admin_down;
    diagnostic_ = Diagnostic::administratively_down;
  }
  announce();
}

// The first packet comes after a random part of the interval, so that sessions that were made
// together do not beat together.
void Session::start() {
  last_sent_ = host_.now();
  scheduled_interval_ = transmit_interval();
  if (!speaks_periodically()) return;
  transmit_timer_->arm(host_.now() + host_.random("bfd/start").between(0ns, scheduled_interval_));
}

// ------------------------------------------------------------------ reception, section 6.8.6

void Session::receive(const ControlPacket& packet, const net::IpAddress& local) {
  ++received_;
  remote_ = packet;
  local_ = local;
  if (packet.final && polling_) poll_finished();
  if (state_ != State::admin_down) {
    step(packet.state);
    if (packet.poll) transmit(true);
    detection_timer_->arm(host_.now() + detection_time());
  }
  schedule();
}

// The state machine of section 6.2.
void Session::step(State remote) {
  if (remote == State::admin_down) {
    if (state_ != State::down) enter(State::down, Diagnostic::neighbor_down);
    return;
  }
  switch (state_) {
    case State::down:
      if (remote == State::down) {
        enter(State::init, diagnostic_);
      } else if (remote == State::init) {
        enter(State::up, Diagnostic::none);
      }
      return;
    case State::init:
      if (remote == State::init || remote == State::up) enter(State::up, Diagnostic::none);
      return;
    case State::up:
      if (remote == State::down) enter(State::down, Diagnostic::neighbor_down);
      return;
    case State::admin_down:
      return;
  }
}

// Section 6.8.1: with nothing heard for that long, the peer's discriminator is forgotten, too.
void Session::detection_expired() {
  remote_.my_discriminator = 0;
  if (state_ == State::init || state_ == State::up) {
    enter(State::down, Diagnostic::control_detection_expired);
  }
  schedule();
}

void Session::enter(State next, Diagnostic diagnostic) {
  const auto from = state_;
  const auto before = detection_time();
  state_ = next;
  diagnostic_ = diagnostic;
  since_ = host_.now();
  if (next == State::up) ++up_count_;
  if (from == State::up) ++down_count_;
  announce();
  if (next != State::init || profile_.init_at_once) {
    transmit();
    scheduled_interval_ = Duration::zero();  // the next one is counted from here
  }
  changed_({.node = host_.name(),
            .time = host_.now(),
            .peer = config_.peer,
            .local = local_,
            .from = from,
            .to = next,
            .diagnostic = diagnostic,
            .remote_state = remote_.state,
            .remote_control_plane_independent = remote_.control_plane_independent,
            .detection_time = from == State::up ? before : detection_time()});
}

// ------------------------------------------------------------------ timers, sections 6.8.2-6.8.4

void Session::announce() {
  const bool up = state_ == State::up;
  auto tx = config_.transmit_interval;
  auto rx = config_.receive_interval;
  if (!up) {
    tx = std::max(tx, profile_.slow_interval);
    rx = std::max(rx, profile_.slow_receive_interval.value_or(rx));
  }
  if (up && (tx != desired_min_tx_ || rx != required_min_rx_)) polling_ = true;
  if (!up) polling_ = false;
  desired_min_tx_ = tx;
  required_min_rx_ = rx;
  // A slower transmission, or a faster detection, waits for the peer to know.
  if (!polling_ || tx < used_min_tx_) used_min_tx_ = tx;
  if (!polling_ || rx > used_min_rx_) used_min_rx_ = rx;
}

void Session::poll_finished() {
  polling_ = false;
  used_min_tx_ = desired_min_tx_;
  used_min_rx_ = required_min_rx_;
}

void Session::set_timers(Duration receive_interval, Duration transmit_interval,
                         unsigned detect_multiplier) {
  config_.receive_interval = receive_interval;
  config_.transmit_interval = transmit_interval;
  config_.detect_multiplier = detect_multiplier;
  announce();
  schedule();
}

void Session::set_shutdown(bool shutdown) {
  if (shutdown == (state_ == State::admin_down)) return;
  config_.shutdown = shutdown;
  if (shutdown) {
    enter(State::admin_down, Diagnostic::administratively_down);
  } else {
    enter(State::down, Diagnostic::none);
  }
  schedule();
  // Said at once: who leaves may not be here when the next packet is due.
  if (shutdown) transmit_timer_->arm(host_.now());
}

Duration Session::transmit_interval() const {
  return std::max(used_min_tx_, remote_.required_min_rx);
}

Duration Session::detection_time() const {
  if (received_ == 0) return Duration::zero();
  return remote_.detect_multiplier * std::max(used_min_rx_, remote_.desired_min_tx);
}

// Section 6.8.7: which of the reasons not to send periodically holds.
bool Session::speaks_periodically() const {
  if (config_.passive && remote_.my_discriminator == 0) return false;
  if (remote_.required_min_rx == Duration::zero()) return false;
  const bool demanded = remote_.demand && state_ == State::up && remote_.state == State::up;
  return !demanded || polling_;
}

Duration Session::jittered(Duration interval) {
  // Section 6.8.7: reduced by 0 to 25 %, with a multiplier of 1 by 10 to 25 %.
  const auto high = config_.detect_multiplier == 1 ? interval * 90 / 100 : interval;
  return host_.random("bfd/" + config_.peer.to_string()).between(interval * 75 / 100, high);
}

void Session::schedule() {
  if (!speaks_periodically()) {
    transmit_timer_->cancel();
    scheduled_interval_ = Duration::zero();
    return;
  }
  const auto interval = transmit_interval();
  if (transmit_timer_->armed() && interval == scheduled_interval_) return;
  scheduled_interval_ = interval;
  transmit_timer_->arm(std::max(host_.now(), last_sent_ + jittered(interval)));
}

void Session::transmit(bool final) {
  // Section 6.8.7: a passive system, and one whose peer asked for none, may only answer.
  if (!final && config_.passive && remote_.my_discriminator == 0) return;
  if (!final && remote_.required_min_rx == Duration::zero()) return;
  ControlPacket packet;
  packet.diagnostic = diagnostic_;
  packet.state = state_;
  packet.poll = polling_ && !final;
  packet.final = final;
  packet.detect_multiplier = static_cast<std::uint8_t>(config_.detect_multiplier);
  packet.my_discriminator = discriminator_;
  packet.your_discriminator = remote_.my_discriminator;
  packet.desired_min_tx = desired_min_tx_;
  packet.required_min_rx = required_min_rx_;
  if (!final) last_sent_ = host_.now();
  ++sent_;
  send_(encode(packet));
}

SessionSnapshot Session::snapshot() const {
  SessionSnapshot s;
  s.config = config_;
  s.local = local_;
  s.discriminator = discriminator_;
  s.remote_discriminator = remote_.my_discriminator;
  s.state = state_;
  s.diagnostic = diagnostic_;
  s.since = since_;
  s.transmit_interval = transmit_interval();
  s.detection_time = detection_time();
  if (received_ > 0) {
    s.remote_state = remote_.state;
    s.remote_diagnostic = remote_.diagnostic;
    s.remote_desired_min_tx = remote_.desired_min_tx;
    s.remote_required_min_rx = remote_.required_min_rx;
    s.remote_required_min_echo_rx = remote_.required_min_echo_rx;
    s.remote_detect_multiplier = remote_.detect_multiplier;
  }
  s.sent = sent_;
  s.received = received_;
  s.up_count = up_count_;
  s.down_count = down_count_;
  return s;
}

}  // namespace seatrial::bfd
