// Shared by the two directions: the names of things.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "models/bgp/json/message_json.h"

namespace seatrial::bgp::json {

struct AttributeName {
  std::uint8_t code;
  std::string_view name;
  std::uint8_t flags;  // that it usually has (Optional, Transitive)
};

// In ascending order of code.
inline constexpr std::array attribute_names{
    AttributeName{1, "origin", 0x40},
    AttributeName{2, "as_path", 0x40},
    AttributeName{3, "next_hop", 0x40},
    AttributeName{4, "med", 0x80},
    AttributeName{5, "local_pref", 0x40},
    AttributeName{6, "atomic_aggregate", 0x40},
    AttributeName{7, "aggregator", 0xC0},
    AttributeName{8, "communities", 0xC0},
    AttributeName{9, "originator_id", 0x80},
    AttributeName{10, "cluster_list", 0x80},
    AttributeName{14, "mp_reach", 0x80},
    AttributeName{15, "mp_unreach", 0x80},
    AttributeName{16, "extended_communities", 0xC0},
    AttributeName{17, "as4_path", 0xC0},
    AttributeName{18, "as4_aggregator", 0xC0},
    AttributeName{25, "ipv6_extended_communities", 0xC0},
    AttributeName{26, "aigp", 0x80},
    AttributeName{32, "large_communities", 0xC0},
    AttributeName{35, "otc", 0xC0},
};

inline constexpr std::array<std::string_view, 5> segment_names{
    "", "set", "sequence", "confed_sequence", "confed_set"};  // by AsSegment::Type
inline constexpr std::array<std::string_view, 3> origin_names{"igp", "egp", "incomplete"};
inline constexpr std::array<std::string_view, 5> role_names{
    // RFC 9234 section 4.1
    "provider", "route-server", "route-server-client", "customer", "peer"};

inline bool has_path_ids(const JsonOptions& options, AfiSafi family) {
  const auto& families = options.codec.add_path_receive;
  return std::find(families.begin(), families.end(), family) != families.end();
}

Json notification_json(const NotificationMessage& notification);
// The outcome, reason and NOTIFICATION of a message that resets the session.
void add_reset(Json& out, const MessageError& error);
Json family_json(AfiSafi family);
void open_json(Bytes body, Json& out);

}  // namespace seatrial::bgp::json
