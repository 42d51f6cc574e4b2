// The state machine stepped by hand: an event, then what it did and where it is.
#include "models/bgp/fsm.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <vector>

namespace seatrial::bgp::test {
namespace {

struct Recorder : FsmActions {
  std::vector<std::string> did;
  std::map<FsmTimer, Duration> timers;

  void open_connection() override { did.push_back("connect"); }
  void drop_connection() override { did.push_back("drop"); }
  void send_open() override { did.push_back("OPEN"); }
  void send_keepalive() override { did.push_back("KEEPALIVE"); }
  void send_notification(const NotificationMessage& n) override { did.push_back(n.to_string()); }
  void start_timer(FsmTimer timer, Duration after) override { timers[timer] = after; }
  void start_idle_hold(Duration wait, Duration delay) override {
    timers[FsmTimer::idle_hold] = wait + delay;
  }
  void stop_timer(FsmTimer timer) override { timers.erase(timer); }
  void state_changed(State, State to, const FsmCause&) override {
    did.emplace_back("-> " + std::string(to_string(to)));
  }
};

struct Bench {
  Recorder actions;
  FsmTiming timing;
  std::unique_ptr<Fsm> fsm;

  Bench() {
    timing.start_delay = 1s;
    timing.connect_timeout = 120s;
    timing.retry_after_failure = 10s;
    timing.retry_max = 40s;
    timing.error_wait_min = 2s;
    timing.error_wait_max = 8s;
    timing.open_hold_time = 240s;
  }
  // The step, then exactly these actions in this order.
  void step(FsmEvent event, const std::vector<std::string>& expected,
            NotificationMessage notification = {}) {
    if (!fsm) fsm = std::make_unique<Fsm>(actions, timing);
    actions.did.clear();
    if (event == FsmEvent::idle_hold_expired) actions.timers.erase(FsmTimer::idle_hold);
    if (event == FsmEvent::connect_retry_expired) actions.timers.erase(FsmTimer::connect_retry);
    if (event == FsmEvent::keepalive_expired) actions.timers.erase(FsmTimer::keepalive);
    if (event == FsmEvent::hold_expired) actions.timers.erase(FsmTimer::hold);
    fsm->handle({event, std::move(notification), {}});
    BOOST_TEST_CONTEXT(to_string(event)) {
      BOOST_TEST(actions.did == expected, boost::test_tools::per_element());
    }
  }
  void to_established() {
    step(FsmEvent::manual_start, {});
    BOOST_CHECK(actions.timers[FsmTimer::idle_hold] == 1s);
    step(FsmEvent::idle_hold_expired, {"-> Connect", "connect"});
    BOOST_CHECK(actions.timers[FsmTimer::connect_retry] == 120s);
    step(FsmEvent::tcp_connected, {"OPEN", "-> OpenSent"});
    BOOST_CHECK(actions.timers[FsmTimer::hold] == 240s);  // RFC 4271: a large value until the OPEN
    fsm->negotiated(9s, 3s);
    step(FsmEvent::open_received, {"KEEPALIVE", "-> OpenConfirm"});
    step(FsmEvent::keepalive_received, {"-> Established"});
    BOOST_CHECK(actions.timers[FsmTimer::hold] == 9s);
    BOOST_CHECK(actions.timers[FsmTimer::keepalive] == 3s);
  }
};

BOOST_AUTO_TEST_SUITE(fsm)

BOOST_AUTO_TEST_CASE(the_straight_way_to_established_and_its_end) {
  Bench b;
  b.to_established();
  b.actions.timers.erase(FsmTimer::hold);
  b.step(FsmEvent::update_received, {});
  BOOST_CHECK(b.actions.timers[FsmTimer::hold] == 9s);
  b.step(FsmEvent::keepalive_expired, {"KEEPALIVE"});
  b.step(FsmEvent::hold_expired, {"Hold Timer Expired", "drop", "-> Idle"});
  BOOST_CHECK(b.actions.timers == (std::map<FsmTimer, Duration>{{FsmTimer::idle_hold, 2s}}));
}

BOOST_AUTO_TEST_CASE(error_waits_double_and_failed_attempts_too) {
  Bench b;
  b.step(FsmEvent::manual_start, {});
  // Errors: 2, 4, 8, then 8 again.
  for (const Duration wait : {Duration(2s), Duration(4s), Duration(8s), Duration(8s)}) {
    b.step(FsmEvent::idle_hold_expired, {"-> Connect", "connect"});
    b.step(FsmEvent::tcp_connected, {"OPEN", "-> OpenSent"});
    b.step(FsmEvent::notification_received, {"drop", "-> Idle"},
           NotificationMessage(ErrorCode::open, open_error::bad_peer_as));
    BOOST_CHECK(b.actions.timers[FsmTimer::idle_hold] == wait);
  }
  b.step(FsmEvent::idle_hold_expired, {"-> Connect", "connect"});
  for (const Duration wait : {Duration(10s), Duration(20s), Duration(40s), Duration(40s)}) {
    b.step(FsmEvent::tcp_failed, {"drop", "-> Active"});
    BOOST_CHECK(b.actions.timers[FsmTimer::connect_retry] == wait);
    b.step(FsmEvent::connect_retry_expired, {"-> Connect", "connect"});
  }
  // An attempt without an answer is given up and made again.
  b.step(FsmEvent::connect_retry_expired, {"drop", "connect"});
}

BOOST_AUTO_TEST_CASE(a_hold_time_of_zero_runs_no_timers) {
  Bench b;
  b.step(FsmEvent::manual_start, {});
  b.step(FsmEvent::idle_hold_expired, {"-> Connect", "connect"});
  b.step(FsmEvent::tcp_connected, {"OPEN", "-> OpenSent"});
  b.fsm->negotiated(0s, 0s);
  b.step(FsmEvent::open_received, {"KEEPALIVE", "-> OpenConfirm"});
  b.step(FsmEvent::keepalive_received, {"-> Established"});
  BOOST_TEST(b.actions.timers.empty());
}

BOOST_AUTO_TEST_CASE(unexpected_messages_are_named_by_state) {  // RFC 6608
  Bench b;
  b.step(FsmEvent::manual_start, {});
  b.step(FsmEvent::tcp_accepted, {"OPEN", "-> OpenSent"});
  b.step(FsmEvent::update_received,
         {"Finite State Machine Error/Receive Unexpected Message in OpenSent State", "drop",
          "-> Idle"});
  b.step(FsmEvent::tcp_accepted, {"OPEN", "-> OpenSent"});
  b.fsm->negotiated(9s, 3s);
  b.step(FsmEvent::open_received, {"KEEPALIVE", "-> OpenConfirm"});
  b.step(FsmEvent::update_received,
         {"Finite State Machine Error/Receive Unexpected Message in OpenConfirm State", "drop",
          "-> Idle"});
  b.step(FsmEvent::tcp_accepted, {"OPEN", "-> OpenSent"});
  b.step(FsmEvent::open_received, {"KEEPALIVE", "-> OpenConfirm"});
  b.step(FsmEvent::keepalive_received, {"-> Established"});
  b.step(FsmEvent::open_received,
         {"Finite State Machine Error/Receive Unexpected Message in Established State", "drop",
          "-> Idle"});
}

BOOST_AUTO_TEST_CASE(a_stopped_machine_stays_down_and_refuses) {
  Bench b;
  b.to_established();
  b.step(FsmEvent::manual_stop, {"Cease/Administrative Shutdown", "drop", "-> Idle"},
         NotificationMessage(ErrorCode::cease, cease::admin_shutdown));
  BOOST_TEST(b.actions.timers.empty());
  BOOST_TEST(!b.fsm->accepts());
  b.step(FsmEvent::manual_start, {});
  BOOST_TEST(b.fsm->accepts());
}

BOOST_AUTO_TEST_CASE(a_passive_machine_waits_in_active) {
  Bench b;
  b.timing.passive = true;
  b.timing.start_delay = 0s;
  b.step(FsmEvent::manual_start, {"-> Active"});
  BOOST_TEST(b.actions.timers.empty());
  BOOST_TEST(b.fsm->accepts());
  b.step(FsmEvent::tcp_accepted, {"OPEN", "-> OpenSent"});
}

BOOST_AUTO_TEST_CASE(after_an_error_the_profile_says_whether_the_peer_may_come) {
  for (const bool accepts : {false, true}) {
    Bench b;
    b.timing.error_wait_accepts = accepts;
    b.to_established();
    b.step(FsmEvent::hold_expired, {"Hold Timer Expired", "drop", "-> Idle"});
    BOOST_TEST(b.fsm->accepts() == accepts);
  }
}

// Found by tests/fuzz/bgp_fsm: an IdleHoldTimer that ran on would have ended the new attempt.
BOOST_AUTO_TEST_CASE(a_start_while_it_waits_begins_at_once) {
  Bench b;
  b.timing.start_delay = 0s;
  b.step(FsmEvent::manual_start, {"-> Connect", "connect"});
  b.step(FsmEvent::hold_expired, {"drop", "-> Idle"});
  BOOST_CHECK(b.actions.timers.contains(FsmTimer::idle_hold));
  b.step(FsmEvent::manual_start, {"-> Connect", "connect"});
  BOOST_CHECK(!b.actions.timers.contains(FsmTimer::idle_hold));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
