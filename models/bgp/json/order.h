// The order in which the attributes of a message are written.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/bgp/wire.h"

namespace seatrial::bgp::json {

struct WrittenAttribute {
  std::uint8_t code = 0;
  Octets octets;
};

// An attribute that is unknown stands before the first of those listed with a higher code, as RFC
// 4271 section 5 would have it. `code(one)` is that of an element of `list`.
template <typename List, typename One, typename Code>
void place_unknown(List& list, One one, Code code) {
  const auto wanted = code(one);
  const auto at = std::find_if(list.begin(), list.end(),
                               [&](const auto& other) { return code(other) > wanted; });
  list.insert(at, std::move(one));
}

// Those that `order` names come first, as it has them. Which of it names none; nothing: all do.
inline std::optional<std::size_t> arrange(const Octets& order, std::vector<WrittenAttribute>& all) {
  auto next = all.begin();
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto found =
        std::find_if(next, all.end(), [&](const auto& one) { return one.code == order[i]; });
    if (found == all.end()) return i;
    std::rotate(next, found, found + 1);
    ++next;
  }
  return std::nullopt;
}

}  // namespace seatrial::bgp::json
