// What a neighbour has in its address families: flags, limits, policies.
#include <algorithm>

#include "models/frr/resolve.h"

namespace seatrial::frr {
namespace {

void add(std::vector<bgp::Policy>& chain, std::optional<bgp::Policy> policy, net::Family family) {
  if (!policy) return;
  policy->family = family;
  chain.push_back(std::move(*policy));
}

bgp::Policy nothing_of(net::Family family) {
  return {.name = "no policy (RFC 8212)", .clauses = {}, .family = family};
}

}  // namespace

void NeighborTable::set_families(const PeerDraft& peer, const PeerSettings& settings,
                                 bgp::NeighborConfig& out) {
  const bool v4 = settings.ipv4.activate.value_or(bgp_.default_ipv4_unicast);
  const bool v6 = settings.ipv6.activate.value_or(bgp_.default_ipv6_unicast);
  out.families.clear();
  if (v4) out.families.push_back(bgp::ipv4_unicast);
  if (v6) out.families.push_back(bgp::ipv6_unicast);
  const bool client = (v4 && settings.ipv4.route_reflector_client.value_or(false)) ||
                      (v6 && settings.ipv6.route_reflector_client.value_or(false));
  if (client && !internal(out.remote_as)) {
    diagnostics_.error(peer.position,
                       "neighbor " + peer.name + " is a route-reflector-client of another AS",
                       "a neighbor of AS " + bgp_.asn.to_string());
  }
  if (v4) set_policies(settings.ipv4, net::Family::ipv4, out);
  if (v6) set_policies(settings.ipv6, net::Family::ipv6, out);
  if (v4 && v6 && !internal(out.remote_as)) deny_without_policy(out);
  if (v4 && v6) {
    auto own = out;
    set_family(settings.ipv6, own);
    out.ipv6 = std::make_shared<const bgp::NeighborConfig>(std::move(own));
  }
  set_family(v4 ? settings.ipv4 : settings.ipv6, out);
}

// RFC 8212 by family: a policy for one does not let the other's routes through.
void NeighborTable::deny_without_policy(bgp::NeighborConfig& out) const {
  const bool denies = speaker_.ebgp_default_deny.value_or(speaker_.profile.ebgp_default_deny);
  for (auto* chain : {&out.import_policy, &out.export_policy}) {
    if (!denies || chain->empty()) continue;
    for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
      if (std::ranges::none_of(*chain, [&](const auto& p) { return p.family == family; })) {
        chain->push_back(nothing_of(family));
      }
    }
  }
}

void NeighborTable::set_family(const FamilySettings& f, bgp::NeighborConfig& out) {
  out.route_reflector_client = f.route_reflector_client.value_or(false);
  out.route_server_client = f.route_server_client.value_or(false);
  out.next_hop_self = f.next_hop_self.value_or(bgp::NextHopSelf::never);
  out.next_hop_unchanged = f.next_hop_unchanged.value_or(false);
  out.as_path_unchanged = f.as_path_unchanged.value_or(false);
  out.med_unchanged = f.med_unchanged.value_or(false);
  out.link_local_unchanged = f.link_local_unchanged.value_or(false);
  out.allowas_in = f.allowas_in.value_or(0);
  out.allowas_in_origin = f.allowas_in_origin.value_or(false);
  out.as_override = f.as_override.value_or(false);
  out.remove_private_as = f.remove_private_as.value_or(bgp::RemovePrivateAs::never);
  out.send_community = f.send_community.value_or(true);
  out.send_extended_community = f.send_extended_community.value_or(true);
  out.send_large_community = f.send_large_community.value_or(true);
  out.weight = f.weight.value_or(0);
  out.soft_reconfiguration_inbound = f.soft_reconfiguration.value_or(false);
  out.max_prefixes = f.maximum_prefix;
  out.max_prefixes_out = f.maximum_prefix_out;
  out.add_path.send = f.add_path_all.value_or(false);
  out.add_path.send_best_per_as = f.add_path_best_per_as.value_or(false);
  // bgpd takes several paths from whoever sends them; Quagga does not know how to.
  out.add_path.receive =
      !f.add_path_refused.value_or(false) && draft_.config.profile.starts_with("frr-");
  out.default_originate = f.default_originate.has_value();
  set_conditional(f, out);
}

void NeighborTable::set_conditional(const FamilySettings& f, bgp::NeighborConfig& out) {
  out.conditional.reset();
  if (!f.conditional) return;
  const auto routes = policies_.route_map(f.conditional->routes);
  const auto condition = policies_.route_map(f.conditional->condition);
  if (!routes || !condition) return;
  out.conditional = {
      .routes = {*routes}, .condition = {*condition}, .while_exists = f.conditional->while_exists};
}

// bgp_input_filter and bgp_output_filter: distribute-list, prefix-list, filter-list; then the route
// map.
void NeighborTable::set_policies(const FamilySettings& settings, net::Family family,
                                 bgp::NeighborConfig& out) {
  const auto chain = [&](std::vector<bgp::Policy>& into, const auto& distribute_list,
                         const auto& prefix_list, const auto& filter_list, const auto& route_map) {
    if (distribute_list) add(into, policies_.distribute_list(*distribute_list, family), family);
    if (prefix_list) add(into, policies_.prefix_list(*prefix_list, family), family);
    if (filter_list) add(into, policies_.filter_list(*filter_list), family);
    if (!route_map) return;
    if (const auto found = policies_.route_map(*route_map)) add(into, *found, family);
  };
  chain(out.import_policy, settings.distribute_list_in, settings.prefix_list_in,
        settings.filter_list_in, settings.route_map_in);
  chain(out.export_policy, settings.distribute_list_out, settings.prefix_list_out,
        settings.filter_list_out, settings.route_map_out);
  if (settings.unsuppress_map) {
    if (const auto found = policies_.route_map(*settings.unsuppress_map)) {
      add(out.unsuppress, *found, family);
    }
  }
  if (settings.default_originate && !settings.default_originate->name.empty()) {
    if (const auto found = policies_.route_map(*settings.default_originate)) {
      add(out.default_originate_policy, *found, family);
    }
  }
}

}  // namespace seatrial::frr
