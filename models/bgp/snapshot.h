// What a speaker answers when asked: sessions and the three RIBs, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/bgp/fsm_state.h"
#include "models/bgp/message.h"
#include "models/bgp/observer.h"
#include "models/bgp/path_attributes.h"
#include "models/bgp/policy.h"
#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::bgp {

struct MessageCounters {
  std::uint64_t opens = 0;
  std::uint64_t updates = 0;
  std::uint64_t notifications = 0;
  std::uint64_t keepalives = 0;
  std::uint64_t route_refreshes = 0;
  std::uint64_t bytes = 0;
};

struct PrefixCounts {
  std::size_t received = 0;
  std::size_t accepted = 0;
  std::size_t advertised = 0;
};

// How a session last left OpenSent or what comes after.
struct SessionEnd {
  TimePoint at;
  std::string reason;
  std::optional<NotificationMessage> sent;
  std::optional<NotificationMessage> received;
};

struct SessionSnapshot {
  net::IpAddress peer;
  std::string description;
  net::IpAddress local_address;  // once connected
  // Of the connection that there is.
  std::optional<net::Endpoint> local_end;
  std::optional<net::Endpoint> remote_end;
  std::optional<Duration> round_trip;  // where the host measures it
  std::size_t unsent = 0;              // octets
  Asn local_as;
  Asn remote_as;  // as the peer's OPEN said; 0 before
  std::optional<RouterId> remote_id;
  bool internal = false;  // iBGP
  State state = State::idle;
  TimePoint since;                 // of the present state
  std::optional<Duration> uptime;  // when Established
  Duration hold_time{};            // negotiated
  Duration keepalive_time{};
  std::uint64_t established_count = 0;  // times it reached Established
  MessageCounters sent;
  MessageCounters received;
  std::size_t prefixes_received = 0;
  std::size_t prefixes_accepted = 0;
  std::size_t prefixes_advertised = 0;
  PrefixCounts ipv4;
  PrefixCounts ipv6;
  const PrefixCounts& in(net::Family family) const {
    return family == net::Family::ipv4 ? ipv4 : ipv6;
  }
  std::optional<TimePoint> last_read;     // a message
  std::optional<TimePoint> last_written;  // a message
  std::optional<TimePoint> last_update;   // an UPDATE that was read
  std::optional<TimePoint> next_attempt;  // when it connects again, or starts to
  std::vector<AfiSafi> end_of_rib_sent;   // in this session
  std::vector<AfiSafi> end_of_rib_received;
  std::optional<SessionEnd> last_end;
  std::string last_reason;  // why it last left a higher state
  std::string last_notification_sent;
  std::string last_notification_received;
  bool four_octet_as = false;
  bool route_refresh = false;
  bool enhanced_route_refresh = false;
  bool extended_message = false;
  bool extended_next_hop = false;  // IPv4 prefixes may have IPv6 next hops
  bool dynamic = false;            // came from a range
  bool shutdown = false;           // administratively
  OpenMessage open_sent;           // what we offer
  unsigned update_group = 0;       // while Established: those of one number are sent the same
  std::optional<OpenMessage> open_received;
  // The helper's side of a graceful restart.
  std::size_t stale_prefixes = 0;
  std::optional<Duration> restart_timer;  // what is left
  std::optional<Duration> stale_timer;
};

struct PathSnapshot {
  std::optional<net::IpAddress> peer;  // absent: originated here
  RouteSource source = RouteSource::local;
  std::uint32_t path_id = 0;
  std::uint32_t local_id = 0;  // by which RFC 7911 sends it on
  AttributesRef attributes;
  bool aggregated = false;        // made here of others
  bool reflector_client = false;  // learned from a client of ours
  std::uint32_t weight = 0;
  bool eligible = false;
  bool best = false;
  bool multipath = false;               // in the set of next hops (the best included)
  std::string why;                      // why it is best, lost, or is not eligible
  std::optional<std::uint32_t> metric;  // to the next hop
  TimePoint received;
  bool stale = false;  // kept over the peer's restart, or not yet refreshed
};

struct RouteSnapshot {
  net::Prefix prefix;
  std::vector<PathSnapshot> paths;  // best first, then by peer
  std::vector<NextHop> next_hops;
};

struct AdjRouteSnapshot {
  net::Prefix prefix;
  std::uint32_t path_id = 0;
  AttributesRef attributes;  // as received, before policy; as sent, after it
  AttributesRef imported;    // Adj-RIB-In only: after the policy, where it accepted
  bool accepted = true;      // by import checks and policy
  std::string why;           // what accepted or rejected it
  TimePoint received;        // Adj-RIB-In only: when it came, or last changed
  bool stale = false;        // Adj-RIB-In only: kept over the peer's restart, or not yet refreshed
};

}  // namespace seatrial::bgp
