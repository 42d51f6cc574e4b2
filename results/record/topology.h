// The world of a run as it was built: machines, switches and the cables between them. Pods are in
// it with the ports that they had; when one lived, and with which address, its PodChanged records
// say.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::results {

struct TopologyPort {
  std::string name;                              // "eth0"
  std::vector<net::InterfaceAddress> addresses;  // at the end of the run

  friend bool operator==(const TopologyPort&, const TopologyPort&) = default;
};

struct TopologyNode {
  std::string name;
  std::string kind;     // "switch", "router", "edge", "node", "pod", "client"
  std::string cluster;  // of a node or pod; otherwise empty
  std::vector<TopologyPort> ports;

  friend bool operator==(const TopologyNode&, const TopologyNode&) = default;
};

struct TopologyLink {
  std::array<std::string, 2> ports;  // "core1:eth1", "tor1:swp1"
  std::uint64_t rate_bps = 0;
  Duration delay{};
  std::uint32_t mtu = 0;  // octets

  friend bool operator==(const TopologyLink&, const TopologyLink&) = default;
};

struct Topology {
  std::vector<TopologyNode> nodes;  // by name
  std::vector<TopologyLink> links;  // by their first port

  const TopologyNode* node(const std::string& name) const;  // nullptr: none
  // The port at the other end of `port`'s cable; empty: none.
  std::string peer(const std::string& port) const;
  // The switches that a frame crosses from a node's interface to another node, in order. Empty when
  // a cable joins them, or when there is no such way. Switches form a tree: the way is the only
  // one.
  std::vector<std::string> switches_between(const std::string& node, const std::string& interface,
                                            const std::string& to) const;
  // The ports that send it: the node's own, then one of each of these switches.
  std::vector<std::string> ports_between(const std::string& node, const std::string& interface,
                                         const std::string& to) const;
  // The cable at a port; nullptr: none.
  const TopologyLink* link(const std::string& port) const;

  friend bool operator==(const Topology&, const Topology&) = default;
};

// "core1:eth1" -> "core1". Interface names have no colon; pods' names neither.
std::string node_of_port(const std::string& port);

}  // namespace seatrial::results
