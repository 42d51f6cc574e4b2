// What a scenario expects of a run: one alternative per kind, as scenario.json says it. They are
// judged in scenarios/engine/expectations.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/net/address.h"
#include "models/net/units.h"
#include "scenarios/engine/document/condition.h"
#include "scenarios/engine/document/where.h"

namespace seatrial::scenario {

// {"sessions": "as_configured", "by": "15s"}: every BGP session that the files imply is Established
// by then and stays so until `until` (the end of the run when left out), and there is no other.
struct ExpectSessions {
  Duration by{};
  std::optional<Duration> until;
  std::vector<std::string> nodes;  // empty: all
  friend bool operator==(const ExpectSessions&, const ExpectSessions&) = default;
};

// {"routes": {"172.16.1.0/26": ["10.1.1.8"]}, "node": "edge1", "exact": true}: each node's
// forwarding table holds these, with exactly these next hops; `exact`: and, of that protocol,
// nothing else.
struct ExpectRoutes {
  std::vector<std::string> nodes;
  std::map<net::Prefix, std::vector<net::IpAddress>> routes;
  bool exact = true;
  std::string protocol = "bgp";
  std::optional<Duration> at;  // the end of the run when left out
  friend bool operator==(const ExpectRoutes&, const ExpectRoutes&) = default;
};

// {"blocks": "one_next_hop", "cluster": "prod", "node": [...]}: each allocated Calico block is in
// the forwarding table of each node with exactly one next hop, the node that owns it.
struct ExpectBlocks {
  std::string cluster;  // empty: every cluster
  std::vector<std::string> nodes;
  std::optional<Duration> at;
  friend bool operator==(const ExpectBlocks&, const ExpectBlocks&) = default;
};

// {"next_hops": 3, "prefix": "10.50.0.80/32", "node": ["core1", "core2"]}
struct ExpectNextHops {
  std::vector<std::string> nodes;
  net::Prefix prefix;
  std::uint32_t count = 1;
  std::optional<Duration> at;
  friend bool operator==(const ExpectNextHops&, const ExpectNextHops&) = default;
};

// {"load": "users", "success_ratio": {"at_least": 1.0}, "status": 200, "answered_by": "as_routed",
//  "p99": {"at_most": "20ms"}}. A load that sent nothing fails.
struct ExpectLoad {
  std::string load;  // the client's name
  Bound<double> success_ratio;
  Bound<std::uint64_t> requests;
  std::optional<int> status;  // of every answer
  bool answered_as_routed = false;
  Bound<Duration> p50;
  Bound<Duration> p90;
  Bound<Duration> p99;
  Bound<Duration> max;
  std::optional<Duration> from;  // only requests intended in [from, to)
  std::optional<Duration> to;
  friend bool operator==(const ExpectLoad&, const ExpectLoad&) = default;
};

enum class SpreadOver : std::uint8_t { edges, ingress_pods, app_pods };

// {"spread": {"over": "edges", "load": "users", "min_share": 0.2, "max_share": 0.5}}: the share of
// the answered requests that each of them carried.
struct ExpectSpread {
  SpreadOver over = SpreadOver::edges;
  std::string load;
  std::string service;  // only requests that expect this service; then app_pods are its pods
  double min_share = 0.0;
  double max_share = 1.0;
  friend bool operator==(const ExpectSpread&, const ExpectSpread&) = default;
};

// {"drops": {"at_most": 0}}
struct ExpectDrops {
  Bound<std::uint64_t> drops;
  std::vector<std::string> nodes;    // empty: all
  std::vector<std::string> reasons;  // empty: all
  std::optional<Duration> from;
  std::optional<Duration> to;
  friend bool operator==(const ExpectDrops&, const ExpectDrops&) = default;
};

enum class Invariant : std::uint8_t { no_loops, no_blackholes };

// {"no_blackholes": true, "prefix": "10.50.0.80/32", "node": "core1", "from": "15s",
//  "at_most": "9.05s"}: no window (results/dataplane) towards a prefix that overlaps this one, from
// these nodes, lasts longer than that within [from, to).
struct ExpectInvariant {
  Invariant what = Invariant::no_loops;
  std::optional<net::Prefix> prefix;  // nothing: every prefix
  std::vector<std::string> nodes;     // empty: all
  std::optional<Duration> from;
  std::optional<Duration> to;
  Duration at_most{};
  friend bool operator==(const ExpectInvariant&, const ExpectInvariant&) = default;
};

// {"convergence": {"after": "30s", "at_most": "9.05s", "of": "fib"}}: from that moment to the next
// fault of the timeline, the last change came no later than so long after it.
struct ExpectConvergence {
  Duration after{};
  Duration at_most{};
  Table of = Table::fib;
  friend bool operator==(const ExpectConvergence&, const ExpectConvergence&) = default;
};

// {"quiescent": "fib", "by": "45s"}: nothing changes after it.
struct ExpectQuiescent {
  Table of = Table::fib;
  Duration by{};
  friend bool operator==(const ExpectQuiescent&, const ExpectQuiescent&) = default;
};

// {"always": STATE, "from": "15s", "to": "30s"}
struct ExpectAlways {
  Condition holds;
  std::optional<Duration> from;
  std::optional<Duration> to;
  friend bool operator==(const ExpectAlways&, const ExpectAlways&) = default;
};

// {"eventually": STATE, "from": "30s", "by": "40s"}
struct ExpectEventually {
  Condition comes;
  std::optional<Duration> from;
  std::optional<Duration> by;
  friend bool operator==(const ExpectEventually&, const ExpectEventually&) = default;
};

// {"until": STATE, "holds": STATE, "from": "30s", "by": "40s"}: the second holds at every moment
// before the first, which comes.
struct ExpectUntil {
  Condition comes;
  Condition holds;
  std::optional<Duration> from;
  std::optional<Duration> by;
  friend bool operator==(const ExpectUntil&, const ExpectUntil&) = default;
};

struct Expectation {
  std::string id;
  std::variant<ExpectSessions, ExpectRoutes, ExpectBlocks, ExpectNextHops, ExpectLoad, ExpectSpread,
               ExpectDrops, ExpectInvariant, ExpectConvergence, ExpectQuiescent, ExpectAlways,
               ExpectEventually, ExpectUntil>
      what;
  Where position;
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

}  // namespace seatrial::scenario
