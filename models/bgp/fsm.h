// The finite state machine of RFC 4271 section 8, one for each connection: an event comes in, a
// switch on the state handles it, enter() alone changes the state. It opens, sends and arms nothing
// itself; it asks its FsmActions to, and so can be stepped through in a test.
//
// The optional attributes of section 8.1.1 are set thus: AllowAutomaticStart and
// DampPeerOscillations (the idle hold timer, IdleHoldTime doubling) on, DelayOpen off, as in every
// profile of profile.cc, PassiveTcpEstablishment by configuration, SendNOTIFICATIONwithoutOPEN off,
// CollisionDetectEstablishedState off, TrackTcpState off.
#pragma once

#include <optional>
#include <string>

#include "models/bgp/fsm_state.h"
#include "models/bgp/message.h"
#include "models/bgp/profile.h"
#include "models/net/units.h"

namespace seatrial::bgp {

enum class FsmEvent : std::uint8_t {  // with the numbers of RFC 4271 section 8.1
  manual_start,                       // 1, 3, 4, 5
  manual_stop,                        // 2; carries the NOTIFICATION to send, if any
  connect_retry_expired,              // 9
  hold_expired,                       // 10
  keepalive_expired,                  // 11
  idle_hold_expired,                  // 13
  tcp_connected,                      // 16
  tcp_accepted,                       // 17
  tcp_failed,                         // 18
  open_received,                      // 19
  message_error,                      // 21, 22, 28; carries the NOTIFICATION to send
  collision_dump,                     // 23
  notification_received,              // 24, 25
  keepalive_received,                 // 26
  update_received,                    // 27; a ROUTE-REFRESH too
};

enum class FsmTimer : std::uint8_t { connect_retry, hold, keepalive, idle_hold };
inline constexpr std::size_t fsm_timer_count = 4;

struct FsmInput {
  FsmEvent event;
  NotificationMessage notification = {};
  std::string detail = {};
  bool unforgiving = false;  // graceful restart does not apply: the link itself is gone
};

// Why a state was left, for those who watch.
struct FsmCause {
  std::string reason;
  std::optional<NotificationMessage> sent = {};
  std::optional<NotificationMessage> received = {};
  bool unforgiving = false;
};

class FsmActions {
 public:
  virtual ~FsmActions() = default;
  virtual void open_connection() = 0;
  virtual void drop_connection() = 0;
  virtual void send_open() = 0;
  virtual void send_keepalive() = 0;
  virtual void send_notification(const NotificationMessage& notification) = 0;
  virtual void start_timer(FsmTimer timer, Duration after) = 0;
  // The idle hold timer: `wait` for what has ended, then `delay` as before every start.
  virtual void start_idle_hold(Duration wait, Duration delay) = 0;
  virtual void stop_timer(FsmTimer timer) = 0;
  virtual void state_changed(State from, State to, const FsmCause& cause) = 0;
};

struct FsmTiming {
  bool passive = false;
  bool restarts = true;  // false: a second connection, which ends in Idle for good
  Duration start_delay{};
  bool start_delay_accepts = true;
  Duration connect_timeout{};
  Duration retry_after_failure{};
  Duration retry_max{};
  Duration error_wait_min{};
  Duration error_wait_max{};
  bool error_wait_accepts = false;
  bool start_delay_after_end = false;  // the start delay comes on top of the other waits
  Duration end_wait{};
  bool hold_expiry_is_error = true;
  NotificationWait notification_wait = NotificationWait::error;
  Duration open_hold_time{};
};
FsmTiming timing_of(const Profile& profile);

class Fsm {
 public:
  Fsm(FsmActions& actions, const FsmTiming& timing)
      : actions_(actions), timing_(timing), next_retry_(timing.retry_after_failure) {}

  void handle(const FsmInput& input);
  State state() const { return state_; }
  // Whether a connection of the peer is welcome now (RFC 4271 section 8.2.1 leaves Idle to us).
  bool accepts() const;
  // Set before open_received is handled: the negotiated times; 0: no timers.
  void negotiated(Duration hold_time, Duration keepalive_time) {
    hold_time_ = hold_time;
    keepalive_time_ = keepalive_time;
  }
  // The next manual_start waits so much longer.
  void start_later(Duration by) { start_later_ = by; }
  // A second connection that survived is now the peer's only one.
  void promote() { timing_.restarts = true; }
  // The waits that another machine of the same peer has reached.
  void inherit(const Fsm& other);

 private:
  void in_idle(const FsmInput& input);
  void in_connect(const FsmInput& input);
  void in_active(const FsmInput& input);
  void in_open_sent(const FsmInput& input);
  void in_open_confirm(const FsmInput& input);
  void in_established(const FsmInput& input);

  // What most states do with an event that ends the connection. True when it was one.
  bool ended(const FsmInput& input);
  void unexpected(const FsmInput& input, std::uint8_t subcode);
  bool is_error(const NotificationMessage& received) const;
  void begin_connect();
  void begin_open_sent();
  void connect_failed(const FsmInput& input);
  enum class After { stop, plain, error };
  void to_idle(After after, FsmCause cause, const NotificationMessage* send = nullptr);
  void restart_hold();
  void enter(State next, const FsmCause& cause = {});

  FsmActions& actions_;
  FsmTiming timing_;
  State state_ = State::idle;
  bool started_ = false;     // Idle waits to start again
  bool error_wait_ = false;  // ... after an error
  Duration start_later_{};
  Duration next_retry_;
  Duration next_error_wait_{};
  Duration hold_time_{};
  Duration keepalive_time_{};
};

std::string_view to_string(FsmEvent event);

}  // namespace seatrial::bgp
