// Finds the frames of a flow in the captures that a run left behind: OUT/pcap/NODE_INTERFACE.pcap.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/explain/explain.h"

namespace seatrial::results {

class Frames {
 public:
  // `folder` is the run's; empty, or without captures: nothing is ever found.
  explicit Frames(std::string folder);

  // The first frame of the flow in each capture at `node` within the time.
  std::vector<FrameId> of(const Flow& flow, const std::string& node, TimePoint from,
                          TimePoint to) const;
  // The first packet to a name server in each capture at `node` within the time.
  std::vector<FrameId> lookups(const std::string& node, TimePoint from, TimePoint to) const;

 private:
  struct Seen {
    TimePoint at;
    std::uint64_t number;
  };
  using Index = std::map<Flow, std::vector<Seen>>;
  const Index& index(const std::string& file) const;
  std::vector<std::string> files_at(const std::string& node) const;

  std::string folder_;
  std::vector<std::string> files_;  // names, sorted
  mutable std::map<std::string, Index> indexes_;
};

}  // namespace seatrial::results
