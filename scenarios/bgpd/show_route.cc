// `show bgp ipv4 unicast PREFIX`: everything about one prefix, as bgpd prints it.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/paths.h"

namespace seatrial::bgpd {
namespace {

// Deterministic MED compares within an AS first: the best of each is named.
bool best_of_its_as(const View& view, const bgp::RouteSnapshot& route,
                    const bgp::PathSnapshot& path) {
  const auto& config = view.speaker.config();
  if (!config.deterministic_med.value_or(config.profile.med_mode == bgp::MedMode::deterministic)) {
    return false;
  }
  if (!path.peer) return path.best;
  const auto as_of = [](const bgp::PathSnapshot& p) { return p.attributes->as_path.neighbor(); };
  const auto better = [](const bgp::PathSnapshot& a, const bgp::PathSnapshot& b) {
    if (a.best != b.best) return a.best;
    const auto med = [](const auto& p) { return p.attributes->med.value_or(0); };
    return std::pair(med(a), a.received) < std::pair(med(b), b.received);
  };
  return std::ranges::none_of(route.paths, [&](const auto& other) {
    return other.eligible && as_of(other) == as_of(path) && better(other, path);
  });
}

std::string as_name(const bgp::PathSnapshot& path) {
  const auto asn = path.attributes->as_path.neighbor();
  return asn ? asn->to_string() : "Local";
}

template <typename List>
std::string joined(const List& list) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : " ") + item.to_string();
  return out;
}

std::string communities_text(const std::vector<bgp::Community>& communities) {
  std::string out;
  for (const auto community : communities) {
    const auto word = community_word(community);
    std::string shown = community.to_string();
    if (word == "noExport") shown = "no-export";
    if (word == "noAdvertise") shown = "no-advertise";
    if (word == "localAs") shown = "local-AS";
    if (word == "gracefulShutdown") shown = "graceful-shutdown";
    if (word == "blackhole") shown = "blackhole";
    out += (out.empty() ? "" : " ") + shown;
  }
  return out;
}

const char* segment_type(bgp::AsSegment::Type type) {
  switch (type) {
    case bgp::AsSegment::Type::set:
      return "as-set";
    case bgp::AsSegment::Type::sequence:
      return "as-sequence";
    case bgp::AsSegment::Type::confed_sequence:
      return "as-confed-sequence";
    case bgp::AsSegment::Type::confed_set:
      break;
  }
  return "as-confed-set";
}

Json as_path_json(const bgp::AsPath& path) {
  auto segments = Json::array();
  for (const auto& segment : path.segments) {
    auto list = Json::array();
    for (const auto asn : segment.asns) list.push_back(asn.value);
    segments.push_back({{"type", segment_type(segment.type)}, {"list", list}});
  }
  const auto text = path.to_string();
  return {
      {"string", text.empty() ? "Local" : text}, {"segments", segments}, {"length", path.length()}};
}

std::string router_id_of(const View& view, const bgp::PathSnapshot& path) {
  if (!path.peer) return view.speaker.config().router_id.to_string();
  const auto session = view.speaker.session(*path.peer);
  return session && session->remote_id ? session->remote_id->to_string() : "0.0.0.0";
}

// The path's identifiers by RFC 7911, as received and as sent on.
struct PathIds {
  std::uint32_t received = 0;
  std::uint32_t all = 0;
  std::uint32_t best_per_as = 0;
  bool any() const { return received != 0 || all != 0 || best_per_as != 0; }
};

// Whether some neighbour is told to be sent more than the best path; of any family, as in bgpd.
bool sends_paths(const View& view, bool (*asked)(const bgp::AddPathConfig&),
                 std::optional<net::Family> family = std::nullopt) {
  for (const auto& session : view.speaker.sessions()) {
    const auto known = told(view, session.peer);
    for (const auto one : {net::Family::ipv4, net::Family::ipv6}) {
      if (family && one != *family) continue;
      if (known.carries(one) && asked(known.config.in(one).add_path)) return true;
    }
  }
  return false;
}
bool all_paths(const bgp::AddPathConfig& config) {
  return config.send;
}
bool best_per_as(const bgp::AddPathConfig& config) {
  return config.send_best_per_as;
}

PathIds ids_of(const View& view, const net::Prefix& prefix, const bgp::PathSnapshot& path) {
  PathIds out;
  if (path.peer) out.received = path.path_id;
  if (sends_paths(view, all_paths, prefix.family())) out.all = path.local_id;
  if (sends_paths(view, best_per_as, prefix.family())) out.best_per_as = path.local_id;
  return out;
}

// Where more than the best path is sent, bgpd tells of each path who got it.
bool told_by_path(const View& view) {
  return sends_paths(view, all_paths) || sends_paths(view, best_per_as);
}

std::vector<net::IpAddress> advertised_to(const View& view, const net::Prefix& prefix,
                                          const bgp::PathSnapshot* path) {
  std::vector<net::IpAddress> out;
  for (const auto& session : view.speaker.sessions()) {
    if (session.state != bgp::State::established) continue;
    const auto sent = view.speaker.adj_rib_out(session.peer);
    const bool got_it = std::ranges::any_of(sent, [&](const bgp::AdjRouteSnapshot& route) {
      if (route.prefix != prefix) return false;
      if (path == nullptr) return true;
      return route.path_id == 0 ? path->best : route.path_id == path->local_id;
    });
    if (got_it) out.push_back(session.peer);
  }
  return out;
}

