// The decision process: RFC 4271 section 9.1.2 with weight in front, as every implementation has
// it, RFC 4456 section 9's steps, multipath, and the freedom that profile.h describes. Pure: the
// candidates of one prefix in, the choice and the step that decided against each other one out.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "models/bgp/path_attributes.h"
#include "models/bgp/policy.h"
#include "models/bgp/profile.h"
#include "models/net/units.h"

namespace seatrial::bgp {

struct Candidate {
  net::IpAddress peer;  // unspecified for a local route
  RouteSource source = RouteSource::local;
  std::uint32_t path_id = 0;
  AttributesRef attributes;
  std::uint32_t weight = 0;
  RouterId peer_id;
  bool reflector_client = false;        // of this speaker
  std::uint32_t local_id = 0;           // of the path at this speaker, when sent on by RFC 7911
  bool dampened = false;                // RFC 2439: not eligible, for it flaps
  bool confederation = false;           // from another member AS (RFC 5065)
  std::optional<std::uint32_t> metric;  // to the next hop; nothing: not eligible
  bool selected = false;                // the best of the previous run
  TimePoint received;
};

enum class Step : std::uint8_t {
  not_eligible,
  only_path,
  long_lived_stale,
  weight,
  local_pref,
  locally_originated,
  as_path_length,
  origin,
  med,
  ebgp_over_ibgp,
  igp_metric,
  oldest_external,
  router_id,
  cluster_list_length,
  peer_address,
  path_id,
};
std::string_view to_string(Step step);

struct DecisionOptions {
  MedMode med_mode = MedMode::eliminate;
  bool always_compare_med = false;
  bool med_confederation = false;     // between paths inside the confederation, too
  bool missing_med_is_worst = false;  // otherwise a missing MED is 0
  bool as_path_ignore = false;
  bool as_path_counts_confederation = false;
  LastTieBreak last_tie_break = LastTieBreak::router_id;
  unsigned multipath_ebgp = 1;
  unsigned multipath_ibgp = 1;
  bool multipath_relax = false;
  std::uint32_t default_local_pref = 100;
};

struct Decision {
  std::optional<std::size_t> best;
  std::vector<std::size_t> multipath;  // the best first; distinct next hops
  std::vector<Step> steps;             // for each: why it lost; for the best, against the runner-up
};

// `candidates` in order of arrival, oldest first.
Decision decide(std::span<const Candidate> candidates, const DecisionOptions& options);

}  // namespace seatrial::bgp
