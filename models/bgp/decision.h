// The decision process: RFC 4271 section 9.1.2 with weight in front, as every implementation has
// it, RFC 4456 section 9's steps, multipath, and the freedom that profile.h describes. Pure: the
// candidates of one prefix in, the choice and the step that decided against each other one out.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/bgp/path_attributes.h"
#include "models/bgp/policy.h"
#include "models/bgp/profile.h"
#include "models/net/units.h"

namespace seatrial::bgp {

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
  member_over_internal,
  igp_metric,
  oldest_external,
  router_id,
  cluster_list_length,
  peer_address,
  path_id,
};
std::string_view to_string(Step step);

// Whom paths were learned from: shared by all of a session's.
struct PathOrigin {
  net::IpAddress peer;  // unspecified for a local route
  RouteSource source = RouteSource::local;
  RouterId id;
  bool reflector_client = false;     // of this speaker, with its IPv4 routes
  bool reflector_client_v6 = false;  // ... with its IPv6 routes
  bool confederation = false;        // another member AS (RFC 5065)
  bool route_server_client = false;  // of this speaker
  Asn asn;                           // the peer's
  bool client(net::Family family) const {
    return family == net::Family::ipv4 ? reflector_client : reflector_client_v6;
  }
  friend bool operator==(const PathOrigin&, const PathOrigin&) = default;
};

// A path to one prefix, from its announcement to what the decision process said of it. Large tables
// are made of these: 48 octets.
struct Candidate {
  static constexpr std::uint32_t unreachable = 0xFFFFFFFF;

  AttributesRef attributes;  // after policy; nothing: refused, and no candidate
  AttributesRef announced;   // as it came; nothing for a local route
  const PathOrigin* origin = nullptr;
  TimePoint received;  // or last changed
  std::uint32_t path_id = 0;
  std::uint32_t metric = unreachable;  // to the next hop
  std::uint32_t weight = 0;
  std::uint16_t local_id = 0;   // of the path at this speaker, when sent on by RFC 7911
  bool dampened : 1 = false;    // RFC 2439: not eligible, for it flaps
  bool stale : 1 = false;       // kept over a restart (RFC 4724), or not yet refreshed (RFC 7313)
  bool long_lived : 1 = false;  // stale for so long that it is a last resort (RFC 9494)
  bool fresh : 1 = true;        // came or changed since the last run
  // Of the last run:
  bool best : 1 = false;
  bool multipath : 1 = false;  // in the set of next hops
  Step step : 5 = Step::not_eligible;

  bool eligible() const { return metric != unreachable; }
};

struct DecisionOptions {
  MedMode med_mode = MedMode::eliminate;
  bool always_compare_med = false;
  MedScope med_scope = MedScope::neighbor;
  bool med_confederation = false;     // between paths inside the confederation, too
  bool missing_med_is_worst = false;  // otherwise a missing MED is 0
  bool as_path_ignore = false;
  bool as_path_counts_confederation = false;
  LastTieBreak last_tie_break = LastTieBreak::router_id;
  unsigned multipath_ebgp = 1;
  unsigned multipath_ibgp = 1;
  bool multipath_relax = false;
  bool peer_type_relax = false;  // internal and external paths in one multipath
  // The cluster lists of internal paths decide beside the metric, and no less for a multipath.
  bool equal_cluster_length = false;
  bool multipath_by_address = false;
  bool member_over_internal = false;
  std::uint32_t default_local_pref = 100;
};

struct Decision {
  std::optional<std::size_t> best;
  std::vector<std::size_t> multipath;  // the best first; distinct next hops
  std::vector<Step> steps;             // for each: why it lost; for the best, against the runner-up
};

// `candidates` in order of arrival, oldest first. Those that are not eligible are passed over;
// which one was the best of the previous run matters to some daemons.
Decision decide(std::span<const Candidate> candidates, const DecisionOptions& options);
// The same, told in the candidates themselves.
void choose(std::span<Candidate> candidates, const DecisionOptions& options);

}  // namespace seatrial::bgp
