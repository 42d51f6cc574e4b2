// UPDATE to octets (RFC 4271 section 4.3, RFC 4760, RFC 7911): as many messages as the agreed size
// asks for.
#include <algorithm>

#include "models/bgp/attribute_codec.h"
#include "models/bgp/codec.h"

namespace seatrial::bgp {
namespace {

using namespace attribute_flag;

void write_nlri(const Nlri& nlri, bool path_ids, WireWriter& out) {
  if (path_ids) out.u32(nlri.path_id);
  out.u8(static_cast<std::uint8_t>(nlri.prefix.length()));
  const auto octets = static_cast<std::size_t>((nlri.prefix.length() + 7) / 8);
  out.bytes(nlri.prefix.address().bytes().first(octets));
}

std::size_t nlri_size(const Nlri& nlri, bool path_ids) {
  return (path_ids ? 4U : 0U) + 1U + static_cast<std::size_t>((nlri.prefix.length() + 7) / 8);
}

void write_attribute(std::uint8_t flags, std::uint8_t code, Bytes value, WireWriter& out) {
  const bool extended = value.size() > 255;
  out.u8(static_cast<std::uint8_t>(flags | (extended ? extended_length : 0)));
  out.u8(code);
  if (extended) {
    out.u16(static_cast<std::uint16_t>(value.size()));
  } else {
    out.u8(static_cast<std::uint8_t>(value.size()));
  }
  out.bytes(value);
}

Octets write_attributes(const PathAttributes& attributes, const CodecOptions& options,
                        bool with_next_hop) {
  Octets all;
  WireWriter out(all);
  Octets value;
  for (const auto& row : attribute_table()) {
    if (row.code == AttributeCode::next_hop && !with_next_hop) continue;
    value.clear();
    WireWriter writer(value);
    if (!row.encode(attributes, writer, options)) continue;
    write_attribute(row.flags, static_cast<std::uint8_t>(row.code), value, out);
  }
  for (const auto& u : attributes.unknown) {
    write_attribute(static_cast<std::uint8_t>(u.flags | partial), u.code, u.value, out);
  }
  return all;
}

// Takes as many NLRI as fit into `room` octets, from `at` on; writes them to `out`.
std::size_t fill(std::span<const Nlri> list, std::size_t at, std::size_t room, bool ids,
                 WireWriter& out) {
  while (at < list.size() && nlri_size(list[at], ids) <= room) {
    room -= nlri_size(list[at], ids);
    write_nlri(list[at], ids, out);
    ++at;
  }
  return at;
}

constexpr std::size_t fixed_size = header_size + 4;  // two length fields

Octets update_of(Bytes withdrawn, Bytes attributes, Bytes announced) {
  Octets message;
  message.reserve(fixed_size + withdrawn.size() + attributes.size() + announced.size());
  WireWriter out(message);
  begin_message(out, MessageType::update);
  out.u16(static_cast<std::uint16_t>(withdrawn.size()));
  out.bytes(withdrawn);
  out.u16(static_cast<std::uint16_t>(attributes.size()));
  out.bytes(attributes);
  out.bytes(announced);
  finish_message(message);
  return message;
}

// Messages for one list that lives in the UPDATE's own fields.
void plain_messages(std::span<const Nlri> list, Bytes attributes, bool withdraw, bool ids,
                    const CodecOptions& options, std::vector<Octets>& messages) {
  Octets part;
  for (std::size_t at = 0; at < list.size();) {
    if (fixed_size + attributes.size() > options.max_size) return;
    part.clear();
    WireWriter out(part);
    const auto next = fill(list, at, options.max_size - fixed_size - attributes.size(), ids, out);
    if (next == at) return;  // not even one fits
    messages.push_back(withdraw ? update_of(part, {}, {}) : update_of({}, attributes, part));
    at = next;
  }
}

// Messages for one list inside MP_REACH_NLRI (with next hop) or MP_UNREACH_NLRI (without).
void mp_messages(std::span<const Nlri> list, AfiSafi family, const UpdateMessage* reach,
                 Bytes attributes, bool ids, const CodecOptions& options,
                 std::vector<Octets>& messages) {
  Octets head;
  WireWriter head_out(head);
  head_out.u16(family.afi);
  head_out.u8(family.safi);
  if (reach != nullptr) {
    const auto next_hop = reach->mp_next_hop->bytes();
    const bool link_local = reach->mp_link_local && next_hop.size() == 16;
    head_out.u8(static_cast<std::uint8_t>(next_hop.size() + (link_local ? 16 : 0)));
    head_out.bytes(next_hop);
    if (link_local) head_out.bytes(reach->mp_link_local->bytes());
    head_out.u8(0);
  }
  const std::size_t fixed = fixed_size + attributes.size() + 4 + head.size();
  for (std::size_t at = 0; at < list.size();) {
    if (fixed > options.max_size) return;
    Octets value = head;
    WireWriter out(value);
    const auto next = fill(list, at, options.max_size - fixed, ids, out);
    if (next == at) return;
    Octets all;
    WireWriter all_out(all);
    // MP_REACH_NLRI goes first (RFC 7606 section 5.1).
    const auto code =
        reach != nullptr ? AttributeCode::mp_reach_nlri : AttributeCode::mp_unreach_nlri;
    write_attribute(optional, static_cast<std::uint8_t>(code), value, all_out);
    all_out.bytes(attributes);
    messages.push_back(update_of({}, all, {}));
    at = next;
  }
}

}  // namespace

std::vector<Octets> encode(const UpdateMessage& update, const CodecOptions& options) {
  std::vector<Octets> messages;
  if (update.end_of_rib) messages.push_back(encode_end_of_rib(*update.end_of_rib));
  std::vector<Nlri> withdrawn4, withdrawn6;
  for (const auto& nlri : update.withdrawn) {
    (nlri.prefix.address().is_v4() ? withdrawn4 : withdrawn6).push_back(nlri);
  }
  const bool ids4 = holds(options.add_path_send, ipv4_unicast);
  const bool ids6 = holds(options.add_path_send, ipv6_unicast);
  plain_messages(withdrawn4, {}, true, ids4, options, messages);
  mp_messages(withdrawn6, ipv6_unicast, nullptr, {}, ids6, options, messages);
  if (update.attributes) {
    if (!update.announced.empty()) {
      const auto attributes = write_attributes(*update.attributes, options, true);
      plain_messages(update.announced, attributes, false, ids4, options, messages);
    }
    if (!update.mp_announced.empty() && update.mp_next_hop) {
      const auto attributes = write_attributes(*update.attributes, options, false);
      const bool v4 = update.mp_announced.front().prefix.address().is_v4();
      mp_messages(update.mp_announced, v4 ? ipv4_unicast : ipv6_unicast, &update, attributes,
                  v4 ? ids4 : ids6, options, messages);
    }
  }
  return messages;
}

Octets encode_end_of_rib(AfiSafi family) {
  if (family == ipv4_unicast) return update_of({}, {}, {});
  Octets value;
  WireWriter out(value);
  out.u16(family.afi);
  out.u8(family.safi);
  Octets attribute;
  WireWriter attribute_out(attribute);
  write_attribute(optional, static_cast<std::uint8_t>(AttributeCode::mp_unreach_nlri), value,
                  attribute_out);
  return update_of({}, attribute, {});
}

}  // namespace seatrial::bgp
