// Octets to JSON. The speaker's own codec says what a message is worth (the outcome); this file
// lists what is in it, attribute by attribute as they came, so that nothing is lost that the codec
// merges or passes over.
#include "models/bgp/framer.h"
#include "models/bgp/json/order.h"
#include "models/bgp/json/parts.h"

namespace seatrial::bgp {
namespace {

using namespace json;
using namespace attribute_flag;

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      return "accept";
    case Outcome::attribute_discard:
      return "attribute-discard";
    case Outcome::treat_as_withdraw:
      return "treat-as-withdraw";
    case Outcome::session_reset:
      return "session-reset";
  }
  return "?";
}

// False: cannot be read.
bool read_nlri(WireReader in, AfiSafi family, bool path_ids, Json& list) {
  const std::size_t size = family.afi == 2 ? 16 : 4;
  while (!in.empty()) {
    const auto path_id = path_ids ? in.u32() : 0;
    const auto length = in.u8();
    const std::size_t octets = (length + 7U) / 8U;
    if (in.failed() || length > size * 8 || octets > in.left()) return false;
    std::array<std::uint8_t, 16> address{};
    std::ranges::copy(in.take(octets), address.begin());
    const net::Prefix prefix(*net::IpAddress::from_bytes({address.data(), size}), length);
    if (path_ids) {
      list.push_back({{"prefix", prefix.to_string()}, {"path_id", path_id}});
    } else {
      list.push_back(prefix.to_string());
    }
  }
  return true;
}

bool is_unicast(AfiSafi family) {
  return family == ipv4_unicast || family == ipv6_unicast;
}

// Nothing: not such a value.
using Value = std::optional<Json>;

class ValueReader {
 public:
  explicit ValueReader(const JsonOptions& options) : options_(options) {}

  Value read(std::uint8_t code, Bytes value) const {
    switch (code) {
      case 1:
        if (value.size() != 1 || value[0] >= origin_names.size()) return {};
        return Json(origin_names[value[0]]);
      case 2:
        return as_path(value, options_.codec.four_octet_as);
      case 3:
        return address(value);
      case 4:
      case 5:
      case 35:
        return value.size() == 4 ? Value(WireReader(value).u32()) : Value();
      case 6:
        return value.empty() ? Value(true) : Value();
      case 7:
        return aggregator(value, options_.codec.four_octet_as);
      case 8:
        return list(value, 4, [](WireReader& in) { return community_text({in.u32()}); });
      case 9:
        return address(value);
      case 10:
        return list(value, 4, [](WireReader& in) { return RouterId{in.u32()}.to_string(); });
      case 14:
        return reach(value);
      case 15:
        return unreach(value);
      case 16:
        return list(value, 8, [](WireReader& in) { return extended_community_text({in.u64()}); });
      case 17:
        return as_path(value, true);
      case 18:
        return aggregator(value, true);
      case 25:
        return list(value, 20, [](WireReader& in) { return "0x" + to_hex(in.take(20)); });
      case 26:
        return aigp(value);
      case 32:
        return list(value, 12, [](WireReader& in) {
          LargeCommunity c;
          for (auto& part : c.value) part = in.u32();
          return c.to_string();
        });
      default:
        return {};
    }
  }

 private:
  static Value address(Bytes value) {
    if (value.size() != 4) return {};
    return Json(net::IpAddress::from_bytes(value)->to_string());
  }

  template <typename Read>
  static Value list(Bytes value, std::size_t member, Read read) {
    if (value.size() % member != 0) return {};
    Json out = Json::array();
    WireReader in(value);
    while (!in.empty()) out.push_back(read(in));
    return out;
  }

  static Value as_path(Bytes value, bool four_octet) {
    Json out = Json::array();
    WireReader in(value);
    while (!in.empty()) {
      const auto type = in.u8();
      const std::size_t count = in.u8();
      if (in.failed() || type < 1 || type >= segment_names.size()) return {};
      if (in.left() < count * (four_octet ? 4U : 2U)) return {};
      Json asns = Json::array();
      for (std::size_t i = 0; i < count; ++i) asns.push_back(four_octet ? in.u32() : in.u16());
      out.push_back({{"type", segment_names[type]}, {"asns", std::move(asns)}});
    }
    return out;
  }

