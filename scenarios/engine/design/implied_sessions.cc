// Which BGP sessions the files imply, side by side: FRR's neighbors, what Calico derives, and who
// may call into a `bgp listen range`.
#include <algorithm>
#include <tuple>

#include "models/bgp/negotiation.h"
#include "scenarios/engine/design/checks.h"

namespace seatrial::scenario {
namespace {

SessionSide side_of(const std::string& node, const bgp::SpeakerConfig& speaker,
                    const bgp::NeighborConfig& neighbor) {
  return {node,
          bgp::shown_as(speaker, neighbor),
          neighbor.address,
          {},
          neighbor.remote_as,
          neighbor.passive,
          {},
          neighbor.position,
          speaker.profile.name,
          neighbor.hold_time.value_or(speaker.profile.hold_time),
          neighbor.keepalive_time.value_or(speaker.profile.keepalive_time),
          neighbor.bfd.has_value(),
          neighbor.password};
}

using Speakers = std::vector<std::pair<std::string, const bgp::SpeakerConfig*>>;

// The routers' and the edges'.
Speakers frr_speakers(const Design& design) {
  Speakers out;
  const auto& scenario = design.scenario;
  for (std::size_t i = 0; i < design.routers.size(); ++i) {
    const auto& bgp = design.routers[i].config.bgp;
    if (bgp) out.emplace_back(scenario.fabric.routers[i].name, &*bgp);
  }
  for (std::size_t i = 0; i < design.edges.size(); ++i) {
    const auto& config = design.edges[i].bgp;
    if (config && config->bgp) out.emplace_back(scenario.edges[i].name, &*config->bgp);
  }
  return out;
}

void add_configured(const Speakers& speakers, std::vector<SessionSide>& out) {
  for (const auto& [node, speaker] : speakers) {
    for (const auto& neighbor : speaker->neighbors) {
      if (!neighbor.shutdown) out.push_back(side_of(node, *speaker, neighbor));
    }
  }
}

void add_derived(const Design& design, std::vector<SessionSide>& out) {
  for (std::size_t c = 0; c < design.clusters.size(); ++c) {
    const auto& cluster = design.clusters[c];
    const auto& resources = cluster.calico;
    const bool secret =
        std::ranges::any_of(resources.peers, &calico::BgpPeer::password) ||
        std::ranges::any_of(resources.configurations, &calico::BgpConfiguration::mesh_password);
    for (const auto& node : cluster.nodes) {
      for (const auto& intent : node.sessions.sessions) {
        if (intent.duplicate) continue;
        const auto& profile = node.sessions.speaker.profile;
        out.push_back({intent.node,
                       intent.local_as,
                       intent.remote_address,
                       {},
                       bgp::RemoteAs::number(intent.remote_as.value),
                       intent.passive,
                       {},
                       intent.position,
                       profile.name,
                       profile.hold_time,
                       profile.keepalive_time,
                       design.scenario.clusters[c].bird_bfd.has_value(),
                       secret ? std::nullopt : std::optional<std::string>("")});
      }
    }
  }
}

// Where a caller's connection comes from: the address of its own that lies in the range.
std::optional<net::IpAddress> caller(const std::map<net::IpAddress, std::string>& owners,
                                     const std::string& node, const net::Prefix& range) {
  for (const auto& [address, owner] : owners) {
    if (owner == node && range.contains(address)) return address;
  }
  return std::nullopt;
}

// Nobody is configured at the listening side: it has a session with whoever is told to call it.
void add_called(const Speakers& speakers, const std::map<net::IpAddress, std::string>& owners,
                std::vector<SessionSide>& out) {
  const auto callers = out;
  for (const auto& [node, speaker] : speakers) {
    for (const auto& range : speaker->dynamic_ranges) {
      if (range.peer.shutdown) continue;
      for (const auto& call : callers) {
        const auto called = owners.find(call.peer);
        if (call.passive || called == owners.end() || called->second != node) continue;
        const auto from = caller(owners, call.node, range.prefix);
        const auto known = [&](const SessionSide& side) {
          return side.node == node && from && side.peer == *from;
        };
        if (!from || std::ranges::any_of(out, known)) continue;
        auto neighbor = range.peer;
        neighbor.address = *from;
        neighbor.passive = true;
        out.push_back(side_of(node, *speaker, neighbor));
      }
    }
  }
}

}  // namespace

std::vector<SessionSide> implied_sessions(const Design& design, const Files& files) {
  std::vector<SessionSide> out;
  const auto owners = address_owners(design);
  const auto speakers = frr_speakers(design);
  add_configured(speakers, out);
  add_derived(design, out);
  add_called(speakers, owners, out);
  const std::string probe = files.shown("x");
  const std::string folder = probe.substr(0, probe.size() - 1);
  for (auto& side : out) {
    if (const auto owner = owners.find(side.peer); owner != owners.end()) {
      side.peer_name = owner->second;
    }
    auto file = side.position.file;
    if (file.starts_with(folder)) file.erase(0, folder.size());
    side.source = file + ":" + std::to_string(side.position.line);
  }
  std::ranges::sort(out, {}, [](const SessionSide& s) { return std::tie(s.node, s.peer); });
  return out;
}

}  // namespace seatrial::scenario
