// `show bgp [ipv4|ipv6 unicast] summary`. What bgpd says of its memory is given as 0: it is not
// this program's.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenarios/bgpd/neighbor_facts.h"

namespace seatrial::bgpd {
namespace {

std::uint64_t total(const bgp::MessageCounters& c) {
  return c.opens + c.updates + c.notifications + c.keepalives + c.route_refreshes;
}

struct Row {
  bgp::SessionSnapshot session;
  Told told;
  NeighborFacts facts;
  Row(const View& view, bgp::SessionSnapshot&& from)
      : session(std::move(from)),
        told(bgpd::told(view, session.peer)),
        facts(facts_of(view, session, told)) {}
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;
  bool established() const { return facts.established(); }
  std::string state() const {
    return session.shutdown ? "Idle (Admin)" : std::string(to_string(session.state));
  }
  bool dynamic() const { return told.range != nullptr; }
  std::uint64_t dropped() const { return session.established_count - (established() ? 1 : 0); }
};
using Rows = std::vector<std::unique_ptr<Row>>;

Rows rows_of(const View& view, net::Family family) {
  Rows out;
  for (auto& session : view.speaker.sessions()) {
    auto row = std::make_unique<Row>(view, std::move(session));
    if (row->told.carries(family)) out.push_back(std::move(row));
  }
  return out;
}

bool is_shown(const Row& row, Which which) {
  return which == Which::all || (which == Which::established) == row.established();
}

// Of the groups that somebody is in, or may come to be.
std::size_t groups(const View& view) {
  std::set<std::string> names;
  for (const auto& neighbor : view.speaker.config().neighbors) names.insert(neighbor.peer_group);
  for (const auto& range : view.speaker.config().dynamic_ranges) {
    names.insert(range.peer.peer_group);
  }
  names.erase("");
  return names.size();
}

Json row_json(const View& view, const Row& row, net::Family family) {
  const auto& s = row.session;
  Json out;
  if (row.dynamic()) out["dynamicPeer"] = true;
  if (const auto host = host_name(view, s.peer); !host.empty()) out["hostname"] = host;
  out["remoteAs"] = row.facts.remote_as;
  out["localAs"] = s.local_as.value;
  out["version"] = 4;
  out["msgRcvd"] = total(s.received);
  out["msgSent"] = total(s.sent);
  out["tableVersion"] = 0;  // as bgpd with update groups
  out["outq"] = 0;
  out["inq"] = 0;
  const bool ever = s.established_count > 0;
  const auto age = view.since(s.since);
  out["peerUptime"] = ever ? uptime(age) : "never";
  out["peerUptimeMsec"] = ever ? whole_seconds_ms(age) : 0;
  if (row.established()) out["peerUptimeEstablishedEpoch"] = view.epoch(s.since);
  out["pfxRcd"] = s.in(family).accepted;
  out["pfxSnt"] = s.in(family).advertised;
  out["state"] = row.state();
  out["peerState"] = s.shutdown ? "Admin" : "OK";
  out["connectionsEstablished"] = s.established_count;
  out["connectionsDropped"] = row.dropped();
  if (!s.description.empty()) out["desc"] = s.description;
  out["idType"] = s.peer.is_v4() ? "ipv4" : "ipv6";
  return out;
}

Json failed_json(const View& view, const Row& row) {
  const auto& s = row.session;
  const bool ever = s.established_count > 0;
  return {{"connectionsEstablished", s.established_count},
          {"connectionsDropped", row.dropped()},
          {"peerUptime", ever ? uptime(view.since(s.since)) : "never"},
          {"peerUptimeMsec", ever ? whole_seconds_ms(view.since(s.since)) : 0},
          {"lastResetDueTo", row.facts.reset.words},
          {"lastResetCode", row.facts.reset.code},
          {"idType", s.peer.is_v4() ? "ipv4" : "ipv6"}};
}

std::string name_text(const View& view, const Row& row) {
  const auto host = host_name(view, row.session.peer);
  const auto address = row.session.peer.to_string();
  auto name = row.dynamic() ? "*" + address : host.empty() ? address : host + "(" + address + ")";
  return name.size() > 15 ? name + "\n" + std::string(16, ' ') : fmt::format("{:<16}", name);
}

std::string row_text(const View& view, const Row& row, net::Family family) {
  const auto& s = row.session;
  const auto shown = row.established() ? std::to_string(s.in(family).accepted) : row.state();
  return name_text(view, row) +
         fmt::format("4 {:>10} {:>9} {:>9} {:>8} {:>4} {:>4} {:>8} {:>12} {:>8} {}\n",
                     row.facts.remote_as, total(s.received), total(s.sent), 0, 0, 0,
                     s.established_count > 0 ? uptime(view.since(s.since)) : "never", shown,
                     s.in(family).advertised, s.description.empty() ? "N/A" : s.description);
}

std::string failed_text(const View& view, const Row& row) {
  const auto& s = row.session;
  return name_text(view, row) +
         fmt::format("{:>7} {:>7} {:>9} {}\n", s.established_count, row.dropped(),
                     s.established_count > 0 ? uptime(view.since(s.since)) : "never",
                     row.facts.reset.words);
}

std::size_t entries(const View& view, net::Family family) {
  const auto routes = view.speaker.loc_rib();
  return static_cast<std::size_t>(std::ranges::count_if(
      routes, [&](const auto& route) { return route.prefix.family() == family; }));
}

std::size_t dynamic(const Rows& rows) {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows, [](const auto& row) { return row->dynamic(); }));
}

