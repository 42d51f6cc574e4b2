#include "models/calico/export_policy.h"

#include <memory>
#include <string>
#include <vector>

namespace seatrial::calico {
namespace {

bgp::PolicyClause clause(std::string label, bgp::PolicyAction action, const net::Prefix& covering,
                         bool exact, const Position& position) {
  bgp::PrefixListEntry entry{.sequence = 5, .prefix = covering, .position = position};
  if (!exact) entry.le = covering.address().bits();
  bgp::PolicyClause out{.label = std::move(label), .action = action, .position = position};
  out.match.prefix_list = std::make_shared<const bgp::PrefixList>(
      covering.to_string(), std::vector<bgp::PrefixListEntry>{entry});
  return out;
}

}  // namespace

std::vector<net::Prefix> announced_services(const Resources& resources, const Labels& labels) {
  std::vector<net::Prefix> out;
  const auto excluded = labels.find(exclude_label);
  if (excluded != labels.end() && excluded->second == "true") return out;
  const auto* config = resources.configuration("default");
  if (config == nullptr) return out;
  for (const auto* ranges : {&config->service_cluster_ips, &config->service_external_ips,
                             &config->service_load_balancer_ips}) {
    out.insert(out.end(), ranges->begin(), ranges->end());
  }
  return out;
}

bgp::Policy export_policy(const Resources& resources, const Labels& labels,
                          const std::vector<net::Prefix>& own_blocks, bool is_reflector) {
  constexpr auto permit = bgp::PolicyAction::permit;
  constexpr auto deny = bgp::PolicyAction::deny;
  bgp::Policy out{.name = "calico_export_to_bgp_peers"};
  const auto add = [&](const std::string& label, bgp::PolicyAction action,
                       const net::Prefix& covering, bool exact, const Position& position) {
    out.clauses.push_back(
        clause(label + " " + covering.to_string(), action, covering, exact, position));
  };
  for (const auto& pool : resources.pools) {
    if (pool.disable_bgp_export) add("pool not exported", deny, pool.cidr, false, pool.position);
  }
  for (const auto& block : own_blocks) {
    add("own block", permit, block, true, {});
    add("inside own block", deny, block, false, {});
  }
  const auto* config = resources.configuration("default");
  for (const auto& range : announced_services(resources, labels)) {
    add("service range", permit, range, false, config->position);
  }
  if (is_reflector && config != nullptr) {
    for (const auto* ranges : {&config->service_external_ips, &config->service_load_balancer_ips}) {
      for (const auto& range : *ranges) {
        add("reflected service range", permit, range, false, config->position);
      }
    }
  }
  // A pool's `disabled` concerns address management alone: what it has given out stays reachable.
  for (const auto& pool : resources.pools) {
    if (!pool.disable_bgp_export) add("pool", permit, pool.cidr, false, pool.position);
  }
  return out;
}

}  // namespace seatrial::calico
