// One BFD session in asynchronous mode: the state machine of RFC 5880 section 6.2, its timers and
// Poll Sequences. It asks for no echo packets (Required Min Echo RX Interval 0) and does not enter
// Demand mode, but honours a peer that does (section 6.6).
//
// An interval that Poll must confirm (section 6.8.3) is kept twice: as announced, and as used until
// the Final comes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "models/bfd/packet.h"
#include "models/bfd/profile.h"
#include "models/io/host.h"

namespace seatrial::bfd {

struct SessionConfig {
  net::IpAddress peer;
  std::optional<net::IpAddress> local;  // otherwise the host chooses, and any is accepted
  bool multihop = false;                // RFC 5883
  Duration receive_interval = 300ms;    // Required Min RX
  Duration transmit_interval = 300ms;   // Desired Min TX
  unsigned detect_multiplier = 3;       // 1 to 255
  bool passive = false;                 // speaks when spoken to (section 6.1)
  std::optional<int> minimum_ttl;       // multihop only; otherwise 254, as bfdd
  bool shutdown = false;                // AdminDown
};

struct SessionEvent {
  std::string node;
  TimePoint time;
  net::IpAddress peer;
  net::IpAddress local;  // unspecified where nothing was received
  State from = State::down;
  State to = State::down;
  Diagnostic diagnostic = Diagnostic::none;  // ours
  State remote_state = State::down;
  bool remote_control_plane_independent = false;  // the peer's C bit, of its last packet
  Duration detection_time{};                      // that applied until now, when it was Up
};

struct SessionSnapshot {
  SessionConfig config;
  net::IpAddress local;
  std::uint32_t discriminator = 0;
  std::uint32_t remote_discriminator = 0;
  State state = State::down;
  State remote_state = State::down;
  Diagnostic diagnostic = Diagnostic::none;
  Diagnostic remote_diagnostic = Diagnostic::none;
  TimePoint since;
  Duration transmit_interval{};  // in use, before jitter
  Duration detection_time{};     // 0 before the first packet
  // As the peer's last packet said.
  Duration remote_desired_min_tx{};
  Duration remote_required_min_rx{};
  Duration remote_required_min_echo_rx{};
  unsigned remote_detect_multiplier = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t up_count = 0;
  std::uint64_t down_count = 0;
};

class Session {
 public:
  using Send = std::function<void(io::Bytes)>;
  using Changed = std::function<void(const SessionEvent&)>;

  Session(io::Host& host, const Profile& profile, SessionConfig config, std::uint32_t discriminator,
          Send send, Changed changed);

  void start();
  // A packet that belongs here and passed the checks of decode() and of the agent.
  void receive(const ControlPacket& packet, const net::IpAddress& local);
  void set_shutdown(bool shutdown);
  // New intervals by a Poll Sequence; a new multiplier with the next packet.
  void set_timers(Duration receive_interval, Duration transmit_interval,
                  unsigned detect_multiplier);

  const SessionConfig& config() const { return config_; }
  State state() const { return state_; }
  std::uint32_t discriminator() const { return discriminator_; }
  Duration detection_time() const;
  SessionSnapshot snapshot() const;

 private:
  void enter(State next, Diagnostic diagnostic);
  void step(State remote);
  void announce();  // what state and configuration say; starts a Poll Sequence where needed
  void poll_finished();
  void transmit(bool final = false);
  void schedule();
  bool speaks_periodically() const;
  Duration transmit_interval() const;
  Duration jittered(Duration interval);
  void detection_expired();

  io::Host& host_;
  const Profile& profile_;
  SessionConfig config_;
  std::uint32_t discriminator_;
  Send send_;
  Changed changed_;
  std::unique_ptr<io::Timer> transmit_timer_;
  std::unique_ptr<io::Timer> detection_timer_;

  State state_ = State::down;
  Diagnostic diagnostic_ = Diagnostic::none;
  Duration desired_min_tx_{};   // announced
  Duration required_min_rx_{};  // announced
  Duration used_min_tx_{};      // for the transmission interval
  Duration used_min_rx_{};      // for the detection time
  bool polling_ = false;
  ControlPacket remote_;  // the last received; its interval is 1 us before (section 6.8.1)
  net::IpAddress local_;
  TimePoint since_{};
  TimePoint last_sent_{};
  Duration scheduled_interval_{};
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t up_count_ = 0;
  std::uint64_t down_count_ = 0;
};

}  // namespace seatrial::bfd
