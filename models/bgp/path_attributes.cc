#include "models/bgp/path_attributes.h"

#include <algorithm>
#include <functional>

#include "models/bgp/lists.h"

namespace seatrial::bgp {
namespace {

constexpr std::size_t max_segment = 255;

struct Hasher {
  std::size_t value = 14695981039346656037ULL;
  void add(std::uint64_t v) { value = (value ^ v) * 1099511628211ULL; }
  void add(const net::IpAddress& a) { add(std::hash<net::IpAddress>{}(a)); }
  template <typename T>
  void add(const std::optional<T>& v) {
    if (v) {
      add(std::uint64_t{1});
      add(*v);
    } else {
      add(std::uint64_t{0});
    }
  }
};

// Enough to tell sets apart that differ in practice; equality decides.
std::size_t hash_of(const PathAttributes& a) {
  Hasher h;
  h.add(static_cast<std::uint64_t>(a.origin));
  for (const auto& segment : a.as_path.segments) {
    h.add(static_cast<std::uint64_t>(segment.type));
    for (const auto& asn : segment.asns) h.add(asn.value);
  }
  h.add(a.next_hop);
  h.add(a.med);
  h.add(a.local_pref);
  for (const auto& c : a.communities) h.add(c.value);
  for (const auto& c : a.large_communities) {
    for (const auto v : c.value) h.add(v);
  }
  if (a.originator_id) h.add(a.originator_id->value);
  for (const auto& c : a.cluster_list) h.add(c.value);
  return h.value;
}

}  // namespace

std::string Community::to_string() const {
  if (*this == no_export) return "no-export";
  if (*this == no_advertise) return "no-advertise";
  if (*this == no_export_subconfed) return "local-AS";
  return std::to_string(value >> 16) + ":" + std::to_string(value & 0xFFFF);
}

std::string LargeCommunity::to_string() const {
  return std::to_string(value[0]) + ":" + std::to_string(value[1]) + ":" + std::to_string(value[2]);
}

std::size_t AsPath::length() const {
  std::size_t total = 0;
  for (const auto& segment : segments) {
    if (segment.type == AsSegment::Type::sequence) total += segment.asns.size();
    if (segment.type == AsSegment::Type::set) total += 1;
  }
  return total;
}

bool AsPath::contains(Asn asn) const {
  return count(asn) > 0;
}

std::size_t AsPath::count(Asn asn) const {
  std::size_t total = 0;
  for (const auto& segment : segments) {
    total += static_cast<std::size_t>(std::count(segment.asns.begin(), segment.asns.end(), asn));
  }
  return total;
}

std::optional<Asn> AsPath::neighbor() const {
  for (const auto& segment : segments) {
    if (segment.type == AsSegment::Type::sequence && !segment.asns.empty()) {
      return segment.asns.front();
    }
    if (segment.type == AsSegment::Type::set) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Asn> AsPath::origin() const {
  if (segments.empty()) return std::nullopt;
  const auto& last = segments.back();
  if (last.type != AsSegment::Type::sequence || last.asns.empty()) return std::nullopt;
  return last.asns.back();
}

void AsPath::prepend(Asn asn, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    if (segments.empty() || segments.front().type != AsSegment::Type::sequence ||
        segments.front().asns.size() >= max_segment) {
      segments.insert(segments.begin(), AsSegment{});
    }
    auto& asns = segments.front().asns;
    asns.insert(asns.begin(), asn);
  }
}

std::string AsPath::to_string() const {
  std::string text;
  for (const auto& segment : segments) {
    const bool set = segment.type == AsSegment::Type::set;
    const bool confed = segment.type == AsSegment::Type::confed_sequence ||
                        segment.type == AsSegment::Type::confed_set;
    if (!text.empty()) text += ' ';
    if (set) text += '{';
    if (confed) text += '(';
    for (std::size_t i = 0; i < segment.asns.size(); ++i) {
      if (i > 0) text += set ? ',' : ' ';
      text += segment.asns[i].to_string();
    }
    if (set) text += '}';
    if (confed) text += ')';
  }
  return text;
}

std::string_view to_string(Origin origin) {
  switch (origin) {
    case Origin::igp:
      return "IGP";
    case Origin::egp:
      return "EGP";
    case Origin::incomplete:
      return "incomplete";
  }
  return "?";
}

bool PathAttributes::has(Community c) const {
  return std::find(communities.begin(), communities.end(), c) != communities.end();
}

std::string PathAttributes::to_string() const {
  std::string text = "next-hop " + (next_hop ? next_hop->to_string() : "self");
  text += " as-path [" + as_path.to_string() + "] origin ";
  text += bgp::to_string(origin);
  if (local_pref) text += " local-pref " + std::to_string(*local_pref);
  if (med) text += " med " + std::to_string(*med);
  if (!communities.empty()) {
    text += " communities";
    for (const auto& c : communities) text += " " + c.to_string();
  }
  if (!extended_communities.empty()) {
    text += " extended-communities";
    for (const auto& c : extended_communities) text += " " + frr_text(c);
  }
  if (!large_communities.empty()) {
    text += " large-communities";
    for (const auto& c : large_communities) text += " " + c.to_string();
  }
  if (originator_id) text += " originator " + originator_id->to_string();
  if (!cluster_list.empty()) {
    text += " clusters";
    for (const auto& c : cluster_list) text += " " + c.to_string();
  }
  if (atomic_aggregate) text += " atomic-aggregate";
  if (aggregator) {
    text += " aggregator " + aggregator->asn.to_string() + " " + aggregator->address.to_string();
  }
  return text;
}

AttributesRef share(PathAttributes attributes) {
  return AttributesRef(new SharedAttributes(std::move(attributes)));
}

AttributePool::AttributePool()
    : buckets_(64), set_(Set::bucket_traits(buckets_.data(), buckets_.size())) {}

AttributePool::~AttributePool() {
  set_.clear();
}

std::size_t AttributePool::Hash::operator()(const PathAttributes& attributes) const {
  return hash_of(attributes);
}

AttributesRef AttributePool::intern(PathAttributes attributes) {
  const auto hash = hash_of(attributes);
  Set::insert_commit_data place;
  const auto [known, absent] = set_.insert_check(
      attributes, [hash](const PathAttributes&) { return hash; }, std::equal_to<PathAttributes>(),
      place);
  if (!absent) return AttributesRef(&*known);
  auto made = share(std::move(attributes));
  if (++made_ > buckets_.size()) {
    made_ = size() + 1;
    if (made_ * 2 > buckets_.size()) {
      std::vector<Set::bucket_type> more(buckets_.size() * 2);
      set_.rehash(Set::bucket_traits(more.data(), more.size()));
      buckets_.swap(more);
    }
    set_.insert_check(
        *made, [hash](const PathAttributes&) { return hash; }, std::equal_to<PathAttributes>(),
        place);
  }
  set_.insert_commit(const_cast<SharedAttributes&>(*made), place);
  return made;
}

}  // namespace seatrial::bgp
