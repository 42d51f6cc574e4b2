// frr.conf comes from a person's editor: any bytes may.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/frr/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  seatrial::Diagnostics diagnostics;
  seatrial::frr::read({reinterpret_cast<const char*>(data), size}, "fuzz", diagnostics);
  return 0;
}
