// Records as columns: what records.jsonl says in 200 octets a record takes some 40 here, because a
// name is said once (a table of texts), and a time as its distance from the one before.
//
// A column is [name, type, values]. Types: t time (the row's first: distance from the row before;
// the others: from the time before it in the row), i whole number, b truth (0 or 1), s text (index
// into the texts), e endpoint (two lists: text of the address, port), j any JSON value (index into
// the values). assets/data.js reads them.
#pragma once

#include <concepts>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "results/store/fields.h"

namespace seatrial::results::html {

// Every text under a number, in the order of first use.
class Texts {
 public:
  std::size_t operator()(const std::string& text) {
    const auto [it, fresh] = index_.try_emplace(text, list_.size());
    if (fresh) list_.push_back(text);
    return it->second;
  }
  const std::vector<std::string>& list() const { return list_; }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<std::string> list_;
};

// A value of results/store/fields.h as JSON, with the members that records.jsonl gives it.
class ToJson {
 public:
  template <typename T>
  static nlohmann::ordered_json of(const T& value) {
    if constexpr (requires(ToJson & v, T & x) { store::visit(v, x); }) {
      ToJson visitor;
      store::visit(visitor, const_cast<T&>(value));  // walked, not changed
      return std::move(visitor.object_);
    } else if constexpr (std::same_as<T, TimePoint>) {
      return value.time_since_epoch().count();
    } else if constexpr (std::same_as<T, Duration>) {
      return value.count();
    } else if constexpr (std::same_as<T, ProxyRole>) {
      return value == ProxyRole::edge ? "edge" : "ingress";
    } else if constexpr (std::same_as<T, Transport>) {
      return value == Transport::tcp ? "tcp" : value == Transport::udp ? "udp" : "other";
    } else if constexpr (requires { value.to_string(); }) {
      return value.to_string();
    } else if constexpr (std::constructible_from<std::string, T> || std::is_arithmetic_v<T>) {
      return value;
    } else {
      auto list = nlohmann::ordered_json::array();
      for (const auto& one : value) list.push_back(of(one));
      return list;
    }
  }

  template <typename T>
  void operator()(std::string_view name, const T& value) {
    object_[std::string(name)] = of(value);
  }

 private:
  nlohmann::ordered_json object_ = nlohmann::ordered_json::object();
};

class Columns {
 public:
  // Both outlive it, and are shared by all tables of a page.
  Columns(Texts& texts, Texts& values) : texts_(texts), values_(values) {}

  template <typename T>
  void add(const T& record) {
    next_ = 0;
    time_in_row_ = false;
    store::visit(*this, const_cast<T&>(record));  // walked, not changed
    ++rows_;
  }

  template <typename T>
  void operator()(std::string_view name, const T& value) {
    if constexpr (std::same_as<T, TimePoint>) {
      const auto now = value.time_since_epoch().count();
      put(column(name, 't').values, now - (time_in_row_ ? time_ : first_time_));
      if (!time_in_row_) first_time_ = now;
      time_ = now;
      time_in_row_ = true;
    } else if constexpr (std::integral<T>) {
      put(column(name, std::same_as<T, bool> ? 'b' : 'i').values, value);
    } else if constexpr (std::same_as<T, net::Endpoint>) {
      Column& c = column(name, 'e');
      put(c.values, texts_(value.address.to_string()));
      put(c.ports, value.port);
    } else {
      const auto json = ToJson::of(value);
      if (json.is_string()) {
        put(column(name, 's').values, texts_(json.template get<std::string>()));
      } else {
        put(column(name, 'j').values, values_(json.dump(-1, ' ', true, replace)));
      }
    }
  }

  std::size_t rows() const { return rows_; }
  std::string json() const {
    std::string out = "[";
    for (const auto& c : columns_) {
      if (out.size() > 1) out += ',';
      out += "[\"" + c.name + "\",\"" + c.type + "\",[" + c.values + "]";
      if (c.type == 'e') out += ",[" + c.ports + "]";
      out += ']';
    }
    return out + "]";
  }

  static constexpr auto replace = nlohmann::json::error_handler_t::replace;

 private:
  struct Column {
    std::string name;
    char type;
    std::string values;
    std::string ports;
  };
  Column& column(std::string_view name, char type) {
    if (next_ == columns_.size()) columns_.push_back({std::string(name), type, "", ""});
    return columns_[next_++];
  }
  template <std::integral T>
  void put(std::string& list, T value) const {
    if (rows_ > 0) list += ',';
    list += std::to_string(+value);
  }

  Texts& texts_;
  Texts& values_;
  std::vector<Column> columns_;
  std::size_t next_ = 0;
  std::size_t rows_ = 0;
  std::int64_t first_time_ = 0;  // of the row before
  std::int64_t time_ = 0;        // the latest in this row
  bool time_in_row_ = false;
};

}  // namespace seatrial::results::html
