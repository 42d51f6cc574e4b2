#include "results/mrt/speaker_dump.h"

#include <map>
#include <ostream>

#include "results/mrt/attributes.h"

namespace seatrial::results::mrt {
namespace {

Peering peering(const net::IpAddress& peer, const net::IpAddress& local, net::Asn peer_as,
                net::Asn local_as) {
  return {.peer_as = peer_as, .local_as = local_as, .peer = peer, .local = local};
}

// Before its OPEN a peer is in the AS that it is configured to be in, where that is one.
net::Asn as_of(const bgp::SessionSnapshot& session, const bgp::SpeakerConfig& config) {
  if (session.remote_as.value != 0) return session.remote_as;
  for (const auto& neighbor : config.neighbors) {
    if (neighbor.address != session.peer) continue;
    if (neighbor.remote_as.kind == bgp::RemoteAs::Kind::internal) return config.asn;
    return neighbor.remote_as.asn;
  }
  return {};
}

void append(bgp::Octets& to, const bgp::Octets& record) {
  to.insert(to.end(), record.begin(), record.end());
}

PeerIndexTable peers_of(const bgp::Speaker& speaker, std::string_view name) {
  const auto& config = speaker.config();
  PeerIndexTable table{config.router_id, std::string(name), {Peer{}}};
  for (const auto& session : speaker.sessions()) {
    table.peers.push_back(
        {session.remote_id.value_or(bgp::RouterId{}), session.peer, as_of(session, config)});
  }
  return table;
}

}  // namespace

void UpdateWriter::session_changed(const bgp::SessionEvent& event) {
  write(encode(epoch_.at(event.time),
               StateChange{peering(event.peer, event.local, event.peer_as, event.local_as),
                           event.from, event.to}));
}

void UpdateWriter::message(const bgp::MessageEvent& event) {
  // Only an UPDATE has anything that depends on how AS numbers are written.
  const bool update = event.type == bgp::MessageType::update;
  write(encode(epoch_.at(event.time),
               Message{.peering = peering(event.peer, event.local, event.peer_as, event.local_as),
                       .sent = event.sent,
                       .four_octet_as = !update || event.four_octet_as,
                       .add_path = event.add_path,
                       .data = event.data}));
}

void UpdateWriter::write(const bgp::Octets& record) {
  out_.write(reinterpret_cast<const char*>(record.data()),
             static_cast<std::streamsize>(record.size()));
  if (flush_) out_.flush();
}

bgp::Octets table_dump(const bgp::Speaker& speaker, std::string_view name, TimePoint now,
                       Epoch epoch) {
  const auto peers = peers_of(speaker, name);
  std::map<net::Prefix, Rib> table;
  const auto add = [&](const net::Prefix& prefix, std::size_t peer, std::uint32_t path_id,
                       TimePoint received, bgp::Octets attributes) {
    auto& rib = table[prefix];
    rib.add_path = rib.add_path || path_id != 0;
    rib.entries.push_back({static_cast<std::uint16_t>(peer),
                           std::chrono::floor<std::chrono::seconds>(epoch.at(received)), path_id,
                           std::move(attributes)});
  };
  for (const auto& route : speaker.loc_rib()) {
    for (const auto& path : route.paths) {
      if (path.source != bgp::RouteSource::local) continue;
      auto attributes = *path.attributes;
      // A path has a next hop even where it is the speaker itself.
      if (!attributes.next_hop) {
        attributes.next_hop = route.prefix.address().is_v4()
                                  ? net::IpAddress{}
                                  : net::IpAddress::from_bytes(bgp::Octets(16));
      }
      add(route.prefix, 0, path.path_id, path.received, encode_attributes(attributes));
    }
  }
  for (std::size_t i = 1; i < peers.peers.size(); ++i) {
    for (const auto& path : speaker.adj_rib_in(peers.peers[i].address)) {
      add(path.prefix, i, path.path_id, path.received, encode_attributes(*path.attributes));
    }
  }

  auto octets = encode(epoch.at(now), peers);
  std::uint32_t sequence = 0;
  for (auto& [prefix, rib] : table) {
    rib.prefix = prefix;
    rib.sequence = sequence++;
    append(octets, encode(epoch.at(now), rib));
  }
  return octets;
}

bgp::Octets empty_table_dump(const bgp::Speaker& speaker, std::string_view name, TimePoint now,
                             Epoch epoch) {
  return encode(epoch.at(now), peers_of(speaker, name));
}

}  // namespace seatrial::results::mrt
