#include "scenarios/engine/trial/capture_plan.h"

#include <fnmatch.h>

#include <algorithm>
#include <stdexcept>

namespace seatrial::scenario {

CapturePlan::CapturePlan(std::vector<std::string> patterns, std::string folder)
    : patterns_(std::move(patterns)), folder_(std::move(folder)) {}

std::string CapturePlan::file_name(const std::string& port) {
  std::string name = port;
  std::ranges::replace_if(
      name, [](char c) { return c == ':' || c == '/'; }, '_');
  return name + ".pcap";
}

void CapturePlan::offer(sim::Topology& topology, const std::string& port) {
  bool wanted = false;
  for (const auto& pattern : patterns_) {
    const bool hit = pattern == "all" ? !topology.is_switch_port(port)
                                      : fnmatch(pattern.c_str(), port.c_str(), 0) == 0;
    if (!hit) continue;
    matched_.insert(pattern);
    wanted = true;
  }
  if (!wanted) return;
  if (auto begun = topology.capture(port, folder_ + "/" + file_name(port)); !begun) {
    throw std::runtime_error("capture of " + port + ": " + begun.error());
  }
}

void CapturePlan::offer_all(sim::Topology& topology) {
  for (const auto& port : topology.port_names(true)) offer(topology, port);
}

std::vector<std::string> CapturePlan::unmatched() const {
  std::vector<std::string> out;
  for (const auto& pattern : patterns_) {
    if (!matched_.contains(pattern)) out.push_back(pattern);
  }
  return out;
}

}  // namespace seatrial::scenario
