#include "sim/forwarding/flow.h"

namespace seatrial::sim {

namespace {

// The finaliser of splitmix64 (Steele, Lea, Flood): every input bit changes every output bit with
// probability near 1/2, which is all that ECMP needs.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

}  // namespace

std::uint32_t flow_hash(const Flow& flow, std::uint64_t seed) {
  const std::uint64_t addresses = (std::uint64_t{flow.source} << 32U) | flow.destination;
  const std::uint64_t rest = (std::uint64_t{flow.source_port} << 32U) |
                             (std::uint64_t{flow.destination_port} << 16U) | flow.protocol;
  return static_cast<std::uint32_t>(mix(mix(mix(seed) ^ addresses) ^ rest) >> 32U);
}

std::string Flow::to_string() const {
  const std::string name = protocol == protocol_tcp    ? "tcp"
                           : protocol == protocol_udp  ? "udp"
                           : protocol == protocol_icmp ? "icmp"
                                                       : std::to_string(protocol);
  return name + " " + from().to_string() + " -> " + to().to_string();
}

}  // namespace seatrial::sim
