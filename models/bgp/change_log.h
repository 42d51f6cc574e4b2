// Which prefixes the decision process has touched, in order, once for all neighbours: each
// remembers how far it has read, so that a change costs the same with one neighbour and with a
// thousand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/net/address.h"

namespace seatrial::bgp {

class ChangeLog {
 public:
  using Position = std::uint64_t;
  struct Change {
    net::Prefix prefix;
    bool best = false;  // the best path, and not only one of the others
  };

  void add(const net::Prefix& prefix, bool best) { changes_.push_back({prefix, best}); }
  Position end() const { return first_ + changes_.size(); }
  std::size_t size() const { return changes_.size(); }

  // f(const Change&) for each since `position`, which is at most end().
  template <typename F>
  void for_each_since(Position position, F f) const {
    const auto skipped = position < first_ ? 0 : position - first_;
    std::for_each(changes_.begin() + static_cast<std::ptrdiff_t>(skipped), changes_.end(), f);
  }

  // Nobody asks for what is before `position` any more.
  void forget(Position position) {
    const auto gone = position < first_ ? 0 : position - first_;
    if (gone * 2 < changes_.size()) return;  // not worth moving the rest
    changes_.erase(changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(gone));
    first_ += gone;
  }

 private:
  std::vector<Change> changes_;
  Position first_ = 0;
};

}  // namespace seatrial::bgp
