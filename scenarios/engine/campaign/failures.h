// What can fail in a design, one thing at a time: each failure is an event that a run adds to the
// timeline, so that a person repeats any run of a campaign with `seatrial run --inject`.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "scenarios/engine/document/scenario.h"

namespace seatrial::scenario::campaign {

enum class FailureKind : std::uint8_t { link, node, process };
std::string_view to_string(FailureKind kind);

struct Failure {
  FailureKind kind = FailureKind::link;
  Action action = Action::link_down;
  std::string target;                 // of the event
  std::string element;                // for people: "core1:eth1 - tor1:swp1", "worker2"
  std::vector<std::string> machines;  // that lose what fails

  // "link_down core1:eth1"
  std::string to_string() const;
};

// What fails together in one run.
struct Case {
  std::vector<Failure> failures;

  std::string name() const;    // "power_off edge1 + link_down core1:eth1"
  std::string folder() const;  // the same, as a folder's name
  // For `seatrial run --inject`.
  std::vector<std::string> injections(Duration at) const;
};

struct Plan {
  std::vector<FailureKind> kinds;
  std::size_t together = 1;  // failures a run
  Duration at{};
  std::vector<Case> cases;  // in the order of the document
};

struct PlanOptions {
  std::vector<FailureKind> kinds = {FailureKind::link, FailureKind::node};
  std::size_t together = 1;       // 1 or 2
  std::optional<Duration> at;     // otherwise the middle of the load
  std::optional<Duration> until;  // where the runs end before the scenario does
};

// "link,node", each once. The error says what was wrong and what was expected.
tl::expected<std::vector<FailureKind>, std::string> parse_kinds(std::string_view text);

// link: every cable. node: every machine but clients. process: every BGP daemon and every edge's
// nginx, killed. Two failures of one element are no pair, and
// neither are a machine and a cable or another part of its own, which its loss takes along.
tl::expected<Plan, std::string> plan(const Scenario& scenario, const PlanOptions& options);

// "20 links, 9 nodes: 29 single failures, 30 runs with the baseline"
std::string announcement(const Plan& plan, std::size_t seeds);

}  // namespace seatrial::scenario::campaign
