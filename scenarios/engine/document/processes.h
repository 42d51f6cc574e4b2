// The processes of a design that a fault can stop: the BGP daemon of every router, of every edge
// that has one and of every cluster node, and the nginx of an edge.
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/document/scenario.h"

namespace seatrial::scenario::document {

struct ProcessName {
  std::string node;
  std::string process;  // "bgp" or "nginx"
  std::string to_string() const { return node + "/" + process; }
};

// In the order of the document.
std::vector<ProcessName> processes(const Scenario& scenario);

}  // namespace seatrial::scenario::document
