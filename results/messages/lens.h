// How a comparison looks at captures: which fields it passes over, and under which names it knows
// addresses. Both sides are seen through the same lens.
//
// Fields have dotted names, Wireshark's where it has one. A name stands for itself and for all
// below it: "bgp" is every BGP message, "bgp.keepalive" every KEEPALIVE, "ip.id" one field.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/net/address.h"

namespace seatrial::results {

struct FieldName {
  std::string_view name;
  std::string_view label;  // for a person: "MED"; what is not compared unless asked says so
};

// Every name that --ignore takes, in alphabetical order; http.NAME of any header field comes on
// top.
std::span<const FieldName> field_names();
// The label of a field, or its own name.
std::string_view field_label(std::string_view name);

class Lens {
 public:
  // A name of field_names(), an alias ("bgp.med"), or a prefix of one up to a dot. The error names
  // what is near.
  tl::expected<void, std::string> ignore(std::string_view name);
  // "10.0.0.1=10.9.0.1", "10.0.0.1=core1", "10.0.0.0/24=10.9.0.0/24" (every address and prefix
  // inside moves along; equal lengths), "10.0.0.0/24=2001:db8::/64" (10.0.0.7 is 2001:db8::7).
  tl::expected<void, std::string> rename(std::string_view text);

  bool ignores(std::string_view name) const;       // of a field
  bool ignores_path(std::string_view path) const;  // of a member of results.json: "results.drops"
  bool empty() const { return ignored_.empty() && renamed() == 0; }
  std::size_t renamed() const { return hosts_.size() + subnets_.size() + prefixes_.size(); }

  // Valid while fewer than 65 536 other addresses are asked for.
  const std::string& name(const net::IpAddress& address) const;
  std::string name(const net::Prefix& prefix) const;
  std::string name(const net::Endpoint& endpoint) const;

 private:
  net::IpAddress moved(const net::IpAddress& address) const;

  std::vector<std::string> ignored_;
  std::map<net::IpAddress, std::string> hosts_;
  std::vector<std::pair<net::Prefix, net::Prefix>> subnets_;
  std::map<net::Prefix, std::string> prefixes_;
  mutable std::unordered_map<net::IpAddress, std::string> names_, old_names_;
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  mutable std::unordered_map<std::string, bool, NameHash, std::equal_to<>> decided_;
};

}  // namespace seatrial::results