Json family_json(const View& view, net::Family family, const Rows& rows, Which which) {
  const auto& config = view.speaker.config();
  auto peers = Json::object();
  std::size_t failed = 0;
  for (const auto& row : rows) {
    if (!row->established()) ++failed;
    if (!is_shown(*row, which)) continue;
    peers[row->session.peer.to_string()] =
        which == Which::failed ? failed_json(view, *row) : row_json(view, *row, family);
  }
  const auto displayed = which == Which::failed ? rows.size() : peers.size();
  Json out{{"routerId", config.router_id.to_string()},
           {"as", config.asn.value},
           {"vrfId", 0},
           {"vrfName", "default"},
           {"tableVersion", view.versions.table(family)},
           {"ribCount", entries(view, family)},
           {"ribMemory", 0},
           {"peerCount", rows.size()},
           {"peerMemory", 0}};
  if (groups(view) > 0) {
    out["peerGroupCount"] = groups(view);
    out["peerGroupMemory"] = 0;
  }
  out["peers"] = std::move(peers);
  out["failedPeers"] = failed;
  out["displayedPeers"] = displayed;
  out["totalPeers"] = rows.size();
  out["dynamicPeers"] = dynamic(rows);
  if (which == Which::failed) return out;
  const auto relax = config.multipath_relax.value_or(config.profile.multipath_relax);
  out["bestPath"] = {{"multiPathRelax", relax ? "true" : "false"}};
  return out;
}

std::string family_text(const View& view, net::Family family, const Rows& rows, Which which) {
  const auto& config = view.speaker.config();
  std::string out = fmt::format("BGP router identifier {}, local AS number {} vrf-id 0\n",
                                config.router_id.to_string(), config.asn.to_string());
  out += fmt::format("BGP table version {}\nRIB entries {}, using 0 bytes of memory\n",
                     view.versions.table(family), entries(view, family));
  out += fmt::format("Peers {}, using 0 KiB of memory\n", rows.size());
  if (const auto count = groups(view); count > 0) {
    out += fmt::format("Peer groups {}, using 0 bytes of memory\n", count);
  }
  out += which == Which::failed ? "\nNeighbor        EstdCnt DropCnt ResetTime Reason\n"
                                : "\nNeighbor        V         AS   MsgRcvd   MsgSent   TblVer  "
                                  "InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc\n";
  std::size_t displayed = 0;
  for (const auto& row : rows) {
    if (!is_shown(*row, which)) continue;
    ++displayed;
    out += which == Which::failed ? failed_text(view, *row) : row_text(view, *row, family);
  }
  out += "\n";
  if (which != Which::all) out += fmt::format("Displayed neighbors {}\n", displayed);
  out += fmt::format("Total number of neighbors {}\n", rows.size());
  if (const auto count = dynamic(rows); count > 0) {
    out += fmt::format("* - dynamic neighbor\n{} dynamic neighbor(s), limit {}\n", count,
                       config.dynamic_limit);
  }
  return out;
}

}  // namespace

std::string show_summary(const View& view, std::optional<net::Family> only, Which which, bool json,
                         bool ip) {
  Json all = Json::object();
  std::string text;
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    if (only && *only != family) continue;
    if (ip && family != net::Family::ipv4) continue;
    const auto rows = rows_of(view, family);
    if (rows.empty()) continue;
    if (json) {
      auto one = family_json(view, family, rows, which);
      // Of one family bgpd gives the object itself.
      if (only) return printed(one);
      all[family_key(family)] = std::move(one);
      continue;
    }
    text += fmt::format("\n{} Summary (VRF default):\n", family_name(family));
    text += family_text(view, family, rows, which);
  }
  if (json) return printed(all);
  return text.empty() ? "% No BGP neighbors found\n" : text;
}

}  // namespace seatrial::bgpd
