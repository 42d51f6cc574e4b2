// The five BGP messages as values (RFC 4271 section 4, RFC 2918).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/bgp/constants.h"
#include "models/bgp/path_attributes.h"
#include "models/bgp/wire.h"

namespace seatrial::bgp {

struct RawCapability {
  std::uint8_t code = 0;
  Octets value;
  friend bool operator==(const RawCapability&, const RawCapability&) = default;
};

struct GracefulRestartCapability {  // RFC 4724 section 3
  struct Entry {
    AfiSafi family;
    bool forwarding_preserved = false;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  bool restarted = false;
  bool notification = false;  // RFC 8538, the N bit
  std::uint16_t restart_time_s = 0;
  std::vector<Entry> families;
  friend bool operator==(const GracefulRestartCapability&,
                         const GracefulRestartCapability&) = default;
};

struct LongLivedCapability {  // RFC 9494 section 3: one family
  AfiSafi family;
  bool forwarding_preserved = false;
  std::uint32_t stale_time_s = 0;  // 24 bits
  friend bool operator==(const LongLivedCapability&, const LongLivedCapability&) = default;
};

struct ExtendedNextHop {  // RFC 8950 section 4
  std::uint16_t afi = 1;
  std::uint16_t safi = 1;
  std::uint16_t next_hop_afi = 2;
  friend bool operator==(const ExtendedNextHop&, const ExtendedNextHop&) = default;
};

struct HostName {  // draft-walton-bgp-hostname-capability
  std::string host;
  std::string domain;
  friend bool operator==(const HostName&, const HostName&) = default;
};

struct AddPathCapability {  // RFC 7911 section 4
  AfiSafi family;
  bool receive = false;
  bool send = false;
  friend bool operator==(const AddPathCapability&, const AddPathCapability&) = default;
};

struct Capabilities {
  std::vector<AfiSafi> families;  // RFC 4760; none means IPv4 unicast alone
  bool route_refresh = false;
  bool cisco_route_refresh = false;
  bool enhanced_route_refresh = false;
  bool extended_message = false;
  std::optional<Asn> four_octet_as;
  std::optional<GracefulRestartCapability> graceful_restart;
  std::vector<AddPathCapability> add_path;
  std::optional<std::vector<LongLivedCapability>> long_lived;  // without families: aware of it
  std::vector<ExtendedNextHop> extended_next_hop;
  std::vector<std::uint8_t>
      roles;  // RFC 9234: config.h's Role; more than one is an error, if they differ
  std::optional<HostName> host_name;
  std::vector<RawCapability> other;  // whatever else, as received

  bool has(AfiSafi family) const;
  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

struct OpenMessage {
  std::uint8_t version = 4;
  Asn asn;  // with the 4-octet capability taken into account
  std::uint16_t hold_time_s = 0;
  RouterId id;
  Capabilities capabilities;
  friend bool operator==(const OpenMessage&, const OpenMessage&) = default;
};

struct Nlri {
  net::Prefix prefix;
  std::uint32_t path_id = 0;  // RFC 7911
  friend auto operator<=>(const Nlri&, const Nlri&) = default;
};

struct UpdateMessage {
  std::vector<Nlri> withdrawn;               // of every family
  std::optional<PathAttributes> attributes;  // present when anything is announced
  std::vector<Nlri> announced;               // in the UPDATE's own field: IPv4 unicast
  std::vector<Nlri> mp_announced;            // in MP_REACH_NLRI, with mp_next_hop
  std::optional<net::IpAddress> mp_next_hop;
  std::optional<net::IpAddress> mp_link_local;
  std::optional<AfiSafi> end_of_rib;  // RFC 4724 section 2
  friend bool operator==(const UpdateMessage&, const UpdateMessage&) = default;
};

struct NotificationMessage {
  std::uint8_t code = 0;
  std::uint8_t subcode = 0;
  Octets data;
  NotificationMessage() = default;
  NotificationMessage(ErrorCode c, std::uint8_t sub, Octets d = {})
      : code(static_cast<std::uint8_t>(c)), subcode(sub), data(std::move(d)) {}
  std::string to_string() const { return error_name(code, subcode); }
  // With what the data says in words: RFC 9003's message, RFC 8538's inner error.
  std::string describe() const;
  friend bool operator==(const NotificationMessage&, const NotificationMessage&) = default;
};

// RFC 9003: Cease/Administrative Shutdown or Reset with a message of at most 255 octets of UTF-8;
// what is longer is cut between two characters.
NotificationMessage cease_with_message(std::uint8_t subcode, std::string_view message);
std::optional<std::string> shutdown_message(const NotificationMessage& notification);
// RFC 8538 section 3.1: Cease/Hard Reset around the error that it is about.
NotificationMessage hard_reset(const NotificationMessage& about);

struct KeepaliveMessage {
  friend bool operator==(const KeepaliveMessage&, const KeepaliveMessage&) = default;
};

struct RouteRefreshMessage {
  AfiSafi family;
  std::uint8_t subtype = 0;  // RFC 7313: 1 begins, 2 ends a refresh
  friend bool operator==(const RouteRefreshMessage&, const RouteRefreshMessage&) = default;
};

}  // namespace seatrial::bgp
