// Reading the fields of a YAML mapping against a table of what is known. A field is read, or known
// and without effect on where packets go, or known and not modelled (then it is said so), or
// unknown: that is always an error, because a misspelt field is one that the author believes in.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/kubernetes/objects.h"
#include "models/kubernetes/resource.h"

namespace seatrial::kubernetes {

enum class Use : std::uint8_t {
  read,
  no_effect,  // decides nothing here: accepted in silence
  warn,       // not modelled; cannot change an outcome in a scenario that otherwise checks
  refuse,     // not modelled and would change behaviour
};

struct Field {
  std::string_view name;
  Use use = Use::read;
};
using FieldTable = std::vector<Field>;

class Fields {
 public:
  // `path` names the mapping in messages: "spec.ports[0]". A node that is not a mapping is an error
  // and reads as empty.
  Fields(const Resource& resource, const YAML::Node& node, std::string path,
         const FieldTable& table, Diagnostics& diagnostics);

  bool has(std::string_view name) const;
  // Undefined when absent.
  YAML::Node node(std::string_view name) const;
  std::string path(std::string_view name) const;
  Position at() const { return position_; }  // of the mapping
  Position at(std::string_view name) const;  // of the field's value, or the mapping
  const Resource& resource() const { return resource_; }
  Diagnostics& diagnostics() const { return diagnostics_; }

  // An error at the field's value (the mapping when absent); `what` follows the field's path.
  void error(std::string_view name, const std::string& what, const std::string& expected) const;
  // An error when absent.
  bool require(std::string_view name, const std::string& expected) const;

  std::string text(std::string_view name, std::string fallback = {}) const;
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t low,
                                      std::int64_t high) const;
  std::optional<bool> boolean(std::string_view name) const;
  std::optional<PortReference> port(std::string_view name) const;
  std::optional<Duration> whole_seconds(std::string_view name) const;
  Labels labels(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  // One of `values`, whose index is returned; an error naming them otherwise.
  std::optional<std::size_t> choice(std::string_view name,
                                    std::initializer_list<std::string_view> values) const;
  // f(item, path of the item) for each of a sequence.
  void for_each(std::string_view name,
                const std::function<void(const YAML::Node&, const std::string&)>& f) const;
  // The nested mapping; empty (without error) when absent.
  Fields map(std::string_view name, const FieldTable& table) const;

 private:
  struct Entry {
    YAML::Node key, value;
  };
  const YAML::Node* scalar(std::string_view name, const char* expected) const;

  const Resource& resource_;
  Diagnostics& diagnostics_;
  std::string path_;
  Position position_;
  std::map<std::string, Entry, std::less<>> entries_;
};

// Checks a plain scalar that a string field must not have: `version: 1` is a number to the API.
bool is_text_scalar(const YAML::Node& node);

// metadata, and with it the object's name, namespace ("default" when `namespaced` and none is
// written), labels and annotations.
ObjectMeta read_meta(const Fields& object, bool namespaced);

}  // namespace seatrial::kubernetes
