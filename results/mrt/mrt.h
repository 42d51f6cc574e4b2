// MRT records as values (RFC 6396; path identifiers by RFC 8050), and their octets. Of BGP4MP and
// TABLE_DUMP_V2 what a speaker of unicast routes has to say: state changes, messages of either
// direction, the table of peers, and the paths of a prefix.
//
// A message that the speaker sent goes into the _LOCAL subtypes (RFC 6396 section 4.4.4), so that a
// reader can tell the directions apart. AS numbers take four octets, but for an UPDATE of a session
// without RFC 6793: its AS_PATH has two, and the subtype must say so.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "models/bgp/codec.h"
#include "models/bgp/fsm_state.h"
#include "models/net/units.h"

namespace seatrial::results::mrt {

inline constexpr std::size_t header_size = 12;  // RFC 6396 section 2

enum class Type : std::uint16_t { table_dump_v2 = 13, bgp4mp = 16, bgp4mp_et = 17 };

enum class Bgp4mp : std::uint16_t {  // RFC 6396 section 4.4, RFC 8050 section 3
  state_change = 0,
  message = 1,
  message_as4 = 4,
  state_change_as4 = 5,
  message_local = 6,
  message_as4_local = 7,
  message_addpath = 8,
  message_as4_addpath = 9,
  message_local_addpath = 10,
  message_as4_local_addpath = 11,
};

enum class TableDump : std::uint16_t {  // RFC 6396 section 4.3, RFC 8050 section 4
  peer_index_table = 1,
  rib_ipv4_unicast = 2,
  rib_ipv6_unicast = 4,
  rib_ipv4_unicast_addpath = 8,
  rib_ipv6_unicast_addpath = 10,
};

// Since 1970-01-01T00:00:00Z.
using Timestamp = std::chrono::microseconds;

// Where a host's clock stands in the world's time. A simulation begins at 1970-01-01T00:00:00Z, so
// that equal runs give equal bytes and a stamp reads as the simulated time.
struct Epoch {
  Duration start{};  // of TimePoint{} since 1970

  Timestamp at(TimePoint time) const {
    return std::chrono::floor<Timestamp>(start + time.time_since_epoch());
  }
};

// The two ends of a session.
struct Peering {
  net::Asn peer_as;
  net::Asn local_as;
  std::uint16_t interface_index = 0;  // 0: unknown
  net::IpAddress peer;
  net::IpAddress local;
  friend bool operator==(const Peering&, const Peering&) = default;
};

struct StateChange {
  Peering peering;
  bgp::State from = bgp::State::idle;
  bgp::State to = bgp::State::idle;
};

struct Message {
  Peering peering;
  bool sent = false;
  bool four_octet_as = true;
  bool add_path = false;
  bgp::Bytes data;  // with its header; what a reader gives lives as long as the octets it reads
};

struct Peer {
  bgp::RouterId id;
  net::IpAddress address;
  net::Asn asn;
  friend bool operator==(const Peer&, const Peer&) = default;
};

struct PeerIndexTable {
  bgp::RouterId collector;
  std::string view;
  std::vector<Peer> peers;
};

struct RibEntry {
  std::uint16_t peer = 0;  // into PeerIndexTable::peers
  std::chrono::seconds originated{};
  std::uint32_t path_id = 0;  // when Rib::add_path
  bgp::Octets attributes;     // see attributes.h
};

struct Rib {
  std::uint32_t sequence = 0;
  net::Prefix prefix;
  bool add_path = false;
  std::vector<RibEntry> entries;
};

// A type or subtype that is not modelled; its body was passed over.
struct Other {};

struct Record {
  std::size_t offset = 0;  // of its header in what was read
  Timestamp at{};
  std::uint16_t type = 0;
  std::uint16_t subtype = 0;
  std::variant<Other, StateChange, Message, PeerIndexTable, Rib> body;
};

// Whole records, header included. The first two are BGP4MP_ET, the others TABLE_DUMP_V2, whose
// header has no fraction of a second.
bgp::Octets encode(Timestamp at, const StateChange& change);
bgp::Octets encode(Timestamp at, const Message& message);
bgp::Octets encode(Timestamp at, const PeerIndexTable& table);
bgp::Octets encode(Timestamp at, const Rib& rib);

}  // namespace seatrial::results::mrt
