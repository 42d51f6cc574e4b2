// MAC addresses in the order of construction. ns-3's own Mac48Address::Allocate() counts for the
// whole process, so that a second world in one process would differ from the first.
#pragma once

#include <ns3/mac48-address.h>

#include <cstdint>

namespace seatrial::sim {

class MacAllocator {
 public:
  // 02:00:00:00:00:01, ...:02, ...: locally administered, unicast (IEEE 802 section 8.4).
  ns3::Mac48Address next() { return at(++last_); }
  static ns3::Mac48Address at(std::uint64_t index);

 private:
  std::uint64_t last_ = 0;
};

}  // namespace seatrial::sim
