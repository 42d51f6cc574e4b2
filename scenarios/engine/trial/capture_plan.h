// Which ports are captured, and into which files. Pods come and go during a run, so the plan is
// asked anew for each port that appears.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/devices/topology.h"

namespace seatrial::scenario {

class CapturePlan {
 public:
  // Patterns as in TrialOptions::captures; "all" takes the ports of machines.
  CapturePlan(std::vector<std::string> patterns, std::string folder);

  // Starts the capture of a port when the plan wants it. Throws std::runtime_error when the file
  // cannot be made.
  void offer(sim::Topology& topology, const std::string& port);
  void offer_all(sim::Topology& topology);
  // Patterns that matched no port so far.
  std::vector<std::string> unmatched() const;
  bool empty() const { return patterns_.empty(); }

  // "default/api-1:eth0" -> "default_api-1_eth0.pcap"
  static std::string file_name(const std::string& port);

 private:
  std::vector<std::string> patterns_;
  std::string folder_;
  std::set<std::string> matched_;
};

}  // namespace seatrial::scenario
