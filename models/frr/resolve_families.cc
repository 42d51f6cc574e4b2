// What a neighbour has in its address families: flags, limits, policies.
#include <algorithm>

#include "models/frr/resolve.h"

namespace seatrial::frr {
namespace {

// The settings that the speaker keeps once a neighbour, with FRR's defaults filled in. Policies are
// a family's own and not among them.
struct Shared {
  bool route_reflector_client;
  bool route_server_client;
  bgp::NextHopSelf next_hop_self;
  bool next_hop_unchanged;
  bool as_path_unchanged;
  bool med_unchanged;
  unsigned allowas_in;
  bool allowas_in_origin;
  bool as_override;
  bgp::RemovePrivateAs remove_private_as;
  bool send_community;
  bool send_extended_community;
  bool send_large_community;
  std::uint32_t weight;
  bool soft_reconfiguration;
  bool add_path_all;
  bool add_path_best_per_as;
  bool add_path_refused;
  bool default_originate;
  bool limited;
  friend bool operator==(const Shared&, const Shared&) = default;
};

Shared shared(const FamilySettings& f) {
  return {.route_reflector_client = f.route_reflector_client.value_or(false),
          .route_server_client = f.route_server_client.value_or(false),
          .next_hop_self = f.next_hop_self.value_or(bgp::NextHopSelf::never),
          .next_hop_unchanged = f.next_hop_unchanged.value_or(false),
          .as_path_unchanged = f.as_path_unchanged.value_or(false),
          .med_unchanged = f.med_unchanged.value_or(false),
          .allowas_in = f.allowas_in.value_or(0),
          .allowas_in_origin = f.allowas_in_origin.value_or(false),
          .as_override = f.as_override.value_or(false),
          .remove_private_as = f.remove_private_as.value_or(bgp::RemovePrivateAs::never),
          .send_community = f.send_community.value_or(true),
          .send_extended_community = f.send_extended_community.value_or(true),
          .send_large_community = f.send_large_community.value_or(true),
          .weight = f.weight.value_or(0),
          .soft_reconfiguration = f.soft_reconfiguration.value_or(false),
          .add_path_all = f.add_path_all.value_or(false),
          .add_path_best_per_as = f.add_path_best_per_as.value_or(false),
          .add_path_refused = f.add_path_refused.value_or(false),
          .default_originate = f.default_originate.has_value(),
          .limited = f.maximum_prefix.has_value()};
}

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
  if (v4 && v6) check_families_agree(peer, settings);
  set_family(v4 ? settings.ipv4 : settings.ipv6, out);
  out.link_local_unchanged = settings.ipv6.link_local_unchanged.value_or(false);
  if (out.route_reflector_client && !internal(out.remote_as)) {
    diagnostics_.error(peer.position,
                       "neighbor " + peer.name + " is a route-reflector-client of another AS",
                       "a neighbor of AS " + bgp_.asn.to_string());
  }
  if (v4) set_policies(settings.ipv4, net::Family::ipv4, out);
  if (v6) set_policies(settings.ipv6, net::Family::ipv6, out);
  if (!v4 || !v6 || internal(out.remote_as)) return;
  // RFC 8212 by family: a policy for one does not let the other's routes through.
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

// The speaker keeps most settings once for both families: where the file says two different things,
// it cannot be modelled.
void NeighborTable::check_families_agree(const PeerDraft& peer, const PeerSettings& settings) {
  if (shared(settings.ipv4) == shared(settings.ipv6)) return;
  diagnostics_.warning(peer.position,
                       "neighbor " + peer.name +
                           " has other settings for IPv6 than for IPv4: those of IPv4 hold for "
                           "both (policies are apart)",
                       "the same lines in both address families, or 'no neighbor " + peer.name +
                           " activate' in one");
}

void NeighborTable::set_family(const FamilySettings& family, bgp::NeighborConfig& out) {
  const auto s = shared(family);
  out.route_reflector_client = s.route_reflector_client;
  out.route_server_client = s.route_server_client;
  out.next_hop_self = s.next_hop_self;
  out.next_hop_unchanged = s.next_hop_unchanged;
  out.as_path_unchanged = s.as_path_unchanged;
  out.med_unchanged = s.med_unchanged;
  out.allowas_in = s.allowas_in;
  out.allowas_in_origin = s.allowas_in_origin;
  out.as_override = s.as_override;
  out.remove_private_as = s.remove_private_as;
  out.send_community = s.send_community;
  out.send_extended_community = s.send_extended_community;
  out.send_large_community = s.send_large_community;
  out.weight = s.weight;
  out.soft_reconfiguration_inbound = s.soft_reconfiguration;
  out.max_prefixes = family.maximum_prefix;
  out.add_path.send = s.add_path_all;
  out.add_path.send_best_per_as = s.add_path_best_per_as;
  // bgpd takes several paths from whoever sends them; Quagga does not know how to.
  out.add_path.receive = !s.add_path_refused && draft_.config.profile.starts_with("frr-");
  out.default_originate = s.default_originate;
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
