#include "models/bgp/attribute_codec.h"

#include <algorithm>
#include <array>

namespace seatrial::bgp {
namespace {

using namespace attribute_flag;

constexpr std::uint32_t max_two_octet = 65535;

// ------------------------------------------------------------------ AS paths

// RFC 7606 section 7.2: unknown type, overrun, a single octet left, an empty segment; RFC 7607: AS
// 0.
bool read_as_path(Bytes value, bool four_octet, AsPath& path) {
  WireReader in(value);
  while (!in.empty()) {
    const auto type = in.u8();
    const std::size_t count = in.u8();
    if (in.failed() || count == 0 || type < 1 || type > 4) return false;
    if (in.left() < count * (four_octet ? 4U : 2U)) return false;
    AsSegment segment;
    segment.type = static_cast<AsSegment::Type>(type);
    segment.asns.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Asn asn{four_octet ? in.u32() : in.u16()};
      if (asn.value == 0) return false;
      segment.asns.push_back(asn);
    }
    path.segments.push_back(std::move(segment));
  }
  return true;
}

bool of_confederation(const AsSegment& segment) {
  return segment.type == AsSegment::Type::confed_sequence ||
         segment.type == AsSegment::Type::confed_set;
}

void write_as_path(const AsPath& path, bool four_octet, WireWriter& out) {
  for (const auto& segment : path.segments) {
    for (std::size_t at = 0; at < segment.asns.size(); at += 255) {
      const auto count = std::min<std::size_t>(255, segment.asns.size() - at);
      out.u8(static_cast<std::uint8_t>(segment.type));
      out.u8(static_cast<std::uint8_t>(count));
      for (std::size_t i = at; i < at + count; ++i) {
        const auto asn = segment.asns[i].value;
        if (four_octet) {
          out.u32(asn);
        } else {
          out.u16(asn > max_two_octet ? as_trans : static_cast<std::uint16_t>(asn));
        }
      }
    }
  }
}

bool needs_four_octets(const AsPath& path) {
  return std::any_of(path.segments.begin(), path.segments.end(), [](const AsSegment& segment) {
    return std::any_of(segment.asns.begin(), segment.asns.end(),
                       [](Asn asn) { return asn.value > max_two_octet; });
  });
}

// ------------------------------------------------------------------ readers and writers

bool read_u32(Bytes value, std::optional<std::uint32_t>& into) {
  if (value.size() != 4) return false;
  into = WireReader(value).u32();
  return true;
}

// A list of fixed-size members; empty or ragged is malformed.
template <typename T, typename Read>
bool read_list(Bytes value, std::size_t member, std::vector<T>& into, Read read) {
  if (value.empty() || value.size() % member != 0) return false;
  WireReader in(value);
  into.reserve(value.size() / member);
  while (!in.empty()) into.push_back(read(in));
  return true;
}

template <typename T, typename Read>
bool read_list(Bytes value, std::size_t member, RareList<T>& into, Read read) {
  std::vector<T> items;
  if (!read_list(value, member, items, read)) return false;
  into = std::move(items);
  return true;
}

bool decode_origin(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  if (value.size() != 1 || value[0] > 2) return false;
  into.origin = static_cast<Origin>(value[0]);
  return true;
}
bool encode_origin(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  out.u8(static_cast<std::uint8_t>(from.origin));
  return true;
}

bool decode_as_path(Bytes value, PathAttributes& into, AttributeScratch&,
                    const CodecOptions& options) {
  if (!read_as_path(value, options.four_octet_as, into.as_path)) return false;
  // RFC 5065 section 5: segments of a confederation do not come from outside of it.
  return !options.external || std::ranges::none_of(into.as_path.segments, of_confederation);
}
bool encode_as_path(const PathAttributes& from, WireWriter& out, const CodecOptions& options) {
  write_as_path(from.as_path, options.four_octet_as, out);
  return true;
}

// RFC 4271 section 6.3 lets a semantically wrong next hop cost the route, not the session.
bool decode_next_hop(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  const auto address = value.size() == 4 ? net::IpAddress::from_bytes(value) : std::nullopt;
  if (!address || !is_host_address(*address)) return false;
  into.next_hop = address;
  return true;
}
bool encode_next_hop(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  if (!from.next_hop || !from.next_hop->is_v4()) return false;
  out.bytes(from.next_hop->bytes());
  return true;
}

bool decode_med(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  return read_u32(value, into.med);
}
bool encode_med(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  if (from.med) out.u32(*from.med);
  return from.med.has_value();
}

bool decode_local_pref(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  return read_u32(value, into.local_pref);
}
bool encode_local_pref(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  if (from.local_pref) out.u32(*from.local_pref);
  return from.local_pref.has_value();
}

bool decode_atomic(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  into.atomic_aggregate = value.empty();
  return value.empty();
}
bool encode_atomic(const PathAttributes& from, WireWriter&, const CodecOptions&) {
  return from.atomic_aggregate;
}

template <typename Optional>
bool read_aggregator(Bytes value, bool four_octet, Optional& into) {
  if (value.size() != (four_octet ? 8U : 6U)) return false;
  WireReader in(value);
  const Asn asn{four_octet ? in.u32() : in.u16()};
  if (asn.value == 0) return false;  // RFC 7607
  into = Aggregator{asn, net::IpAddress::v4(in.u32())};
  return true;
}
bool decode_aggregator(Bytes value, PathAttributes& into, AttributeScratch&,
                       const CodecOptions& options) {
  return read_aggregator(value, options.four_octet_as, into.aggregator);
}
bool encode_aggregator(const PathAttributes& from, WireWriter& out, const CodecOptions& options) {
  if (!from.aggregator) return false;
  const auto asn = from.aggregator->asn.value;
  if (options.four_octet_as) {
    out.u32(asn);
  } else {
    out.u16(asn > max_two_octet ? as_trans : static_cast<std::uint16_t>(asn));
  }
  out.bytes(from.aggregator->address.bytes());
  return true;
}

bool decode_communities(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  return read_list(value, 4, into.communities, [](WireReader& in) { return Community{in.u32()}; });
}
bool encode_communities(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  for (const auto& c : from.communities) out.u32(c.value);
  return !from.communities.empty();
}

bool decode_originator(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  if (value.size() != 4) return false;
  into.originator_id = RouterId{WireReader(value).u32()};
  return true;
}
bool encode_originator(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  if (from.originator_id) out.u32(from.originator_id->value);
  return from.originator_id.has_value();
}

bool decode_clusters(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  return read_list(value, 4, into.cluster_list, [](WireReader& in) { return RouterId{in.u32()}; });
}
bool encode_clusters(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  for (const auto& c : from.cluster_list) out.u32(c.value);
  return !from.cluster_list.empty();
}

bool decode_extended(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  return read_list(value, 8, into.extended_communities,
                   [](WireReader& in) { return ExtendedCommunity{in.u64()}; });
}
bool encode_extended(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  for (const auto& c : from.extended_communities) out.u64(c.value);
  return !from.extended_communities.empty();
}

// RFC 6793 section 6: AS4_PATH and AS4_AGGREGATOR mean nothing from a 4-octet speaker.
bool decode_as4_path(Bytes value, PathAttributes&, AttributeScratch& scratch,
                     const CodecOptions& options) {
  AsPath path;
  if (options.four_octet_as || value.empty() || !read_as_path(value, true, path)) return false;
  std::erase_if(path.segments, of_confederation);
  scratch.as4_path = std::move(path);
  return true;
}
bool encode_as4_path(const PathAttributes& from, WireWriter& out, const CodecOptions& options) {
  if (options.four_octet_as || !needs_four_octets(from.as_path)) return false;
  // RFC 6793 section 4.2.2: without the segments of a confederation.
  auto path = from.as_path;
  std::erase_if(path.segments, of_confederation);
  write_as_path(path, true, out);
  return !path.empty();
}

bool decode_as4_aggregator(Bytes value, PathAttributes&, AttributeScratch& scratch,
                           const CodecOptions& options) {
  return !options.four_octet_as && read_aggregator(value, true, scratch.as4_aggregator);
}
bool encode_as4_aggregator(const PathAttributes& from, WireWriter& out,
                           const CodecOptions& options) {
  if (options.four_octet_as || !from.aggregator || from.aggregator->asn.value <= max_two_octet) {
    return false;
  }
  out.u32(from.aggregator->asn.value);
  out.bytes(from.aggregator->address.bytes());
  return true;
}

bool decode_large(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  std::vector<LargeCommunity> all;
  if (!read_list(value, 12, all, [](WireReader& in) {
        LargeCommunity c;
        for (auto& part : c.value) part = in.u32();
        return c;
      })) {
    return false;
  }
  // RFC 8092 section 5: one that is there twice is silently removed.
  auto kept = all.begin();
  for (auto one = all.begin(); one != all.end(); ++one) {
    if (std::find(all.begin(), kept, *one) == kept) *kept++ = *one;
  }
  all.erase(kept, all.end());
  into.large_communities = std::move(all);
  return true;
}
bool encode_large(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  for (const auto& c : from.large_communities) {
    for (const auto part : c.value) out.u32(part);
  }
  return !from.large_communities.empty();
}

bool decode_ipv6_extended(Bytes value, PathAttributes& into, AttributeScratch&,
                          const CodecOptions&) {
  return read_list(value, 20, into.ipv6_extended_communities, [](WireReader& in) {
    Ipv6ExtendedCommunity c;
    std::ranges::copy(in.take(c.value.size()), c.value.begin());
    return c;
  });
}
bool encode_ipv6_extended(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  for (const auto& c : from.ipv6_extended_communities) out.bytes(c.value);
  return !from.ipv6_extended_communities.empty();
}

// RFC 7311 section 3: TLVs, of which the first of type 1 counts; its length is 11.
bool decode_aigp(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  if (value.empty()) return false;  // RFC 7606 section 4
  WireReader in(value);
  std::optional<std::uint64_t> metric;
  while (!in.empty()) {
    const auto type = in.u8();
    const auto length = in.u16();
    if (in.failed() || length < 3) return false;
    WireReader tlv = in.sub(length - 3U);
    if (in.failed() || (type == 1 && length != 11)) return false;
    if (type == 1 && !metric) metric = tlv.u64();
  }
  into.aigp = metric;
  return true;
}
bool encode_aigp(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  if (!from.aigp) return false;
  out.u8(1);
  out.u16(11);
  out.u64(*from.aigp);
  return true;
}

bool decode_otc(Bytes value, PathAttributes& into, AttributeScratch&, const CodecOptions&) {
  if (value.size() != 4) return false;
  into.only_to_customer = Asn{WireReader(value).u32()};
  return true;
}
bool encode_otc(const PathAttributes& from, WireWriter& out, const CodecOptions&) {
  if (from.only_to_customer) out.u32(from.only_to_customer->value);
  return from.only_to_customer.has_value();
}

constexpr auto withdraw = Outcome::treat_as_withdraw;
constexpr auto discard = Outcome::attribute_discard;

constexpr std::array rows{
    AttributeRow{AttributeCode::origin, transitive, withdraw, false, decode_origin, encode_origin,
                 "RFC 7606 section 7.1"},
    AttributeRow{AttributeCode::as_path, transitive, withdraw, false, decode_as_path,
                 encode_as_path, "RFC 7606 section 7.2"},
    AttributeRow{AttributeCode::next_hop, transitive, withdraw, false, decode_next_hop,
                 encode_next_hop, "RFC 7606 section 7.3"},
    AttributeRow{AttributeCode::med, optional, withdraw, false, decode_med, encode_med,
                 "RFC 7606 section 7.4"},
    AttributeRow{AttributeCode::local_pref, transitive, withdraw, true, decode_local_pref,
                 encode_local_pref, "RFC 7606 section 7.5"},
    AttributeRow{AttributeCode::atomic_aggregate, transitive, discard, false, decode_atomic,
                 encode_atomic, "RFC 7606 section 7.6"},
    AttributeRow{AttributeCode::aggregator, optional | transitive, discard, false,
                 decode_aggregator, encode_aggregator, "RFC 7606 section 7.7"},
    AttributeRow{AttributeCode::communities, optional | transitive, withdraw, false,
                 decode_communities, encode_communities, "RFC 7606 section 7.8"},
    AttributeRow{AttributeCode::originator_id, optional, withdraw, true, decode_originator,
                 encode_originator, "RFC 7606 section 7.9"},
    AttributeRow{AttributeCode::cluster_list, optional, withdraw, true, decode_clusters,
                 encode_clusters, "RFC 7606 section 7.10"},
    AttributeRow{AttributeCode::extended_communities, optional | transitive, withdraw, false,
                 decode_extended, encode_extended, "RFC 7606 section 7.14"},
    AttributeRow{AttributeCode::as4_path, optional | transitive, discard, false, decode_as4_path,
                 encode_as4_path, "RFC 6793 section 6"},
    AttributeRow{AttributeCode::as4_aggregator, optional | transitive, discard, false,
                 decode_as4_aggregator, encode_as4_aggregator, "RFC 6793 section 6"},
    AttributeRow{AttributeCode::ipv6_extended_communities, optional | transitive, withdraw, false,
                 decode_ipv6_extended, encode_ipv6_extended, "RFC 7606 section 7.15"},
    AttributeRow{AttributeCode::aigp, optional, discard, false, decode_aigp, encode_aigp,
                 "RFC 7311 section 3", discard, "RFC 7311 section 3"},
    AttributeRow{AttributeCode::large_communities, optional | transitive, withdraw, false,
                 decode_large, encode_large, "RFC 8092 section 6"},
    AttributeRow{AttributeCode::only_to_customer, optional | transitive, withdraw, false,
                 decode_otc, encode_otc, "RFC 9234 section 5"},
};

}  // namespace

