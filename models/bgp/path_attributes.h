// Path attributes as a value: RFC 4271 section 5 and the attributes of RFC 1997 (communities), 4360
// (extended communities), 4456 (route reflection), 6793 (4-octet AS), 8092 (large communities).
//
// A route holds a shared, immutable set: thousands of prefixes of one UPDATE share one object, and
// "did anything change" is a comparison of pointers first. NLRI and the MP_REACH wrapping are not
// attributes of a path; they belong to the message.
#pragma once

#include <array>
#include <boost/intrusive/unordered_set.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <compare>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/bgp/rare.h"
#include "models/net/address.h"

namespace seatrial::bgp {

using net::Asn;

enum class Origin : std::uint8_t { igp = 0, egp = 1, incomplete = 2 };

// The BGP Identifier: an IPv4 address in form, 4 octets compared as an unsigned number in fact.
struct RouterId {
  std::uint32_t value = 0;
  static RouterId from(const net::IpAddress& v4) { return {v4.is_v4() ? v4.v4_value() : 0}; }
  std::string to_string() const { return net::IpAddress::v4(value).to_string(); }
  friend auto operator<=>(const RouterId&, const RouterId&) = default;
};

// RFC 1997: "64512:100" is 0xFC000064.
struct Community {
  std::uint32_t value = 0;
  std::string to_string() const;
  friend auto operator<=>(const Community&, const Community&) = default;
};
inline constexpr Community no_export{0xFFFFFF01};
inline constexpr Community no_advertise{0xFFFFFF02};
inline constexpr Community no_export_subconfed{0xFFFFFF03};
inline constexpr Community graceful_shutdown{0xFFFF0000};  // RFC 8326
inline constexpr Community blackhole{0xFFFF029A};          // RFC 7999
inline constexpr Community llgr_stale{0xFFFF0006};         // RFC 9494
inline constexpr Community no_llgr{0xFFFF0007};

struct ExtendedCommunity {
  std::uint64_t value = 0;  // the 8 octets, network order
  friend auto operator<=>(const ExtendedCommunity&, const ExtendedCommunity&) = default;
};

// RFC 5701: the 20 octets, network order.
struct Ipv6ExtendedCommunity {
  std::array<std::uint8_t, 20> value{};
  friend auto operator<=>(const Ipv6ExtendedCommunity&, const Ipv6ExtendedCommunity&) = default;
};

struct LargeCommunity {
  std::array<std::uint32_t, 3> value{};
  std::string to_string() const;
  friend auto operator<=>(const LargeCommunity&, const LargeCommunity&) = default;
};

struct AsSegment {
  enum class Type : std::uint8_t { set = 1, sequence = 2, confed_sequence = 3, confed_set = 4 };
  Type type = Type::sequence;
  std::vector<Asn> asns;
  friend auto operator<=>(const AsSegment&, const AsSegment&) = default;
};

struct AsPath {
  std::vector<AsSegment> segments;

  // RFC 4271 section 9.1.2.2 a: a set counts 1, whatever its size; confederation segments 0 (RFC
  // 5065).
  std::size_t length() const;
  bool empty() const { return segments.empty(); }
  bool contains(Asn asn) const;
  std::size_t count(Asn asn) const;
  // The neighbouring AS: the first of a leading sequence; nothing for an empty path or a leading
  // set.
  std::optional<Asn> neighbor() const;
  std::optional<Asn> origin() const;
  // RFC 4271 section 5.1.2 b: a segment never exceeds 255 members.
  void prepend(Asn asn, std::size_t times = 1);
  std::string to_string() const;  // "65001 65002 {65003,65004}"
  friend auto operator<=>(const AsPath&, const AsPath&) = default;
};

struct Aggregator {
  Asn asn;
  net::IpAddress address;
  friend auto operator<=>(const Aggregator&, const Aggregator&) = default;
};

// An attribute this speaker does not know. Optional transitive ones travel on with the Partial bit.
struct UnknownAttribute {
  std::uint8_t flags = 0;
  std::uint8_t code = 0;
  std::vector<std::uint8_t> value;
  friend auto operator<=>(const UnknownAttribute&, const UnknownAttribute&) = default;
};

struct PathAttributes {
  Origin origin = Origin::incomplete;
  AsPath as_path;
  std::optional<net::IpAddress> next_hop;         // absent: this speaker itself
  RareValue<net::IpAddress> link_local_next_hop;  // RFC 2545
  std::optional<std::uint32_t> med;
  std::optional<std::uint32_t> local_pref;
  bool atomic_aggregate = false;
  RareValue<Aggregator> aggregator;
  std::vector<Community> communities;
  RareList<ExtendedCommunity> extended_communities;
  RareList<LargeCommunity> large_communities;
  RareList<Ipv6ExtendedCommunity> ipv6_extended_communities;
  std::optional<RouterId> originator_id;
  RareList<RouterId> cluster_list;
  std::optional<std::uint64_t> aigp;    // RFC 7311: the metric of the AIGP TLV
  std::optional<Asn> only_to_customer;  // RFC 9234
  RareList<UnknownAttribute> unknown;

  bool has(Community c) const;
  std::string to_string() const;
  friend bool operator==(const PathAttributes&, const PathAttributes&) = default;
};

// A set as it is held: with the count of its holders, and its place in the pool that made it.
class SharedAttributes : public PathAttributes,
                         public boost::intrusive::unordered_set_base_hook<
                             boost::intrusive::store_hash<true>,
                             boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  explicit SharedAttributes(PathAttributes attributes) : PathAttributes(std::move(attributes)) {}

 private:
  mutable std::uint32_t holders_ = 0;  // a speaker is of one thread
  friend void intrusive_ptr_add_ref(const SharedAttributes* a) { ++a->holders_; }
  friend void intrusive_ptr_release(const SharedAttributes* a) {
    if (--a->holders_ == 0) delete a;  // which takes it out of its pool
  }
};

using AttributesRef = boost::intrusive_ptr<const SharedAttributes>;

// Held, but in no pool: equal to nothing else as a reference.
AttributesRef share(PathAttributes attributes);

// One object per distinct set of attributes, so that equal sets compare equal as references. A set
// leaves with its last holder; holders may outlive the pool.
class AttributePool {
 public:
  AttributePool();
  ~AttributePool();
  AttributePool(const AttributePool&) = delete;
  AttributePool& operator=(const AttributePool&) = delete;

  AttributesRef intern(PathAttributes attributes);
  std::size_t size() const {
    return static_cast<std::size_t>(std::distance(set_.begin(), set_.end()));
  }

 private:
  struct Hash {
    std::size_t operator()(const PathAttributes& attributes) const;
  };
  using Set = boost::intrusive::unordered_set<
      SharedAttributes, boost::intrusive::hash<Hash>, boost::intrusive::power_2_buckets<true>,
      boost::intrusive::compare_hash<true>,
      boost::intrusive::constant_time_size<false>>;  // as auto_unlink asks

  std::vector<Set::bucket_type> buckets_;
  Set set_;
  std::size_t made_ = 0;  // since the buckets last became more: at least as many as there are
};

std::string_view to_string(Origin origin);

}  // namespace seatrial::bgp
