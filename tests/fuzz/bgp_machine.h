// RFC 4271 section 8 alone: any event in any state, as far as there is a timer or a connection
// to cause it. What each state must have of timers and connection is that section's text.
#pragma once

#include <array>
#include <utility>

#include "models/bgp/fsm.h"
#include "tests/fuzz/tape.h"

namespace seatrial::fuzz {

struct Machine final : bgp::FsmActions {
  std::array<bool, bgp::fsm_timer_count> armed{};
  bool connection = false;
  bool opened = false;    // our OPEN is out on this connection
  bool notified = false;  // during the present event
  bgp::State state = bgp::State::idle;

  bool& timer(bgp::FsmTimer which) { return armed[static_cast<std::size_t>(which)]; }

  void open_connection() override {
    must(!connection, "one connection at a time");
    connection = true;
    opened = false;
  }
  void drop_connection() override { connection = opened = false; }
  void send_open() override {
    must(!opened, "one OPEN a connection");
    opened = true;
  }
  void send_keepalive() override { must(opened, "no KEEPALIVE before the OPEN"); }
  void send_notification(const bgp::NotificationMessage&) override {
    must(opened, "no NOTIFICATION before the OPEN");
    must(!notified, "one NOTIFICATION ends it");
    notified = true;
  }
  void start_timer(bgp::FsmTimer which, Duration after) override {
    must(after > Duration::zero(), "a timer takes time");
    timer(which) = true;
  }
  void start_idle_hold(Duration wait, Duration delay) override {
    must(wait + delay > Duration::zero(), "no spinning");
    timer(bgp::FsmTimer::idle_hold) = true;
  }
  void stop_timer(bgp::FsmTimer which) override { timer(which) = false; }
  void state_changed(bgp::State from, bgp::State to, const bgp::FsmCause&) override {
    must(from == state && from != to, "a change starts from the state before");
    state = to;
  }
};

inline bool follows(bgp::State from, bgp::State to) {  // RFC 4271 section 8.2.2
  using bgp::State;
  switch (from) {
    case State::idle:  // OpenSent: the profiles that accept while they wait to start
      return to == State::connect || to == State::active || to == State::open_sent;
    case State::connect:
      return to == State::active || to == State::open_sent || to == State::idle;
    case State::active:
      return to == State::connect || to == State::open_sent || to == State::idle;
    case State::open_sent:
      return to == State::open_confirm || to == State::idle;
    case State::open_confirm:
      return to == State::established || to == State::idle;
    case State::established:
      return to == State::idle;
  }
  return false;
}

inline void run_machine(Tape& tape) {
  using namespace bgp;
  const auto names = profile_names();
  const auto& p = *profile_named(names[tape.below(names.size())]);
  const auto options = tape.next();
  auto t = timing_of(p);
  t.passive = (options & 1) != 0;
  t.restarts = (options & 2) == 0;
  const Duration hold = (options & 4) != 0 ? 0s : 9s;

  Machine machine;
  Fsm fsm(machine, t);
  bool started = false;
  while (!tape.empty()) {
    const auto event = static_cast<FsmEvent>(tape.below(15));
    const auto before = fsm.state();
    // What only comes to a machine that waits for it.
    if (event == FsmEvent::tcp_accepted) {
      if (!fsm.accepts()) continue;
      machine.connection = true;
      machine.opened = false;
    }
    if (event == FsmEvent::tcp_connected && (before != State::connect || !machine.connection)) {
      continue;
    }
    bool runs = true;
    for (std::size_t i = 0; i < fsm_timer_count; ++i) {
      constexpr std::array expiries{FsmEvent::connect_retry_expired, FsmEvent::hold_expired,
                                    FsmEvent::keepalive_expired, FsmEvent::idle_hold_expired};
      if (event == expiries[i]) runs = std::exchange(machine.armed[i], false);
    }
    if (!runs) continue;
    if (event == FsmEvent::tcp_failed && tape.flag()) machine.connection = machine.opened = false;
    if (event == FsmEvent::open_received) fsm.negotiated(hold, hold / 3);
    if (event == FsmEvent::manual_start) started = true;
    if (event == FsmEvent::manual_stop) started = false;
    FsmInput input{event};
    if (event == FsmEvent::manual_stop || event == FsmEvent::message_error ||
        event == FsmEvent::notification_received) {
      input.notification.code = tape.next();
      input.notification.subcode = tape.next();
    }
    machine.notified = false;
    fsm.handle(input);

    const auto now = fsm.state();
    must(now == machine.state, "every change is told");
    must(now == before || follows(before, now),
         std::string(to_string(before)) + " to " + std::string(to_string(now)));
    must(!machine.notified || now == State::idle, "a NOTIFICATION is the last message");
    const auto armed = [&](FsmTimer timer) { return machine.timer(timer); };
    const bool has_keepalive = now >= State::open_confirm && hold > Duration::zero();
    must(armed(FsmTimer::keepalive) == has_keepalive, "KeepaliveTimer");
    const auto bound = now == State::open_sent ? t.open_hold_time : hold;
    must(armed(FsmTimer::hold) == (now >= State::open_sent && bound > Duration::zero()),
         "HoldTimer");
    const bool waits = now == State::connect || (now == State::active && !t.passive);
    must(!armed(FsmTimer::connect_retry) || now == State::connect || now == State::active,
         "ConnectRetryTimer runs");
    must(!waits || armed(FsmTimer::connect_retry), "ConnectRetryTimer does not run");
    must(!armed(FsmTimer::idle_hold) || now == State::idle, "IdleHoldTimer");
    must(machine.opened == (now >= State::open_sent), "an OPEN is out from OpenSent on");
    must(now != State::idle || !machine.connection, "Idle has no connection");
    // A way on: what was started and not stopped for good starts again by itself.
    if (now == State::idle && started && t.restarts && event != FsmEvent::collision_dump &&
        event != FsmEvent::idle_hold_expired && before != State::idle) {
      must(armed(FsmTimer::idle_hold), "Idle without a way on");
    }
  }
}

}  // namespace seatrial::fuzz
