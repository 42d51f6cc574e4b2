// Any bytes as a BFD control packet: nothing may crash, and what decodes is the same after being
// encoded and decoded again.
#include <cstdint>
#include <cstdlib>

#include "models/bfd/packet.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto packet = seatrial::bfd::decode({data, size});
  if (!packet) return 0;
  const auto again = seatrial::bfd::decode(seatrial::bfd::encode(*packet));
  if (!again || *again != *packet) std::abort();
  return 0;
}
