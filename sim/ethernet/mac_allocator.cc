#include "sim/ethernet/mac_allocator.h"

#include <array>

namespace seatrial::sim {

ns3::Mac48Address MacAllocator::at(std::uint64_t index) {
  std::array<std::uint8_t, 6> octets{};
  for (std::size_t i = 0; i < 5; ++i) {
    octets[5 - i] = static_cast<std::uint8_t>(index >> (8 * i));
  }
  octets[0] = 0x02;
  ns3::Mac48Address address;
  address.CopyFrom(octets.data());
  return address;
}

}  // namespace seatrial::sim
