#include "results/mrt/reader.h"

#include <algorithm>
#include <array>

namespace seatrial::results::mrt {
namespace {

using bgp::WireReader;

// A body's reader says what was wrong; the offset is that of what it stopped at.
struct Cursor {
  WireReader in;
  std::size_t size;
  std::string error;

  explicit Cursor(bgp::Bytes body) : in(body), size(body.size()) {}
  bool ok() const { return error.empty() && !in.failed(); }
  void wrong(std::string what) {
    if (error.empty()) error = std::move(what);
  }
};

net::IpAddress get_address(Cursor& c, bool v6) {
  return net::IpAddress::from_bytes(c.in.take(v6 ? 16 : 4)).value_or(net::IpAddress{});
}

Peering get_peering(Cursor& c, bool four_octets) {
  Peering p;
  p.peer_as = net::Asn{four_octets ? c.in.u32() : c.in.u16()};
  p.local_as = net::Asn{four_octets ? c.in.u32() : c.in.u16()};
  p.interface_index = c.in.u16();
  const auto afi = c.in.u16();
  if (!c.in.failed() && afi != 1 && afi != 2) {
    c.wrong("address family " + std::to_string(afi) + ", expected 1 (IPv4) or 2 (IPv6)");
    return p;
  }
  p.peer = get_address(c, afi == 2);
  p.local = get_address(c, afi == 2);
  return p;
}

bgp::State get_state(Cursor& c) {
  const auto number = c.in.u16();
  if (!c.in.failed() && (number < 1 || number > 6)) {
    c.wrong("state " + std::to_string(number) + ", expected 1 (Idle) to 6 (Established)");
    return bgp::State::idle;
  }
  return static_cast<bgp::State>(number == 0 ? 0 : number - 1);
}

StateChange get_state_change(Cursor& c, bool four_octets) {
  StateChange change;
  change.peering = get_peering(c, four_octets);
  if (!c.ok()) return change;
  change.from = get_state(c);
  change.to = get_state(c);
  return change;
}

Message get_message(Cursor& c, Bgp4mp subtype) {
  Message m;
  m.sent = subtype == Bgp4mp::message_local || subtype == Bgp4mp::message_as4_local ||
           subtype == Bgp4mp::message_local_addpath || subtype == Bgp4mp::message_as4_local_addpath;
  m.add_path = subtype >= Bgp4mp::message_addpath;
  m.four_octet_as = subtype == Bgp4mp::message_as4 || subtype == Bgp4mp::message_as4_local ||
                    subtype == Bgp4mp::message_as4_addpath ||
                    subtype == Bgp4mp::message_as4_local_addpath;
  m.peering = get_peering(c, m.four_octet_as);
  if (!c.ok()) return m;
  m.data = c.in.rest();
  if (m.data.size() < bgp::header_size) {
    c.wrong("a BGP message of " + std::to_string(m.data.size()) + " octets, expected 19 or more");
  }
  return m;
}

PeerIndexTable get_peers(Cursor& c) {
  PeerIndexTable table;
  table.collector.value = c.in.u32();
  const auto view = c.in.take(c.in.u16());
  table.view.assign(view.begin(), view.end());
  const std::size_t count = c.in.u16();
  for (std::size_t i = 0; i < count && !c.in.failed(); ++i) {
    const auto type = c.in.u8();
    Peer peer;
    peer.id.value = c.in.u32();
    peer.address = get_address(c, (type & 0x01) != 0);
    peer.asn = net::Asn{(type & 0x02) != 0 ? c.in.u32() : c.in.u16()};
    if (!c.in.failed()) table.peers.push_back(peer);
  }
  return table;
}

Rib get_rib(Cursor& c, bool v6, bool add_path) {
  Rib rib;
  rib.add_path = add_path;
  rib.sequence = c.in.u32();
  const auto length = c.in.u8();
  const std::size_t size = v6 ? 16 : 4;
  if (!c.in.failed() && length > size * 8) {
    c.wrong("a prefix of " + std::to_string(int{length}) + " bits, expected at most " +
            std::to_string(size * 8));
    return rib;
  }
  std::array<std::uint8_t, 16> address{};
  std::ranges::copy(c.in.take((length + 7U) / 8U), address.begin());
  rib.prefix = net::Prefix(*net::IpAddress::from_bytes({address.data(), size}), length);
  const std::size_t count = c.in.u16();
  for (std::size_t i = 0; i < count && !c.in.failed(); ++i) {
    RibEntry entry;
    entry.peer = c.in.u16();
    entry.originated = std::chrono::seconds(c.in.u32());
    if (add_path) entry.path_id = c.in.u32();
    const auto attributes = c.in.take(c.in.u16());
    entry.attributes.assign(attributes.begin(), attributes.end());
    if (!c.in.failed()) rib.entries.push_back(std::move(entry));
  }
  return rib;
}

void read_bgp4mp(Cursor& c, Record& record) {
  const auto subtype = static_cast<Bgp4mp>(record.subtype);
  switch (subtype) {
    case Bgp4mp::state_change:
      record.body = get_state_change(c, false);
      return;
    case Bgp4mp::state_change_as4:
      record.body = get_state_change(c, true);
      return;
    case Bgp4mp::message:
    case Bgp4mp::message_as4:
    case Bgp4mp::message_local:
    case Bgp4mp::message_as4_local:
    case Bgp4mp::message_addpath:
    case Bgp4mp::message_as4_addpath:
    case Bgp4mp::message_local_addpath:
    case Bgp4mp::message_as4_local_addpath:
      record.body = get_message(c, subtype);
      return;
  }
  c.in.rest();
}

void read_table(Cursor& c, Record& record) {
  switch (static_cast<TableDump>(record.subtype)) {
    case TableDump::peer_index_table:
      record.body = get_peers(c);
      return;
    case TableDump::rib_ipv4_unicast:
      record.body = get_rib(c, false, false);
      return;
    case TableDump::rib_ipv6_unicast:
      record.body = get_rib(c, true, false);
      return;
    case TableDump::rib_ipv4_unicast_addpath:
      record.body = get_rib(c, false, true);
      return;
    case TableDump::rib_ipv6_unicast_addpath:
      record.body = get_rib(c, true, true);
      return;
  }
  c.in.rest();
}

void read_body(Cursor& c, Record& record) {
  switch (static_cast<Type>(record.type)) {
    case Type::bgp4mp_et: {
      const auto fraction = c.in.u32();
      if (!c.in.failed() && fraction >= 1'000'000) {
        return c.wrong(std::to_string(fraction) + " microseconds, expected less than 1000000");
      }
      record.at += Timestamp(fraction);
      return read_bgp4mp(c, record);
    }
    case Type::bgp4mp:
      return read_bgp4mp(c, record);
    case Type::table_dump_v2:
      return read_table(c, record);
  }
  c.in.rest();
}

}  // namespace

tl::expected<std::optional<Record>, ReadError> Reader::next() {
  if (at_ >= file_.size()) return std::optional<Record>();
  const auto begin = at_;
  const auto cut = [&](std::size_t needed) {
    const auto left = file_.size() - at_;
    at_ = file_.size();
    return tl::make_unexpected(ReadError{begin, "cut short: " + std::to_string(left) +
                                                    " octets are left of a record of " +
                                                    std::to_string(needed)});
  };
  WireReader header(file_.subspan(at_));
  if (header.left() < header_size) return cut(header_size);
  Record record;
  record.offset = begin;
  record.at = std::chrono::seconds(header.u32());
  record.type = header.u16();
  record.subtype = header.u16();
  const std::size_t length = header.u32();
  if (length > header.left()) return cut(header_size + length);
  at_ += header_size + length;

  Cursor body(header.take(length));
  read_body(body, record);
  if (body.in.failed()) body.wrong("fields run past the record's end");
  if (body.error.empty() && !body.in.empty()) {
    body.wrong(std::to_string(body.in.left()) + " octets are left behind its fields");
  }
  if (!body.error.empty()) {
    return tl::make_unexpected(ReadError{begin, "record of type " + std::to_string(record.type) +
                                                    ", subtype " + std::to_string(record.subtype) +
                                                    ": " + body.error});
  }
  return std::optional<Record>(std::move(record));
}

}  // namespace seatrial::results::mrt
