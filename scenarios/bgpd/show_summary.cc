// `show bgp [ipv4|ipv6 unicast] summary`. What bgpd says of its memory is given as 0: it is not
// this program's.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/view.h"

namespace seatrial::bgpd {
namespace {

std::uint64_t total(const bgp::MessageCounters& c) {
  return c.opens + c.updates + c.notifications + c.keepalives + c.route_refreshes;
}

struct Row {
  bgp::SessionSnapshot session;
  const bgp::NeighborConfig* config = nullptr;
  bool established() const { return session.state == bgp::State::established; }
  std::string state() const {
    return session.shutdown ? "Idle (Admin)" : std::string(to_string(session.state));
  }
  std::uint32_t remote_as() const {
    if (session.remote_as.value != 0 || config == nullptr) return session.remote_as.value;
    if (config->remote_as.kind == bgp::RemoteAs::Kind::number) return config->remote_as.asn.value;
    return config->remote_as.kind == bgp::RemoteAs::Kind::internal ? session.local_as.value : 0;
  }
};

std::vector<Row> rows_of(const View& view, net::Family family) {
  std::vector<Row> out;
  const auto& neighbors = view.speaker.config().neighbors;
  for (auto& session : view.speaker.sessions()) {
    const auto config = std::ranges::find(neighbors, session.peer, &bgp::NeighborConfig::address);
    const bool known = config != neighbors.end();
    if (known && std::ranges::find(config->families, afi_safi(family)) == config->families.end()) {
      continue;
    }
    out.push_back({std::move(session), known ? &*config : nullptr});
  }
  return out;
}

Json row_json(const View& view, const Row& row) {
  const auto& s = row.session;
  Json out;
  if (const auto host = host_name(view, s.peer); !host.empty()) out["hostname"] = host;
  out["remoteAs"] = row.remote_as();
  out["localAs"] = s.local_as.value;
  out["version"] = 4;
  out["msgRcvd"] = total(s.received);
  out["msgSent"] = total(s.sent);
  out["tableVersion"] = 0;
  out["outq"] = 0;
  out["inq"] = 0;
  const bool ever = s.established_count > 0;
  const auto age = view.since(s.since);
  out["peerUptime"] = ever ? uptime(age) : "never";
  out["peerUptimeMsec"] = ever ? whole_seconds_ms(age) : 0;
  if (row.established()) out["peerUptimeEstablishedEpoch"] = view.epoch(s.since);
  out["pfxRcd"] = s.prefixes_accepted;
  out["pfxSnt"] = s.prefixes_advertised;
  out["state"] = row.state();
  out["peerState"] = s.shutdown ? "Admin" : "OK";
  out["connectionsEstablished"] = s.established_count;
  out["connectionsDropped"] = s.established_count - (row.established() ? 1 : 0);
  if (!s.description.empty()) out["desc"] = s.description;
  out["idType"] = s.peer.is_v4() ? "ipv4" : "ipv6";
  return out;
}

std::string row_text(const View& view, const Row& row) {
  const auto& s = row.session;
  const auto host = host_name(view, s.peer);
  const auto name = host.empty() ? s.peer.to_string() : host + "(" + s.peer.to_string() + ")";
  const auto shown = row.established() ? std::to_string(s.prefixes_accepted) : row.state();
  auto out = name.size() > 15 ? name + "\n" + std::string(16, ' ') : fmt::format("{:<16}", name);
  return out + fmt::format("4 {:>10} {:>9} {:>9} {:>8} {:>4} {:>4} {:>8} {:>12} {:>8} {}\n",
                           row.remote_as(), total(s.received), total(s.sent), 0, 0, 0,
                           s.established_count > 0 ? uptime(view.since(s.since)) : "never", shown,
                           s.prefixes_advertised, s.description.empty() ? "N/A" : s.description);
}

}  // namespace

std::string show_summary(const View& view, std::optional<net::Family> only, bool json) {
  const auto& config = view.speaker.config();
  Json all = Json::object();
  std::string text;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (only && *only != family) continue;
    const auto rows = rows_of(view, family);
    if (rows.empty()) continue;
    const auto routes = view.speaker.loc_rib();
    const auto entries = std::ranges::count_if(
        routes, [&](const auto& route) { return route.prefix.family() == family; });
    if (json) {
      auto peers = Json::object();
      std::size_t failed = 0;
      for (const auto& row : rows) {
        peers[row.session.peer.to_string()] = row_json(view, row);
        if (!row.established()) ++failed;
      }
      const auto relax = config.multipath_relax.value_or(config.profile.multipath_relax);
      Json out{{"routerId", config.router_id.to_string()},
               {"as", config.asn.value},
               {"vrfId", 0},
               {"vrfName", "default"},
               {"tableVersion", view.versions.table()},
               {"ribCount", entries},
               {"ribMemory", 0},
               {"peerCount", rows.size()},
               {"peerMemory", 0},
               {"peers", std::move(peers)},
               {"failedPeers", failed},
               {"displayedPeers", rows.size()},
               {"totalPeers", rows.size()},
               {"dynamicPeers",
                std::ranges::count_if(rows, [](const auto& row) { return row.session.dynamic; })},
               {"bestPath", {{"multiPathRelax", relax ? "true" : "false"}}}};
      // Of one family bgpd gives the object itself.
      if (only) return printed(out);
      all[family_key(family)] = std::move(out);
      continue;
    }
    text += fmt::format("\n{} Summary (VRF default):\n", family_name(family));
    text += fmt::format("BGP router identifier {}, local AS number {} vrf-id 0\n",
                        config.router_id.to_string(), config.asn.to_string());
    text += fmt::format("BGP table version {}\nRIB entries {}, using 0 bytes of memory\n",
                        view.versions.table(), entries);
    text += fmt::format("Peers {}, using 0 KiB of memory\n\n", rows.size());
    text +=
        "Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down "
        "State/PfxRcd   PfxSnt Desc\n";
    for (const auto& row : rows) text += row_text(view, row);
    text += fmt::format("\nTotal number of neighbors {}\n", rows.size());
  }
  if (json) return printed(all);
  return text.empty() ? "% No BGP neighbors found\n" : text;
}

}  // namespace seatrial::bgpd
