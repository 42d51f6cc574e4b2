// Connection tracking: which flows belong together, what was translated, and for how long that is
// remembered (nf_conntrack's defaults). Entries expire lazily: an entry past its time is dropped
// when a packet hits it, and a sweep runs when the table has doubled, so that nothing ticks.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "models/net/units.h"
#include "sim/forwarding/flow.h"

namespace seatrial::sim {

struct ConntrackTimeouts {
  Duration udp = std::chrono::seconds(30);
  Duration udp_assured = std::chrono::seconds(120);
  Duration tcp_syn = std::chrono::seconds(120);
  Duration tcp_established = std::chrono::hours(5 * 24);
  Duration tcp_fin = std::chrono::seconds(120);    // TIME_WAIT, the longest of the closing states
  Duration tcp_closed = std::chrono::seconds(10);  // after a RST
  Duration other = std::chrono::seconds(30);
};

// One connection. `original` is the first packet as it arrived, `reply` what an answer looks like
// when it arrives here; without translation one is the reverse of the other.
struct Connection {
  Flow original;
  Flow reply;
  bool confirmed = false;  // its first packet left: the reply direction is settled
  bool replied = false;
  bool masquerade = false;  // asked for by the service
  bool established = false;
  bool fin[2] = {false, false};  // seen from the original's and the reply's side
  TimePoint expires;
};

class Conntrack {
 public:
  enum class Direction : std::uint8_t { original, reply };
  struct Match {
    Connection* connection = nullptr;
    Direction direction = Direction::original;
    explicit operator bool() const { return connection != nullptr; }
  };

  explicit Conntrack(ConntrackTimeouts timeouts = {}) : timeouts_(timeouts) {}

  Match find(const Flow& flow, TimePoint now);
  // A new connection; the reply direction is reversed(original) until set_reply() changes it.
  Connection& add(const Flow& original, TimePoint now);
  // False when another connection's packets look like that already.
  bool set_reply(Connection& connection, const Flow& reply, TimePoint now);
  void remove(Connection& connection);
  // Notes a packet: state and timeout. `tcp_flags` is 0 for other protocols.
  void note(Connection& connection, Direction direction, std::uint8_t tcp_flags, TimePoint now);
  // Removes every connection for which f(const Connection&) holds.
  template <typename F>
  void remove_if(F&& f) {
    std::erase_if(by_reply_, [&](const auto& e) { return f(*e.second); });
    std::erase_if(by_original_, [&](const auto& e) { return f(*e.second); });
  }

  std::size_t size() const { return by_original_.size(); }

 private:
  void sweep(TimePoint now);

  ConntrackTimeouts timeouts_;
  std::unordered_map<Flow, std::unique_ptr<Connection>> by_original_;
  std::unordered_map<Flow, Connection*> by_reply_;
  std::size_t sweep_at_ = 1024;
};

}  // namespace seatrial::sim
