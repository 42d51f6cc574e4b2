// Whose BGP is written down in MRT, and into which files: NODE.updates.mrt as it happens, and
// NODE.rib.mrt at the end.
#pragma once

#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "models/bgp/speaker.h"
#include "results/mrt/speaker_dump.h"

namespace seatrial::scenario {

class MrtPlan final : public bgp::Observer {
 public:
  // Shell patterns of nodes' names; "all" takes every speaker.
  MrtPlan(std::vector<std::string> patterns, std::string folder);
  ~MrtPlan() override;

  bool empty() const { return patterns_.empty(); }
  // Opens the node's file when the plan wants it. Throws std::runtime_error when the file cannot be
  // made.
  void offer(const std::string& node);
  // Patterns that no speaker had so far.
  std::vector<std::string> unmatched() const;
  // A node's speaker, and whether it runs: one that does not has no table.
  using SpeakerOf =
      std::function<std::pair<std::shared_ptr<const bgp::Speaker>, bool>(const std::string& node)>;
  // The tables as they are now, and the end of the files.
  tl::expected<void, std::string> finish(TimePoint now, const SpeakerOf& speaker_of);

  // bgp::Observer
  void session_changed(const bgp::SessionEvent& event) override;
  void message(const bgp::MessageEvent& event) override;

 private:
  struct Node;

  std::vector<std::string> patterns_;
  std::string folder_;
  std::set<std::string> matched_;
  std::map<std::string, std::unique_ptr<Node>> nodes_;
};

}  // namespace seatrial::scenario
