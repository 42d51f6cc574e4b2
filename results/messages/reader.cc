// Protocols without connections are read here: ARP as who is where (a claim is told when it is new
// or another one, not each time; a question only when nobody answers it), ICMP, DNS over UDP, other
// datagrams. IPv6 neighbour and multicast-listener discovery (ICMPv6 130 to 143) is background
// whose pace depends on timers: it is counted, and compared at the layer of frames only.
#include "results/messages/reader.h"

#include <algorithm>

namespace seatrial::results {
namespace {

constexpr std::size_t most_remembered = 65536;
constexpr std::uint16_t dns_port = 53;

bool is_background(const Packet& packet) {
  return packet.protocol == ip_protocol::icmpv6 && packet.icmp_type >= 130 &&
         packet.icmp_type <= 143;
}

std::string content(ByteSpan bytes) {
  StreamHash hash;
  hash.add(bytes);
  return std::to_string(bytes.size()) + " octets, hash " + hex(hash.value());
}

std::string icmp_title(const Packet& packet) {
  const bool v6 = packet.protocol == ip_protocol::icmpv6;
  const auto type = packet.icmp_type;
  if (type == (v6 ? 128 : 8)) return "echo request";
  if (type == (v6 ? 129 : 0)) return "echo reply";
  if (type == (v6 ? 1 : 3)) {
    static constexpr std::array<const char*, 5> v4_codes{"network unreachable", "host unreachable",
                                                         "protocol unreachable", "port unreachable",
                                                         "fragmentation needed"};
    if (!v6 && packet.icmp_code < v4_codes.size()) return v4_codes.at(packet.icmp_code);
    return "destination unreachable, code " + std::to_string(packet.icmp_code);
  }
  if (type == (v6 ? 3 : 11)) return "time exceeded";
  if (!v6 && type == 5) return "redirect";
  return std::string(v6 ? "ICMPv6" : "ICMP") + " type " + std::to_string(type);
}

bool is_echo(const Packet& packet) {
  if (packet.protocol == ip_protocol::icmpv6) {
    return packet.icmp_type == 128 || packet.icmp_type == 129;
  }
  return packet.icmp_type == 8 || packet.icmp_type == 0;
}

}  // namespace

MessageReader::MessageReader(MessageSink& sink, const Lens& lens, Depth depth)
    : sink_(sink), lens_(lens), depth_(depth), connections_(sink, lens, depth, ids_) {}

void MessageReader::add(LinkType link, const CapturedFrame& frame) {
  const Stamp at{frame.number, frame.time};
  last_ = at;
  auto packet = dissect(link, frame);
  if (packet.network == Network::arp) return on_arp(packet, at);
  if (packet.network == Network::other) return on_other(packet, at);
  if (packet.is_fragment() && !fragments_.add(packet)) return;
  switch (packet.transport) {
    case Transport::tcp:
      return connections_.add(packet, at);
    case Transport::udp:
      if (packet.source_port == dns_port || packet.destination_port == dns_port) {
        return on_dns(packet, at);
      }
      return on_datagram(packet, at);
    case Transport::icmp:
      return on_icmp(packet, at);
    case Transport::other:
      return on_other(packet, at);
  }
}

Outlet& MessageReader::group(const std::string& name, const std::string& client,
                             const std::string& server, const Stamp& at) {
  const bool full = groups_.size() >= most_remembered && !groups_.contains(name);
  auto& outlet = groups_[full ? "other datagrams" : name];
  if (!outlet) {
    outlet = std::make_unique<Outlet>(
        sink_, lens_, ids_++, Conversation{name, "", 0, true, at},
        std::array<std::string, 2>{client + " > " + server, server + " > " + client});
  }
  return *outlet;
}

void MessageReader::on_datagram(const Packet& packet, const Stamp& at) {
  // The server has the lower port.
  const bool to_server = packet.destination_port <= packet.source_port;
  const auto& client = lens_.name(to_server ? packet.source : packet.destination);
  const net::Endpoint server = to_server
                                   ? net::Endpoint{packet.destination, packet.destination_port}
                                   : net::Endpoint{packet.source, packet.source_port};
  const auto server_name = lens_.name(server);
  auto& outlet = group("UDP " + client + " > " + server_name, client, server_name, at);
  outlet.emit(
      to_server ? Direction::to_server : Direction::to_client,
      MessageBuilder(lens_, "udp.payload", at)
          .title("datagram of " + std::to_string(packet.payload.size()) + " octets")
          .field("udp.payload", std::string(reinterpret_cast<const char*>(packet.payload.data()),
                                            packet.payload.size()))
          .build());
}

void MessageReader::on_dns(const Packet& packet, const Stamp& at) {
  if (depth_ == Depth::streams) return on_datagram(packet, at);
  const bool to_server = packet.destination_port == dns_port;
  const auto& client_address = to_server ? packet.source : packet.destination;
  const auto& client = lens_.name(client_address);
  const auto& server = lens_.name(to_server ? packet.destination : packet.source);
  auto& outlet = group("DNS " + client + " > " + server, client, server, at);
  std::string key = client_address.to_string();
  key += ' ' + std::to_string(to_server ? packet.source_port : packet.destination_port);
  if (packet.payload.size() >= 2) {
    key += ' ' + std::to_string((packet.payload[0] << 8) | packet.payload[1]);
  }
  std::optional<Duration> asked;
  if (to_server) {
    if (dns_asked_.size() >= most_remembered) dns_asked_.clear();
    dns_asked_[key] = at.time;
  } else if (const auto question = dns_asked_.find(key); question != dns_asked_.end()) {
    asked = at.time - question->second;
    dns_asked_.erase(question);
  }
  emit_dns(outlet, to_server ? Direction::to_server : Direction::to_client, packet.payload, at,
           asked);
}

void MessageReader::on_icmp(const Packet& packet, const Stamp& at) {
  if (depth_ == Depth::streams) return;
  if (is_background(packet)) {
    if (!lens_.ignores("icmp")) sink_.on_note("IPv6 neighbour and listener discovery", 1);
    return;
  }
  const auto& from = lens_.name(packet.source);
  const auto& to = lens_.name(packet.destination);
  auto& outlet = group("ICMP " + std::min(from, to) + " - " + std::max(from, to), from, to, at);
  MessageBuilder builder(lens_, "icmp", at);
  auto title = icmp_title(packet);
  builder.field("icmp.type", std::to_string(packet.icmp_type))
      .field("icmp.code", std::to_string(packet.icmp_code));
  if (is_echo(packet) && packet.payload.size() >= 4) {
    // ping(8) writes the time of day into the data, so its length is all that is compared.
    title += " " + std::to_string((packet.payload[2] << 8) | packet.payload[3]);
    builder.field("icmp.payload", std::to_string(packet.payload.size() - 4) + " octets");
  } else if (packet.payload.size() > 4) {
    CapturedFrame quoted;
    quoted.bytes = packet.payload.subspan(4);
    quoted.original_bytes = quoted.bytes.size();
    const auto inner = dissect(LinkType::raw_ip, quoted);
    if (inner.network == Network::ip) {
      title += " for " + lens_.name(inner.source) + " > " + lens_.name(inner.destination);
    }
  }
  const bool any_kind = lens_.ignores("icmp.type") || lens_.ignores("icmp.code");
  if (!any_kind) builder.key(title);
  outlet.emit(from + " > " + to, builder.title(title).build());
}

void MessageReader::on_arp(const Packet& packet, const Stamp& at) {
  if (depth_ == Depth::streams || lens_.ignores("arp")) return;
  auto& outlet = group("ARP", "", "", at);
  if (packet.arp_operation == 1 && packet.source != packet.destination &&
      !arp_claims_.contains(packet.destination) && arp_asked_.size() < most_remembered) {
    arp_asked_.try_emplace(packet.destination, packet.source, at);
  }
  if (packet.source.is_unspecified()) return;  // a probe (RFC 5227) claims nothing
  arp_asked_.erase(packet.source);
  const auto claim = arp_claims_.find(packet.source);
  if (claim != arp_claims_.end() &&
      (claim->second == packet.arp_source || lens_.ignores("arp.src.hw_mac"))) {
    return;
  }
  if (arp_claims_.size() >= most_remembered) arp_claims_.clear();
  arp_claims_[packet.source] = packet.arp_source;
  const auto& who = lens_.name(packet.source);
  auto message = MessageBuilder(lens_, "arp", at)
                     .title(who + " is at " + packet.arp_source.to_string())
                     .key(who)
                     .field("arp.src.hw_mac", packet.arp_source.to_string())
                     .build();
  message.optional = true;  // the asker may have known it from before
  outlet.emit(who, std::move(message));
}

void MessageReader::on_other(const Packet& packet, const Stamp& at) {
  if (depth_ == Depth::streams) return;
  std::string name;
  std::string lane;
  if (packet.network == Network::ip) {
    name = "IP protocol " + std::to_string(packet.protocol);
    lane = lens_.name(packet.source) + " > " + lens_.name(packet.destination);
  } else {
    name = "frames of type " + std::to_string(packet.ethertype);
    lane = "frames";
  }
  group(name, "", "", at)
      .emit(lane, MessageBuilder(lens_, "data", at)
                      .title("data of " + std::to_string(packet.payload.size()) + " octets")
                      .field("data", content(packet.payload))
                      .build());
}

void MessageReader::finish() {
  connections_.finish(last_);
  for (const auto& [target, asked] : arp_asked_) {
    const auto& [asker, at] = asked;
    const auto title = "question of " + lens_.name(asker) + " who has " + lens_.name(target) +
                       " that nobody answers";
    auto message = MessageBuilder(lens_, "arp.unanswered", at).title(title).key(title).build();
    message.optional = true;  // the other side may have known it from before
    group("ARP", "", "", at).emit(lens_.name(target), std::move(message));
  }
}

}  // namespace seatrial::results
