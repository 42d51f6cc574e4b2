#include "results/mrt/attributes.h"

#include <algorithm>
#include <map>

#include "models/bgp/attribute_codec.h"

namespace seatrial::results::mrt {
namespace {

using bgp::AttributeCode;
using bgp::Octets;
using bgp::WireReader;
using bgp::WireWriter;
using namespace bgp::attribute_flag;

constexpr auto reach = static_cast<std::uint8_t>(AttributeCode::mp_reach_nlri);

struct Raw {
  std::uint8_t flags = 0;
  Octets value;
};

Octets next_hop_value(const bgp::PathAttributes& attributes) {
  Octets value;
  WireWriter out(value);
  const auto global = attributes.next_hop->bytes();
  const auto& local = attributes.link_local_next_hop;
  out.u8(static_cast<std::uint8_t>(global.size() + (local ? local->bytes().size() : 0)));
  out.bytes(global);
  if (local) out.bytes(local->bytes());
  return value;
}

// False: not of a form that any speaker writes.
bool read_next_hop(bgp::Bytes value, bgp::PathAttributes& into) {
  WireReader in(value);
  const std::size_t size = in.u8();
  const auto octets = in.rest();
  if (in.failed() || octets.size() != size) return false;
  if (size == 32) {
    into.link_local_next_hop = net::IpAddress::from_bytes(octets.subspan(16));
  } else if (size != 16 && size != 4) {
    return false;
  }
  into.next_hop = net::IpAddress::from_bytes(octets.first(std::min<std::size_t>(size, 16)));
  return true;
}

}  // namespace

Octets encode_attributes(const bgp::PathAttributes& attributes) {
  const bgp::CodecOptions options;  // 4-octet AS
  std::map<std::uint8_t, Raw> all;  // in ascending order of code, as an UPDATE should have them
  for (const auto& row : bgp::attribute_table()) {
    Octets value;
    WireWriter out(value);
    if (!row.encode(attributes, out, options)) continue;
    all[static_cast<std::uint8_t>(row.code)] = {row.flags, std::move(value)};
  }
  if (attributes.next_hop && !attributes.next_hop->is_v4()) {
    all[reach] = {optional, next_hop_value(attributes)};
  }
  for (const auto& u : attributes.unknown) all[u.code] = {u.flags, u.value};

  Octets octets;
  WireWriter out(octets);
  for (const auto& [code, raw] : all) {
    const bool extended = raw.value.size() > 255;
    out.u8(static_cast<std::uint8_t>(raw.flags | (extended ? extended_length : 0)));
    out.u8(code);
    if (extended) {
      out.u16(static_cast<std::uint16_t>(raw.value.size()));
    } else {
      out.u8(static_cast<std::uint8_t>(raw.value.size()));
    }
    out.bytes(raw.value);
  }
  return octets;
}

tl::expected<bgp::PathAttributes, std::string> decode_attributes(bgp::Bytes octets) {
  const bgp::CodecOptions options;
  bgp::PathAttributes attributes;
  bgp::AttributeScratch scratch;
  WireReader in(octets);
  while (!in.empty()) {
    const auto flags = in.u8();
    const auto code = in.u8();
    const std::size_t length = (flags & extended_length) != 0 ? in.u16() : in.u8();
    const auto value = in.take(length);
    if (in.failed()) {
      return tl::make_unexpected(bgp::attribute_name(code) + " runs past the end");
    }
    bool good = true;
    if (code == reach) {
      good = read_next_hop(value, attributes);
    } else if (code == static_cast<std::uint8_t>(AttributeCode::next_hop)) {
      // 0.0.0.0, which an UPDATE may not have, is how a table says "this speaker itself".
      good = value.size() == 4;
      if (good) attributes.next_hop = net::IpAddress::from_bytes(value);
    } else if (const auto* row = bgp::attribute_row(code)) {
      good = row->decode(value, attributes, scratch, options);
    } else {
      attributes.unknown.push_back({static_cast<std::uint8_t>(flags & ~extended_length),
                                    code,
                                    {value.begin(), value.end()}});
    }
    if (!good) {
      return tl::make_unexpected(bgp::attribute_name(code) + " is malformed, " +
                                 std::to_string(value.size()) + " octets");
    }
  }
  return attributes;
}

}  // namespace seatrial::results::mrt
