#include "models/calico/fields.h"

#include <algorithm>
#include <charconv>

namespace seatrial::calico {
namespace {

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t out = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return out;
}

std::string quoted(const YAML::Node& node) {
  if (node.IsScalar()) return "'" + node.Scalar() + "'";
  return node.IsSequence() ? "a list" : "a mapping";
}

}  // namespace

Fields::Fields(const kubernetes::Resource& resource, const YAML::Node& mapping, std::string path,
               Diagnostics& diagnostics)
    : resource_(resource), path_(std::move(path)), diagnostics_(diagnostics) {
  position_ = mapping.IsDefined() ? resource.at(mapping) : resource.position;
  if (mapping.IsDefined() && !mapping.IsNull() && !mapping.IsMap()) {
    diagnostics_.error(position_, path_ + " is " + quoted(mapping), "a mapping");
  } else if (mapping.IsDefined() && mapping.IsMap()) {
    mapping_ = mapping;
  }
}

YAML::Node Fields::find(std::string_view name) const {
  if (mapping_.IsMap()) {
    for (const auto& entry : mapping_) {
      if (entry.first.IsScalar() && entry.first.Scalar() == name) return entry.second;
    }
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

bool Fields::has(std::string_view name) const {
  const auto node = find(name);
  return node.IsDefined() && !node.IsNull();
}

Position Fields::position_of(std::string_view name) const {
  const auto node = find(name);
  return node.IsDefined() ? resource_.at(node) : position_;
}

void Fields::wrong(const YAML::Node& node, std::string_view name, std::string_view expected) {
  diagnostics_.error(resource_.at(node), std::string(name) + " is " + quoted(node),
                     std::string(expected));
}

std::optional<Field<std::string>> Fields::scalar(std::string_view name, std::string_view expected) {
  accept(name);
  if (!has(name)) return std::nullopt;
  const auto node = find(name);
  if (!node.IsScalar()) {
    wrong(node, name, expected);
    return std::nullopt;
  }
  return Field<std::string>{node.Scalar(), resource_.at(node)};
}

std::optional<Field<std::string>> Fields::text(std::string_view name) {
  return scalar(name, "a string");
}

std::optional<Field<Selector>> Fields::selector(std::string_view name) {
  const auto field = scalar(name, "a selector");
  if (!field) return std::nullopt;
  if (auto parsed = Selector::parse(field->value)) {
    return Field<Selector>{std::move(*parsed), field->position};
  } else {
    auto at = field->position;
    const bool is_quoted = find(name).Tag() == "!";  // yaml-cpp's mark of a non-plain scalar
    if (at.column > 0) at.column += parsed.error().column - 1 + (is_quoted ? 1 : 0);
    diagnostics_.error(at, std::string(name) + ": " + parsed.error().message,
                       parsed.error().expected);
  }
  return std::nullopt;
}

std::optional<Field<net::InterfaceAddress>> Fields::interface_address(std::string_view name) {
  const auto field = scalar(name, "an address with length, as 10.1.1.8/24");
  if (!field) return std::nullopt;
  if (const auto value = net::InterfaceAddress::parse(field->value)) {
    return Field<net::InterfaceAddress>{*value, field->position};
  }
  wrong(find(name), name, "an address with length, as 10.1.1.8/24");
  return std::nullopt;
}

std::optional<Field<bool>> Fields::boolean(std::string_view name) {
  const auto field = scalar(name, "true or false");
  if (!field) return std::nullopt;
  if (field->value == "true" || field->value == "false") {
    return Field<bool>{field->value == "true", field->position};
  }
  wrong(find(name), name, "true or false");
  return std::nullopt;
}

std::optional<Field<std::uint32_t>> Fields::number(std::string_view name, std::uint32_t least,
                                                   std::uint32_t most) {
  const auto expected = "a number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto field = scalar(name, expected);
  if (!field) return std::nullopt;
  const auto value = parse_number(field->value);
  if (value && *value >= least && *value <= most) {
    return Field<std::uint32_t>{*value, field->position};
  }
  wrong(find(name), name, expected);
  return std::nullopt;
}

std::optional<Field<Duration>> Fields::duration(std::string_view name) {
  const auto field = scalar(name, "a duration, as 120s");
  if (!field) return std::nullopt;
  if (const auto value = parse_duration(field->value)) {
    return Field<Duration>{*value, field->position};
  }
  wrong(find(name), name, "a duration, as 120s");
  return std::nullopt;
}

std::optional<Field<net::Asn>> Fields::asn(std::string_view name) {
  const auto field = scalar(name, "an AS number");
  if (!field) return std::nullopt;
  const auto value = net::Asn::parse(field->value);
  if (value && value->value != 0) return Field<net::Asn>{*value, field->position};
  wrong(find(name), name, "an AS number");
  return std::nullopt;
}

std::optional<Field<net::Prefix>> Fields::prefix(std::string_view name) {
  const auto field = scalar(name, "a prefix, as 10.96.0.0/12");
  if (!field) return std::nullopt;
  if (const auto value = net::Prefix::parse(field->value)) {
    return Field<net::Prefix>{*value, field->position};
  }
  const auto meant = net::Prefix::parse_lenient(field->value);
  wrong(find(name), name, meant ? meant->to_string() : "a prefix, as 10.96.0.0/12");
  return std::nullopt;
}

std::optional<Field<std::size_t>> Fields::choice(std::string_view name,
                                                 const std::vector<std::string_view>& values) {
  std::string expected;
  for (std::size_t i = 0; i < values.size(); ++i) {
    expected += (i == 0 ? "" : i + 1 == values.size() ? " or " : ", ") + std::string(values[i]);
  }
  const auto field = scalar(name, expected);
  if (!field) return std::nullopt;
  const auto found = std::ranges::find(values, field->value);
  if (found != values.end()) {
    return Field<std::size_t>{static_cast<std::size_t>(found - values.begin()), field->position};
  }
  wrong(find(name), name, expected);
  return std::nullopt;
}

std::vector<YAML::Node> Fields::list(std::string_view name) {
  accept(name);
  std::vector<YAML::Node> out;
  if (!has(name)) return out;
  const auto node = find(name);
  if (!node.IsSequence()) {
    wrong(node, name, "a list");
    return out;
  }
  for (const auto& item : node) out.push_back(item);
  return out;
}

YAML::Node Fields::mapping(std::string_view name) {
  accept(name);
  const auto node = find(name);
  if (!has(name)) return YAML::Node(YAML::NodeType::Undefined);
  if (!node.IsMap()) wrong(node, name, "a mapping");
  return node.IsMap() ? node : YAML::Node(YAML::NodeType::Undefined);
}

void Fields::no_effect(std::string_view name) {
  accept(name);
  if (has(name)) {
    diagnostics_.warning(position_of(name),
                         path_ + " " + std::string(name) + " has no effect here");
  }
}

void Fields::unsupported(std::string_view name) {
  accept(name);
  if (has(name)) {
    diagnostics_.error(position_of(name), path_ + " " + std::string(name) + " is not modelled",
                       "a design without it");
  }
}

void Fields::finish() {
  if (!mapping_.IsMap()) return;
  auto known = asked_;
  std::ranges::sort(known);
  std::string expected;
  for (const auto& name : known) expected += (expected.empty() ? "one of " : ", ") + name;
  std::vector<std::string> seen;
  for (const auto& entry : mapping_) {
    const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string("(no text)");
    const auto at = resource_.at(entry.first);
    if (std::ranges::find(known, key) == known.end()) {
      diagnostics_.error(at, "unknown field '" + key + "' in " + path_, expected);
    } else if (std::ranges::find(seen, key) != seen.end()) {
      diagnostics_.error(at, "field '" + key + "' is given twice in " + path_, "one value");
    }
    seen.push_back(key);
  }
}

}  // namespace seatrial::calico
