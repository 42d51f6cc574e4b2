// One row for each path attribute that this speaker knows: its flags, how to read and write it, and
// what RFC 7606 section 7 says when it is malformed. The UPDATE codec walks the table; a new
// attribute is a new row.
#pragma once

#include <algorithm>

#include "models/bgp/codec.h"

namespace seatrial::bgp {

// What an attribute's value may need besides the set of attributes itself.
struct AttributeScratch {
  std::optional<AsPath> as4_path;  // RFC 6793: merged into AS_PATH when all have been read
  std::optional<Aggregator> as4_aggregator;
};

struct AttributeRow {
  AttributeCode code;
  std::uint8_t flags;     // the Optional and Transitive bits it must carry
  Outcome malformed;      // when `decode` fails
  bool external_discard;  // from an external peer: ignored (RFC 7606 section 7.5, 7.9, 7.10)
  // False: malformed. `value` is the attribute's whole value.
  bool (*decode)(Bytes value, PathAttributes& into, AttributeScratch& scratch,
                 const CodecOptions& options);
  // Writes the value; false when the attribute is absent from this set.
  bool (*encode)(const PathAttributes& from, WireWriter& out, const CodecOptions& options);
  std::string_view section;  // of the RFC: what follows when it is malformed
  // When the Optional or the Transitive bit is wrong.
  Outcome wrong_flags = Outcome::treat_as_withdraw;
  std::string_view flags_section = "RFC 7606 section 3 c";
};

// In ascending order of code, the order in which RFC 4271 section 5 would have them sent.
std::span<const AttributeRow> attribute_table();
const AttributeRow* attribute_row(std::uint8_t code);

// Whether a list of CodecOptions names the family.
inline bool holds(const std::vector<AfiSafi>& families, AfiSafi family) {
  return std::find(families.begin(), families.end(), family) != families.end();
}

// RFC 4271 section 6.3: what a NEXT_HOP can be. Not so 0.0.0.0/8 and 240.0.0.0/4 (RFC 6890),
// loopback (RFC 1122 section 3.2.1.3 g), multicast, and ::.
bool is_host_address(const net::IpAddress& address);

// RFC 6793 section 4.2.3.
void merge_four_octet(PathAttributes& attributes, const AttributeScratch& scratch);

}  // namespace seatrial::bgp
