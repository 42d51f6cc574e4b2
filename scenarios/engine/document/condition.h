// What the state of a run may be at a moment, as scenario.json says it; `always`, `eventually` and
// `until` judge it over time (scenarios/engine/expectations/signal.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::scenario {

// {"at_least": a, "at_most": b, "equals": c}; what is not given does not bound.
template <typename T>
struct Bound {
  std::optional<T> at_least;
  std::optional<T> at_most;
  std::optional<T> equals;

  bool set() const { return at_least || at_most || equals; }
  bool holds(const T& value) const {
    return (!at_least || value >= *at_least) && (!at_most || value <= *at_most) &&
           (!equals || value == *equals);
  }
  friend bool operator==(const Bound&, const Bound&) = default;
};

enum class Table : std::uint8_t { rib, fib };

// {"session": ["edge1", "worker2"], "established": false}: as the first of them sees it.
struct SessionIs {
  std::string node;
  std::string peer;
  bool established = true;
  friend bool operator==(const SessionIs&, const SessionIs&) = default;
};

// {"route": "172.16.1.64/26", "node": ["edge1"], "next_hops": ["10.1.1.9"]}: at each of the nodes.
struct RouteIs {
  net::Prefix prefix;
  std::vector<std::string> nodes;
  Table table = Table::fib;
  bool present = true;
  std::vector<net::IpAddress> next_hops;  // exactly these; empty: any
  Bound<std::uint64_t> count;
  friend bool operator==(const RouteIs&, const RouteIs&) = default;
};

// {"reaches": "10.50.0.80/32", "node": "core1"}: packets from each of the nodes arrive.
struct Reaches {
  net::Prefix prefix;
  std::vector<std::string> nodes;
  friend bool operator==(const Reaches&, const Reaches&) = default;
};

// {"endpoints": "cafe/tea", "ready": {"at_least": 2}}
struct EndpointsAre {
  std::string service;
  Bound<std::uint64_t> ready;
  friend bool operator==(const EndpointsAre&, const EndpointsAre&) = default;
};

// {"link": "core1:eth1", "up": false}
struct LinkIs {
  std::string port;
  bool up = true;
  friend bool operator==(const LinkIs&, const LinkIs&) = default;
};

// {"load": "users", "success_ratio": {"at_least": 0.99}, "window": "1s"}: of the requests that were
// due in the window up to this moment; of none the ratio is in no bound.
struct LoadSucceeds {
  std::string load;  // the client's name
  Bound<double> success_ratio;
  Duration window = std::chrono::seconds(1);
  friend bool operator==(const LoadSucceeds&, const LoadSucceeds&) = default;
};

struct Condition;

// {"all": [...]}, {"any": [...]}, {"not": {...}}
struct Combined {
  enum class How : std::uint8_t { all, any, none };
  How how = How::all;
  std::vector<Condition> of;
  friend bool operator==(const Combined& a, const Combined& b);
};

struct Condition {
  std::variant<SessionIs, RouteIs, Reaches, EndpointsAre, LinkIs, LoadSucceeds, Combined> what;
  friend bool operator==(const Condition&, const Condition&) = default;
};

inline bool operator==(const Combined& a, const Combined& b) {
  return a.how == b.how && a.of == b.of;
}

}  // namespace seatrial::scenario
