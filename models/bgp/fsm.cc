#include "models/bgp/fsm.h"

#include <algorithm>
#include <array>
#include <utility>

namespace seatrial::bgp {

FsmTiming timing_of(const Profile& p) {
  FsmTiming t;
  t.start_delay = p.start_delay;
  t.start_delay_accepts = p.start_delay_accepts;
  t.connect_timeout = p.connect_timeout;
  t.retry_after_failure = p.retry_after_failure;
  t.retry_max = p.retry_max;
  t.error_wait_min = p.error_wait_min;
  t.error_wait_max = p.error_wait_max;
  t.error_wait_accepts = p.error_wait_accepts;
  t.start_delay_after_end = p.start_delay_after_end;
  t.end_wait = p.end_wait;
  t.hold_expiry_is_error = p.hold_expiry_is_error;
  t.notification_wait = p.notification_wait;
  t.open_hold_time = p.open_hold_time;
  return t;
}

void Fsm::handle(const FsmInput& input) {
  switch (state_) {
    case State::idle:
      return in_idle(input);
    case State::connect:
      return in_connect(input);
    case State::active:
      return in_active(input);
    case State::open_sent:
      return in_open_sent(input);
    case State::open_confirm:
      return in_open_confirm(input);
    case State::established:
      return in_established(input);
  }
}

bool Fsm::accepts() const {
  if (state_ == State::active) return true;
  if (state_ != State::idle || !started_) return false;
  return error_wait_ ? timing_.error_wait_accepts : timing_.start_delay_accepts;
}

void Fsm::inherit(const Fsm& other) {
  started_ = other.started_;
  next_retry_ = other.next_retry_;
  next_error_wait_ = other.next_error_wait_;
}

void Fsm::in_idle(const FsmInput& input) {
  switch (input.event) {
    case FsmEvent::manual_start:
      started_ = true;
      error_wait_ = false;
      if (const auto later = std::exchange(start_later_, {});
          timing_.start_delay + later > Duration::zero()) {
        actions_.start_idle_hold(later, timing_.start_delay);
      } else {
        actions_.stop_timer(FsmTimer::idle_hold);  // it may have been started before
        begin_connect();
      }
      return;
    case FsmEvent::manual_stop:
      started_ = false;
      actions_.stop_timer(FsmTimer::idle_hold);
      return;
    case FsmEvent::idle_hold_expired:
      actions_.stop_timer(FsmTimer::idle_hold);  // the owner may be tired of waiting
      if (started_) begin_connect();
      return;
    case FsmEvent::tcp_accepted:
      actions_.stop_timer(FsmTimer::idle_hold);
      return begin_open_sent();
    default:
      return;  // RFC 4271 section 8.2.2: any other event is ignored in Idle
  }
}

void Fsm::in_connect(const FsmInput& input) {
  switch (input.event) {
    case FsmEvent::connect_retry_expired:
      actions_.drop_connection();
      actions_.start_timer(FsmTimer::connect_retry, timing_.connect_timeout);
      return actions_.open_connection();
    case FsmEvent::tcp_connected:
    case FsmEvent::tcp_accepted:
      actions_.stop_timer(FsmTimer::connect_retry);
      return begin_open_sent();
    case FsmEvent::tcp_failed:
      return connect_failed(input);
    case FsmEvent::manual_start:
      return;
    default:
      if (!ended(input))
        to_idle(After::plain, {"unexpected " + std::string(to_string(input.event))});
  }
}

void Fsm::in_active(const FsmInput& input) {
  switch (input.event) {
    case FsmEvent::connect_retry_expired:
      return begin_connect();
    case FsmEvent::tcp_connected:
    case FsmEvent::tcp_accepted:
      actions_.stop_timer(FsmTimer::connect_retry);
      return begin_open_sent();
    case FsmEvent::manual_start:
    case FsmEvent::tcp_failed:
      return;
    default:
      if (!ended(input))
        to_idle(After::plain, {"unexpected " + std::string(to_string(input.event))});
  }
}

void Fsm::in_open_sent(const FsmInput& input) {
  switch (input.event) {
    case FsmEvent::open_received:
      actions_.send_keepalive();
      if (hold_time_ > Duration::zero()) {
        actions_.start_timer(FsmTimer::keepalive, keepalive_time_);
      }
      restart_hold();
      return enter(State::open_confirm);
    case FsmEvent::tcp_failed:
      // RFC 4271 section 8.2.2 would go to Active; the daemons restart from Idle, which also keeps
      // a peer that closes on our OPEN from being called again at once.
      return to_idle(After::plain, {input.detail});
    case FsmEvent::manual_start:
      return;
    default:
      if (!ended(input)) unexpected(input, fsm_error::in_open_sent);
  }
}

void Fsm::in_open_confirm(const FsmInput& input) {
  switch (input.event) {
    case FsmEvent::keepalive_expired:
      actions_.send_keepalive();
      return actions_.start_timer(FsmTimer::keepalive, keepalive_time_);
    case FsmEvent::keepalive_received:
      restart_hold();
      next_retry_ = timing_.retry_after_failure;
      next_error_wait_ = Duration::zero();
      return enter(State::established);
    case FsmEvent::tcp_failed:
      return to_idle(After::plain, {input.detail, {}, {}, input.unforgiving});
    case FsmEvent::manual_start:
      return;
    default:
      if (!ended(input)) unexpected(input, fsm_error::in_open_confirm);
  }
}

void Fsm::in_established(const FsmInput& input) {
  switch (input.event) {
    case FsmEvent::keepalive_expired:
      actions_.send_keepalive();
      return actions_.start_timer(FsmTimer::keepalive, keepalive_time_);
    case FsmEvent::keepalive_received:
    case FsmEvent::update_received:
      return restart_hold();
    case FsmEvent::tcp_failed:
      return to_idle(After::plain, {input.detail, {}, {}, input.unforgiving});
    case FsmEvent::manual_start:
      return;
    default:
      if (!ended(input)) unexpected(input, fsm_error::in_established);
  }
}

bool Fsm::ended(const FsmInput& input) {
  const bool opened = state_ >= State::open_sent;
  switch (input.event) {
    case FsmEvent::manual_stop:
      started_ = false;
      to_idle(After::stop, {input.detail},
              opened && input.notification.code != 0 ? &input.notification : nullptr);
      return true;
    case FsmEvent::collision_dump: {
      const NotificationMessage dump(ErrorCode::cease, cease::collision_resolution);
      to_idle(After::stop, {"connection collision"}, opened ? &dump : nullptr);
      return true;
    }
    case FsmEvent::hold_expired: {
      const NotificationMessage expired(ErrorCode::hold_timer_expired, 0);
      to_idle(timing_.hold_expiry_is_error ? After::error : After::plain, {"hold timer expired"},
              opened ? &expired : nullptr);
      return true;
    }
    case FsmEvent::message_error:
      to_idle(After::error, {input.detail}, opened ? &input.notification : nullptr);
      return true;
    case FsmEvent::notification_received:
      to_idle(is_error(input.notification) ? After::error : After::plain,
              {"NOTIFICATION received: " + input.notification.describe(), {}, input.notification});
      return true;
    default:
      return false;
  }
}

bool Fsm::is_error(const NotificationMessage& received) const {
  switch (timing_.notification_wait) {
    case NotificationWait::error:
      return true;
    case NotificationWait::when_established:
      return state_ == State::established;
    case NotificationWait::unless_cease:
      return received.code != static_cast<std::uint8_t>(ErrorCode::cease);
  }
  return true;
}

// RFC 6608.
void Fsm::unexpected(const FsmInput& input, std::uint8_t subcode) {
  const NotificationMessage error(ErrorCode::fsm, subcode);
  to_idle(After::error, {"unexpected " + std::string(to_string(input.event))}, &error);
}

void Fsm::begin_connect() {
  if (timing_.passive) return enter(State::active);
  actions_.start_timer(FsmTimer::connect_retry, timing_.connect_timeout);
  enter(State::connect);
  actions_.open_connection();
}

void Fsm::begin_open_sent() {
  hold_time_ = timing_.open_hold_time;
  actions_.send_open();
  restart_hold();
  enter(State::open_sent);
}

// The attempt failed: wait in Active, where the peer's own attempt is welcome.
void Fsm::connect_failed(const FsmInput& input) {
  actions_.drop_connection();
  if (!timing_.restarts) return to_idle(After::stop, {input.detail});
  actions_.start_timer(FsmTimer::connect_retry, next_retry_);
  next_retry_ = std::max(next_retry_, std::min(next_retry_ * 2, timing_.retry_max));
  enter(State::active, {input.detail});
}

void Fsm::to_idle(After after, FsmCause cause, const NotificationMessage* send) {
  if (send != nullptr) {
    actions_.send_notification(*send);
    cause.sent = *send;
  }
  for (const auto timer :
       {FsmTimer::connect_retry, FsmTimer::hold, FsmTimer::keepalive, FsmTimer::idle_hold}) {
    actions_.stop_timer(timer);
  }
  actions_.drop_connection();
  error_wait_ = after == After::error && timing_.error_wait_min > Duration::zero();
  if (after != After::stop && started_ && timing_.restarts) {
    Duration wait = timing_.end_wait;
    if (error_wait_) {
      wait = std::max(next_error_wait_, timing_.error_wait_min);
      next_error_wait_ = std::min(wait * 2, timing_.error_wait_max);
    }
    Duration delay{};
    if (timing_.start_delay_after_end || wait == Duration::zero()) delay = timing_.start_delay;
    // Even with nothing to wait for, one second keeps a pair that cannot agree from spinning.
    if (wait + delay < Duration(1s)) delay = 1s - wait;
    actions_.start_idle_hold(wait, delay);
  }
  enter(State::idle, cause);
}

void Fsm::restart_hold() {
  if (hold_time_ > Duration::zero()) {
    actions_.start_timer(FsmTimer::hold, hold_time_);
  } else {
    actions_.stop_timer(FsmTimer::hold);
  }
}

void Fsm::enter(State next, const FsmCause& cause) {
  const auto from = state_;
  state_ = next;
  if (from != next) actions_.state_changed(from, next, cause);
}

std::string_view to_string(State state) {
  constexpr std::array<std::string_view, 6> names{"Idle",     "Connect",     "Active",
                                                  "OpenSent", "OpenConfirm", "Established"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(FsmEvent event) {
  constexpr std::array<std::string_view, 15> names{"start",
                                                   "stop",
                                                   "connect retry expiry",
                                                   "hold expiry",
                                                   "keepalive expiry",
                                                   "idle hold expiry",
                                                   "TCP connection",
                                                   "TCP connection accepted",
                                                   "TCP failure",
                                                   "OPEN",
                                                   "message error",
                                                   "collision",
                                                   "NOTIFICATION",
                                                   "KEEPALIVE",
                                                   "UPDATE"};
  return names[static_cast<std::size_t>(event)];
}

}  // namespace seatrial::bgp
