#include "models/frr/resolve.h"

#include <algorithm>

#include "models/bgp/profile.h"
#include "models/frr/reader.h"

namespace seatrial::frr {

void PeerSettings::inherit(const PeerSettings& group) {
  const auto take = [](auto& own, const auto& theirs) {
    if (!own) own = theirs;
  };
  take(remote_as, group.remote_as);
  take(description, group.description);
  take(update_source, group.update_source);
  take(ebgp_multihop, group.ebgp_multihop);
  take(ttl_security, group.ttl_security);
  take(password, group.password);
  take(bfd, group.bfd);
  take(keepalive, group.keepalive);
  take(hold, group.hold);
  take(connect_retry, group.connect_retry);
  take(advertisement_interval, group.advertisement_interval);
  take(passive, group.passive);
  take(shutdown, group.shutdown);
  take(port, group.port);
  take(activate, group.activate);
  take(route_reflector_client, group.route_reflector_client);
  take(next_hop_self, group.next_hop_self);
  take(next_hop_unchanged, group.next_hop_unchanged);
  take(allowas_in, group.allowas_in);
  take(send_community, group.send_community);
  take(maximum_prefix, group.maximum_prefix);
  take(weight, group.weight);
  take(route_map_in, group.route_map_in);
  take(route_map_out, group.route_map_out);
  take(prefix_list_in, group.prefix_list_in);
  take(prefix_list_out, group.prefix_list_out);
}

namespace {

class Resolver {
 public:
  Resolver(Draft& draft, Diagnostics& diagnostics)
      : draft_(draft),
        bgp_(*draft.bgp),
        config_(draft.config),
        diagnostics_(diagnostics),
        policies_(draft, diagnostics) {}

  bgp::SpeakerConfig speaker();

 private:
  void set_defaults();
  void set_router_id();
  void add_peers();
  std::optional<PeerSettings> settings_of(const PeerDraft& peer);
  void add_peer(const PeerDraft& peer, const net::IpAddress& address, const PeerSettings& settings);
  void set_policies(const PeerSettings& settings, bgp::NeighborConfig& neighbor);
  std::optional<net::IpAddress> source_address(const Reference& source, const net::IpAddress& peer);
  void add_networks();
  void add_redistributed();
  void add_redistributed(const Reference& how, const net::Prefix& prefix,
                         std::optional<net::IpAddress> next_hop);
  void originate(bgp::OriginatedRoute route, const Reference* route_map);
  bool in_routing_table(const net::Prefix& prefix) const;

