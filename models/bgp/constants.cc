#include "models/bgp/constants.h"

#include <array>

namespace seatrial::bgp {
namespace {

struct ErrorRow {
  ErrorCode code;
  std::uint8_t subcode;
  std::string_view name;
};

constexpr std::array error_rows{
    ErrorRow{ErrorCode::message_header, 1, "Connection Not Synchronized"},
    ErrorRow{ErrorCode::message_header, 2, "Bad Message Length"},
    ErrorRow{ErrorCode::message_header, 3, "Bad Message Type"},
    ErrorRow{ErrorCode::open, 1, "Unsupported Version Number"},
    ErrorRow{ErrorCode::open, 2, "Bad Peer AS"},
    ErrorRow{ErrorCode::open, 3, "Bad BGP Identifier"},
    ErrorRow{ErrorCode::open, 4, "Unsupported Optional Parameter"},
    ErrorRow{ErrorCode::open, 6, "Unacceptable Hold Time"},
    ErrorRow{ErrorCode::open, 7, "Unsupported Capability"},
    ErrorRow{ErrorCode::open, 11, "Role Mismatch"},
    ErrorRow{ErrorCode::update, 1, "Malformed Attribute List"},
    ErrorRow{ErrorCode::update, 2, "Unrecognized Well-known Attribute"},
    ErrorRow{ErrorCode::update, 3, "Missing Well-known Attribute"},
    ErrorRow{ErrorCode::update, 4, "Attribute Flags Error"},
    ErrorRow{ErrorCode::update, 5, "Attribute Length Error"},
    ErrorRow{ErrorCode::update, 6, "Invalid ORIGIN Attribute"},
    ErrorRow{ErrorCode::update, 8, "Invalid NEXT_HOP Attribute"},
    ErrorRow{ErrorCode::update, 9, "Optional Attribute Error"},
    ErrorRow{ErrorCode::update, 10, "Invalid Network Field"},
    ErrorRow{ErrorCode::update, 11, "Malformed AS_PATH"},
    ErrorRow{ErrorCode::fsm, 1, "Receive Unexpected Message in OpenSent State"},
    ErrorRow{ErrorCode::fsm, 2, "Receive Unexpected Message in OpenConfirm State"},
    ErrorRow{ErrorCode::fsm, 3, "Receive Unexpected Message in Established State"},
    ErrorRow{ErrorCode::cease, 1, "Maximum Number of Prefixes Reached"},
    ErrorRow{ErrorCode::cease, 2, "Administrative Shutdown"},
    ErrorRow{ErrorCode::cease, 3, "Peer De-configured"},
    ErrorRow{ErrorCode::cease, 4, "Administrative Reset"},
    ErrorRow{ErrorCode::cease, 5, "Connection Rejected"},
    ErrorRow{ErrorCode::cease, 6, "Other Configuration Change"},
    ErrorRow{ErrorCode::cease, 7, "Connection Collision Resolution"},
    ErrorRow{ErrorCode::cease, 8, "Out of Resources"},
    ErrorRow{ErrorCode::cease, 9, "Hard Reset"},
    ErrorRow{ErrorCode::cease, 10, "BFD Down"},
    ErrorRow{ErrorCode::route_refresh, 1, "Invalid Message Length"},
};

constexpr std::array<std::string_view, 9> code_names{"Reserved",
                                                     "Message Header Error",
                                                     "OPEN Message Error",
                                                     "UPDATE Message Error",
                                                     "Hold Timer Expired",
                                                     "Finite State Machine Error",
                                                     "Cease",
                                                     "ROUTE-REFRESH Message Error",
                                                     "Send Hold Timer Expired"};

struct AttributeNameRow {
  AttributeCode code;
  std::string_view name;
};

constexpr std::array attribute_names{
    AttributeNameRow{AttributeCode::origin, "ORIGIN"},
    AttributeNameRow{AttributeCode::as_path, "AS_PATH"},
    AttributeNameRow{AttributeCode::next_hop, "NEXT_HOP"},
    AttributeNameRow{AttributeCode::med, "MULTI_EXIT_DISC"},
    AttributeNameRow{AttributeCode::local_pref, "LOCAL_PREF"},
    AttributeNameRow{AttributeCode::atomic_aggregate, "ATOMIC_AGGREGATE"},
    AttributeNameRow{AttributeCode::aggregator, "AGGREGATOR"},
    AttributeNameRow{AttributeCode::communities, "COMMUNITIES"},
    AttributeNameRow{AttributeCode::originator_id, "ORIGINATOR_ID"},
    AttributeNameRow{AttributeCode::cluster_list, "CLUSTER_LIST"},
    AttributeNameRow{AttributeCode::mp_reach_nlri, "MP_REACH_NLRI"},
    AttributeNameRow{AttributeCode::mp_unreach_nlri, "MP_UNREACH_NLRI"},
    AttributeNameRow{AttributeCode::extended_communities, "EXTENDED COMMUNITIES"},
    AttributeNameRow{AttributeCode::as4_path, "AS4_PATH"},
    AttributeNameRow{AttributeCode::as4_aggregator, "AS4_AGGREGATOR"},
    AttributeNameRow{AttributeCode::ipv6_extended_communities, "IPV6 EXTENDED COMMUNITIES"},
    AttributeNameRow{AttributeCode::aigp, "AIGP"},
    AttributeNameRow{AttributeCode::large_communities, "LARGE_COMMUNITY"},
    AttributeNameRow{AttributeCode::only_to_customer, "ONLY_TO_CUSTOMER"},
};

}  // namespace

std::string_view to_string(MessageType type) {
  switch (type) {
    case MessageType::open:
      return "OPEN";
    case MessageType::update:
      return "UPDATE";
    case MessageType::notification:
      return "NOTIFICATION";
    case MessageType::keepalive:
      return "KEEPALIVE";
    case MessageType::route_refresh:
      return "ROUTE-REFRESH";
  }
  return "?";
}

std::string error_name(std::uint8_t code, std::uint8_t subcode) {
  std::string name = code < code_names.size() ? std::string(code_names[code])
                                              : "error " + std::to_string(int{code});
  if (subcode == 0) return name;
  for (const auto& row : error_rows) {
    if (static_cast<std::uint8_t>(row.code) == code && row.subcode == subcode) {
      return name.append("/").append(row.name);
    }
  }
  return name + "/" + std::to_string(int{subcode});
}

std::string to_string(AfiSafi family) {
  if (family == ipv4_unicast) return "IPv4 unicast";
  if (family == ipv6_unicast) return "IPv6 unicast";
  return "AFI " + std::to_string(family.afi) + " SAFI " + std::to_string(int{family.safi});
}

std::string attribute_name(std::uint8_t code) {
  for (const auto& row : attribute_names) {
    if (static_cast<std::uint8_t>(row.code) == code) return std::string(row.name);
  }
  return "attribute " + std::to_string(int{code});
}

}  // namespace seatrial::bgp
