// Finds a layer-2 loop in a design before anything runs. Without a spanning tree a single broadcast
// frame would circle in it for ever.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace seatrial::sim {

// A cable between two switches (links to hosts cannot be part of a loop).
struct L2Link {
  std::string a;
  std::string b;
  // VLANs that both ends carry over it. Two access ports are one VLAN, the one of the ports.
  std::vector<std::uint16_t> vlans = {1};
};

struct L2Loop {
  std::uint16_t vlan = 1;
  // The switches in order, the first again at the end: tor1, tor2, tor1.
  std::vector<std::string> switches;
  // The links between them, as indices of the input.
  std::vector<std::size_t> links;

  std::string to_string() const;  // "VLAN 10: tor1 - tor2 - tor1"
};

// The first loop, by lowest VLAN and then by the first link that closes one; nothing when there is
// none.
std::optional<L2Loop> find_l2_loop(std::span<const L2Link> links);

}  // namespace seatrial::sim
