// Any text as the JSON of a message: octets or a complaint, and octets that are a whole message.
#include <cstdint>
#include <string_view>

#include "models/bgp/json/message_json.h"
#include "tests/fuzz/tape.h"

using namespace seatrial::bgp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  JsonOptions options;
  options.codec.external = (data[0] & 1) != 0;
  options.codec.four_octet_as = (data[0] & 2) == 0;
  if ((data[0] & 4) != 0) options.codec.add_path_receive = {ipv4_unicast, ipv6_unicast};
  options.extended_messages = (data[0] & 8) != 0;
  const auto octets =
      message_from_text({reinterpret_cast<const char*>(data) + 1, size - 1}, options);
  if (!octets) {
    seatrial::fuzz::must(octets.error().column >= 1 && !octets.error().what.empty(), "a complaint");
    return 0;
  }
  std::size_t taken = 0;
  const auto back = message_to_json(*octets, options, taken);
  seatrial::fuzz::must(back && taken == octets->size(), "one whole message");
  (void)back->dump(-1, ' ', false, Json::error_handler_t::replace);
  return 0;
}
