// What one neighbour has announced, before policy (RFC 4271 section 3.2), and what of it is stale:
// kept although the neighbour has not said it again since it restarted (RFC 4724) or began to
// refresh (RFC 7313).
#pragma once

#include <array>
#include <vector>

#include "models/bgp/message.h"
#include "models/net/prefix_map.h"
#include "models/net/units.h"

namespace seatrial::bgp {

struct ReceivedPath {
  std::uint32_t path_id = 0;
  AttributesRef attributes;  // before policy
  TimePoint received;        // or last changed
  bool stale = false;
  bool long_lived = false;  // stale for so long that it is a last resort (RFC 9494)
  bool accepted = false;    // by import checks and policy, when last looked at
};

class AdjRibIn {
 public:
  using Table = net::PrefixMap<std::vector<ReceivedPath>>;

  // False when the same was there already; it is no longer stale then.
  bool put(const Nlri& nlri, AttributesRef attributes, TimePoint now);
  bool erase(const Nlri& nlri);
  const Table& table() const { return table_; }
  std::size_t paths() const { return paths_[0] + paths_[1]; }
  std::size_t paths(net::Family family) const { return paths_[index(family)]; }
  std::size_t accepted(net::Family family) const { return accepted_[index(family)]; }
  ReceivedPath* find(const Nlri& nlri);
  void set_accepted(const Nlri& nlri, bool accepted);

  void mark_stale(net::Family family);
  std::size_t stale(net::Family family) const;
  // Removes what is stale, or everything, and returns it.
  std::vector<Nlri> sweep(net::Family family);
  std::vector<Nlri> clear(net::Family family);

 private:
  static std::size_t index(net::Family family) { return family == net::Family::ipv4 ? 0 : 1; }
  template <typename Which>
  std::vector<Nlri> erase_if(net::Family family, Which which);

  Table table_;
  std::array<std::size_t, 2> paths_{};  // by family
  std::array<std::size_t, 2> accepted_{};
};

}  // namespace seatrial::bgp
