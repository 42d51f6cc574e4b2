// What a speaker offers a neighbour in its OPEN and what the two OPENs come to: RFC 4271 section
// 4.2, 6.2, RFC 5492 and the capabilities of message.h. Pure: the same question has the same
// answer.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "models/bgp/codec.h"
#include "models/bgp/config.h"

namespace seatrial::bgp {

enum class PeerKind {
  internal,       // of our AS, or of our member AS
  confederation,  // of another member AS (RFC 5065)
  external,
};

PeerKind peer_kind(const SpeakerConfig& speaker, const NeighborConfig& neighbor);
// The AS that this neighbour is shown: `local-as`, the confederation's identifier outside of it, or
// else our own.
Asn shown_as(const SpeakerConfig& speaker, const NeighborConfig& neighbor);

// What both sides may do, once the peer's OPEN is in.
struct Negotiated {
  OpenMessage peer;
  Duration hold_time{};
  Duration keepalive_time{};
  CodecOptions codec;
  std::vector<AfiSafi> families;  // both have them
  bool route_refresh = false;
  bool enhanced_route_refresh = false;    // RFC 7313
  bool extended_next_hop = false;         // RFC 8950: IPv4 prefixes with IPv6 next hops
  bool graceful_restart = false;          // both have the capability
  bool graceful_notification = false;     // RFC 8538: both have the N bit
  bool long_lived = false;                // RFC 9494: the peer keeps what is marked LLGR_STALE
  Duration restart_time{};                // the peer's
  std::vector<AfiSafi> restart_families;  // of the peer
  std::vector<LongLivedCapability> long_lived_families;  // of the peer
};

struct LocalFacts {
  std::string host_name;
  bool restarting = false;  // the R bit
};

// The configuration of a neighbour's graceful restart, with what it leaves to the profile.
GracefulRestartConfig restart_config(const SpeakerConfig& speaker, const NeighborConfig& neighbor);
OpenMessage offer(const SpeakerConfig& speaker, const NeighborConfig& neighbor,
                  const LocalFacts& facts);
// What was agreed, or the NOTIFICATION that the peer's OPEN calls for.
tl::expected<Negotiated, MessageError> negotiate(const SpeakerConfig& speaker,
                                                 const NeighborConfig& neighbor,
                                                 const OpenMessage& offered,
                                                 const OpenMessage& received);

}  // namespace seatrial::bgp
