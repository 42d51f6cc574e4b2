// What the lines of all kinds of lists have in common: [kind] name [seq N] permit|deny ...
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/frr/reader.h"

namespace seatrial::frr {

// Where permit or deny stands among a line's values: after the name, or its sequence number.
inline std::size_t action_index(const Reader& r, std::size_t name) {
  const auto& next = r.value(name + 1).text;
  return next == "permit" || next == "deny" ? name + 1 : name + 2;
}

inline bgp::PolicyAction action_of(const Reader& r, std::size_t index) {
  return r.value(index).text == "permit" ? bgp::PolicyAction::permit : bgp::PolicyAction::deny;
}

// An explicit `seq N`, else the next multiple of 5 above the largest so far, as FRR counts; access
// lists take the largest plus 5.
template <typename Entry>
std::uint32_t sequence_of(const Reader& r, std::size_t name, const std::vector<Entry>& entries,
                          bool rounded = true) {
  if (action_index(r, name) == name + 2) return r.number(name + 1);
  std::uint32_t most = 0;
  for (const auto& entry : entries) most = std::max(most, entry.sequence);
  return (rounded ? most - most % 5 : most) + 5;
}

// An entry takes the place of one with its number, and stands in the order of numbers.
template <typename Entry>
void put_in_order(std::vector<Entry>& entries, Entry entry) {
  const auto at = std::ranges::lower_bound(entries, entry.sequence, {}, &Entry::sequence);
  if (at != entries.end() && at->sequence == entry.sequence) {
    *at = std::move(entry);
  } else {
    entries.insert(at, std::move(entry));
  }
}

}  // namespace seatrial::frr
