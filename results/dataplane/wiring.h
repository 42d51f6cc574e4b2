// Who answers at the other side of an interface: the machines, cables and switches of a run and
// their state at a moment of a replay. A frame reaches the machine that has the address on the same
// segment when that machine has power, every cable on the way between them has its carrier and
// loses nothing, and ARP was not given up there.
//
// Switches are taken as a tree without VLANs: of several ways the shortest counts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/net/address.h"
#include "results/record/record.h"

namespace seatrial::results::dataplane {

// How a next hop is found. Everything but `up` loses the packet.
enum class Reach : std::uint8_t {
  up,
  powered_off,   // whoever has the address has no power
  link_down,     // no carrier on the way
  silent_loss,   // a cable on the way loses everything and keeps its carrier
  arp_failed,    // nobody answered
  no_such_host,  // nobody on the segment has the address
};

struct Neighbour {
  Reach reach = Reach::no_such_host;
  std::string node;                   // who has the address; empty: nobody
  std::string where;                  // the port of a cable that is at fault: "tor2:swp4"
  std::vector<std::string> evidence;  // of a reach that is not `up`: "fault/0"

  friend bool operator==(const Neighbour&, const Neighbour&) = default;
};

class Wiring {
 public:
  explicit Wiring(const Topology& topology);

  // --- what happens; evidence is the record's id ---
  void set_carrier(const std::string& port, bool up, const std::string& evidence);
  // `target` is a port, or a host's name for its first cabled port, as in scenario.json.
  void set_silent(const std::string& target, bool silent, const std::string& evidence);
  void power_off(const std::string& node, const std::string& evidence);
  void pod_on(const std::string& pod, const std::string& node) { node_of_pod_[pod] = node; }
  void set_arp(const std::string& port, const net::IpAddress& address, bool failed,
               const std::string& evidence);
  // A cable came back: the next packet tries ARP again.
  void forget_arp_failures() { arp_failed_.clear(); }

  // Where a packet for `address` ends that leaves by `port`.
  Neighbour neighbour(const std::string& port, const net::IpAddress& address) const;
  // The cables on whose state that depends, and the one at a port; -1: none.
  std::vector<int> cables_towards(const std::string& port, const net::IpAddress& address) const;
  int cable_at(const std::string& port) const;
  std::size_t cable_count() const { return cables_.size(); }
  // The ports of a machine, and the one that a fault of a cable is aimed at; empty: none.
  std::vector<std::string> ports_of(const std::string& node) const;
  std::string port_of_target(const std::string& target) const;
  // A machine that has power; a pod also needs its port's carrier.
  bool alive(const std::string& node) const;
  // The record of the loss of power; empty: it has power.
  std::string power_evidence(const std::string& node) const;
  bool is_pod(const std::string& node) const;
  // The machine at the other end of a pod's port.
  std::string host_of_pod(const std::string& pod) const;

 private:
  struct Cable {
    int a = 0;
    int b = 0;
    std::string silent;  // evidence; empty: it carries
  };
  struct Port {
    std::string name;
    int node = 0;
    int cable = -1;
    bool carrier = true;
    std::string evidence;  // of its last change
    std::vector<net::IpAddress> addresses;
  };
  struct Node {
    std::string name;
    std::string kind;
    std::vector<int> ports;
  };

  int port_named(const std::string& name) const;
  int port_of_cable(const std::string& name);
  int far_port(int port) const;
  bool is_switch(int port) const {
    return nodes_[static_cast<std::size_t>(node(port))].kind == "switch";
  }
  int node(int port) const { return ports_[static_cast<std::size_t>(port)].node; }
  const Port& at(int port) const { return ports_[static_cast<std::size_t>(port)]; }
  // A machine's port of a segment, with the cables on the way.
  struct Way {
    int port = 0;
    std::vector<int> cables;
  };
  // All machine ports of a segment as a switch sees them, the nearest first, and by address. What
  // hangs on one switch has the same, but for its own port and its own cable.
  struct Segment {
    std::vector<Way> ways;
    std::unordered_map<net::IpAddress, std::vector<std::size_t>> by_address;
  };
  const Segment& segment(int switch_node) const;
  // Calls `visit(far port, cables behind the first one)` for each way from a port to whoever
  // answers for the address, the nearest first, until it says to stop.
  template <typename Visit>
  void for_each_answer(int port, const net::IpAddress& address, Visit visit) const;
  Neighbour judge(int port, int first_cable, const std::vector<int>& cables) const;

  std::vector<Node> nodes_;
  std::vector<Port> ports_;
  std::vector<Cable> cables_;
  std::map<std::string, int> ports_by_name_;
  std::map<std::string, int> nodes_by_name_;
  std::map<std::string, std::string> off_;  // machine -> evidence
  std::map<std::string, std::string> node_of_pod_;
  std::map<std::pair<int, net::IpAddress>, std::string> arp_failed_;
  mutable std::map<int, Segment> segments_;
};

}  // namespace seatrial::results::dataplane
