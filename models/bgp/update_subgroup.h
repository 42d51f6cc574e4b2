// Update groups as FRR forms them: peers that are told the same: same kind, same options and
// policies on the way out, same family (bgpd/bgp_updgrp.c). FRR makes an UPDATE once for all of a
// group, and so a route goes back to the peer that it came from, too; its next hop is chosen with
// regard to the others.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "models/bgp/rules.h"

namespace seatrial::bgp {

class UpdateSubgroups {
 public:
  // A membership; it ends when it is destroyed.
  using Membership = std::shared_ptr<const std::string>;

  Membership join(const RuleContext& peer, net::Family family);

 private:
  std::map<std::string, std::weak_ptr<const std::string>> groups_;
};

inline bool alone(const UpdateSubgroups::Membership& membership) {
  return membership.use_count() <= 1;
}

}  // namespace seatrial::bgp
