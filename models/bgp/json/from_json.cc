// JSON to octets: the inverse of to_json.cc. What is missing or of another kind is an error that
// names the member; lengths are counted here, never taken from the input.
#include <fmt/format.h>

#include <limits>
#include <stdexcept>

#include "models/bgp/json/order.h"
#include "models/bgp/json/parts.h"

namespace seatrial::bgp {
namespace {

using namespace json;
using namespace attribute_flag;

// Thrown and caught within this file: a walk down a tree has no other way out.
struct Wrong : std::runtime_error {
  Wrong(const std::string& where, const std::string& expected)
      : std::runtime_error(where + " is wrong, expected " + expected) {}
  // It is not there at all.
  explicit Wrong(const std::string& where) : std::runtime_error(where + " is missing") {}
};

const Json& member(const Json& object, const std::string& where, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) throw Wrong(where + name);
  return *found;
}

template <typename T>
T number(const Json& value, const std::string& where) {
  constexpr auto most = std::numeric_limits<T>::max();
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
    throw Wrong(where, fmt::format("a number from 0 to {}", most));
  }
  return static_cast<T>(value.get<std::uint64_t>());
}

std::string_view text(const Json& value, const std::string& where) {
  if (!value.is_string()) throw Wrong(where, "a text");
  return value.get_ref<const std::string&>();
}

template <typename T, typename Parse>
T parsed(const Json& value, const std::string& where, const char* expected, Parse parse) {
  const auto out = parse(text(value, where));
  if (!out) throw Wrong(where, expected);
  return *out;
}

net::IpAddress address(const Json& value, const std::string& where) {
  return parsed<net::IpAddress>(value, where, "an IP address", net::IpAddress::parse);
}
net::IpAddress v4(const Json& value, const std::string& where) {
  const auto out = address(value, where);
  if (!out.is_v4()) throw Wrong(where, "an IPv4 address");
  return out;
}
Octets hex(const Json& value, const std::string& where) {
  return parsed<Octets>(value, where, "hexadecimal digits, two an octet", from_hex);
}

template <typename F>
void each(const Json& list, const std::string& where, F&& f) {
  if (!list.is_array()) throw Wrong(where, "a list");
  for (std::size_t i = 0; i < list.size(); ++i) f(list[i], fmt::format("{}[{}]", where, i));
}

template <std::size_t N>
std::uint8_t index_of(const std::array<std::string_view, N>& names, const Json& value,
                      const std::string& where, std::size_t first = 0) {
  const auto word = text(value, where);
  std::string expected;
  for (std::size_t i = first; i < N; ++i) {
    if (names[i] == word) return static_cast<std::uint8_t>(i);
    expected += (expected.empty() ? "" : " or ") + std::string(names[i]);
  }
  throw Wrong(where, expected);
}

void write_nlri(const Json& list, const std::string& where, AfiSafi family, bool ids,
                WireWriter& out) {
  each(list, where, [&](const Json& one, const std::string& at) {
    const bool object = one.is_object();
    const auto& word = object ? member(one, at + ".", "prefix") : one;
    const auto prefix = parsed<net::Prefix>(word, at, "a prefix", net::Prefix::parse);
    if (prefix.address().is_v4() != (family.afi == 1)) throw Wrong(at, "a prefix of its AFI");
    if (object != ids) {
      throw Wrong(at, ids ? "{\"prefix\", \"path_id\"}, as ADD-PATH is in force"
                          : "no path_id, as ADD-PATH is not in force");
    }
    if (ids) out.u32(number<std::uint32_t>(member(one, at + ".", "path_id"), at + ".path_id"));
    out.u8(static_cast<std::uint8_t>(prefix.length()));
    out.bytes(prefix.address().bytes().first(static_cast<std::size_t>(prefix.length() + 7) / 8));
  });
}

AfiSafi family_of(const Json& object, const std::string& where) {
  return {number<std::uint16_t>(member(object, where + ".", "afi"), where + ".afi"),
          number<std::uint8_t>(member(object, where + ".", "safi"), where + ".safi")};
}

class ValueWriter {
 public:
  explicit ValueWriter(const JsonOptions& options) : options_(options) {}

