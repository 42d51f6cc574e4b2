#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/calico/selector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto selector =
      seatrial::calico::Selector::parse({reinterpret_cast<const char*>(data), size});
  if (selector) selector->matches({{"a", "b"}, {"role", "edge"}});
  return 0;
}