std::span<const AttributeRow> attribute_table() {
  return rows;
}

const AttributeRow* attribute_row(std::uint8_t code) {
  for (const auto& row : rows) {
    if (static_cast<std::uint8_t>(row.code) == code) return &row;
  }
  return nullptr;
}

bool is_host_address(const net::IpAddress& address) {
  if (address.is_unspecified() || address.is_multicast() || address.is_loopback()) return false;
  if (!address.is_v4()) return true;
  const auto first = address.v4_value() >> 24;
  return first != 0 && first < 240;
}

void merge_four_octet(PathAttributes& attributes, const AttributeScratch& scratch) {
  // An AGGREGATOR whose AS is not AS_TRANS was set by a 2-octet speaker after the AS4 attributes:
  // both of them are then out of date.
  if (attributes.aggregator && scratch.as4_aggregator) {
    if (attributes.aggregator->asn.value != as_trans) return;
    attributes.aggregator = scratch.as4_aggregator;
  }
  if (!scratch.as4_path) return;
  const auto length = attributes.as_path.length();
  const auto four = scratch.as4_path->length();
  if (length < four) return;
  // The leading (length - four) members of AS_PATH, then AS4_PATH. Segments of a confederation
  // count nothing: they come along when they lead, or follow one that does.
  std::size_t keep = length - four;
  AsPath merged;
  for (const auto& segment : attributes.as_path.segments) {
    if (!of_confederation(segment) && keep == 0) break;
    AsSegment part = segment;
    const auto wanted = std::min(part.asns.size(), keep);
    if (segment.type == AsSegment::Type::sequence) part.asns.resize(wanted);
    const bool whole = part.asns.size() == segment.asns.size();
    if (segment.type == AsSegment::Type::sequence) keep -= wanted;
    if (segment.type == AsSegment::Type::set) keep -= 1;
    merged.segments.push_back(std::move(part));
    if (!whole) break;
  }
  for (const auto& segment : scratch.as4_path->segments) {
    auto* last = merged.segments.empty() ? nullptr : &merged.segments.back();
    if (last != nullptr && last->type == AsSegment::Type::sequence &&
        segment.type == AsSegment::Type::sequence &&
        last->asns.size() + segment.asns.size() <= 255) {
      last->asns.insert(last->asns.end(), segment.asns.begin(), segment.asns.end());
    } else {
      merged.segments.push_back(segment);
    }
  }
  attributes.as_path = std::move(merged);
}

}  // namespace seatrial::bgp