Json advertised_json(const View& view, const std::vector<net::IpAddress>& peers) {
  auto out = Json::object();
  for (const auto& peer : peers) {
    auto& entry = out[peer.to_string()] = Json::object();
    if (const auto host = host_name(view, peer); !host.empty()) entry["hostname"] = host;
  }
  return out;
}

Json path_json(const View& view, const bgp::RouteSnapshot& route, const bgp::PathSnapshot& path) {
  const auto& attributes = *path.attributes;
  Json out{{"aspath", as_path_json(attributes.as_path)},
           {"origin", origin_word(attributes.origin)}};
  if (const auto metric = metric_of(path)) out["metric"] = *metric;
  if (attributes.local_pref) out["locPrf"] = *attributes.local_pref;
  if (path.weight != 0) out["weight"] = path.weight;
  if (path.eligible) out["valid"] = true;
  if (path.stale) out["stale"] = true;
  out["version"] = view.versions.of(route.prefix);
  if (path.reflector_client) out["rxedFromRrClient"] = true;
  if (!path.peer) {
    out[path.aggregated ? "aggregated" : "sourced"] = true;
    out["local"] = true;
  }
  if (attributes.atomic_aggregate) out["atomicAggregate"] = true;
  if (attributes.aggregator) {
    out["aggregatorAs"] = attributes.aggregator->asn.value;
    out["aggregatorId"] = attributes.aggregator->address.to_string();
  }
  if (path.multipath && route_has_multipath(route)) out["multipath"] = true;
  Json best;
  if (best_of_its_as(view, route, path)) {
    const auto asn = attributes.as_path.neighbor();
    best["bestpathFromAs"] = asn ? asn->value : 0;
  }
  if (path.best) {
    best["overall"] = true;
    best["selectionReason"] = selection_reason(route);
  }
  if (!best.is_null()) out["bestpath"] = best;
  if (!attributes.communities.empty()) {
    auto list = Json::array();
    for (const auto community : attributes.communities) list.push_back(community_word(community));
    out["community"] = {{"string", communities_text(attributes.communities)}, {"list", list}};
  }
  if (const auto text = extended_text(attributes); !text.empty()) {
    out["extendedCommunity"] = {{"string", text}};
  }
  if (!attributes.large_communities.empty()) {
    auto list = Json::array();
    for (const auto& community : attributes.large_communities)
      list.push_back(community.to_string());
    out["largeCommunity"] = {{"string", joined(attributes.large_communities)}, {"list", list}};
  }
  if (attributes.originator_id) out["originatorId"] = attributes.originator_id->to_string();
  if (!attributes.cluster_list.empty()) {
    auto list = Json::array();
    for (const auto& id : attributes.cluster_list) list.push_back(id.to_string());
    out["clusterList"] = {{"list", list}};
  }
  if (const auto ids = ids_of(view, route.prefix, path); ids.any()) {
    out["addpathRxId"] = ids.received;
    if (ids.all != 0 || ids.best_per_as != 0) {
      out["addpathTxId"] = ids.all != 0 ? ids.all : ids.best_per_as;
      out["addpathTxIdAll"] = ids.all;
      out["addpathTxIdBestPerAS"] = ids.best_per_as;
    }
  }
  if (told_by_path(view)) {
    auto peers = advertised_json(view, advertised_to(view, route.prefix, &path));
    if (!peers.empty()) out["advertisedTo"] = std::move(peers);
  }
  out["lastUpdate"] = {{"epoch", view.epoch(path.received)},
                       {"string", view.date(path.received) + "\n"}};
  out["nexthops"] = next_hops_json(view, route.prefix, path, true);
  Json peer{
      {"peerId", path.peer ? path.peer->to_string() : own_address(route.prefix, path).to_string()},
      {"routerId", router_id_of(view, path)}};
  if (path.peer) {
    if (const auto host = host_name(view, *path.peer); !host.empty()) peer["hostname"] = host;
    peer["type"] = path.source == bgp::RouteSource::ibgp ? "internal" : "external";
  }
  out["peer"] = peer;
  return out;
}

