#include "scenarios/bgpd/neighbor_family.h"

#include <fmt/format.h>

#include <algorithm>

namespace seatrial::bgpd {
namespace {

class Facts {
 public:
  void add(std::string key, Json value, const std::string& text) {
    list_.push_back({std::move(key), std::move(value), text.empty() ? "" : "  " + text + "\n"});
  }
  void flag(bool on, const char* key, const std::string& text) {
    if (on) add(key, true, text);
  }
  std::vector<FamilyFact> take() { return std::move(list_); }

 private:
  std::vector<FamilyFact> list_;
};

void add_private_as(Facts& out, bgp::RemovePrivateAs how) {
  using How = bgp::RemovePrivateAs;
  const auto words = [](const char* what) {
    return fmt::format("Private AS numbers {} in updates to this neighbor", what);
  };
  out.flag(how == How::all_replace, "privateAsNumsAllReplacedInUpdatesToNbr",
           words("(all) replaced"));
  out.flag(how == How::when_all_private_replace, "privateAsNumsReplacedInUpdatesToNbr",
           words("replaced"));
  out.flag(how == How::all, "privateAsNumsAllRemovedInUpdatesToNbr", words("(all) removed"));
  out.flag(how == How::when_all_private, "privateAsNumsRemovedInUpdatesToNbr", words("removed"));
}

// bgpd's JSON has no word for large communities alone, and its text says "all" and "large" only.
void add_communities(Facts& out, const bgp::NeighborConfig& c) {
  const char* key = "commAttriSentToNbr";
  const bool both = c.send_community && c.send_extended_community;
  if (!both && !c.send_community && !c.send_extended_community && !c.send_large_community) return;
  const char* kind = both                        ? "extendedAndStandard"
                     : c.send_extended_community ? "extended"
                     : c.send_community          ? "standard"
                                                 : nullptr;
  const char* word = both && c.send_large_community ? "all"
                     : c.send_large_community       ? "large"
                     : both                         ? "both"
                     : c.send_extended_community    ? "extended"
                                                    : "standard";
  const auto text = fmt::format("Community attribute sent to this neighbor({})", word);
  if (kind == nullptr) {
    out.add("", {}, text);
  } else {
    out.add(key, kind, text);
  }
}

// The name of the first policy of a kind: the reader labels lists by their command, and the
// clauses of route maps by their numbers.
std::string named(const std::vector<bgp::Policy>& chain, net::Family family,
                  std::string_view kind) {
  for (const auto& policy : chain) {
    if (policy.family && *policy.family != family) continue;
    if (policy.clauses.empty()) continue;
    const auto& label = policy.clauses.front().label;
    const bool list = label.find_first_not_of("0123456789") != std::string::npos;
    if (list ? label == kind : kind == "route-map") return policy.name;
  }
  return {};
}

void add_policies(Facts& out, const NeighborFacts& facts, const bgp::NeighborConfig& c,
                  net::Family family, bool deny) {
  const auto lists = [&](const std::vector<bgp::Policy>& chain) {
    return std::ranges::any_of(chain, [&](const auto& policy) {
      return (!policy.family || *policy.family == family) && !policy.clauses.empty();
    });
  };
  const bool in = lists(c.import_policy);
  const bool outbound = lists(c.export_policy);
  out.flag(in, "inboundPathPolicyConfig", "Inbound path policy configured");
  out.flag(outbound, "outboundPathPolicyConfig", "Outbound path policy configured");
  for (const auto& [kind, key, words] :
       {std::tuple("prefix-list", "UpdatePrefixFilterList", "prefix filter list"),
        std::tuple("distribute-list", "UpdateNetworkFilterList", "network filter list"),
        std::tuple("filter-list", "UpdateAsPathFilterList", "AS path filter list")}) {
    if (const auto name = named(c.import_policy, family, kind); !name.empty()) {
      out.add(std::string("incoming") + key, name,
              fmt::format("Incoming update {} is *{}", words, name));
    }
    if (const auto name = named(c.export_policy, family, kind); !name.empty()) {
      out.add(std::string("outgoing") + key, name,
              fmt::format("Outgoing update {} is *{}", words, name));
    }
  }
  if (const auto name = named(c.import_policy, family, "route-map"); !name.empty()) {
    out.add("routeMapForIncomingAdvertisements", name,
            "Route map for incoming advertisements is *" + name);
  }
  if (const auto name = named(c.export_policy, family, "route-map"); !name.empty()) {
    out.add("routeMapForOutgoingAdvertisements", name,
            "Route map for outgoing advertisements is *" + name);
  }
  if (const auto name = named(c.unsuppress, family, "route-map"); !name.empty()) {
    out.add("selectiveUnsuppressRouteMap", name, "Route map for selective unsuppress is *" + name);
  }
  if (!deny || facts.session.internal) return;
  const auto discarded = [](const char* what) {
    return fmt::format("{} updates discarded due to missing policy", what);
  };
  if (!in) out.add("inboundEbgpRequiresPolicy", discarded("Inbound"), discarded("Inbound"));
  if (!outbound)
    out.add("outboundEbgpRequiresPolicy", discarded("Outbound"), discarded("Outbound"));
}

void add_default(Facts& out, const bgp::NeighborConfig& c, net::Family family, bool sent) {
  if (!c.default_originate) return;
  const auto name = named(c.default_originate_policy, family, "route-map");
  if (!name.empty()) out.add("defaultRouteMap", name, "");
  out.add(sent ? "defaultSent" : "defaultNotSent", true,
          fmt::format("Default information originate,{} default{} sent",
                      name.empty() ? "" : " default route-map *" + name + ",", sent ? "" : " not"));
}

void add_limits(Facts& out, const bgp::NeighborConfig& c) {
  if (c.max_prefixes_out) {
    out.add("prefixOutAllowedMax", *c.max_prefixes_out,
            fmt::format("Maximum allowed prefixes sent {}", *c.max_prefixes_out));
  }
  if (!c.max_prefixes) return;
  const auto& limit = *c.max_prefixes;
  out.add("prefixAllowedMax", limit.limit,
          fmt::format("Maximum prefixes allowed {}{}", limit.limit,
                      limit.warning_only ? " (warning-only)" : ""));
  if (limit.warning_only) out.add("prefixAllowedMaxWarning", true, "");
  const auto minutes = limit.restart.value_or(Duration::zero()) / 1min;
  out.add("prefixAllowedWarningThresh", limit.threshold_percent,
          fmt::format("Threshold for warning message {}%{}", limit.threshold_percent,
                      minutes > 0 ? fmt::format(", restart interval {} min", minutes) : ""));
  if (minutes > 0) out.add("prefixAllowedRestartIntervalMsecs", minutes * 60'000, "");
}

// Some route of the table passes it.
bool condition_holds(const View& view, const bgp::ConditionalAdvertisement& condition,
                     net::Family family) {
  for (const auto& route : view.speaker.loc_rib()) {
    if (route.prefix.family() != family) continue;
    const auto best = std::ranges::find(route.paths, true, &bgp::PathSnapshot::best);
    if (best == route.paths.end()) continue;
    if (bgp::apply(condition.condition, {.prefix = route.prefix, .source = best->source},
                   *best->attributes)
            .permitted) {
      return true;
    }
  }
  return false;
}

void add_conditional(Facts& out, const View& view, const bgp::NeighborConfig& c,
                     net::Family family) {
  if (!c.conditional) return;
  const auto& condition = *c.conditional;
  const auto holds = condition_holds(view, condition, family);
  const auto* word = condition.while_exists ? "EXIST" : "NON_EXIST";
  const auto map = named(condition.condition, family, "route-map");
  const auto routes = named(condition.routes, family, "route-map");
  const auto* status = holds == condition.while_exists ? "Advertise" : "Withdraw";
  out.add("advertiseMap",
          {{"condition", word},
           {"conditionMap", map},
           {"advertiseMap", routes},
           {"advertiseStatus", status}},
          fmt::format("Condition {}, Condition-map *{}, Advertise-map *{}, status: {}", word, map,
                      routes, status));
}

}  // namespace

std::vector<FamilyFact> family_facts(const View& view, const NeighborFacts& facts,
                                     net::Family family) {
  Facts out;
  const auto& speaker = view.speaker.config();
  const auto& c = facts.config.in(family);
  const auto peer = facts.session.peer;
  if (!c.peer_group.empty()) {
    out.add("peerGroupMember", c.peer_group, c.peer_group + " peer-group member");
  }
  if (const auto group = facts.session.update_group; group > 0) {
    out.add("updateGroupId", group, fmt::format("Update group {}, subgroup {}", group, group));
    out.add("subGroupId", group, "");
    out.add("packetQueueLength", 0, "Packet Queue length 0");
  } else {
    out.add("", {}, "Not part of any update group");
  }
  out.flag(c.route_reflector_client, "routeReflectorClient", "Route-Reflector Client");
  out.flag(c.route_server_client, "routeServerClient", "Route-Server Client");
  out.flag(c.soft_reconfiguration_inbound, "inboundSoftConfigPermit",
           "Inbound soft reconfiguration allowed");
  add_private_as(out, c.remove_private_as);
  out.flag(c.add_path.send, "addpathTxAllPaths", "Advertise all paths via addpath");
  out.flag(c.add_path.send_best_per_as, "addpathTxBestpathPerAS",
           "Advertise bestpath per AS via addpath");
  if (c.as_override) {
    out.add("overrideASNsInOutboundUpdates", "ifAspathEqualRemoteAs",
            "Override ASNs in outbound updates if aspath equals remote-as");
  }
  out.flag(c.next_hop_self != bgp::NextHopSelf::never, "routerAlwaysNextHop",
           "NEXT_HOP is always this router");
  out.flag(c.as_path_unchanged, "unchangedAsPathPropogatedToNbr",
           "AS_PATH is propagated unchanged to this neighbor");
  out.flag(c.next_hop_unchanged || c.route_server_client, "unchangedNextHopPropogatedToNbr",
           "NEXT_HOP is propagated unchanged to this neighbor");
  out.flag(c.med_unchanged, "unchangedMedPropogatedToNbr",
           "MED is propagated unchanged to this neighbor");
  add_communities(out, c);
  const auto sent = view.speaker.adj_rib_out(peer);
  add_default(out, c, family, std::ranges::any_of(sent, [&](const auto& route) {
                return route.prefix.family() == family && route.prefix.length() == 0;
              }));
  const bool deny = speaker.ebgp_default_deny.value_or(speaker.profile.ebgp_default_deny);
  add_policies(out, facts, c, family, deny);
  add_conditional(out, view, c, family);
  const auto& count = facts.session.in(family);
  out.add("acceptedPrefixCounter", count.accepted,
          fmt::format("{} accepted prefixes", count.accepted));
  if (facts.established()) out.add("sentPrefixCounter", count.advertised, "");
  add_limits(out, c);
  return out.take();
}

}  // namespace seatrial::bgpd