  Draft& draft_;
  BgpDraft& bgp_;
  Config& config_;
  Diagnostics& diagnostics_;
  PolicyTable policies_;
  bgp::SpeakerConfig out_;
};

void Resolver::set_defaults() {
  out_.asn = bgp_.asn;
  if (const auto* profile = bgp::profile_named(config_.profile)) {
    out_.profile = *profile;
  } else {
    diagnostics_.error(draft_.defaults_position.value_or(config_.position),
                       "there is no profile '" + config_.profile + "'", "a known daemon profile");
  }
  auto& profile = out_.profile;
  profile.hold_time = bgp_.hold.value_or(profile.hold_time);
  profile.keepalive_time = bgp_.keepalive.value_or(profile.keepalive_time);
  profile.default_local_pref = bgp_.default_local_preference.value_or(profile.default_local_pref);
  if (bgp_.compare_router_id) {
    profile.last_tie_break =
        *bgp_.compare_router_id ? bgp::LastTieBreak::router_id : bgp::LastTieBreak::oldest_external;
  }
  out_.multipath_ebgp = bgp_.maximum_paths;
  out_.multipath_ibgp = bgp_.maximum_paths_ibgp;
  out_.multipath_relax = bgp_.multipath_relax;
  out_.deterministic_med = bgp_.deterministic_med;
  out_.always_compare_med = bgp_.always_compare_med.value_or(false);
  if (bgp_.cluster_id) out_.cluster_id = bgp::RouterId::from(*bgp_.cluster_id);
  out_.import_check = bgp_.import_check;
  out_.ebgp_default_deny = bgp_.ebgp_requires_policy;
}

// As zebra chooses it: the largest address of lo that is not 127/8, else the largest of any
// interface.
void Resolver::set_router_id() {
  std::optional<net::IpAddress> best;
  for (const bool loopback : {true, false}) {
    for (const auto& interface : config_.interfaces) {
      if ((interface.name == "lo") != loopback) continue;
      for (const auto& [address, length] : interface.addresses) {
        if (address.is_v4() && !address.is_loopback() && (!best || address > *best)) best = address;
      }
    }
    if (best) break;
  }
  if (draft_.router_id) best = draft_.router_id;
  if (bgp_.router_id) best = bgp_.router_id;
  if (!best || !best->is_v4() || best->is_unspecified()) {
    diagnostics_.error(bgp_.position,
                       "router bgp " + bgp_.asn.to_string() +
                           (best ? " has router id " + best->to_string() : " has no router id"),
                       "'bgp router-id A.B.C.D', or an interface with an IPv4 address");
    return;
  }
  out_.router_id = bgp::RouterId::from(*best);
}

void Resolver::add_peers() {
  for (const auto& peer : bgp_.peers) {
    const auto address = net::IpAddress::parse(peer.name);
    if (!address && !peer.is_group) {
      diagnostics_.error(peer.position, "peer-group '" + peer.name + "' is not defined",
                         "'neighbor " + peer.name + " peer-group', or an address");
    }
    if (!address) continue;
    const auto settings = settings_of(peer);
    if (settings) add_peer(peer, *address, *settings);
  }
}

std::optional<PeerSettings> Resolver::settings_of(const PeerDraft& peer) {
  auto out = peer.settings;
  if (peer.group) {
    const auto group = std::ranges::find_if(
        bgp_.peers, [&](const auto& p) { return p.is_group && p.name == peer.group->name; });
    if (group == bgp_.peers.end()) {
      std::string known;
      for (const auto& p : bgp_.peers) {
        if (p.is_group) known += (known.empty() ? "" : " or ") + p.name;
      }
      diagnostics_.error(peer.group->position,
                         "peer-group '" + peer.group->name + "' is not defined",
                         known.empty() ? "'neighbor " + peer.group->name + " peer-group'" : known);
      return std::nullopt;
    }
    out.inherit(group->settings);
  }
  if (out.remote_as) return out;
  diagnostics_.error(peer.position, "neighbor " + peer.name + " has no remote AS",
                     "'neighbor " + peer.name + " remote-as ASN', or a peer-group that has one");
  return std::nullopt;
}

void Resolver::add_peer(const PeerDraft& peer, const net::IpAddress& address,
                        const PeerSettings& settings) {
  for (const auto& interface : config_.interfaces) {
    for (const auto& own : interface.addresses) {
      if (own.address != address) continue;
      diagnostics_.error(
          peer.position,
          "neighbor " + peer.name + " is this router's own address, on " + interface.name,
          "another router's address");
      return;
    }
  }
  bgp::NeighborConfig neighbor{.address = address,
                               .remote_as = *settings.remote_as,
                               .description = settings.description.value_or(""),
                               .position = peer.position};
  neighbor.port = settings.port.value_or(bgp::default_port);
  if (settings.update_source) {
    neighbor.local_address = source_address(*settings.update_source, address);
  }
  neighbor.passive = settings.passive.value_or(false);
  neighbor.shutdown = settings.shutdown.value_or(false);
  neighbor.password = settings.password.value_or("");
  neighbor.ebgp_multihop = settings.ebgp_multihop;
  neighbor.ttl_security = settings.ttl_security;
  neighbor.bfd = settings.bfd;
  neighbor.hold_time = settings.hold;
  neighbor.keepalive_time = settings.keepalive;
  neighbor.connect_retry = settings.connect_retry;
  neighbor.advertisement_interval = settings.advertisement_interval;
  neighbor.route_reflector_client = settings.route_reflector_client.value_or(false);
  neighbor.next_hop_self = settings.next_hop_self.value_or(bgp::NextHopSelf::never);
  neighbor.next_hop_unchanged = settings.next_hop_unchanged.value_or(false);
  neighbor.allowas_in = settings.allowas_in.value_or(0);
  neighbor.weight = settings.weight.value_or(0);
  neighbor.send_community = settings.send_community.value_or(true);
  if (settings.maximum_prefix) {
    neighbor.max_prefixes = bgp::MaxPrefixes{.limit = *settings.maximum_prefix};
  }
  const bool is_internal = settings.remote_as->kind == bgp::RemoteAs::Kind::internal ||
                           (settings.remote_as->kind == bgp::RemoteAs::Kind::number &&
                            settings.remote_as->asn == bgp_.asn);
  if (neighbor.route_reflector_client && !is_internal) {
    diagnostics_.error(peer.position,
                       "neighbor " + peer.name + " is a route-reflector-client of another AS",
                       "a neighbor of AS " + bgp_.asn.to_string());
  }
  if (!settings.activate.value_or(bgp_.default_ipv4_unicast)) {
    diagnostics_.warning(
        peer.position,
        "neighbor " + peer.name + " is not activated in any address family: no session",
        "'neighbor " + peer.name + " activate' in address-family ipv4 unicast");
    neighbor.families.clear();
    neighbor.shutdown = true;
  }
  set_policies(settings, neighbor);
  out_.neighbors.push_back(std::move(neighbor));
}

void Resolver::set_policies(const PeerSettings& settings, bgp::NeighborConfig& neighbor) {
  const auto add = [](auto& chain, std::optional<bgp::Policy> policy) {
    if (policy) chain.push_back(std::move(*policy));
  };
  // bgp_input_filter and bgp_output_filter: the prefix list first, then the route map.
  if (settings.prefix_list_in) {
    add(neighbor.import_policy, policies_.prefix_list(*settings.prefix_list_in));
  }
  if (settings.route_map_in)
    add(neighbor.import_policy, policies_.route_map(*settings.route_map_in));
  if (settings.prefix_list_out) {
    add(neighbor.export_policy, policies_.prefix_list(*settings.prefix_list_out));
  }
  if (settings.route_map_out) {
    add(neighbor.export_policy, policies_.route_map(*settings.route_map_out));
  }
}

std::optional<net::IpAddress> Resolver::source_address(const Reference& source,
                                                       const net::IpAddress& peer) {
  if (const auto address = net::IpAddress::parse(source.name)) return address;
  std::string known;
  for (const auto& interface : config_.interfaces) {
    known += (known.empty() ? "" : " or ") + interface.name;
    if (interface.name != source.name) continue;
    for (const auto& [address, length] : interface.addresses) {
      if (address.family() == peer.family()) return address;
    }
  }
  diagnostics_.error(source.position,
                     "update-source '" + source.name + "' has no address to connect from",
                     "an address" + (known.empty() ? "" : " or " + known));
  return std::nullopt;
}

bool Resolver::in_routing_table(const net::Prefix& prefix) const {
  for (const auto& interface : config_.interfaces) {
    if (interface.shutdown) continue;
    for (const auto& address : interface.addresses) {
      if (address.subnet() == prefix) return true;
    }
  }
  return std::ranges::find(config_.static_routes, prefix, &StaticRoute::prefix) !=
         config_.static_routes.end();
}

void Resolver::originate(bgp::OriginatedRoute route, const Reference* route_map) {
  if (route_map != nullptr && !route_map->name.empty()) {
    const auto policy = policies_.route_map(*route_map);
    if (!policy) return;
    bgp::PathAttributes attributes;
    attributes.origin = route.origin;
    const auto result = bgp::apply(*policy, {.prefix = route.prefix}, std::move(attributes));
    if (!result.permitted) return;
    route.origin = result.attributes.origin;
    route.med = result.attributes.med;
    route.local_pref = result.attributes.local_pref;
    route.communities = result.attributes.communities;
    if (result.attributes.next_hop) route.next_hop = result.attributes.next_hop;
  }
  const auto known = std::ranges::find(out_.networks, route.prefix, &bgp::OriginatedRoute::prefix);
  if (known == out_.networks.end()) out_.networks.push_back(std::move(route));
}

void Resolver::add_networks() {
  const bool checks = bgp_.import_check.value_or(out_.profile.network_import_check);
  for (const auto& network : bgp_.networks) {
    if (checks && !in_routing_table(network.prefix)) {
      diagnostics_.warning(network.position,
                           "network " + network.prefix.to_string() +
                               " is neither connected nor a static route: it is announced only "
                               "while another protocol has it in the routing table",
                           "an 'ip route' for it, or 'no bgp network import-check'");
    }
    originate({.prefix = network.prefix, .position = network.position},
              network.route_map ? &*network.route_map : nullptr);
  }
}

void Resolver::add_redistributed(const Reference& how, const net::Prefix& prefix,
                                 std::optional<net::IpAddress> next_hop) {
  originate({.prefix = prefix,
             .origin = bgp::Origin::incomplete,
             .next_hop = next_hop,
             .check_import = false,
             .position = how.position},
            &how);
}

void Resolver::add_redistributed() {
  if (bgp_.redistribute_connected) {
    for (const auto& interface : config_.interfaces) {
      if (interface.shutdown) continue;
      for (const auto& address : interface.addresses) {
        if (!address.address.is_v4() || address.address.is_loopback()) continue;
        add_redistributed(*bgp_.redistribute_connected, address.subnet(), std::nullopt);
      }
    }
  }
  if (bgp_.redistribute_static) {
    for (const auto& route : config_.static_routes) {
      if (route.prefix.family() != net::Family::ipv4) continue;
      add_redistributed(*bgp_.redistribute_static, route.prefix, route.next_hop);
    }
  }
}

bgp::SpeakerConfig Resolver::speaker() {
  set_defaults();
  set_router_id();
  add_peers();
  add_networks();
  add_redistributed();
  policies_.check_all();
  return std::move(out_);
}

}  // namespace

Config resolve(Draft draft, Diagnostics& diagnostics, std::string_view profile) {
  if (!profile.empty()) {
    if (draft.defaults_position && profile != draft.config.profile && profile.starts_with("frr-")) {
      diagnostics.warning(*draft.defaults_position,
                          "the file asks for profile " + draft.config.profile +
                              ", the design for " + std::string(profile) + ", which is used",
                          "one profile");
    }
    draft.config.profile = profile;
  }
  if (draft.bgp) {
    draft.config.bgp_position = draft.bgp->position;
    auto speaker = Resolver(draft, diagnostics).speaker();
    draft.config.bgp = std::move(speaker);
  } else {
    PolicyTable(draft, diagnostics).check_all();
  }
  return std::move(draft.config);
}

Config read(std::string_view text, const std::string& file, Diagnostics& diagnostics,
            std::string_view profile) {
  Reader reader(file, diagnostics);
  reader.read(text);
  return resolve(reader.take(), diagnostics, profile);
}

const Interface* Config::interface(std::string_view name) const {
  const auto found = std::ranges::find(interfaces, name, &Interface::name);
  return found == interfaces.end() ? nullptr : &*found;
}

}  // namespace seatrial::frr
