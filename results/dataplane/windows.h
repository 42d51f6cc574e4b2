// Continuous data-plane invariants: what the forwarding tables, links, machines, neighbours and
// service translations of a finished run made of a packet towards every announced prefix, after
// every change. See README.md for what counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/net/address.h"
#include "models/net/units.h"
#include "results/record/record.h"

namespace seatrial::results {

enum class WindowKind : std::uint8_t { loop, blackhole };
std::string_view word_of(WindowKind kind);

// One node of a witness, and the record of the entry by which it sent the packet on.
struct WitnessHop {
  std::string node;
  std::string evidence;  // "fib/204", "nat/3"; empty at a node that had no entry
};

// While it was open a packet towards the prefixes could be lost (on at least one branch of ECMP)
// from any of the nodes.
struct Window {
  WindowKind kind = WindowKind::blackhole;
  std::vector<net::Prefix> prefixes;  // sorted; those with the same times, nodes and reason
  TimePoint from;
  std::optional<TimePoint> to;  // nothing: open at the end
  struct Span {
    TimePoint from;
    std::optional<TimePoint> to;
    friend bool operator==(const Span&, const Span&) = default;
  };
  struct Affected {
    std::string node;
    std::vector<Span> spans;
    friend bool operator==(const Affected&, const Affected&) = default;
  };
  std::vector<Affected> nodes;        // sorted
  std::vector<WitnessHop> witness;    // a loop ends with the node that it comes back to
  std::string reason;                 // "worker2 has no power", "core1 has no route"
  std::vector<std::string> evidence;  // of the reason: "fault/0"

  Duration length(TimePoint end) const { return to.value_or(end) - from; }
};

// In order of time. `end` closes nothing: a window that lasts is open.
std::vector<Window> find_windows(const Record& record);

}  // namespace seatrial::results