  static Value aggregator(Bytes value, bool four_octet) {
    if (value.size() != (four_octet ? 8U : 6U)) return {};
    WireReader in(value);
    const std::uint32_t asn = four_octet ? in.u32() : in.u16();
    return Json{{"asn", asn}, {"address", net::IpAddress::v4(in.u32()).to_string()}};
  }

  // One TLV of type 1 is the metric; anything else is told as it is.
  static Value aigp(Bytes value) {
    WireReader in(value);
    if (value.size() == 11 && in.u8() == 1 && in.u16() == 11) return Json(in.u64());
    return Json{{"hex", to_hex(value)}};
  }

  Value reach(Bytes value) const {
    WireReader in(value);
    AfiSafi family;
    family.afi = in.u16();
    family.safi = in.u8();
    const auto hop = in.take(in.u8());
    const auto reserved = in.u8();
    if (in.failed()) return {};
    Json out{{"afi", family.afi}, {"safi", family.safi}};
    const bool known = is_unicast(family);
    if (known && (hop.size() == 4 || hop.size() == 16 || hop.size() == 32)) {
      out["next_hop"] =
          net::IpAddress::from_bytes(hop.first(std::min<std::size_t>(hop.size(), 16)))->to_string();
      if (hop.size() == 32) {
        out["link_local"] = net::IpAddress::from_bytes(hop.subspan(16))->to_string();
      }
    } else if (known) {
      return {};
    } else {
      out["next_hop_hex"] = to_hex(hop);
    }
    if (reserved != 0) out["reserved"] = reserved;
    if (!known) {
      out["nlri_hex"] = to_hex(in.rest());
      return out;
    }
    out["nlri"] = Json::array();
    if (!read_nlri(in, family, has_path_ids(options_, family), out["nlri"])) return {};
    return out;
  }

  Value unreach(Bytes value) const {
    WireReader in(value);
    AfiSafi family;
    family.afi = in.u16();
    family.safi = in.u8();
    if (in.failed()) return {};
    Json out{{"afi", family.afi}, {"safi", family.safi}};
    if (!is_unicast(family)) {
      out["withdrawn_hex"] = to_hex(in.rest());
      return out;
    }
    out["withdrawn"] = Json::array();
    if (!read_nlri(in, family, has_path_ids(options_, family), out["withdrawn"])) return {};
    return out;
  }

  const JsonOptions& options_;
};