  Octets write(std::uint8_t code, const Json& value, const std::string& where) const {
    Octets octets;
    WireWriter out(octets);
    switch (code) {
      case 1:
        out.u8(index_of(origin_names, value, where));
        break;
      case 2:
        as_path(value, where, options_.codec.four_octet_as, out);
        break;
      case 3:
      case 9:
        out.bytes(v4(value, where).bytes());
        break;
      case 4:
      case 5:
      case 35:
        out.u32(number<std::uint32_t>(value, where));
        break;
      case 6:
        if (value != true) throw Wrong(where, "true, or its absence");
        break;
      case 7:
        aggregator(value, where, options_.codec.four_octet_as, out);
        break;
      case 8:
        each(value, where, [&](const Json& one, const std::string& at) {
          out.u32(parsed<Community>(one, at, "a community such as \"64512:100\"", parse_community)
                      .value);
        });
        break;
      case 10:
        each(value, where,
             [&](const Json& one, const std::string& at) { out.bytes(v4(one, at).bytes()); });
        break;
      case 14:
        reach(value, where, out);
        break;
      case 15:
        unreach(value, where, out);
        break;
      case 16:
        each(value, where, [&](const Json& one, const std::string& at) {
          out.u64(parsed<ExtendedCommunity>(one, at, "an extended community such as \"rt:64512:1\"",
                                            parse_extended_community)
                      .value);
        });
        break;
      case 17:
        as_path(value, where, true, out);
        break;
      case 18:
        aggregator(value, where, true, out);
        break;
      case 25:
        each(value, where, [&](const Json& one, const std::string& at) {
          const auto word = text(one, at);
          const auto value_of = word.starts_with("0x") ? from_hex(word.substr(2)) : std::nullopt;
          if (!value_of || value_of->size() != 20) throw Wrong(at, "0x and 40 hexadecimal digits");
          out.bytes(*value_of);
        });
        break;
      case 26:
        if (value.is_object()) {
          out.bytes(hex(member(value, where + ".", "hex"), where + ".hex"));
        } else {
          out.u8(1);
          out.u16(11);
          out.u64(number<std::uint64_t>(value, where));
        }
        break;
      case 32:
        each(value, where, [&](const Json& one, const std::string& at) { large(one, at, out); });
        break;
      default:
        throw Wrong(where, "an attribute that is known");
    }
    return octets;
  }

 private:
  static void large(const Json& value, const std::string& where, WireWriter& out) {
    std::string_view rest = text(value, where);
    for (int i = 0; i < 3; ++i) {
      const auto colon = rest.find(':');
      const auto asn = net::Asn::parse(rest.substr(0, colon));
      if (!asn || (colon == std::string_view::npos) != (i == 2)) {
        throw Wrong(where, "a large community such as \"64512:1:2\"");
      }
      out.u32(asn->value);
      if (i < 2) rest.remove_prefix(colon + 1);
    }
  }

  static void as_path(const Json& value, const std::string& where, bool four_octet,
                      WireWriter& out) {
    each(value, where, [&](const Json& segment, const std::string& at) {
      out.u8(index_of(segment_names, member(segment, at + ".", "type"), at + ".type", 1));
      const auto& asns = member(segment, at + ".", "asns");
      if (!asns.is_array() || asns.size() > 255) throw Wrong(at + ".asns", "at most 255 ASNs");
      out.u8(static_cast<std::uint8_t>(asns.size()));
      each(asns, at + ".asns", [&](const Json& one, const std::string& place) {
        if (four_octet) {
          out.u32(number<std::uint32_t>(one, place));
        } else {
          out.u16(number<std::uint16_t>(one, place));
        }
      });
    });
  }

  static void aggregator(const Json& value, const std::string& where, bool four_octet,
                         WireWriter& out) {
    const auto& asn = member(value, where + ".", "asn");
    if (four_octet) {
      out.u32(number<std::uint32_t>(asn, where + ".asn"));
    } else {
      out.u16(number<std::uint16_t>(asn, where + ".asn"));
    }
    out.bytes(v4(member(value, where + ".", "address"), where + ".address").bytes());
  }

  void reach(const Json& value, const std::string& where, WireWriter& out) const {
    const auto family = family_of(value, where);
    out.u16(family.afi);
    out.u8(family.safi);
    Octets hop;
    if (value.contains("next_hop_hex")) {
      hop = hex(value["next_hop_hex"], where + ".next_hop_hex");
    } else {
      const auto append = [&](const net::IpAddress& one) {
        hop.insert(hop.end(), one.bytes().begin(), one.bytes().end());
      };
      append(address(member(value, where + ".", "next_hop"), where + ".next_hop"));
      if (value.contains("link_local")) append(address(value["link_local"], where + ".link_local"));
    }
    if (hop.size() > 255) throw Wrong(where + ".next_hop_hex", "at most 255 octets");
    out.u8(static_cast<std::uint8_t>(hop.size()));
    out.bytes(hop);
    out.u8(value.contains("reserved") ? number<std::uint8_t>(value["reserved"], where + ".reserved")
                                      : 0);
    list(value, where, "nlri", family, out);
  }

