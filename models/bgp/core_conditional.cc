// What goes out only under a condition, or differently for a time: `advertise-map` and
// `maximum-prefix-out` of a neighbour, `bgp max-med on-startup`, as bgpd has them.
//
// bgpd looks at the conditions every 60 s (`bgp conditional-advertisement timer`), not when the
// table changes, and until it has looked for the first time everything goes out.
#include <algorithm>

#include "models/bgp/core.h"

namespace seatrial::bgp {

void Speaker::Core::start_conditions() {
  const auto conditional = [](const NeighborConfig& config) {
    return config.conditional || config.in(net::Family::ipv6).conditional;
  };
  const auto& ranges = config_.dynamic_ranges;
  if (std::any_of(config_.neighbors.begin(), config_.neighbors.end(), conditional) ||
      std::any_of(ranges.begin(), ranges.end(),
                  [&](const DynamicRange& range) { return conditional(range.peer); }))
    io::arm_in(host_, *condition_timer_, config_.condition_interval);
}

bool Speaker::Core::some_route_passes(const std::vector<Policy>& policy, net::Family family) const {
  bool passes = false;
  rib_.for_each([&](const net::Prefix& prefix, const Route& route) {
    if (passes || prefix.family() != family) return;
    for (const auto& path : route) {
      if (!path.attributes) continue;
      const PolicyInput input{.prefix = prefix, .source = path.origin->source};
      passes = passes || apply(policy, input, *path.attributes).permitted;
    }
  });
  return passes;
}

void Speaker::Core::check_conditions() {
  io::arm_in(host_, *condition_timer_, config_.condition_interval);
  for (auto& [address, n] : neighbors_) {
    if (!n->session().established()) continue;
    for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
      const auto& conditional = n->session().config().in(family).conditional;
      if (!conditional || !n->carries(family)) continue;
      const bool withholds =
          some_route_passes(conditional->condition, family) != conditional->while_exists;
      if (withholds == withheld_.contains({address, family})) continue;
      if (withholds) {
        withheld_.insert({address, family});
      } else {
        withheld_.erase({address, family});
      }
      rib_.for_each([&neighbor = *n, family](const net::Prefix& prefix, const Route&) {
        if (prefix.family() == family) neighbor.touch(prefix);
      });
    }
  }
}

bool Speaker::Core::withheld(const net::Prefix& prefix, const Neighbor& n,
                             const Candidate& path) const {
  const auto& config = n.session().config();
  const auto family = prefix.family();
  if (!withheld_.contains({config.address, family})) return false;
  const PolicyInput input{prefix, path.origin->source, config.address, n.session().local_address()};
  return apply(config.in(family).conditional->routes, input, *path.attributes).permitted;
}

// A prefix more than may go out; what is already there stays.
bool Speaker::Core::over_limit(const net::Prefix& prefix, const Neighbor& n) const {
  const auto& limit = n.session().config().in(prefix.family()).max_prefixes_out;
  if (!limit || n.adj_rib_out().find(prefix) != nullptr) return false;
  return n.advertised(prefix.family()) >= *limit;
}

bool Speaker::Core::in_table(const net::Prefix& prefix, const Candidate& best) const {
  if (config_.table_map.empty()) return true;
  const PolicyInput input{
      .prefix = prefix, .source = best.origin->source, .peer = best.origin->peer};
  return apply(config_.table_map, input, *best.attributes).permitted;
}

// From the first session on.
void Speaker::Core::begin_max_med() {
  if (!config_.max_med || !config_.max_med->after_start || max_med_timer_->armed()) return;
  io::arm_in(host_, *max_med_timer_, *config_.max_med->after_start);
}

void Speaker::Core::end_max_med() {
  config_.max_med.reset();
  for (auto& group : groups_) group->forget();
  for (auto& [address, n] : neighbors_) {
    rib_.for_each(
        [&neighbor = *n](const net::Prefix& prefix, const Route&) { neighbor.touch(prefix); });
  }
}

}  // namespace seatrial::bgp
