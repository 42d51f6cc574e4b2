// Any bytes as a BGP message body: nothing may crash, and what decodes without a complaint must
// survive being encoded and decoded again.
#include <cstdint>
#include <cstdlib>

#include "models/bgp/codec.h"

using namespace seatrial::bgp;

namespace {

void check_update(Bytes body, const CodecOptions& options) {
  const auto decoded = decode_update(body, options);
  if (!decoded || decoded->outcome != Outcome::none) return;
  UpdateMessage only = decoded->message;
  if (only.announced.empty() || !only.mp_announced.empty() || !only.withdrawn.empty()) return;
  auto& list = only.attributes->unknown;
  if (!list.empty()) {
    for (auto& unknown : list.edit()) unknown.flags |= attribute_flag::partial;
  }
  only.mp_next_hop.reset();
  only.mp_link_local.reset();
  CodecOptions wide = options;
  wide.max_size = max_extended_message_size;
  const auto again = encode(only, wide);
  if (again.size() != 1) return;
  const auto back = decode_update(Bytes(again[0]).subspan(header_size), options);
  if (!back || back->message != only) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes body(data + 1, size - 1);
  CodecOptions options;
  options.four_octet_as = (data[0] & 1) != 0;
  options.external = (data[0] & 2) != 0;
  if ((data[0] & 4) != 0) {
    options.add_path_receive = {ipv4_unicast, ipv6_unicast};
    options.add_path_send = options.add_path_receive;
  }
  if (options.four_octet_as) check_update(body, options);
  (void)decode_update(body, options);
  if (const auto open = decode_open(body)) {
    const auto again = encode(*open);
    const auto back = decode_open(Bytes(again).subspan(header_size));
    if (again.size() <= max_message_size && (!back || back->id != open->id)) std::abort();
  }
  (void)decode_notification(body);
  (void)decode_route_refresh(body);
  return 0;
}