std::string path_text(const View& view, const bgp::RouteSnapshot& route,
                      const bgp::PathSnapshot& path) {
  const auto& attributes = *path.attributes;
  const auto as_path = attributes.as_path.to_string();
  std::string out = "  " + (as_path.empty() ? "Local" : as_path);
  if (attributes.aggregator) {
    out += ", (aggregated by " + attributes.aggregator->asn.to_string() + " " +
           attributes.aggregator->address.to_string() + ")";
  }
  if (path.reflector_client) out += ", (Received from a RR-client)";
  out += "\n    " + global_next_hop_text(view, route.prefix, path) + " from ";
  if (path.peer) {
    const auto host = host_name(view, *path.peer);
    out += host.empty() ? path.peer->to_string() : host + "(" + path.peer->to_string() + ")";
  } else {
    out += own_address(route.prefix, path).to_string();
  }
  out += " (" + router_id_of(view, path) + ")\n";
  if (attributes.link_local_next_hop) {
    out += "    (" + attributes.link_local_next_hop->to_string() + ") (used)\n";
  }
  out += "      Origin " + origin_word(attributes.origin);
  if (const auto metric = metric_of(path)) out += fmt::format(", metric {}", *metric);
  if (attributes.local_pref) out += fmt::format(", localpref {}", *attributes.local_pref);
  if (path.weight != 0) out += fmt::format(", weight {}", path.weight);
  out += path.eligible ? ", valid" : ", invalid";
  if (path.stale) out += ", stale";
  if (!path.peer) {
    out += path.aggregated ? ", aggregated, local" : ", sourced, local";
  } else {
    out += path.source == bgp::RouteSource::ibgp ? ", internal" : ", external";
  }
  if (attributes.atomic_aggregate) out += ", atomic-aggregate";
  if (path.multipath && route_has_multipath(route)) out += ", multipath";
  if (best_of_its_as(view, route, path)) out += ", bestpath-from-AS " + as_name(path);
  if (path.best) out += ", best (" + selection_reason(route) + ")";
  out += "\n";
  if (!attributes.communities.empty()) {
    out += "      Community: " + communities_text(attributes.communities) + "\n";
  }
  if (const auto text = extended_text(attributes); !text.empty()) {
    out += "      Extended Community: " + text + "\n";
  }
  if (!attributes.large_communities.empty()) {
    out += "      Large Community: " + joined(attributes.large_communities) + "\n";
  }
  if (attributes.originator_id) {
    out += "      Originator: " + attributes.originator_id->to_string();
    if (!attributes.cluster_list.empty()) {
      out += ", Cluster list: " + joined(attributes.cluster_list);
    }
    out += "\n";
  }
  if (const auto ids = ids_of(view, route.prefix, path); ids.any()) {
    out += fmt::format("      AddPath ID: RX {}, ", ids.received);
    out += fmt::format("TX-All {} TX-Best-Per-AS {}\n", ids.all, ids.best_per_as);
  }
  if (told_by_path(view)) {
    if (const auto peers = advertised_to(view, route.prefix, &path); !peers.empty()) {
      out += "      Advertised to:";
      for (const auto& peer : peers) {
        const auto host = host_name(view, peer);
        out += " " + (host.empty() ? peer.to_string() : host + "(" + peer.to_string() + ")");
      }
      out += "\n";
    }
  }
  return out + "      Last update: " + view.date(path.received) + "\n";
}

// The community of the best path that keeps it here, in bgpd's words.
std::string kept_by(const bgp::RouteSnapshot& route) {
  const auto best = std::ranges::find(route.paths, true, &bgp::PathSnapshot::best);
  if (best == route.paths.end()) return {};
  if (best->attributes->has(bgp::no_advertise)) return ", not advertised to any peer";
  if (best->attributes->has(bgp::no_export)) return ", not advertised to EBGP peer";
  if (best->attributes->has(bgp::no_export_subconfed)) return ", not advertised outside local AS";
  return {};
}

}  // namespace

std::string show_route(const View& view, const net::Prefix& prefix, bool json, Paths which) {
  const auto route = view.speaker.route(prefix);
  if (!route) return json ? "{\n}\n" : "% Network not in table\n";
  const bool by_path = told_by_path(view);
  const auto peers = by_path ? std::vector<net::IpAddress>() : advertised_to(view, prefix, nullptr);
  const auto paths = in_frr_order(*route);
  const auto shown = [which](const bgp::PathSnapshot& path) {
    return which == Paths::all || path.best || (which == Paths::multipath && path.multipath);
  };
  if (json) {
    Json out{{"prefix", prefix.to_string()}, {"version", view.versions.of(prefix)}};
    if (!peers.empty()) out["advertisedTo"] = advertised_json(view, peers);
    out["paths"] = Json::array();
    for (const auto& path : paths) {
      if (shown(path)) out["paths"].push_back(path_json(view, *route, path));
    }
    return printed(out);
  }
  const auto best = std::ranges::find(paths, true, &bgp::PathSnapshot::best);
  auto out = fmt::format("BGP routing table entry for {}, version {}\n", prefix.to_string(),
                         view.versions.of(prefix));
  out += fmt::format(
      "Paths: ({} available, {}, table default{})\n", paths.size(),
      best == paths.end() ? "no best path" : fmt::format("best #{}", best - paths.begin() + 1),
      kept_by(*route));
  if (!by_path && peers.empty()) out += "  Not advertised to any peer\n";
  if (!peers.empty()) {
    out += "  Advertised to non peer-group peers:\n ";
    for (const auto& peer : peers) {
      const auto host = host_name(view, peer);
      out += " " + (host.empty() ? peer.to_string() : host + "(" + peer.to_string() + ")");
    }
    out += "\n";
  }
  for (const auto& path : paths) {
    if (shown(path)) out += path_text(view, *route, path);
  }
  return out;
}

}  // namespace seatrial::bgpd
