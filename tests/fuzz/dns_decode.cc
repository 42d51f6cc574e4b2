// Any bytes are a message or an error; and a message that was read can be written and read again
// as the same message.
#include <cstdlib>

#include "models/dns/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace seatrial::dns;
  const auto message = decode({data, size});
  if (!message) return 0;
  const auto wire = encode(*message);
  if (!wire) return 0;  // uncompressed names may not fit into 65535 octets
  const auto again = decode(*wire);
  if (!again || *again != *message) std::abort();
  return 0;
}
