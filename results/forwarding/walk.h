// The walk of a packet over a snapshot: from a node to an address, along every branch of ECMP.
//
// Each node is worked out once for a destination, however many branches lead to it, so that a wide
// ECMP is as small as the network and not as its number of ways.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/forwarding/snapshot.h"

namespace seatrial::results {

// One way on from a node.
struct WalkBranch {
  net::IpAddress gateway;  // unspecified: the destination itself
  std::string interface;
  std::vector<std::string> switches;
  std::string next;                  // the node that it leads to; empty: to nobody
  std::optional<std::size_t> step;   // index of that node's step
  std::optional<Obstacle> dead_end;  // why the packet does not get there
  bool closes_loop = false;          // that node was on the way already
};

// A node that has the packet, and what it does with it.
struct WalkStep {
  std::string node;
  net::Endpoint to;  // the destination as it arrives: a service address may be translated
  bool delivered = false;
  std::optional<Obstacle> dead_end;
  std::optional<net::Prefix> prefix;  // the entry that matched
  std::string protocol;
  std::vector<std::string> evidence;  // "fib/207", "nat/3"
  std::vector<WalkBranch> branches;
};

struct WalkResult {
  std::vector<WalkStep> steps;                  // the first is where it begins
  std::vector<std::string> delivered_at;        // sorted
  std::vector<Obstacle> dead_ends;              // in the order they were met
  std::vector<std::vector<std::string>> loops;  // each ends with the node that it comes back to
};

// `to` with port 0: any. `from` must be a node with a forwarding table.
WalkResult walk(const Snapshot& snapshot, const std::string& from, const net::Endpoint& to);

}  // namespace seatrial::results
