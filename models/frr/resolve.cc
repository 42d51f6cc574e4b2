// The speaker: its own settings and routes; resolve_neighbor.cc has its neighbours.
#include "models/frr/resolve.h"

#include <algorithm>

#include "models/bgp/profile.h"
#include "models/frr/reader.h"

namespace seatrial::frr {

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
  void set_confederation();
  void add_networks();
  void add_aggregates();
  void set_table_map();
  void add_redistributed(const RedistributeDraft& how, const net::Prefix& prefix,
                         std::optional<net::IpAddress> next_hop, const std::string& interface,
                         std::uint32_t tag);
  void add_redistributed();
  void originate(bgp::OriginatedRoute route, const Reference* route_map,
                 const bgp::PolicyInput& input);
  bool in_routing_table(const net::Prefix& prefix) const;

  Draft& draft_;
  BgpDraft& bgp_;
  Config& config_;
  Diagnostics& diagnostics_;
  PolicyTable policies_;
  bgp::SpeakerConfig out_;
};

void Resolver::set_defaults() {
  out_ = bgp_.speaker;
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
  profile.default_local_pref = out_.default_local_pref.value_or(profile.default_local_pref);
  if (out_.compare_router_id) {
    profile.last_tie_break =
        *out_.compare_router_id ? bgp::LastTieBreak::router_id : bgp::LastTieBreak::oldest_external;
  }
  if (bgp_.reflector_policy) profile.reflects_unchanged = false;
  out_.graceful_shutdown = out_.graceful_shutdown || draft_.graceful_shutdown;
}

void Resolver::set_confederation() {
  if (!bgp_.confederation) {
    if (!bgp_.confederation_peers.empty()) {
      diagnostics_.warning(bgp_.position, "confederation peers without a confederation",
                           "'bgp confederation identifier ASN'");
    }
    return;
  }
  out_.confederation = bgp::Confederation{*bgp_.confederation, bgp_.confederation_peers};
}

