// A value of a document that follows the schema, with its place. Reading a member that is not there
// leaves the target at its default; a text that the schema's pattern lets pass but the unit's
// parser does not (an octet of 300, a number that overflows) is told at its place.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "models/diagnostics/diagnostics.h"
#include "scenarios/engine/document/json_text.h"
#include "scenarios/engine/document/words.h"

namespace seatrial::scenario::document {

class Cursor {
 public:
  Cursor(const JsonText& document, Diagnostics& diagnostics)
      : value_(&document.json), places_(&document.places), diagnostics_(&diagnostics) {}

  bool has(std::string_view key) const { return value_->is_object() && value_->contains(key); }
  Cursor operator[](const std::string& key) const {
    return {value_->at(key), below(pointer_, key), *this};
  }
  Where where() const { return {places_->value(pointer_)}; }
  const nlohmann::ordered_json& json() const { return *value_; }

  // f(Cursor) for each element of the member list, if there is one.
  template <typename F>
  void each(const std::string& key, F&& f) const {
    if (!has(key)) return;
    const Cursor list = (*this)[key];
    for (std::size_t i = 0; i < list.value_->size(); ++i) f(list.element(i));
  }
  // f(key, Cursor) for each member of the member object, if there is one.
  template <typename F>
  void each_member(const std::string& key, F&& f) const {
    if (!has(key)) return;
    const Cursor object = (*this)[key];
    for (const auto& [name, unused] : object.value_->items()) f(name, object[name]);
  }

  template <typename T>
  void get(const std::string& key, T& out) const {
    if (has(key)) (*this)[key].as(out);
  }

  void as(std::string& out) const { out = value_->get<std::string>(); }
  void as(bool& out) const { out = value_->get<bool>(); }
  void as(double& out) const { out = value_->get<double>(); }
  void as(int& out) const { out = value_->get<int>(); }
  void as(std::uint16_t& out) const { out = value_->get<std::uint16_t>(); }
  void as(std::uint32_t& out) const { out = value_->get<std::uint32_t>(); }
  void as(std::uint64_t& out) const { out = value_->get<std::uint64_t>(); }
  void as(Duration& out) const {
    parsed(out, parse_duration(text()), "a whole number of nanoseconds below 292 years");
  }
  void as(Bandwidth& out) const {
    parsed(out, parse_bandwidth(text()), "a bandwidth above zero such as \"10Gbps\"");
  }
  void as(net::IpAddress& out) const {
    parsed(out, net::IpAddress::parse(text()), "an IP address such as \"10.1.1.4\"");
  }
  void as(net::InterfaceAddress& out) const {
    parsed(out, net::InterfaceAddress::parse(text()),
           "an address with its subnet's length such as \"10.1.1.4/24\"");
  }
  void as(net::Prefix& out) const {
    parsed(out, net::Prefix::parse(text()), "a prefix without host bits such as \"10.1.1.0/24\"");
  }
  template <typename T>
  void as(std::optional<T>& out) const {
    as(out.emplace());
  }
  template <typename T>
  requires(!std::is_same_v<T, std::string>) void as(std::vector<T>& out) const {
    for (std::size_t i = 0; i < value_->size(); ++i) element(i).as(out.emplace_back());
  }
  // A list of texts, or one text.
  void as(std::vector<std::string>& out) const {
    if (value_->is_string()) {
      as(out.emplace_back());
      return;
    }
    for (std::size_t i = 0; i < value_->size(); ++i) element(i).as(out.emplace_back());
  }
  template <typename T>
  requires std::is_enum_v<T>
  void as(T& out) const { out = value_of<T>(text()); }
  template <typename T>
  void as(Bound<T>& out) const {
    get("at_least", out.at_least);
    get("at_most", out.at_most);
    get("equals", out.equals);
  }

  void error(std::string message, std::string expected = {}) const {
    diagnostics_->error(places_->value(pointer_), std::move(message), std::move(expected));
  }
  // A key in place of a value: a prefix of expected routes.
  std::optional<net::Prefix> key_as_prefix(const std::string& key) const;

 private:
  Cursor(const nlohmann::ordered_json& value, std::string pointer, const Cursor& parent)
      : value_(&value),
        pointer_(std::move(pointer)),
        places_(parent.places_),
        diagnostics_(parent.diagnostics_) {}
  Cursor element(std::size_t i) const { return {(*value_)[i], below(pointer_, i), *this}; }
  const std::string& text() const { return value_->get_ref<const std::string&>(); }

  template <typename T>
  void parsed(T& out, const std::optional<T>& value, std::string_view expected) const;

  const nlohmann::ordered_json* value_;
  std::string pointer_;
  const Places* places_;
  Diagnostics* diagnostics_;
};

}  // namespace seatrial::scenario::document

#include "scenarios/engine/document/explain.h"

namespace seatrial::scenario::document {

template <typename T>
void Cursor::parsed(T& out, const std::optional<T>& value, std::string_view expected) const {
  if (value) {
    out = *value;
  } else {
    error(member_name(pointer_) + " is " + shown(*value_), std::string(expected));
  }
}

inline std::optional<net::Prefix> Cursor::key_as_prefix(const std::string& key) const {
  auto prefix = net::Prefix::parse(key);
  if (!prefix) {
    diagnostics_->error(places_->key(pointer_), "the key is \"" + key + "\"",
                        "a prefix without host bits such as \"10.1.1.0/24\"");
  }
  return prefix;
}

}  // namespace seatrial::scenario::document
