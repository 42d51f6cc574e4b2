// Any octets as a message: nothing may crash, and what is accepted must give its octets back.
#include <cstdint>
#include <cstdlib>

#include "models/bgp/json/message_json.h"

using namespace seatrial::bgp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 20) return 0;
  JsonOptions options;
  options.codec.external = (data[0] & 1) != 0;
  options.codec.four_octet_as = (data[0] & 2) == 0;
  if ((data[0] & 4) != 0) options.codec.add_path_receive = {ipv4_unicast, ipv6_unicast};
  Octets message(data + 1, data + size);
  std::fill(message.begin(), message.begin() + 16, 0xFF);
  message[16] = static_cast<std::uint8_t>(message.size() >> 8);
  message[17] = static_cast<std::uint8_t>(message.size());
  std::size_t taken = 0;
  const auto json = message_to_json(message, options, taken);
  if (!json || json->value("outcome", "accept") != "accept") return 0;
  const auto again = message_from_json(*json, options);
  if (!again) std::abort();
  // Trailing bits of a prefix are irrelevant (RFC 4271 section 4.3) and come back as 0; otherwise
  // the same octets.
  const auto second = message_to_json(*again, options, taken);
  if (!second || *second != *json) std::abort();
  return 0;
}