// As zebra chooses it: the largest address of lo that is not 127/8, else the largest of any
// interface.
void Resolver::set_router_id() {
  std::optional<net::IpAddress> best;
  std::string from;
  for (const bool loopback : {true, false}) {
    for (const auto& interface : config_.interfaces) {
      if ((interface.name == "lo") != loopback) continue;
      for (const auto& [address, length] : interface.addresses) {
        if (address.is_v4() && !address.is_loopback() && (!best || address > *best)) {
          best = address;
          from = "the largest address of " + interface.name;
        }
      }
    }
    if (best) break;
  }
  if (draft_.router_id) {
    best = draft_.router_id;
    from = "router-id";
  }
  if (bgp_.router_id) {
    best = bgp_.router_id;
    from = "bgp router-id";
  }
  if (!best || !best->is_v4() || best->is_unspecified()) {
    diagnostics_.error(bgp_.position,
                       "router bgp " + bgp_.asn.to_string() +
                           (best ? " has router id " + best->to_string() : " has no router id"),
                       "'bgp router-id A.B.C.D', or an interface with an IPv4 address");
    return;
  }
  out_.router_id = bgp::RouterId::from(*best);
  config_.router_id_from = from;
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

void Resolver::originate(bgp::OriginatedRoute route, const Reference* route_map,
                         const bgp::PolicyInput& input) {
  if (route_map != nullptr) {
    const auto policy = policies_.route_map(*route_map);
    if (!policy) return;
    bgp::PathAttributes attributes;
    attributes.origin = route.origin;
    attributes.med = route.med;
    attributes.next_hop = route.next_hop;
    const auto result = bgp::apply(*policy, input, std::move(attributes));
    if (!result.permitted) return;
    route.origin = result.attributes.origin;
    route.med = result.attributes.med;
    route.local_pref = result.attributes.local_pref;
    route.communities = result.attributes.communities;
    route.large_communities = result.attributes.large_communities;
    route.next_hop = result.attributes.next_hop;
    if (!result.attributes.as_path.empty() || !result.attributes.extended_communities.empty()) {
      diagnostics_.warning(route_map->position,
                           "route-map " + route_map->name + " gives " + route.prefix.to_string() +
                               " an AS path or extended communities, which a route of this router "
                               "does not carry here",
                           "them in a route map of a neighbor");
    }
  }
  const auto known = std::ranges::find(out_.networks, route.prefix, &bgp::OriginatedRoute::prefix);
  if (known == out_.networks.end()) out_.networks.push_back(std::move(route));
}

void Resolver::add_networks() {
  const bool checks = out_.import_check.value_or(out_.profile.network_import_check);
  for (const auto& network : bgp_.networks) {
    if (checks && !in_routing_table(network.prefix)) {
      diagnostics_.warning(network.position,
                           "network " + network.prefix.to_string() +
                               " is neither connected nor a static route: it is announced only "
                               "while another protocol has it in the routing table",
                           "an 'ip route' for it, or 'no bgp network import-check'");
    }
    originate({.prefix = network.prefix, .position = network.position},
              network.route_map ? &*network.route_map : nullptr, {.prefix = network.prefix});
  }
}

void Resolver::add_aggregates() {
  for (const auto& draft : bgp_.aggregates) {
    auto out = draft.aggregate;
    if (draft.route_map) {
      if (const auto found = policies_.route_map(*draft.route_map)) out.policy.push_back(*found);
    }
    if (draft.suppress_map) {
      if (const auto found = policies_.route_map(*draft.suppress_map)) {
        out.suppress.push_back(*found);
      }
    }
    out_.aggregates.push_back(std::move(out));
  }
}

// What keeps routes from the routing table: bgpd's map, then zebra's for the protocol, or else its
// map for any.
void Resolver::set_table_map() {
  const auto add = [&](const Reference& reference, net::Family family) {
    const auto found = policies_.route_map(reference);
    if (!found) return;
    out_.table_map.push_back(*found);
    out_.table_map.back().family = family;
  };
  if (bgp_.table_map_ipv4) add(*bgp_.table_map_ipv4, net::Family::ipv4);
  if (bgp_.table_map_ipv6) add(*bgp_.table_map_ipv6, net::Family::ipv6);
  const auto& maps = draft_.protocol_maps;
  for (const auto& [word, family] :
       {std::pair("ip", net::Family::ipv4), std::pair("ipv6", net::Family::ipv6)}) {
    auto found = maps.find({word, "bgp"});
    if (found == maps.end()) found = maps.find({word, "any"});
    if (found != maps.end()) add(found->second, family);
  }
}

void Resolver::add_redistributed(const RedistributeDraft& how, const net::Prefix& prefix,
                                 std::optional<net::IpAddress> next_hop,
                                 const std::string& interface, std::uint32_t tag) {
  // bgp_redistribute_add: the metric of a connected or static route is 0, and sent as MED 0.
  originate({.prefix = prefix,
             .origin = bgp::Origin::incomplete,
             .next_hop = next_hop,
             .med = how.metric.value_or(0),
             .check_import = false,
             .position = how.position},
            how.route_map ? &*how.route_map : nullptr,
            {.prefix = prefix, .protocol = how.protocol, .interface = interface, .tag = tag});
}

void Resolver::add_redistributed() {
  for (const auto& how : bgp_.redistributed) {
    if (how.protocol == bgp::SourceProtocol::connected) {
      for (const auto& interface : config_.interfaces) {
        if (interface.shutdown) continue;
        for (const auto& address : interface.addresses) {
          if (address.address.family() != how.family || address.address.is_loopback()) continue;
          add_redistributed(how, address.subnet(), std::nullopt, interface.name, 0);
        }
      }
    } else if (how.protocol == bgp::SourceProtocol::static_route) {
      for (const auto& route : config_.static_routes) {
        if (route.prefix.family() != how.family) continue;
        add_redistributed(how, route.prefix, route.next_hop, route.interface, route.tag);
      }
    }
  }
}

bgp::SpeakerConfig Resolver::speaker() {
  set_defaults();
  set_router_id();
  set_confederation();
  NeighborTable neighbors(draft_, diagnostics_, policies_, out_);
  auto peers = neighbors.neighbors();
  auto ranges = neighbors.ranges();
  out_.neighbors = std::move(peers);
  out_.dynamic_ranges = std::move(ranges);
  add_networks();
  add_aggregates();
  set_table_map();
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
