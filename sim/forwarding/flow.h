// A transport flow and its ECMP hash.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "models/net/address.h"

namespace seatrial::sim {

inline constexpr std::uint8_t protocol_icmp = 1;
inline constexpr std::uint8_t protocol_tcp = 6;
inline constexpr std::uint8_t protocol_udp = 17;

// Addresses in host order; ports are 0 where the protocol has none.
struct Flow {
  std::uint32_t source = 0;
  std::uint32_t destination = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint8_t protocol = 0;

  Flow reversed() const { return {destination, source, destination_port, source_port, protocol}; }
  net::Endpoint from() const { return {net::IpAddress::v4(source), source_port}; }
  net::Endpoint to() const { return {net::IpAddress::v4(destination), destination_port}; }
  std::string to_string() const;  // "tcp 10.2.0.10:40000 -> 10.50.0.80:80"
  friend auto operator<=>(const Flow&, const Flow&) = default;
};

// The same flow always gives the same hash at the same node; another seed, as another node has,
// gives an independent one, so that two ECMP stages in a row do not polarise.
std::uint32_t flow_hash(const Flow& flow, std::uint64_t seed);

// Which of `count` next hops takes the hash: equal regions of the hash space (hash-threshold, RFC
// 2992), as Linux does with fib_multipath_hash_policy=1. Adding or removing a member therefore
// moves flows between members that both stay.
inline std::size_t pick_next_hop(std::uint32_t hash, std::size_t count) {
  return static_cast<std::size_t>((std::uint64_t{hash} * count) >> 32U);
}

}  // namespace seatrial::sim

template <>
struct std::hash<seatrial::sim::Flow> {
  std::size_t operator()(const seatrial::sim::Flow& flow) const noexcept {
    return (std::size_t{seatrial::sim::flow_hash(flow, 0)} << 32U) |
           seatrial::sim::flow_hash(flow, 1);
  }
};
