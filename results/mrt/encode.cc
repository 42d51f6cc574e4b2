// Values to octets: RFC 6396 sections 2, 3, 4.3 and 4.4.
#include <algorithm>

#include "results/mrt/mrt.h"

namespace seatrial::results::mrt {
namespace {

using bgp::Octets;
using bgp::WireWriter;

constexpr std::uint16_t afi_ipv4 = 1;
constexpr std::uint16_t afi_ipv6 = 2;
constexpr std::size_t length_at = 8;  // in the header

constexpr std::uint8_t peer_is_ipv6 = 0x01;  // RFC 6396 section 4.3.1
constexpr std::uint8_t peer_has_as4 = 0x02;

// The header without its length, which finish() fills in; a BGP4MP_ET one with its microseconds,
// which count as part of the body (section 3).
void begin(WireWriter& out, Timestamp at, Type type, std::uint16_t subtype) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  out.u32(static_cast<std::uint32_t>(seconds.count()));
  out.u16(static_cast<std::uint16_t>(type));
  out.u16(subtype);
  out.u32(0);
  if (type == Type::bgp4mp_et) out.u32(static_cast<std::uint32_t>((at - seconds).count()));
}

Octets finish(Octets record) {
  const auto length = record.size() - header_size;
  for (std::size_t i = 0; i < 4; ++i) {
    record[length_at + i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
  }
  return record;
}

void put_as(WireWriter& out, net::Asn asn, bool four_octets) {
  if (four_octets) {
    out.u32(asn.value);
  } else {
    out.u16(asn.value > 0xFFFF ? bgp::as_trans : static_cast<std::uint16_t>(asn.value));
  }
}

void put_peering(WireWriter& out, const Peering& p, bool four_octets) {
  put_as(out, p.peer_as, four_octets);
  put_as(out, p.local_as, four_octets);
  out.u16(p.interface_index);
  out.u16(p.peer.is_v4() ? afi_ipv4 : afi_ipv6);
  out.bytes(p.peer.bytes());
  if (p.local.family() == p.peer.family()) {
    out.bytes(p.local.bytes());
  } else {  // not known yet
    out.bytes(Octets(p.peer.bytes().size()));
  }
}

// 1 is Idle, ... 6 Established.
std::uint16_t state_number(bgp::State state) {
  return static_cast<std::uint16_t>(static_cast<std::uint16_t>(state) + 1);
}

Bgp4mp subtype_of(const Message& m) {
  if (m.add_path) {
    if (m.four_octet_as) {
      return m.sent ? Bgp4mp::message_as4_local_addpath : Bgp4mp::message_as4_addpath;
    }
    return m.sent ? Bgp4mp::message_local_addpath : Bgp4mp::message_addpath;
  }
  if (m.four_octet_as) return m.sent ? Bgp4mp::message_as4_local : Bgp4mp::message_as4;
  return m.sent ? Bgp4mp::message_local : Bgp4mp::message;
}

TableDump subtype_of(const Rib& rib) {
  if (rib.prefix.address().is_v4()) {
    return rib.add_path ? TableDump::rib_ipv4_unicast_addpath : TableDump::rib_ipv4_unicast;
  }
  return rib.add_path ? TableDump::rib_ipv6_unicast_addpath : TableDump::rib_ipv6_unicast;
}

}  // namespace

Octets encode(Timestamp at, const StateChange& change) {
  Octets record;
  WireWriter out(record);
  begin(out, at, Type::bgp4mp_et, static_cast<std::uint16_t>(Bgp4mp::state_change_as4));
  put_peering(out, change.peering, true);
  out.u16(state_number(change.from));
  out.u16(state_number(change.to));
  return finish(std::move(record));
}

Octets encode(Timestamp at, const Message& message) {
  Octets record;
  WireWriter out(record);
  begin(out, at, Type::bgp4mp_et, static_cast<std::uint16_t>(subtype_of(message)));
  put_peering(out, message.peering, message.four_octet_as);
  out.bytes(message.data);
  return finish(std::move(record));
}

Octets encode(Timestamp at, const PeerIndexTable& table) {
  Octets record;
  WireWriter out(record);
  begin(out, at, Type::table_dump_v2, static_cast<std::uint16_t>(TableDump::peer_index_table));
  out.u32(table.collector.value);
  const auto view = std::min<std::size_t>(table.view.size(), 0xFFFF);
  out.u16(static_cast<std::uint16_t>(view));
  for (std::size_t i = 0; i < view; ++i) out.u8(static_cast<std::uint8_t>(table.view[i]));
  out.u16(static_cast<std::uint16_t>(table.peers.size()));
  for (const auto& peer : table.peers) {
    out.u8(peer_has_as4 | (peer.address.is_v4() ? 0 : peer_is_ipv6));
    out.u32(peer.id.value);
    out.bytes(peer.address.bytes());
    out.u32(peer.asn.value);
  }
  return finish(std::move(record));
}

Octets encode(Timestamp at, const Rib& rib) {
  Octets record;
  WireWriter out(record);
  begin(out, at, Type::table_dump_v2, static_cast<std::uint16_t>(subtype_of(rib)));
  out.u32(rib.sequence);
  out.u8(static_cast<std::uint8_t>(rib.prefix.length()));
  const auto octets = static_cast<std::size_t>((rib.prefix.length() + 7) / 8);
  out.bytes(rib.prefix.address().bytes().first(octets));
  out.u16(static_cast<std::uint16_t>(rib.entries.size()));
  for (const auto& entry : rib.entries) {
    out.u16(entry.peer);
    out.u32(static_cast<std::uint32_t>(entry.originated.count()));
    if (rib.add_path) out.u32(entry.path_id);
    out.u16(static_cast<std::uint16_t>(entry.attributes.size()));
    out.bytes(entry.attributes);
  }
  return finish(std::move(record));
}

}  // namespace seatrial::results::mrt