const AttributeName* name_of(std::uint8_t code) {
  for (const auto& row : attribute_names) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

// What is readable of the attributes, in their order. `malformed` keeps the others.
void list_attributes(WireReader in, const JsonOptions& options, Json& out, Json& malformed) {
  const ValueReader values(options);
  out = Json::object();
  Json unknown = Json::array();
  Json odd_flags = Json::object();
  Octets order;     // of those listed, as they came
  Octets expected;  // the order in which they would be written without being told
  while (!in.empty()) {
    const auto flags = in.u8();
    const auto code = in.u8();
    const std::size_t length = (flags & extended_length) != 0 ? in.u16() : in.u8();
    const auto value = in.take(length);
    if (in.failed()) return;  // the codec's reason says so
    const auto* name = name_of(code);
    const Json raw{{"type", code}, {"flags", flags}, {"hex", to_hex(value)}};
    if (name == nullptr) {
      unknown.push_back(raw);
      order.push_back(code);
      continue;
    }
    auto read = values.read(code, value);
    if (!read || out.contains(name->name)) {
      malformed.push_back(raw);
      continue;
    }
    const bool long_length = (flags & extended_length) != 0;
    if ((flags & ~extended_length) != name->flags || long_length != (value.size() > 255)) {
      odd_flags[std::string(name->name)] = flags;
    }
    out[std::string(name->name)] = std::move(*read);
    order.push_back(code);
    expected.push_back(code);
  }
  for (const auto& one : unknown) {
    place_unknown(expected, one["type"].get<std::uint8_t>(),
                  [](std::uint8_t code) { return code; });
  }
  if (!unknown.empty()) out["unknown"] = std::move(unknown);
  if (order != expected) out["order"] = order;
  if (!odd_flags.empty()) out["flags"] = std::move(odd_flags);
}

void update_json(Bytes body, const JsonOptions& options, Json& out) {
  WireReader in(body);
  WireReader withdrawn = in.sub(in.u16());
  WireReader attributes = in.sub(in.u16());
  Json malformed = Json::array();
  if (!in.failed()) {
    const bool ids = has_path_ids(options, ipv4_unicast);
    Json list = Json::array();
    if (read_nlri(withdrawn, ipv4_unicast, ids, list)) out["withdrawn"] = std::move(list);
    list_attributes(attributes, options, out["attributes"], malformed);
    list = Json::array();
    if (read_nlri(in, ipv4_unicast, ids, list)) out["nlri"] = std::move(list);
  }
  if (!malformed.empty()) out["malformed"] = std::move(malformed);

  const auto decoded = decode_update(body, options.codec);
  if (!decoded) return add_reset(out, decoded.error());
  if (decoded->message.end_of_rib) out["end_of_rib"] = to_string(*decoded->message.end_of_rib);
  out["outcome"] = outcome_name(decoded->outcome);
  Json reasons = Json::array();
  for (const auto& problem : decoded->problems) {
    Json reason{{"outcome", outcome_name(problem.outcome)},
                {"section", problem.section},
                {"detail", problem.detail}};
    if (problem.code != 0) {
      reason["attribute"] = attribute_name(problem.code);
      reason["type"] = problem.code;
    }
    reasons.push_back(std::move(reason));
  }
  out["reasons"] = std::move(reasons);
}

// RFC 9003: the reason of an administrative shutdown or reset, UTF-8 behind its length.
void add_shutdown_message(const NotificationMessage& said, Json& out) {
  const bool cease = said.code == static_cast<std::uint8_t>(ErrorCode::cease);
  const auto& data = said.data;
  if (cease && (said.subcode == cease::admin_shutdown || said.subcode == cease::admin_reset) &&
      !data.empty() && data.size() > data[0]) {
    out["message"] = std::string(data.begin() + 1, data.begin() + 1 + data[0]);
  }
}

void notification_message_json(Bytes body, Json& out) {
  const auto decoded = decode_notification(body);
  if (!decoded) return add_reset(out, decoded.error());
  out.update(notification_json(*decoded));
  add_shutdown_message(*decoded, out);
  const auto& data = decoded->data;
  if (decoded->code == static_cast<std::uint8_t>(ErrorCode::cease) &&
      decoded->subcode == cease::hard_reset && data.size() >= 2) {
    // RFC 8538 section 3.1: what it is about.
    const NotificationMessage about(static_cast<ErrorCode>(data[0]), data[1],
                                    {data.begin() + 2, data.end()});
    out["about"] = notification_json(about);
    add_shutdown_message(about, out["about"]);
  }
}

void refresh_json(Bytes body, Json& out) {
  const auto decoded = decode_route_refresh(body);
  if (!decoded) return add_reset(out, decoded.error());
  out.update(family_json(decoded->family));
  out["subtype"] = decoded->subtype;
  constexpr std::array<std::string_view, 3> names{"request", "begin", "end"};  // RFC 7313
  if (decoded->subtype < names.size()) out["name"] = names[decoded->subtype];
  if (body.size() > 4) out["hex"] = to_hex(body.subspan(4));  // outbound route filters, RFC 5291
}

}  // namespace

std::optional<Json> message_to_json(Bytes bytes, const JsonOptions& options, std::size_t& taken) {
  Framer framer;
  if (options.extended_messages) framer.allow_extended_messages();
  framer.feed(bytes);
  const auto frame = framer.next();
  Json out;
  if (!frame) {
    taken = bytes.size();
    const auto type = bytes.size() >= header_size ? bytes[18] : std::uint8_t{0};
    out["type"] =
        type >= 1 && type <= 5 ? Json(to_string(static_cast<MessageType>(type))) : Json(type);
    out["length"] = (std::size_t{bytes[16]} << 8) | bytes[17];
    add_reset(out, frame.error());
    return out;
  }
  if (!*frame) return std::nullopt;
  taken = (*frame)->whole.size();
  out["type"] = to_string((*frame)->type);
  out["length"] = taken;
  switch ((*frame)->type) {
    case MessageType::open:
      open_json((*frame)->body, out);
      break;
    case MessageType::update:
      update_json((*frame)->body, options, out);
      break;
    case MessageType::notification:
      notification_message_json((*frame)->body, out);
      break;
    case MessageType::route_refresh:
      refresh_json((*frame)->body, out);
      break;
    case MessageType::keepalive:
      break;
  }
  return out;
}

}  // namespace seatrial::bgp
