// Numbers of the BGP wire format and their names (IANA "BGP Parameters" registry).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace seatrial::bgp {

inline constexpr std::size_t header_size = 19;                   // RFC 4271 section 4.1
inline constexpr std::size_t max_message_size = 4096;            // RFC 4271 section 4.1
inline constexpr std::size_t max_extended_message_size = 65535;  // RFC 8654
inline constexpr std::uint16_t default_port = 179;
inline constexpr std::uint16_t as_trans = 23456;  // RFC 6793

enum class MessageType : std::uint8_t {
  open = 1,
  update = 2,
  notification = 3,
  keepalive = 4,
  route_refresh = 5,  // RFC 2918
};

enum class ErrorCode : std::uint8_t {  // RFC 4271 section 4.5, RFC 7313
  message_header = 1,
  open = 2,
  update = 3,
  hold_timer_expired = 4,
  fsm = 5,
  cease = 6,
  route_refresh = 7,
};

namespace header_error {  // RFC 4271 section 6.1
inline constexpr std::uint8_t connection_not_synchronized = 1;
inline constexpr std::uint8_t bad_length = 2;
inline constexpr std::uint8_t bad_type = 3;
}  // namespace header_error

namespace open_error {  // RFC 4271 section 6.2, RFC 5492
inline constexpr std::uint8_t unspecific = 0;
inline constexpr std::uint8_t unsupported_version = 1;
inline constexpr std::uint8_t bad_peer_as = 2;
inline constexpr std::uint8_t bad_identifier = 3;
inline constexpr std::uint8_t unsupported_parameter = 4;
inline constexpr std::uint8_t unacceptable_hold_time = 6;
inline constexpr std::uint8_t unsupported_capability = 7;
inline constexpr std::uint8_t role_mismatch = 11;  // RFC 9234
}  // namespace open_error

namespace update_error {  // RFC 4271 section 6.3
inline constexpr std::uint8_t malformed_attribute_list = 1;
inline constexpr std::uint8_t unrecognized_well_known = 2;
inline constexpr std::uint8_t missing_well_known = 3;
inline constexpr std::uint8_t attribute_flags = 4;
inline constexpr std::uint8_t attribute_length = 5;
inline constexpr std::uint8_t invalid_origin = 6;
inline constexpr std::uint8_t invalid_next_hop = 8;
inline constexpr std::uint8_t optional_attribute = 9;
inline constexpr std::uint8_t invalid_network_field = 10;
inline constexpr std::uint8_t malformed_as_path = 11;
}  // namespace update_error

namespace fsm_error {  // RFC 6608
inline constexpr std::uint8_t unspecified = 0;
inline constexpr std::uint8_t in_open_sent = 1;
inline constexpr std::uint8_t in_open_confirm = 2;
inline constexpr std::uint8_t in_established = 3;
}  // namespace fsm_error

namespace cease {  // RFC 4486, 9384
inline constexpr std::uint8_t max_prefixes = 1;
inline constexpr std::uint8_t admin_shutdown = 2;
inline constexpr std::uint8_t peer_deconfigured = 3;
inline constexpr std::uint8_t admin_reset = 4;
inline constexpr std::uint8_t connection_rejected = 5;
inline constexpr std::uint8_t other_configuration_change = 6;
inline constexpr std::uint8_t collision_resolution = 7;
inline constexpr std::uint8_t out_of_resources = 8;
inline constexpr std::uint8_t hard_reset = 9;  // RFC 8538
inline constexpr std::uint8_t bfd_down = 10;
}  // namespace cease

namespace route_refresh_error {  // RFC 7313 section 5
inline constexpr std::uint8_t invalid_length = 1;
}  // namespace route_refresh_error

// The subtypes of a ROUTE-REFRESH (RFC 7313 section 3.2).
enum class RefreshSubtype : std::uint8_t { request = 0, begin = 1, end = 2 };

enum class AttributeCode : std::uint8_t {
  origin = 1,
  as_path = 2,
  next_hop = 3,
  med = 4,
  local_pref = 5,
  atomic_aggregate = 6,
  aggregator = 7,
  communities = 8,
  originator_id = 9,
  cluster_list = 10,
  mp_reach_nlri = 14,
  mp_unreach_nlri = 15,
  extended_communities = 16,
  as4_path = 17,
  as4_aggregator = 18,
  ipv6_extended_communities = 25,  // RFC 5701
  aigp = 26,                       // RFC 7311
  large_communities = 32,
  only_to_customer = 35,  // RFC 9234
};

namespace attribute_flag {  // RFC 4271 section 4.3
inline constexpr std::uint8_t optional = 0x80;
inline constexpr std::uint8_t transitive = 0x40;
inline constexpr std::uint8_t partial = 0x20;
inline constexpr std::uint8_t extended_length = 0x10;
}  // namespace attribute_flag

enum class CapabilityCode : std::uint8_t {
  multiprotocol = 1,
  route_refresh = 2,
  extended_next_hop = 5,  // RFC 8950
  extended_message = 6,
  role = 9,  // RFC 9234
  graceful_restart = 64,
  four_octet_as = 65,
  add_path = 69,
  enhanced_route_refresh = 70,
  long_lived_graceful_restart = 71,  // RFC 9494
  fqdn = 73,                         // draft-walton-bgp-hostname-capability
  cisco_route_refresh = 128,         // before RFC 2918 had its number
};

// Address family and subsequent address family, as in RFC 4760.
struct AfiSafi {
  std::uint16_t afi = 1;
  std::uint8_t safi = 1;
  friend auto operator<=>(const AfiSafi&, const AfiSafi&) = default;
};
inline constexpr AfiSafi ipv4_unicast{1, 1};
inline constexpr AfiSafi ipv6_unicast{2, 1};

std::string_view to_string(MessageType type);
// "Cease/Administrative Shutdown", "Hold Timer Expired", "OPEN Message Error/7".
std::string error_name(std::uint8_t code, std::uint8_t subcode);
// "IPv4 unicast", "AFI 25 SAFI 65".
std::string to_string(AfiSafi family);
// "ORIGIN", "AS_PATH", or "attribute 99".
std::string attribute_name(std::uint8_t code);

}  // namespace seatrial::bgp
