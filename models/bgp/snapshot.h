// What a speaker answers when asked: sessions and the three RIBs, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/bgp/fsm_state.h"
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

struct SessionSnapshot {
  net::IpAddress peer;
  std::string description;
  net::IpAddress local_address;  // once connected
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
  std::string last_reason;  // why it last left a higher state
  std::string last_notification_sent;
  std::string last_notification_received;
  bool four_octet_as = false;
  bool route_refresh = false;
};

struct PathSnapshot {
  std::optional<net::IpAddress> peer;  // absent: originated here
  RouteSource source = RouteSource::local;
  std::uint32_t path_id = 0;
  AttributesRef attributes;
  std::uint32_t weight = 0;
  bool eligible = false;
  bool best = false;
  bool multipath = false;               // in the set of next hops (the best included)
  std::string why;                      // why it is best, lost, or is not eligible
  std::optional<std::uint32_t> metric;  // to the next hop
  TimePoint received;
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
  bool accepted = true;      // by import checks and policy
  std::string why;           // what accepted or rejected it
  TimePoint received;        // Adj-RIB-In only: when it came, or last changed
};

}  // namespace seatrial::bgp