  void unreach(const Json& value, const std::string& where, WireWriter& out) const {
    const auto family = family_of(value, where);
    out.u16(family.afi);
    out.u8(family.safi);
    list(value, where, "withdrawn", family, out);
  }

  void list(const Json& value, const std::string& where, const std::string& name, AfiSafi family,
            WireWriter& out) const {
    const auto raw = name + "_hex";
    if (value.contains(raw)) {
      out.bytes(hex(value[raw], where + "." + raw));
      return;
    }
    write_nlri(member(value, where + ".", name.c_str()), where + "." + name, family,
               has_path_ids(options_, family), out);
  }

  const JsonOptions& options_;
};

void write_attribute(std::uint8_t code, std::uint8_t flags, Bytes value, const std::string& where,
                     WireWriter& out) {
  if (value.size() > 65535) throw Wrong(where, "at most 65535 octets");
  const bool extended = (flags & extended_length) != 0;
  if (!extended && value.size() > 255) throw Wrong(where, "the Extended Length flag");
  out.u8(flags);
  out.u8(code);
  if (extended) {
    out.u16(static_cast<std::uint16_t>(value.size()));
  } else {
    out.u8(static_cast<std::uint8_t>(value.size()));
  }
  out.bytes(value);
}

WrittenAttribute unknown_attribute(const Json& one, const std::string& at) {
  WrittenAttribute out{number<std::uint8_t>(member(one, at + ".", "type"), at + ".type"), {}};
  WireWriter writer(out.octets);
  write_attribute(out.code, number<std::uint8_t>(member(one, at + ".", "flags"), at + ".flags"),
                  hex(member(one, at + ".", "hex"), at + ".hex"), at, writer);
  return out;
}

void write_attributes(const Json& attributes, const JsonOptions& options, WireWriter& out) {
  if (!attributes.is_object()) throw Wrong("attributes", "an object");
  const ValueWriter values(options);
  const auto odd = attributes.find("flags");
  std::vector<WrittenAttribute> all;
  std::vector<WrittenAttribute> unknown;
  for (const auto& [name, value] : attributes.items()) {
    const auto where = "attributes." + name;
    if (name == "flags" || name == "order") continue;
    if (name == "unknown") {
      each(value, where, [&](const Json& one, const std::string& at) {
        unknown.push_back(unknown_attribute(one, at));
      });
      continue;
    }
    const auto row = std::ranges::find(attribute_names, name, &AttributeName::name);
    if (row == attribute_names.end()) throw Wrong(where, "the name of an attribute");
    const auto octets = values.write(row->code, value, where);
    auto flags =
        static_cast<std::uint8_t>(row->flags | (octets.size() > 255 ? extended_length : 0));
    if (odd != attributes.end() && odd->contains(name)) {
      flags = number<std::uint8_t>((*odd)[name], "attributes.flags." + name);
    }
    auto& written = all.emplace_back(WrittenAttribute{row->code, {}});
    WireWriter writer(written.octets);
    write_attribute(row->code, flags, octets, where, writer);
  }
  for (auto& one : unknown) {
    place_unknown(all, std::move(one), [](const WrittenAttribute& w) { return w.code; });
  }
  if (attributes.contains("order")) {
    Octets order;
    each(attributes["order"], "attributes.order", [&](const Json& one, const std::string& at) {
      order.push_back(number<std::uint8_t>(one, at));
    });
    if (const auto bad = arrange(order, all)) {
      throw Wrong(fmt::format("attributes.order[{}]", *bad),
                  "the type of an attribute listed here");
    }
  }
  for (const auto& one : all) out.bytes(one.octets);
}

void write_with_length(const Octets& part, const char* name, WireWriter& out) {
  if (part.size() > 65535) throw Wrong(name, "at most 65535 octets");
  out.u16(static_cast<std::uint16_t>(part.size()));
  out.bytes(part);
}

