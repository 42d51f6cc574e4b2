// OPEN (RFC 4271 section 4.2, 6.2), capabilities (RFC 5492 and those of message.h), the long form
// of the optional parameters (RFC 9072).
#include <algorithm>

#include "models/bgp/codec.h"

namespace seatrial::bgp {
namespace {

constexpr std::uint8_t parameter_capabilities = 2;
constexpr std::uint8_t parameter_extended_length = 255;

tl::unexpected<MessageError> open_failure(std::uint8_t subcode, std::string detail,
                                          std::string_view section = "RFC 4271 section 6.2",
                                          Octets data = {}) {
  return tl::make_unexpected(MessageError{
      NotificationMessage(ErrorCode::open, subcode, std::move(data)), std::move(detail), section});
}

AfiSafi read_family(WireReader& in) {
  AfiSafi family;
  family.afi = in.u16();
  family.safi = in.u8();
  return family;
}

// Whether a capability is one of these and of the length that its RFC gives it.
enum class Reading : std::uint8_t { known, unknown, malformed };

Reading decode_known(std::uint8_t code, Bytes value, Capabilities& into) {
  WireReader in(value);
  switch (static_cast<CapabilityCode>(code)) {
    case CapabilityCode::multiprotocol: {
      if (value.size() != 4) break;
      AfiSafi family;
      family.afi = in.u16();
      in.u8();
      family.safi = in.u8();
      if (!into.has(family)) into.families.push_back(family);
      return Reading::known;
    }
    case CapabilityCode::route_refresh:
      if (!value.empty()) break;
      into.route_refresh = true;
      return Reading::known;
    case CapabilityCode::enhanced_route_refresh:
      if (!value.empty()) break;
      into.enhanced_route_refresh = true;
      return Reading::known;
    case CapabilityCode::extended_message:
      if (!value.empty()) break;
      into.extended_message = true;
      return Reading::known;
    case CapabilityCode::four_octet_as:
      if (value.size() != 4) break;
      into.four_octet_as = Asn{in.u32()};
      return Reading::known;
    case CapabilityCode::graceful_restart: {
      if (value.size() < 2 || (value.size() - 2) % 4 != 0) break;
      GracefulRestartCapability gr;
      const auto word = in.u16();
      gr.restarted = (word & 0x8000) != 0;
      gr.notification = (word & 0x4000) != 0;
      gr.restart_time_s = word & 0x0FFF;
      while (!in.empty()) {
        GracefulRestartCapability::Entry entry;
        entry.family = read_family(in);
        entry.forwarding_preserved = (in.u8() & 0x80) != 0;
        gr.families.push_back(entry);
      }
      into.graceful_restart = std::move(gr);
      return Reading::known;
    }
    case CapabilityCode::cisco_route_refresh:
      into.cisco_route_refresh = true;
      return Reading::known;
    case CapabilityCode::long_lived_graceful_restart:
      if (value.size() % 7 != 0) break;
      if (!into.long_lived) into.long_lived.emplace();
      while (!in.empty()) {
        LongLivedCapability entry;
        entry.family = read_family(in);
        entry.forwarding_preserved = (in.u8() & 0x80) != 0;
        entry.stale_time_s = std::uint32_t{in.u8()} << 16;
        entry.stale_time_s |= in.u16();
        into.long_lived->push_back(entry);
      }
      return Reading::known;
    case CapabilityCode::extended_next_hop:
      if (value.size() % 6 != 0) break;
      while (!in.empty()) {
        ExtendedNextHop entry;
        entry.afi = in.u16();
        entry.safi = in.u16();
        entry.next_hop_afi = in.u16();
        into.extended_next_hop.push_back(entry);
      }
      return Reading::known;
    case CapabilityCode::role:
      if (value.size() != 1) break;
      into.roles.push_back(in.u8());
      return Reading::known;
    case CapabilityCode::fqdn: {
      const auto host = in.take(in.u8());
      const auto domain = in.take(in.u8());
      if (in.failed()) break;
      into.host_name = HostName{{host.begin(), host.end()}, {domain.begin(), domain.end()}};
      return Reading::known;
    }
    case CapabilityCode::add_path: {
      if (value.size() % 4 != 0) break;
      while (!in.empty()) {
        AddPathCapability entry;
        entry.family = read_family(in);
        const auto mode = in.u8();
        if (mode < 1 || mode > 3) continue;  // RFC 7911 section 4: ignore the tuple
        entry.receive = (mode & 1) != 0;
        entry.send = (mode & 2) != 0;
        into.add_path.push_back(entry);
      }
      return Reading::known;
    }
    default:
      return Reading::unknown;
  }
  return Reading::malformed;
}

}  // namespace

bool Capabilities::has(AfiSafi family) const {
  return std::find(families.begin(), families.end(), family) != families.end();
}

std::string decode_capabilities(Bytes parameter, Capabilities& capabilities) {
  WireReader in(parameter);
  while (!in.empty()) {
    const auto code = in.u8();
    const auto length = in.u8();
    const auto value = in.take(length);
    if (in.failed()) return "capability cut short";
    switch (decode_known(code, value, capabilities)) {
      case Reading::known:
        break;
      case Reading::unknown:
        capabilities.other.push_back({code, {value.begin(), value.end()}});
        break;
      case Reading::malformed:
        return "capability " + std::to_string(int{code}) + " malformed, " +
               std::to_string(value.size()) + " octets";
    }
  }
  return {};
}

Octets refused_as(const OpenMessage& open) {
  Octets octets;
  WireWriter out(octets);
  if (open.capabilities.four_octet_as) {
    out.u32(open.capabilities.four_octet_as->value);
  } else {
    out.u16(static_cast<std::uint16_t>(open.asn.value));
  }
  return octets;
}

void encode_capabilities(const Capabilities& capabilities, WireWriter& out) {
  const auto head = [&](CapabilityCode code, std::size_t length) {
    out.u8(static_cast<std::uint8_t>(code));
    out.u8(static_cast<std::uint8_t>(length));
  };
  for (const auto& family : capabilities.families) {
    head(CapabilityCode::multiprotocol, 4);
    out.u16(family.afi);
    out.u8(0);
    out.u8(family.safi);
  }
  if (capabilities.cisco_route_refresh) head(CapabilityCode::cisco_route_refresh, 0);
  if (capabilities.route_refresh) head(CapabilityCode::route_refresh, 0);
  if (!capabilities.extended_next_hop.empty()) {
    head(CapabilityCode::extended_next_hop, 6 * capabilities.extended_next_hop.size());
    for (const auto& entry : capabilities.extended_next_hop) {
      out.u16(entry.afi);
      out.u16(entry.safi);
      out.u16(entry.next_hop_afi);
    }
  }
  for (const auto role : capabilities.roles) {
    head(CapabilityCode::role, 1);
    out.u8(role);
  }
  if (capabilities.extended_message) head(CapabilityCode::extended_message, 0);
  if (capabilities.graceful_restart) {
    const auto& gr = *capabilities.graceful_restart;
    head(CapabilityCode::graceful_restart, 2 + 4 * gr.families.size());
    out.u16(static_cast<std::uint16_t>((gr.restarted ? 0x8000U : 0U) |
                                       (gr.notification ? 0x4000U : 0U) |
                                       (gr.restart_time_s & 0x0FFFU)));
    for (const auto& entry : gr.families) {
      out.u16(entry.family.afi);
      out.u8(entry.family.safi);
      out.u8(entry.forwarding_preserved ? 0x80 : 0);
    }
  }
  if (capabilities.four_octet_as) {
    head(CapabilityCode::four_octet_as, 4);
    out.u32(capabilities.four_octet_as->value);
  }
  if (!capabilities.add_path.empty()) {
    head(CapabilityCode::add_path, 4 * capabilities.add_path.size());
    for (const auto& entry : capabilities.add_path) {
      out.u16(entry.family.afi);
      out.u8(entry.family.safi);
      out.u8(static_cast<std::uint8_t>((entry.receive ? 1 : 0) | (entry.send ? 2 : 0)));
    }
  }
  if (capabilities.enhanced_route_refresh) head(CapabilityCode::enhanced_route_refresh, 0);
  if (capabilities.long_lived) {
    head(CapabilityCode::long_lived_graceful_restart, 7 * capabilities.long_lived->size());
    for (const auto& entry : *capabilities.long_lived) {
      out.u16(entry.family.afi);
      out.u8(entry.family.safi);
      out.u8(entry.forwarding_preserved ? 0x80 : 0);
      out.u8(static_cast<std::uint8_t>(entry.stale_time_s >> 16));
      out.u16(static_cast<std::uint16_t>(entry.stale_time_s));
    }
  }
  if (capabilities.host_name) {
    const auto& name = *capabilities.host_name;
    const auto host = std::string_view(name.host).substr(0, 253);
    const auto domain = std::string_view(name.domain).substr(0, 253 - host.size());
    head(CapabilityCode::fqdn, 2 + host.size() + domain.size());
    for (const auto part : {host, domain}) {
      out.u8(static_cast<std::uint8_t>(part.size()));
      out.bytes({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()});
    }
  }
  for (const auto& other : capabilities.other) {
    out.u8(other.code);
    out.u8(static_cast<std::uint8_t>(other.value.size()));
    out.bytes(other.value);
  }
}

tl::expected<OpenMessage, MessageError> decode_open(Bytes body) {
  WireReader in(body);
  OpenMessage open;
  open.version = in.u8();
  open.asn.value = in.u16();
  open.hold_time_s = in.u16();
  open.id.value = in.u32();
  std::size_t length = in.u8();
  if (in.failed()) return open_failure(open_error::unspecific, "OPEN is too short");
  if (open.version != 4) {
    // RFC 4271 section 6.2: the data is the largest version supported, 2 octets.
    return open_failure(open_error::unsupported_version,
                        "version " + std::to_string(int{open.version}) + ", expected 4",
                        "RFC 4271 section 6.2", {0, 4});
  }
  // RFC 9072 section 2: what seems the first parameter's type tells, whatever the length before it.
  bool extended = false;
  if (WireReader look = in; length > 0 && look.u8() == parameter_extended_length) {
    in = look;
    length = in.u16();
    extended = true;
  }
  if (in.failed() || in.left() != length) {
    return open_failure(open_error::unspecific, "optional parameters of " + std::to_string(length) +
                                                    " octets, " + std::to_string(in.left()) +
                                                    " present");
  }
  while (!in.empty()) {
    const auto type = in.u8();
    const std::size_t size = extended ? in.u16() : in.u8();
    const auto value = in.take(size);
    if (in.failed()) return open_failure(open_error::unspecific, "optional parameter cut short");
    if (type != parameter_capabilities) {
      return open_failure(open_error::unsupported_parameter,
                          "optional parameter " + std::to_string(int{type}));
    }
    // RFC 4271 section 6.2: recognized, but malformed. So do FRR and BIRD with a capability.
    if (auto wrong = decode_capabilities(value, open.capabilities); !wrong.empty()) {
      return open_failure(open_error::unspecific, std::move(wrong));
    }
  }
  const auto& four_octets = open.capabilities.four_octet_as;
  if (open.asn.value == 0 || (four_octets && four_octets->value == 0)) {
    return open_failure(open_error::bad_peer_as, "AS 0", "RFC 7607 section 2",
                        open.asn.value == 0 ? Octets() : refused_as(open));
  }
  if (four_octets) open.asn = *four_octets;
  // RFC 6286: any non-zero identifier will do.
  if (open.id.value == 0)
    return open_failure(open_error::bad_identifier, "identifier 0.0.0.0", "RFC 6286 section 2.2");
  if (open.hold_time_s == 1 || open.hold_time_s == 2) {
    return open_failure(open_error::unacceptable_hold_time,
                        "hold time " + std::to_string(open.hold_time_s) + " s, expected 0 or >= 3",
                        "RFC 4271 section 6.2", {0, static_cast<std::uint8_t>(open.hold_time_s)});
  }
  return open;
}

Octets encode(const OpenMessage& open) {
  Octets message;
  WireWriter out(message);
  begin_message(out, MessageType::open);
  out.u8(open.version);
  out.u16(open.asn.value > 65535 ? as_trans : static_cast<std::uint16_t>(open.asn.value));
  out.u16(open.hold_time_s);
  out.u32(open.id.value);
  Octets values;
  WireWriter capabilities(values);
  encode_capabilities(open.capabilities, capabilities);
  if (values.empty()) {
    out.u8(0);
  } else if (values.size() + 2 < 255) {  // one parameter holds them all
    out.u8(static_cast<std::uint8_t>(values.size() + 2));
    out.u8(parameter_capabilities);
    out.u8(static_cast<std::uint8_t>(values.size()));
    out.bytes(values);
  } else {
    out.u8(255);
    out.u8(parameter_extended_length);
    out.u16(static_cast<std::uint16_t>(values.size() + 3));
    out.u8(parameter_capabilities);
    out.u16(static_cast<std::uint16_t>(values.size()));
    out.bytes(values);
  }
  finish_message(message);
  return message;
}

}  // namespace seatrial::bgp
