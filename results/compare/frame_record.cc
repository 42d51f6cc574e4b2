#include "results/compare/frame_record.h"

namespace seatrial::results {
namespace {

std::uint64_t number(const MacAddress& mac) {
  std::uint64_t value = 0;
  for (const auto octet : mac.octets) value = value << 8 | octet;
  return value;
}

std::string mac_text(std::uint64_t value) {
  MacAddress mac;
  for (std::size_t i = 0; i < 6; ++i) {
    mac.octets.at(i) = static_cast<std::uint8_t>(value >> (40 - 8 * i));
  }
  return mac.to_string();
}

std::uint64_t content(ByteSpan bytes) {
  StreamHash hash;
  hash.add(bytes);
  return hash.value();
}

std::uint64_t mixed(std::uint64_t state, std::uint64_t value) {
  state = (state ^ value) * 0x9fb21c651e98df25U;
  return state ^ (state >> 29);
}

}  // namespace

std::string_view frame_field_name(FrameField field, Network network, Transport transport) {
  switch (field) {
    case FrameField::eth_source:
      return "eth.src";
    case FrameField::eth_destination:
      return "eth.dst";
    case FrameField::eth_type:
      return "eth.type";
    case FrameField::vlan:
      return "vlan.id";
    case FrameField::length:
      return "frame.len";
    case FrameField::traffic_class:
      return "ip.dsfield";
    case FrameField::hop_limit:
      return "ip.ttl";
    case FrameField::identification:
      return "ip.id";
    case FrameField::ip_flags:
      return "ip.flags";
    case FrameField::fragment_offset:
      return "ip.frag_offset";
    case FrameField::sequence:
      return "tcp.seq";
    case FrameField::acknowledgment:
      return "tcp.ack";
    case FrameField::flags:
      return "tcp.flags";
    case FrameField::window:
      return "tcp.window_size_value";
    case FrameField::options:
      return "tcp.options";
    case FrameField::icmp_type:
      return "icmp.type";
    case FrameField::icmp_code:
      return "icmp.code";
    case FrameField::arp_operation:
      return "arp.opcode";
    case FrameField::arp_source:
      return "arp.src.hw_mac";
    case FrameField::arp_target:
      return "arp.dst.hw_mac";
    default:
      break;
  }
  if (network != Network::ip) return "data";
  return transport == Transport::tcp    ? "tcp.payload"
         : transport == Transport::udp  ? "udp.payload"
         : transport == Transport::icmp ? "icmp.payload"
                                        : "data";
}

bool FrameRecord::is_like(const FrameRecord& other) const {
  if (key == other.key) return true;
  const auto same = [&](FrameField field) {
    return values[static_cast<std::size_t>(field)] == other.values[static_cast<std::size_t>(field)];
  };
  return transport == Transport::tcp && other.transport == Transport::tcp && payload_octets > 0 &&
         payload_octets == other.payload_octets && from_low == other.from_low &&
         same(FrameField::sequence);
}

std::string FrameRecord::title() const {
  const auto octets = " of " + std::to_string(payload_octets) + " octets";
  if (network == Network::arp) {
    const auto operation = values[static_cast<std::size_t>(FrameField::arp_operation)];
    return operation == 1 ? "ARP request" : operation == 2 ? "ARP reply" : "ARP";
  }
  switch (transport) {
    case Transport::tcp: {
      const auto flags =
          static_cast<std::uint8_t>(values[static_cast<std::size_t>(FrameField::flags)]);
      const auto names = tcp_flag_names(flags);
      return payload_octets == 0 ? names
                                 : names + " with " + std::to_string(payload_octets) + " octets";
    }
    case Transport::udp:
      return "datagram" + octets;
    case Transport::icmp:
      return "ICMP type " + text(FrameField::icmp_type) + " code " + text(FrameField::icmp_code);
    case Transport::other:
      break;
  }
  return "frame" + octets;
}

std::string FrameRecord::text(FrameField field) const {
  const auto value = values.at(static_cast<std::size_t>(field));
  switch (field) {
    case FrameField::eth_source:
    case FrameField::eth_destination:
    case FrameField::arp_source:
    case FrameField::arp_target:
      return mac_text(value);
    case FrameField::flags:
      return tcp_flag_names(static_cast<std::uint8_t>(value));
    case FrameField::payload:
      return std::to_string(payload_octets) + " octets, hash " + hex(value);
    case FrameField::options:
      return "hash " + hex(value);
    default:
      return std::to_string(value);
  }
}

FrameRecord record_of(const Packet& packet, const CapturedFrame& frame, bool from_low,
                      FlowBase& base, const Lens& lens) {
  FrameRecord record;
  record.at = {frame.number, frame.time};
  record.from_low = from_low;
  record.network = packet.network;
  record.transport = packet.transport;
  record.payload_octets = static_cast<std::uint32_t>(packet.payload.size() + packet.missing);
  const auto set = [&record](FrameField field, std::uint64_t value) {
    record.values.at(static_cast<std::size_t>(field)) = value;
  };
  set(FrameField::eth_source, number(packet.eth_source));
  set(FrameField::eth_destination, number(packet.eth_destination));
  set(FrameField::eth_type, packet.ethertype);
  set(FrameField::vlan, packet.vlan_count == 0 ? 0
                        : packet.vlan_count == 1
                            ? packet.vlans[0]
                            : std::uint64_t{packet.vlans[0]} << 16 | packet.vlans[1]);
  set(FrameField::length, frame.original_bytes);
  set(FrameField::traffic_class, packet.traffic_class);
  set(FrameField::hop_limit, packet.hop_limit);
  set(FrameField::identification, packet.identification);
  set(FrameField::ip_flags, (packet.dont_fragment ? 2U : 0U) | (packet.more_fragments ? 1U : 0U));
  set(FrameField::fragment_offset, packet.fragment_offset);
  if (packet.transport == Transport::tcp) {
    const std::size_t direction = from_low ? 0 : 1;
    const bool syn = (packet.flags & tcp_flag::syn) != 0;
    if (syn || !base.known.at(direction)) {
      base.sequence.at(direction) = packet.sequence;
      base.known.at(direction) = true;
    }
    const bool acknowledges = (packet.flags & tcp_flag::ack) != 0;
    if (acknowledges && !base.known.at(1 - direction)) {
      base.sequence.at(1 - direction) = packet.acknowledgment;
      base.known.at(1 - direction) = true;
    }
    set(FrameField::sequence, packet.sequence - base.sequence.at(direction));
    if (acknowledges) {
      set(FrameField::acknowledgment, packet.acknowledgment - base.sequence.at(1 - direction));
    }
    set(FrameField::flags, packet.flags);
    set(FrameField::window, packet.window);
    if (!packet.tcp_options.empty()) set(FrameField::options, content(packet.tcp_options));
  }
  set(FrameField::icmp_type, packet.icmp_type);
  set(FrameField::icmp_code, packet.icmp_code);
  set(FrameField::arp_operation, packet.arp_operation);
  set(FrameField::arp_source, number(packet.arp_source));
  set(FrameField::arp_target, number(packet.arp_target));
  const auto payload = packet.payload.empty() ? 0 : content(packet.payload);
  set(FrameField::payload, payload);

  const auto counted = [&](FrameField field, std::uint64_t value) {
    const auto name = frame_field_name(field, packet.network, packet.transport);
    return lens.ignores(name) ? 0 : value;
  };
  const std::uint64_t kind = (from_low ? 1U : 0U) | static_cast<unsigned>(packet.transport) << 1U |
                             static_cast<unsigned>(packet.network) << 4U |
                             counted(FrameField::arp_operation, packet.arp_operation) << 8U |
                             counted(FrameField::icmp_type, packet.icmp_type) << 24U |
                             counted(FrameField::flags, packet.flags & ~unsigned{tcp_flag::psh})
                                 << 32U;
  record.key = mixed(mixed(0x9e3779b97f4a7c15U, kind), counted(FrameField::payload, payload));
  record.digest = record.key;
  for (std::size_t i = 0; i < frame_fields; ++i) {
    const auto field = static_cast<FrameField>(i);
    if (lens.ignores(frame_field_name(field, packet.network, packet.transport))) continue;
    record.digest = mixed(record.digest, record.values.at(i) + i);
  }
  return record;
}

}  // namespace seatrial::results
