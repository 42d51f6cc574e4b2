// A BGP message as one JSON object, and back.
//
//   {"type": "UPDATE", "length": 55, "withdrawn": [], "attributes": {"origin": "igp", "as_path":
//    [{"type": "sequence", "asns": [65001]}], "next_hop": "10.0.0.1"}, "nlri": ["192.0.2.0/24"],
//    "outcome": "accept", "reasons": []}
//
// An NLRI is a text, or {"prefix", "path_id"} where ADD-PATH is in force. Well-known communities
// and extended communities of the usual types have names ("rt:64512:100"), others are "0x" and
// their octets. What the codec does not know is "unknown": [{"type", "flags", "hex"}], written
// where its type would have it; attributes that came in another order have "order": their types.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <tl/expected.hpp>

#include "models/bgp/codec.h"

namespace seatrial::bgp {

using Json = nlohmann::ordered_json;

struct JsonOptions {
  CodecOptions codec;
  bool extended_messages = false;  // RFC 8654
};

// One message; `bytes` begins with its header and may hold more. `taken` is how many octets were
// used: all of them when the header is wrong, since nothing behind it can be found. Nothing when
// the message is cut short.
std::optional<Json> message_to_json(Bytes bytes, const JsonOptions& options, std::size_t& taken);

// The error names the member that is wrong and what was expected: "attributes.med: ...".
tl::expected<Octets, std::string> message_from_json(const Json& message,
                                                    const JsonOptions& options);

struct TextError {
  std::size_t column = 1;  // the octet, from 1
  std::string what;
};
// The same from the text of the JSON; any text will do.
tl::expected<Octets, TextError> message_from_text(std::string_view text,
                                                  const JsonOptions& options);

// "0a1b": lower case, two digits an octet.
std::string to_hex(Bytes octets);
// Nothing for anything but pairs of hexadecimal digits.
std::optional<Octets> from_hex(std::string_view text);

// Texts of communities, and back; nothing when it is none.
std::string community_text(Community community);
std::optional<Community> parse_community(std::string_view text);
std::string extended_community_text(ExtendedCommunity community);
std::optional<ExtendedCommunity> parse_extended_community(std::string_view text);

}  // namespace seatrial::bgp
