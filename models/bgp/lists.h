// The lists that policies refer to, as FRR has them: prefix lists, access lists, AS-path access
// lists, community lists of three kinds. In each, the first entry that matches decides, in the
// order of sequence numbers, and a route that none matches is denied.
//
// Lists are immutable once made and shared by every clause that names them.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/bgp/path_attributes.h"
#include "models/bgp/regex.h"
#include "models/diagnostics/diagnostics.h"
#include "models/net/address.h"
#include "models/net/prefix_map.h"

namespace seatrial::bgp {

enum class PolicyAction { permit, deny };

struct PrefixListEntry {
  std::uint32_t sequence = 0;
  PolicyAction action = PolicyAction::permit;
  net::Prefix prefix;
  std::optional<int> ge;  // neither: the exact prefix; ge only: up to the family's bits
  std::optional<int> le;  // le only: from the prefix's own length
  Position position;

  bool matches(const net::Prefix& candidate) const;
};

class PrefixList {
 public:
  PrefixList(std::string name, std::vector<PrefixListEntry> entries);

  const std::string& name() const { return name_; }
  const std::vector<PrefixListEntry>& entries() const { return entries_; }
  // The entry that decides; nullptr when none matches. A long list is not walked: its entries are
  // found by the prefixes that contain the candidate.
  const PrefixListEntry* lookup(const net::Prefix& candidate) const;
  // As FRR's prefix_list_apply: an empty list permits.
  bool permits(const net::Prefix& candidate) const;

 private:
  using Index = net::PrefixMap<std::vector<std::size_t>>;
  std::string name_;
  std::vector<PrefixListEntry> entries_;
  std::shared_ptr<const Index> index_;  // of lists worth it
};

// `access-list`: zebra's form is a prefix, IOS's an address and the bits that do not count, for
// extended lists a second pair for the mask.
struct AccessListEntry {
  std::uint32_t sequence = 0;
  PolicyAction action = PolicyAction::permit;
  net::Prefix prefix;  // zebra's form
  bool exact = false;
  struct Wildcard {
    std::uint32_t address = 0;
    std::uint32_t ignored = 0;
  };
  std::optional<Wildcard> address;  // IOS's form
  std::optional<Wildcard> mask;
  Position position;

  bool matches(const net::Prefix& candidate) const;
};

struct AccessList {
  std::string name;
  std::vector<AccessListEntry> entries;
  const AccessListEntry* lookup(const net::Prefix& candidate) const;
};

struct AsPathListEntry {
  std::uint32_t sequence = 0;
  PolicyAction action = PolicyAction::permit;
  Regex expression;
};

struct AsPathList {
  std::string name;
  std::vector<AsPathListEntry> entries;
  const AsPathListEntry* lookup(const AsPath& path) const;
};

// Communities of one kind: what a standard list names, or an expression over their text.
template <typename C>
struct CommunityListEntry {
  std::uint32_t sequence = 0;
  PolicyAction action = PolicyAction::permit;
  std::vector<C> members;           // standard: all of them; sorted
  std::optional<Regex> expression;  // expanded: over the communities as FRR prints them, sorted
  bool any = false;                 // standard: `internet`, which every route has
};

template <typename C>
struct CommunityListOf {
  std::string name;
  std::vector<CommunityListEntry<C>> entries;
  // `exact`: exactly the communities of a standard entry.
  const CommunityListEntry<C>* lookup(const std::vector<C>& carried, bool exact) const;
  // `set comm-list NAME delete`: each community is looked at alone.
  bool deletes(const C& one) const;
};

using CommunityList = CommunityListOf<Community>;
using LargeCommunityList = CommunityListOf<LargeCommunity>;
using ExtendedCommunityList = CommunityListOf<ExtendedCommunity>;

using PrefixListRef = std::shared_ptr<const PrefixList>;
using AccessListRef = std::shared_ptr<const AccessList>;
using AsPathListRef = std::shared_ptr<const AsPathList>;
using CommunityListRef = std::shared_ptr<const CommunityList>;
using LargeCommunityListRef = std::shared_ptr<const LargeCommunityList>;
using ExtendedCommunityListRef = std::shared_ptr<const ExtendedCommunityList>;

// As FRR prints them: "64512:1", "no-export"; "RT:64512:1", "SoO:10.0.0.1:2".
std::string frr_text(const Community& community);
std::string frr_text(const LargeCommunity& community);
std::string frr_text(const ExtendedCommunity& community);

}  // namespace seatrial::bgp