void write_update(const Json& message, const JsonOptions& options, WireWriter& out) {
  const bool ids = has_path_ids(options, ipv4_unicast);
  Octets part;
  WireWriter writer(part);
  if (message.contains("withdrawn")) {
    write_nlri(message["withdrawn"], "withdrawn", ipv4_unicast, ids, writer);
  }
  write_with_length(part, "withdrawn", out);
  part.clear();
  if (message.contains("attributes")) write_attributes(message["attributes"], options, writer);
  write_with_length(part, "attributes", out);
  if (message.contains("nlri")) write_nlri(message["nlri"], "nlri", ipv4_unicast, ids, out);
}

void write_open(const Json& message, WireWriter& out) {
  out.u8(number<std::uint8_t>(member(message, "", "version"), "version"));
  out.u16(number<std::uint16_t>(member(message, "", "my_as"), "my_as"));
  out.u16(number<std::uint16_t>(member(message, "", "hold_time"), "hold_time"));
  out.bytes(v4(member(message, "", "identifier"), "identifier").bytes());
  const bool extended = message.contains("extended_length") && message["extended_length"] == true;
  Octets parameters;
  WireWriter writer(parameters);
  if (message.contains("parameters")) {
    each(message["parameters"], "parameters", [&](const Json& one, const std::string& at) {
      Octets value;
      if (one.contains("capabilities")) {
        each(one["capabilities"], at + ".capabilities",
             [&](const Json& capability, const std::string& place) {
               const auto octets = hex(member(capability, place + ".", "hex"), place + ".hex");
               if (octets.size() > 255) throw Wrong(place + ".hex", "at most 255 octets");
               value.push_back(
                   number<std::uint8_t>(member(capability, place + ".", "code"), place + ".code"));
               value.push_back(static_cast<std::uint8_t>(octets.size()));
               value.insert(value.end(), octets.begin(), octets.end());
             });
      } else {
        value = hex(member(one, at + ".", "hex"), at + ".hex");
      }
      writer.u8(number<std::uint8_t>(member(one, at + ".", "type"), at + ".type"));
      if (value.size() > (extended ? 65535U : 255U)) throw Wrong(at, "\"extended_length\": true");
      if (extended) {
        writer.u16(static_cast<std::uint16_t>(value.size()));
      } else {
        writer.u8(static_cast<std::uint8_t>(value.size()));
      }
      writer.bytes(value);
    });
  }
  if (extended) {
    out.u8(255);
    out.u8(255);
    write_with_length(parameters, "parameters", out);
    return;
  }
  if (parameters.size() > 255) throw Wrong("parameters", "\"extended_length\": true");
  out.u8(static_cast<std::uint8_t>(parameters.size()));
  out.bytes(parameters);
}

}  // namespace

tl::expected<Octets, std::string> message_from_json(const Json& message,
                                                    const JsonOptions& options) {
  try {
    if (!message.is_object()) throw Wrong("message", "an object");
    const auto type = text(member(message, "", "type"), "type");
    Octets whole;
    WireWriter out(whole);
    if (type == "OPEN") {
      begin_message(out, MessageType::open);
      write_open(message, out);
    } else if (type == "UPDATE") {
      begin_message(out, MessageType::update);
      write_update(message, options, out);
    } else if (type == "NOTIFICATION") {
      begin_message(out, MessageType::notification);
      out.u8(number<std::uint8_t>(member(message, "", "code"), "code"));
      out.u8(number<std::uint8_t>(member(message, "", "subcode"), "subcode"));
      if (message.contains("data")) out.bytes(hex(message["data"], "data"));
    } else if (type == "KEEPALIVE") {
      begin_message(out, MessageType::keepalive);
    } else if (type == "ROUTE-REFRESH") {
      const auto family = family_of(message, "message");
      begin_message(out, MessageType::route_refresh);
      out.u16(family.afi);
      out.u8(message.contains("subtype") ? number<std::uint8_t>(message["subtype"], "subtype") : 0);
      out.u8(family.safi);
      if (message.contains("hex")) out.bytes(hex(message["hex"], "hex"));
    } else {
      throw Wrong("type", "OPEN, UPDATE, NOTIFICATION, KEEPALIVE or ROUTE-REFRESH");
    }
    const auto most = options.extended_messages ? max_extended_message_size : max_message_size;
    if (whole.size() > most) throw Wrong("message", fmt::format("at most {} octets", most));
    finish_message(whole);
    return whole;
  } catch (const Wrong& wrong) {
    return tl::make_unexpected(wrong.what());
  }
}

}  // namespace seatrial::bgp
