#include "models/bgp/lists.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace seatrial::bgp {
namespace {

// Below this a walk is as fast as a descent.
constexpr std::size_t worth_an_index = 16;

template <typename C>
std::string joined(const std::vector<C>& communities) {
  std::string out;
  for (const auto& one : communities) {
    if (!out.empty()) out += ' ';
    out += frr_text(one);
  }
  return out;
}

// FRR keeps an attribute's communities sorted and without doubles.
template <typename C>
std::vector<C> sorted(std::vector<C> communities) {
  std::ranges::sort(communities);
  communities.erase(std::unique(communities.begin(), communities.end()), communities.end());
  return communities;
}

std::uint32_t mask_of(int length) {
  return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length);
}

}  // namespace

bool PrefixListEntry::matches(const net::Prefix& candidate) const {
  if (!prefix.contains(candidate)) return false;
  if (!ge && !le) return candidate.length() == prefix.length();
  const int least = ge.value_or(prefix.length());
  const int most = le.value_or(prefix.address().bits());
  return candidate.length() >= least && candidate.length() <= most;
}

PrefixList::PrefixList(std::string name, std::vector<PrefixListEntry> entries)
    : name_(std::move(name)), entries_(std::move(entries)) {
  if (entries_.size() < worth_an_index) return;
  auto index = std::make_shared<Index>();
  for (std::size_t i = 0; i < entries_.size(); ++i) (*index)[entries_[i].prefix].push_back(i);
  index_ = std::move(index);
}

const PrefixListEntry* PrefixList::lookup(const net::Prefix& candidate) const {
  if (!index_) {
    const auto found =
        std::ranges::find_if(entries_, [&](const auto& entry) { return entry.matches(candidate); });
    return found == entries_.end() ? nullptr : &*found;
  }
  auto best = entries_.size();
  auto covered = candidate;
  while (const auto match = index_->longest_cover(covered)) {
    for (const auto i : *match.value) {
      if (i >= best) break;
      if (entries_[i].matches(candidate)) best = i;
    }
    if (match.prefix->length() == 0) break;
    covered = net::Prefix(candidate.address(), match.prefix->length() - 1);
  }
  return best == entries_.size() ? nullptr : &entries_[best];
}

bool PrefixList::permits(const net::Prefix& candidate) const {
  if (entries_.empty()) return true;
  const auto* entry = lookup(candidate);
  return entry != nullptr && entry->action == PolicyAction::permit;
}

// lib/filter.c: filter_match_zebra and filter_match_cisco.
bool AccessListEntry::matches(const net::Prefix& candidate) const {
  if (!address) {
    return prefix.contains(candidate) && (!exact || prefix.length() == candidate.length());
  }
  if (!candidate.address().is_v4()) return false;
  if ((candidate.address().v4_value() & ~address->ignored) != address->address) return false;
  return !mask || (mask_of(candidate.length()) & ~mask->ignored) == mask->address;
}

const AccessListEntry* AccessList::lookup(const net::Prefix& candidate) const {
  const auto found =
      std::ranges::find_if(entries, [&](const auto& entry) { return entry.matches(candidate); });
  return found == entries.end() ? nullptr : &*found;
}

const AsPathListEntry* AsPathList::lookup(const AsPath& path) const {
  const auto text = path.to_string();
  const auto found = std::ranges::find_if(
      entries, [&](const auto& entry) { return entry.expression.matches(text); });
  return found == entries.end() ? nullptr : &*found;
}

template <typename C>
const CommunityListEntry<C>* CommunityListOf<C>::lookup(const std::vector<C>& carried,
                                                        bool exact) const {
  const auto have = sorted(carried);
  std::optional<std::string> text;
  for (const auto& entry : entries) {
    bool holds = false;
    if (entry.expression) {
      if (!text) text = joined(have);
      holds = entry.expression->matches(*text);
    } else if (entry.any) {
      holds = true;
    } else if (exact) {
      holds = have == entry.members;
    } else {
      holds = std::ranges::includes(have, entry.members);
    }
    if (holds) return &entry;
  }
  return nullptr;
}

template <typename C>
bool CommunityListOf<C>::deletes(const C& one) const {
  for (const auto& entry : entries) {
    const bool holds = entry.expression
                           ? entry.expression->matches(frr_text(one))
                           : entry.any || std::ranges::binary_search(entry.members, one);
    if (holds) return entry.action == PolicyAction::permit;
  }
  return false;
}

template struct CommunityListOf<Community>;
template struct CommunityListOf<LargeCommunity>;
template struct CommunityListOf<ExtendedCommunity>;

std::string frr_text(const Community& community) {
  constexpr std::array<std::pair<std::uint32_t, const char*>, 15> known{
      {{0x00000000U, "internet"},
       {0xffff0000U, "graceful-shutdown"},
       {0xffff0001U, "accept-own"},
       {0xffff0002U, "route-filter-translated-v4"},
       {0xffff0003U, "route-filter-v4"},
       {0xffff0004U, "route-filter-translated-v6"},
       {0xffff0005U, "route-filter-v6"},
       {0xffff0006U, "llgr-stale"},
       {0xffff0007U, "no-llgr"},
       {0xffff0008U, "accept-own-nexthop"},
       {0xffff029aU, "blackhole"},
       {0xffffff01U, "no-export"},
       {0xffffff02U, "no-advertise"},
       {0xffffff03U, "local-AS"},
       {0xffffff04U, "no-peer"}}};
  for (const auto& [value, name] : known) {
    if (value == community.value) return name;
  }
  return std::to_string(community.value >> 16) + ":" + std::to_string(community.value & 0xffff);
}

std::string frr_text(const LargeCommunity& community) {
  return std::to_string(community.value[0]) + ":" + std::to_string(community.value[1]) + ":" +
         std::to_string(community.value[2]);
}

// RFC 4360 and RFC 5668: octets 0 and 1 are type and subtype.
std::string frr_text(const ExtendedCommunity& community) {
  const auto type = static_cast<unsigned>(community.value >> 56) & 0x3f;
  const auto subtype = static_cast<unsigned>(community.value >> 48) & 0xff;
  const auto first = static_cast<std::uint32_t>(community.value >> 16);
  if (type == 0 && subtype == 4) {  // link bandwidth: an IEEE float of octets a second
    const auto rate = std::bit_cast<float>(static_cast<std::uint32_t>(community.value));
    return "LB:" + std::to_string(first >> 16) + ":" +
           std::to_string(static_cast<std::uint64_t>(std::min(std::max(0.0F, rate), 1e18F)));
  }
  if (type <= 2 && (subtype == 2 || subtype == 3)) {
    const std::string name = subtype == 2 ? "RT:" : "SoO:";
    if (type == 0) {
      return name + std::to_string(first >> 16) + ":" +
             std::to_string(static_cast<std::uint32_t>(community.value));
    }
    const auto low = std::to_string(community.value & 0xffff);
    return name + (type == 1 ? net::IpAddress::v4(first).to_string() : std::to_string(first)) +
           ":" + low;
  }
  return "UNK:" + std::to_string(type) + ", " + std::to_string(subtype);
}

}  // namespace seatrial::bgp
