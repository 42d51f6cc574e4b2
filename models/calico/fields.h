// Reads the fields of one YAML mapping and complains about what it was not asked for. What a reader
// asks is its table of known fields: finish() lists it when it meets another.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/calico/selector.h"
#include "models/diagnostics/diagnostics.h"
#include "models/kubernetes/resource.h"
#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::calico {

template <typename T>
struct Field {
  T value;
  Position position;
};

class Fields {
 public:
  // `path` names the mapping in messages: "IPPool spec".
  Fields(const kubernetes::Resource& resource, const YAML::Node& mapping, std::string path,
         Diagnostics& diagnostics);

  // Each is nothing when the field is absent, null, or wrong (which is then reported).
  std::optional<Field<std::string>> text(std::string_view name);
  std::optional<Field<bool>> boolean(std::string_view name);
  std::optional<Field<std::uint32_t>> number(std::string_view name, std::uint32_t least,
                                             std::uint32_t most);
  std::optional<Field<Duration>> duration(std::string_view name);
  std::optional<Field<net::Asn>> asn(std::string_view name);
  std::optional<Field<net::Prefix>> prefix(std::string_view name);
  std::optional<Field<net::InterfaceAddress>> interface_address(std::string_view name);
  // An error in a selector is reported at its own column within the line.
  std::optional<Field<Selector>> selector(std::string_view name);
  // A value of a fixed set, given as its index.
  std::optional<Field<std::size_t>> choice(std::string_view name,
                                           const std::vector<std::string_view>& values);
  // The items of a list. The node of each is handed over as it is.
  std::vector<YAML::Node> list(std::string_view name);
  YAML::Node mapping(std::string_view name);  // undefined when absent or no mapping

  void accept(std::string_view name) { asked_.emplace_back(name); }  // known, changes nothing here
  void no_effect(std::string_view name);  // known, a daemon would act on it: a warning when present
  void unsupported(std::string_view name);  // known, would change the design: an error when present
  bool has(std::string_view name) const;
  Position position_of(std::string_view name) const;  // of the value, else of the mapping
  const Position& position() const { return position_; }

  // Reports every key that was never asked for.
  void finish();

 private:
  YAML::Node find(std::string_view name) const;
  std::optional<Field<std::string>> scalar(std::string_view name, std::string_view expected);
  void wrong(const YAML::Node& node, std::string_view name, std::string_view expected);

  const kubernetes::Resource& resource_;
  YAML::Node mapping_;
  std::string path_;
  Diagnostics& diagnostics_;
  Position position_;
  std::vector<std::string> asked_;
};

}  // namespace seatrial::calico
