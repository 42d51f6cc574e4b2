// The second half of the reading: names become the things they name.
#pragma once

#include <string>

#include "models/bgp/policy.h"
#include "models/frr/draft.h"

namespace seatrial::frr {

// Looks prefix lists, community lists and route maps up and makes bgp::Policy of them; a name that
// is not defined is an error where it stands.
class PolicyTable {
 public:
  PolicyTable(const Draft& draft, Diagnostics& diagnostics)
      : draft_(draft), diagnostics_(diagnostics) {}

  std::optional<bgp::Policy> route_map(const Reference& reference);
  std::optional<bgp::Policy> prefix_list(const Reference& reference);
  // Complains about route maps that refer to lists that are not there, used or not.
  void check_all();

 private:
  std::optional<bgp::PrefixList> list(const Reference& reference);
  bool match_communities(const RouteMapEntryDraft& entry, bgp::PolicyMatch& match);

  const Draft& draft_;
  Diagnostics& diagnostics_;
};

// Applies groups, looks names up, checks what FRR checks and makes the Config.
Config resolve(Draft draft, Diagnostics& diagnostics, std::string_view profile);

}  // namespace seatrial::frr
