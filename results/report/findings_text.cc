#include "results/report/findings_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/report/text.h"

namespace seatrial::results {
namespace {

constexpr std::size_t most_windows = 12;
constexpr std::size_t most_groups = 8;
constexpr std::size_t most_ids = 4;

std::string clock(TimePoint at) {
  return seconds(std::chrono::round<std::chrono::milliseconds>(at));
}

std::string evidence_of(const std::vector<std::string>& ids, const std::vector<FrameId>& frames) {
  std::string out;
  for (std::size_t i = 0; i < std::min(ids.size(), most_ids); ++i) {
    out += (out.empty() ? "" : ", ") + ids[i];
  }
  if (ids.size() > most_ids) out += ", ...";
  for (const auto& frame : frames) out += (out.empty() ? "" : ", ") + frame.to_string();
  return out.empty() ? out : " [" + out + "]";
}

std::string change(const char* what, const std::optional<LastChange>& last, TimePoint since) {
  if (!last) return fmt::format("no {} change", what);
  return fmt::format("the last {} change after {} [{}]", what, readable(last->at - since),
                     last->evidence);
}

}  // namespace

// Before the first fault tables only fill: those windows are counted and not listed.
std::string windows_text(const Record& record, const std::vector<Window>& windows,
                         const TextColumns& columns) {
  if (record.faults().empty()) return "";
  const auto first = record.faults().front().at;
  std::vector<const Window*> later;
  for (const auto& window : windows) {
    if (!window.to || *window.to > first) later.push_back(&window);
  }
  std::string out =
      columns.heading(later.empty() ? "Data plane since the first fault: no loop, no blackhole"
                                    : fmt::format("Data plane since the first fault: {} window{}",
                                                  later.size(), later.size() == 1 ? "" : "s"));
  for (std::size_t i = 0; i < std::min(later.size(), most_windows); ++i) {
    const auto& window = *later[i];
    std::string nodes;
    for (const auto& node : window.nodes) nodes += (nodes.empty() ? "" : " ") + node.node;
    std::string way;
    for (const auto& hop : window.witness) {
      way += (way.empty() ? "" : " > ") + hop.node;
      if (!hop.evidence.empty()) way += " [" + hop.evidence + "]";
    }
    const auto span = window.to ? fmt::format("{} to {} s", clock(window.from), clock(*window.to))
                                : fmt::format("{} s to the end", clock(window.from));
    out += wrapped(
        "  ",
        fmt::format("{} of {}, {}: {}{}; from {}; {}", word_of(window.kind), prefixes_of(window),
                    span, window.reason, evidence_of(window.evidence, {}), nodes, way),
        columns.width, 4);
  }
  if (later.size() > most_windows) {
    out += fmt::format("  and {} more in results.json\n", later.size() - most_windows);
  }
  return out;
}

std::string convergence_text(const Record& record, const Convergence& convergence,
                             const TextColumns& columns) {
  if (convergence.faults.empty()) return "";
  std::string out = columns.heading("Convergence");
  for (const auto& fault : convergence.faults) {
    std::string what;
    for (const auto index : fault.faults) {
      const auto& one = record.faults()[index];
      what += (what.empty() ? "" : ", ") + one.action + " of " + one.target;
    }
    out += wrapped(
        "  ",
        fmt::format("{} at {} s: session ends lost {}, established {}; {}; {}", what,
                    clock(fault.at), fault.sessions_lost.size(), fault.sessions_established.size(),
                    change("RIB", fault.rib, fault.at), change("FIB", fault.fib, fault.at)),
        columns.width, 4);
  }
  return out;
}

std::string explanations_text(const Explanations& explanations, const TextColumns& columns) {
  if (explanations.groups.empty()) return "";
  const auto wrong = explanations.failed + explanations.slow;
  std::string out = columns.heading(fmt::format(
      "Why: {} failed and {} slow request{}, {} of them explained",
      readable(std::uint64_t{explanations.failed}), readable(std::uint64_t{explanations.slow}),
      wrong == 1 ? "" : "s", readable(std::uint64_t{wrong - explanations.unattributed})));
  for (std::size_t i = 0; i < std::min(explanations.groups.size(), most_groups); ++i) {
    const auto& group = explanations.groups[i];
    out += wrapped(
        "  ",
        fmt::format("{} x {} ({}, due {} to {} s): {}",
                    readable(std::uint64_t{group.requests.size()}), group.symptom, group.client,
                    clock(group.first), clock(group.last),
                    group.attributed ? group.cause : "unattributed: no record names a cause"),
        columns.width, 4);
    for (const auto& step : group.chain) {
      out += wrapped("      - ", step.text + evidence_of(step.evidence, step.frames), columns.width,
                     8);
    }
  }
  if (explanations.groups.size() > most_groups) {
    out += fmt::format("  and {} more groups in results.json\n",
                       explanations.groups.size() - most_groups);
  }
  return out;
}

}  // namespace seatrial::results
