// What a speaker reports as it happens. Records only: whoever listens keeps, counts or prints.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/bgp/constants.h"
#include "models/bgp/fsm_state.h"
#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::bgp {

// One next hop of an installed or selected route.
struct NextHop {
  net::IpAddress address;
  friend auto operator<=>(const NextHop&, const NextHop&) = default;
};

struct SessionEvent {
  std::string speaker;
  TimePoint time;
  net::IpAddress peer;
  State from = State::idle;
  State to = State::idle;
  std::string reason;                 // "hold timer expired", "peer closed the connection"
  std::string notification_sent;      // "Cease/Administrative Shutdown"; empty: none
  std::string notification_received;  // likewise
  // The session's ends, as far as they are known: unspecified before the first connection, AS 0
  // before the OPEN of a peer that may be in any.
  net::IpAddress local;
  net::Asn local_as;
  net::Asn peer_as;
};

// A neighbour has announced as much as its limit's threshold, or more than the limit.
struct PrefixLimitEvent {
  std::string speaker;
  TimePoint time;
  net::IpAddress peer;
  AfiSafi family;
  std::size_t prefixes = 0;
  std::uint32_t limit = 0;
  bool exceeded = false;  // otherwise only the threshold is reached
};

// The helper's side of a neighbour's graceful restart (RFC 4724, RFC 9494).
enum class RestartPhase : std::uint8_t {
  waiting,     // its routes are kept, stale, until the restart timer expires
  long_lived,  // ... which it did: they are kept as a last resort
  returned,    // it is Established again: what it does not repeat goes at its End-of-RIB
  over,        // no stale route is left
};
std::string_view to_string(RestartPhase phase);  // "waiting", "long-lived", "returned", "over"

struct RestartEvent {
  std::string speaker;
  TimePoint time;
  net::IpAddress peer;
  AfiSafi family;
  RestartPhase phase = RestartPhase::over;
  std::size_t stale = 0;  // routes
};

struct RibEvent {
  std::string speaker;
  TimePoint time;
  net::Prefix prefix;
  bool reachable = false;
  bool local = false;              // the best path is originated here
  std::string best;                // "from 10.1.1.4 as-path [] local-pref 100 ..."; empty: gone
  std::string reason;              // the decision step that chose it
  std::vector<NextHop> next_hops;  // the multipath set; empty for a local route
};

struct MessageEvent {
  std::string speaker;
  TimePoint time;
  net::IpAddress peer;
  bool sent = false;
  MessageType type = MessageType::keepalive;
  std::size_t bytes = 0;
  std::size_t announced = 0;  // prefixes of an UPDATE
  std::size_t withdrawn = 0;
  net::IpAddress local;  // our end of the connection that carried it
  net::Asn local_as;
  net::Asn peer_as;           // as in SessionEvent
  bool four_octet_as = true;  // how an UPDATE writes AS numbers (RFC 6793)
  bool add_path = false;      // the NLRI of an UPDATE carry path identifiers (RFC 7911)
  // The whole message as on the wire. Valid during the call only: who keeps it copies it.
  std::span<const std::uint8_t> data;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void session_changed(const SessionEvent&) {}
  virtual void rib_changed(const RibEvent&) {}
  // The same without its texts, and always: the choice or its next hops are others now.
  virtual void prefix_changed(const net::Prefix&) {}
  // False: rib_changed() is not called, and its texts are not made.
  virtual bool wants_routes() const { return true; }
  virtual void message(const MessageEvent&) {}
  virtual void prefix_limit(const PrefixLimitEvent&) {}
  virtual void graceful_restart(const RestartEvent&) {}
};

}  // namespace seatrial::bgp
