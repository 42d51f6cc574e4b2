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
  if (!path.peer) {
    out["sourced"] = true;
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
  out["lastUpdate"] = {{"epoch", view.epoch(path.received)},
                       {"string", view.date(path.received) + "\n"}};
  auto hop = next_hop_json(view, route.prefix, path);
  hop.erase("used");
  if (path.metric) hop["metric"] = *path.metric;
  hop["accessible"] = path.eligible;
  hop["used"] = true;
  out["nexthops"] = Json::array({hop});
  Json peer{{"peerId", path.peer ? path.peer->to_string() : "0.0.0.0"},
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
  std::string out = "  " + (as_path.empty() ? "Local" : as_path) + "\n";
  out += "    " + next_hop_text(view, route.prefix, path) + " from ";
  if (path.peer) {
    const auto host = host_name(view, *path.peer);
    out += host.empty() ? path.peer->to_string() : host + "(" + path.peer->to_string() + ")";
  } else {
    out += "0.0.0.0";
  }
  out += " (" + router_id_of(view, path) + ")\n";
  out += "      Origin " + origin_word(attributes.origin);
  if (const auto metric = metric_of(path)) out += fmt::format(", metric {}", *metric);
  if (attributes.local_pref) out += fmt::format(", localpref {}", *attributes.local_pref);
  if (path.weight != 0) out += fmt::format(", weight {}", path.weight);
  out += path.eligible ? ", valid" : ", invalid";
  if (path.stale) out += ", stale";
  if (!path.peer) {
    out += ", sourced, local";
  } else {
    out += path.source == bgp::RouteSource::ibgp ? ", internal" : ", external";
  }
  if (path.multipath && route_has_multipath(route)) out += ", multipath";
  if (best_of_its_as(view, route, path)) out += ", bestpath-from-AS " + as_name(path);
  if (path.best) out += ", best (" + selection_reason(route) + ")";
  out += "\n";
  if (!attributes.communities.empty()) {
    out += "      Community: " + communities_text(attributes.communities) + "\n";
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
  return out + "      Last update: " + view.date(path.received) + "\n";
}

std::vector<net::IpAddress> advertised_to(const View& view, const net::Prefix& prefix) {
  std::vector<net::IpAddress> out;
  for (const auto& session : view.speaker.sessions()) {
    if (session.state != bgp::State::established) continue;
    const auto sent = view.speaker.adj_rib_out(session.peer);
    if (std::ranges::find(sent, prefix, &bgp::AdjRouteSnapshot::prefix) != sent.end()) {
      out.push_back(session.peer);
    }
  }
  return out;
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

std::string show_route(const View& view, const net::Prefix& prefix, bool json) {
  const auto route = view.speaker.route(prefix);
  if (!route) return json ? "{\n}\n" : "% Network not in table\n";
  const auto told = advertised_to(view, prefix);
  const auto paths = in_frr_order(*route);
  if (json) {
    Json out{{"prefix", prefix.to_string()}, {"version", view.versions.of(prefix)}};
    for (const auto& peer : told) {
      auto& entry = out["advertisedTo"][peer.to_string()];
      entry = Json::object();
      if (const auto host = host_name(view, peer); !host.empty()) entry["hostname"] = host;
    }
    out["paths"] = Json::array();
    for (const auto& path : paths) out["paths"].push_back(path_json(view, *route, path));
    return printed(out);
  }
  const auto best = std::ranges::find(paths, true, &bgp::PathSnapshot::best);
  auto out = fmt::format("BGP routing table entry for {}, version {}\n", prefix.to_string(),
                         view.versions.of(prefix));
  out += fmt::format(
      "Paths: ({} available, {}, table default{})\n", paths.size(),
      best == paths.end() ? "no best path" : fmt::format("best #{}", best - paths.begin() + 1),
      kept_by(*route));
  if (told.empty()) {
    out += "  Not advertised to any peer\n";
  } else {
    out += "  Advertised to non peer-group peers:\n ";
    for (const auto& peer : told) {
      const auto host = host_name(view, peer);
      out += " " + (host.empty() ? peer.to_string() : host + "(" + peer.to_string() + ")");
    }
    out += "\n";
  }
  for (const auto& path : paths) out += path_text(view, *route, path);
  return out;
}

}  // namespace seatrial::bgpd
