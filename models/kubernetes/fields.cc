#include "models/kubernetes/fields.h"

#include <charconv>

namespace seatrial::kubernetes {
namespace {

bool is_plain(const YAML::Node& node) {
  return node.Tag() == "?" || node.Tag().empty();
}

std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string known_names(const FieldTable& table) {
  std::string names = "one of";
  for (const Field& field : table) {
    if (field.use == Use::refuse) continue;
    names += names.size() == 6 ? " " : ", ";
    names += field.name;
  }
  return names;
}

}  // namespace

bool is_text_scalar(const YAML::Node& node) {
  if (!is_plain(node)) return true;
  const std::string& text = node.Scalar();
  if (text == "true" || text == "false" || text == "null" || text == "~") return false;
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed != std::errc() || end != text.data() + text.size();
}

Fields::Fields(const Resource& resource, const YAML::Node& node, std::string path,
               const FieldTable& table, Diagnostics& diagnostics)
    : resource_(resource),
      diagnostics_(diagnostics),
      path_(std::move(path)),
      position_(node.IsDefined() ? resource.at(node) : resource.position) {
  if (!node.IsDefined()) return;
  const std::string where = path_.empty() ? resource.kind : path_;
  if (!node.IsMap()) {
    diagnostics.error(position_, where + (node.IsNull() ? " has no value" : " is not a mapping"),
                      "a mapping");
    return;
  }
  for (const auto& entry : node) {
    const Position at = resource.at(entry.first);
    if (!entry.first.IsScalar()) {
      diagnostics.error(at, "a field name in " + where + " is not text", known_names(table));
      continue;
    }
    const std::string& name = entry.first.Scalar();
    const Field* known = nullptr;
    for (const Field& field : table) {
      if (field.name == name) known = &field;
    }
    if (known == nullptr) {
      diagnostics.error(at, "unknown field '" + this->path(name) + "' in " + resource.kind,
                        known_names(table));
      continue;
    }
    if (known->use == Use::refuse) {
      diagnostics.error(at, "field '" + this->path(name) + "' is not modelled",
                        "a design without it");
      continue;
    }
    if (known->use == Use::warn) {
      diagnostics.warning(at, "field '" + this->path(name) + "' is not modelled and is ignored");
      continue;
    }
    if (known->use == Use::no_effect) continue;
    if (entry.second.IsNull()) {
      diagnostics.error(at, "field '" + this->path(name) + "' has no value", "a value");
      continue;
    }
    if (!entries_.emplace(name, Entry{entry.first, entry.second}).second) {
      diagnostics.error(at, "field '" + this->path(name) + "' is written twice", "it once");
    }
  }
}

bool Fields::has(std::string_view name) const {
  return entries_.find(name) != entries_.end();
}

YAML::Node Fields::node(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? YAML::Node(YAML::NodeType::Undefined) : found->second.value;
}

std::string Fields::path(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

Position Fields::at(std::string_view name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? position_ : resource_.at(found->second.value);
}

void Fields::error(std::string_view name, const std::string& what,
                   const std::string& expected) const {
  diagnostics_.error(at(name), path(name) + " " + what, expected);
}

bool Fields::require(std::string_view name, const std::string& expected) const {
  if (has(name)) return true;
  diagnostics_.error(position_, resource_.kind + " " + resource_.name + " has no " + path(name),
                     expected);
  return false;
}

const YAML::Node* Fields::scalar(std::string_view name, const char* expected) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return nullptr;
  if (found->second.value.IsScalar()) return &found->second.value;
  error(name, "is not " + std::string(expected), expected);
  return nullptr;
}

std::string Fields::text(std::string_view name, std::string fallback) const {
  const YAML::Node* value = scalar(name, "text");
  if (value == nullptr) return fallback;
  if (!is_text_scalar(*value)) {
    error(name, "is " + value->Scalar() + ", which is not text to YAML",
          "\"" + value->Scalar() + "\" in quotes");
  }
  return value->Scalar();
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t low,
                                            std::int64_t high) const {
  const YAML::Node* value = scalar(name, "a whole number");
  if (value == nullptr) return std::nullopt;
  const auto number = is_plain(*value) ? to_integer(value->Scalar()) : std::nullopt;
  if (number && *number >= low && *number <= high) return number;
  error(name, "is '" + value->Scalar() + "'",
        "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return std::nullopt;
}

std::optional<bool> Fields::boolean(std::string_view name) const {
  const YAML::Node* value = scalar(name, "true or false");
  if (value == nullptr) return std::nullopt;
  if (is_plain(*value) && value->Scalar() == "true") return true;
  if (is_plain(*value) && value->Scalar() == "false") return false;
  error(name, "is '" + value->Scalar() + "'", "true or false");
  return std::nullopt;
}

std::optional<PortReference> Fields::port(std::string_view name) const {
  const YAML::Node* value = scalar(name, "a port number or name");
  if (value == nullptr) return std::nullopt;
  const std::string& text = value->Scalar();
  if (is_plain(*value)) {
    if (const auto number = to_integer(text)) {
      if (*number >= 1 && *number <= 65535) return static_cast<std::uint16_t>(*number);
      error(name, "is " + text, "a port from 1 to 65535");
      return std::nullopt;
    }
  }
  // RFC 6335 service names, as the API demands: at most 15 of a-z, 0-9 and '-', one letter at
  // least.
  bool letter = false, good = !text.empty() && text.size() <= 15;
  for (const char c : text) {
    letter = letter || (c >= 'a' && c <= 'z');
    good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }
  if (good && letter) return text;
  error(name, "is '" + text + "'", "a port number, or a port name of at most 15 of a-z, 0-9 and -");
  return std::nullopt;
}

std::optional<Duration> Fields::whole_seconds(std::string_view name) const {
  const auto seconds = integer(name, 0, 1'000'000);
  if (!seconds) return std::nullopt;
  return Duration(std::chrono::seconds(*seconds));
}

Labels Fields::labels(std::string_view name) const {
  Labels labels;
  const YAML::Node map = node(name);
  if (!map.IsDefined()) return labels;
  if (!map.IsMap()) {
    error(name, "is not a mapping", "names and values");
    return labels;
  }
  for (const auto& entry : map) {
    if (!entry.first.IsScalar() || !entry.second.IsScalar()) {
      diagnostics_.error(resource_.at(entry.first), path(name) + " has an entry that is not text",
                         "name: value");
      continue;
    }
    if (!is_text_scalar(entry.second)) {
      diagnostics_.error(resource_.at(entry.second),
                         path(name) + "." + entry.first.Scalar() + " is " + entry.second.Scalar() +
                             ", which is not text to YAML",
                         "\"" + entry.second.Scalar() + "\" in quotes");
    }
    labels[entry.first.Scalar()] = entry.second.Scalar();
  }
  return labels;
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  std::vector<std::string> texts;
  for_each(name, [&](const YAML::Node& item, const std::string& item_path) {
    if (item.IsScalar()) {
      texts.push_back(item.Scalar());
    } else {
      diagnostics_.error(resource_.at(item), item_path + " is not text", "text");
    }
  });
  return texts;
}

std::optional<std::size_t> Fields::choice(std::string_view name,
                                          std::initializer_list<std::string_view> values) const {
  const YAML::Node* value = scalar(name, "text");
  if (value == nullptr) return std::nullopt;
  std::string expected;
  std::size_t index = 0;
  for (const auto one : values) {
    if (value->Scalar() == one) return index;
    expected += (index++ == 0 ? "" : " or ") + std::string(one);
  }
  error(name, "is '" + value->Scalar() + "'", expected);
  return std::nullopt;
}

void Fields::for_each(std::string_view name,
                      const std::function<void(const YAML::Node&, const std::string&)>& f) const {
  const YAML::Node list = node(name);
  if (!list.IsDefined()) return;
  if (!list.IsSequence()) {
    error(name, "is not a list", "a list");
    return;
  }
  std::size_t index = 0;
  for (const auto& item : list) f(item, path(name) + "[" + std::to_string(index++) + "]");
}

Fields Fields::map(std::string_view name, const FieldTable& table) const {
  return {resource_, node(name), path(name), table, diagnostics_};
}

ObjectMeta read_meta(const Fields& object, bool namespaced) {
  static const FieldTable table = {{"name"},
                                   {"namespace"},
                                   {"labels"},
                                   {"annotations"},
                                   {"creationTimestamp", Use::no_effect},
                                   {"uid", Use::no_effect},
                                   {"resourceVersion", Use::no_effect},
                                   {"generation", Use::no_effect},
                                   {"managedFields", Use::no_effect},
                                   {"ownerReferences", Use::no_effect},
                                   {"finalizers", Use::no_effect},
                                   {"selfLink", Use::no_effect}};
  const Fields fields = object.map("metadata", table);
  ObjectMeta meta;
  meta.name = object.resource().name;
  meta.position = object.resource().position;
  meta.labels = fields.labels("labels");
  meta.annotations = fields.labels("annotations");
  if (namespaced) {
    meta.name_space = fields.text("namespace", "default");
  } else if (fields.has("namespace")) {
    fields.error("namespace", "is set, but a " + object.resource().kind + " has none",
                 "no namespace");
  }
  bool good = !meta.name.empty() && meta.name.size() <= 253;
  for (const char c : meta.name) {
    good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                    c == ':');  // roles of the system have colons
  }
  if (!good) {
    fields.error("name", "is '" + meta.name + "'", "a DNS name (RFC 1123): a-z, 0-9, '-' and '.'");
  }
  return meta;
}

}  // namespace seatrial::kubernetes
