// OPEN to JSON: its fields, its parameters, and every capability with what is known of it.
#include <algorithm>
#include <array>
#include <optional>

#include "models/bgp/json/parts.h"

namespace seatrial::bgp::json {

Json notification_json(const NotificationMessage& notification) {
  return {{"code", notification.code},
          {"subcode", notification.subcode},
          {"name", notification.to_string()},
          {"data", to_hex(notification.data)}};
}

void add_reset(Json& out, const MessageError& error) {
  out["outcome"] = "session-reset";
  Json reason{{"section", error.section}, {"detail", error.detail}};
  if (error.attribute) {
    reason["attribute"] = attribute_name(*error.attribute);
    reason["type"] = *error.attribute;
  }
  out["reasons"] = Json::array({std::move(reason)});
  out["notification"] = notification_json(error.notification);
}

Json family_json(AfiSafi family) {
  return {{"afi", family.afi}, {"safi", family.safi}};
}

namespace {

// Those that this speaker does not act on: of IANA's registry, and Cisco's before it.
struct CapabilityName {
  std::uint8_t code;
  std::string_view name;
};
constexpr std::array other_capabilities{
    CapabilityName{3, "outbound-route-filtering"},  // RFC 5291
    CapabilityName{4, "multiple-routes"},           // RFC 8277, deprecated
    CapabilityName{7, "bgpsec"},                    // RFC 8205
    CapabilityName{8, "multiple-labels"},           // RFC 8277
    CapabilityName{67, "dynamic-capability"},       // draft-ietf-idr-dynamic-cap
    CapabilityName{68, "multisession"},             // draft-ietf-idr-bgp-multisession
    CapabilityName{75, "software-version"},         // draft-ietf-idr-version-capability
    CapabilityName{76, "paths-limit"},              // draft-abraitis-idr-addpath-paths-limit
    CapabilityName{128, "route-refresh-cisco"},
    CapabilityName{130, "outbound-route-filtering-cisco"},
    CapabilityName{131, "multisession-cisco"},
};

std::string_view other_name(std::uint8_t code) {
  const auto* found = std::ranges::find(other_capabilities, code, &CapabilityName::code);
  return found == other_capabilities.end() ? "unknown" : found->name;
}

// RFC 5291 section 5: of each family the kinds of filters. Nothing: it has another length.
std::optional<Json> filters_json(Bytes value) {
  constexpr std::array<std::string_view, 4> modes{"", "receive", "send", "both"};
  WireReader in(value);
  Json list = Json::array();
  while (!in.empty()) {
    const auto afi = in.u16();
    in.u8();
    const auto safi = in.u8();
    Json kinds = Json::array();
    for (auto count = in.u8(); count > 0 && !in.failed(); --count) {
      const auto type = in.u8();
      const auto mode = in.u8();
      kinds.push_back({{"type", type}, {"mode", mode < modes.size() ? modes.at(mode) : ""}});
    }
    list.push_back({{"afi", afi}, {"safi", safi}, {"filters", std::move(kinds)}});
  }
  if (in.failed()) return std::nullopt;
  return list;
}

Json capability_json(std::uint8_t code, Bytes value) {
  Json out{{"code", code}};
  Capabilities one;
  Octets whole{code, static_cast<std::uint8_t>(value.size())};
  whole.insert(whole.end(), value.begin(), value.end());
  const bool understood = decode_capabilities(whole, one).empty();
  WireReader in(value);
  switch (static_cast<CapabilityCode>(code)) {
    case CapabilityCode::multiprotocol:
      out["name"] = "multiprotocol";
      if (understood) out.update(family_json(one.families.at(0)));
      break;
    case CapabilityCode::route_refresh:
      out["name"] = "route-refresh";
      break;
    case CapabilityCode::extended_next_hop: {  // RFC 8950 section 4
      out["name"] = "extended-next-hop";
      if (!understood) break;
      Json list = Json::array();
      while (!in.empty()) {
        const auto afi = in.u16();
        const auto safi = in.u16();
        list.push_back({{"afi", afi}, {"safi", safi}, {"next_hop_afi", in.u16()}});
      }
      out["families"] = std::move(list);
      break;
    }
    case CapabilityCode::extended_message:
      out["name"] = "extended-message";
      break;
    case CapabilityCode::role:
      out["name"] = "role";
      if (value.size() == 1 && value[0] < role_names.size()) out["role"] = role_names[value[0]];
      break;
    case CapabilityCode::graceful_restart: {
      out["name"] = "graceful-restart";
      if (!understood) break;
      const auto& gr = *one.graceful_restart;
      out["restarted"] = gr.restarted;
      out["notification"] = gr.notification;
      out["restart_time"] = gr.restart_time_s;
      Json list = Json::array();
      for (const auto& entry : gr.families) {
        auto family = family_json(entry.family);
        family["forwarding_preserved"] = entry.forwarding_preserved;
        list.push_back(std::move(family));
      }
      out["families"] = std::move(list);
      break;
    }
    case CapabilityCode::four_octet_as:
      out["name"] = "four-octet-as";
      if (understood) out["asn"] = one.four_octet_as->value;
      break;
    case CapabilityCode::add_path: {
      out["name"] = "add-path";
      if (!understood) break;
      Json list = Json::array();
      for (const auto& entry : one.add_path) {
        auto family = family_json(entry.family);
        family["receive"] = entry.receive;
        family["send"] = entry.send;
        list.push_back(std::move(family));
      }
      out["families"] = std::move(list);
      break;
    }
    case CapabilityCode::enhanced_route_refresh:
      out["name"] = "enhanced-route-refresh";
      break;
    case CapabilityCode::long_lived_graceful_restart: {  // RFC 9494 section 3.1
      out["name"] = "long-lived-graceful-restart";
      if (!understood) break;
      Json list = Json::array();
      while (!in.empty()) {
        const auto afi = in.u16();
        const auto safi = in.u8();
        const auto flags = in.u8();
        const std::uint32_t high = in.u8();
        const std::uint32_t low = in.u16();
        list.push_back({{"afi", afi},
                        {"safi", safi},
                        {"forwarding_preserved", (flags & 0x80) != 0},
                        {"stale_time", (high << 16) | low}});
      }
      out["families"] = std::move(list);
      break;
    }
    case CapabilityCode::fqdn: {  // draft-walton-bgp-hostname-capability
      out["name"] = "fqdn";
      const auto host = in.take(in.u8());
      const auto domain = in.take(in.u8());
      if (!understood) break;
      out["hostname"] = std::string(host.begin(), host.end());
      out["domain"] = std::string(domain.begin(), domain.end());
      break;
    }
    default:
      out["name"] = other_name(code);
      if (code == 3 || code == 130) {
        if (auto list = filters_json(value)) out["families"] = std::move(*list);
      }
      break;
  }
  // Always there: what the names say of it may be less than it holds.
  out["hex"] = to_hex(value);
  return out;
}

}  // namespace

// Fields by hand, so that a malformed OPEN shows what is in it, too.
void open_json(Bytes body, Json& out) {
  WireReader in(body);
  out["version"] = in.u8();
  out["my_as"] = in.u16();
  out["hold_time"] = in.u16();
  out["identifier"] = RouterId{in.u32()}.to_string();
  std::size_t length = in.u8();
  bool extended = false;
  WireReader look = in;
  if (length > 0 && look.u8() == 255) {  // RFC 9072
    in = look;
    length = in.u16();
    extended = true;
  }
  if (extended) out["extended_length"] = true;
  Json parameters = Json::array();
  while (!in.empty()) {
    const auto type = in.u8();
    auto value = in.sub(extended ? in.u16() : in.u8());
    if (in.failed()) break;
    if (type != 2) {
      parameters.push_back({{"type", type}, {"hex", to_hex(value.rest())}});
      continue;
    }
    Json list = Json::array();
    while (!value.empty()) {
      const auto code = value.u8();
      const auto octets = value.take(value.u8());
      if (value.failed()) break;
      list.push_back(capability_json(code, octets));
    }
    parameters.push_back({{"type", type}, {"capabilities", std::move(list)}});
  }
  out["parameters"] = std::move(parameters);
  const auto decoded = decode_open(body);
  if (!decoded) return add_reset(out, decoded.error());
  out["asn"] = decoded->asn.value;
  out["outcome"] = "accept";
  out["reasons"] = Json::array();
}

}  // namespace seatrial::bgp::json
