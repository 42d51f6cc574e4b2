#include "scenarios/engine/trial/mrt_plan.h"

#include <fnmatch.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace seatrial::scenario {
namespace {

std::string cannot_write(const std::string& path) {
  return path + ": cannot write: " + std::strerror(errno);
}

}  // namespace

struct MrtPlan::Node {
  explicit Node(std::string path)
      : updates_path(std::move(path)), file(updates_path, std::ios::binary), writer(file, {}) {}

  std::string updates_path;
  std::ofstream file;
  results::mrt::UpdateWriter writer;
};

MrtPlan::MrtPlan(std::vector<std::string> patterns, std::string folder)
    : patterns_(std::move(patterns)), folder_(std::move(folder)) {}
MrtPlan::~MrtPlan() = default;

void MrtPlan::offer(const std::string& node) {
  bool wanted = false;
  for (const auto& pattern : patterns_) {
    if (pattern != "all" && fnmatch(pattern.c_str(), node.c_str(), 0) != 0) continue;
    matched_.insert(pattern);
    wanted = true;
  }
  if (!wanted) return;
  auto opened = std::make_unique<Node>(folder_ + "/" + node + ".updates.mrt");
  if (!opened->file) throw std::runtime_error(cannot_write(opened->updates_path));
  nodes_[node] = std::move(opened);
}

std::vector<std::string> MrtPlan::unmatched() const {
  std::vector<std::string> out;
  for (const auto& pattern : patterns_) {
    if (!matched_.contains(pattern)) out.push_back(pattern);
  }
  return out;
}

tl::expected<void, std::string> MrtPlan::finish(TimePoint now, const SpeakerOf& speaker_of) {
  for (auto& [name, node] : nodes_) {
    node->file.close();
    if (!node->file) return tl::make_unexpected(cannot_write(node->updates_path));
    const auto [speaker, runs] = speaker_of(name);
    const auto table = runs ? results::mrt::table_dump(*speaker, name, now, {})
                            : results::mrt::empty_table_dump(*speaker, name, now, {});
    const auto path = folder_ + "/" + name + ".rib.mrt";
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(table.data()),
               static_cast<std::streamsize>(table.size()));
    file.close();
    if (!file) return tl::make_unexpected(cannot_write(path));
  }
  nodes_.clear();
  return {};
}

void MrtPlan::session_changed(const bgp::SessionEvent& event) {
  if (const auto node = nodes_.find(event.speaker); node != nodes_.end()) {
    node->second->writer.session_changed(event);
  }
}

void MrtPlan::message(const bgp::MessageEvent& event) {
  if (const auto node = nodes_.find(event.speaker); node != nodes_.end()) {
    node->second->writer.message(event);
  }
}

}  // namespace seatrial::scenario
