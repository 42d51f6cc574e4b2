// Records of made-up runs on one switch: machines a, b, c, ... with 10.0.0.1, .2, .3, ... on eth0.
#pragma once

#include <string>
#include <vector>

#include "results/record/record.h"

namespace seatrial::results::test {

inline TimePoint at(Duration since) {
  return TimePoint(since);
}
inline net::IpAddress address_of(int machine) {
  return net::IpAddress::v4(0x0a000001U + static_cast<std::uint32_t>(machine));
}
inline std::string name_of(int machine) {
  return std::string(1, static_cast<char>('a' + machine));
}
inline net::Prefix prefix(const char* text) {
  return *net::Prefix::parse(text);
}

class SmallWorld {
 public:
  explicit SmallWorld(int machines, const std::string& kind = "router") {
    Topology topology;
    TopologyNode sw{"sw", "switch", "", {}};
    for (int i = 0; i < machines; ++i) {
      const auto port = "p" + std::to_string(i);
      topology.nodes.push_back(
          {name_of(i), kind, "", {{"eth0", {net::InterfaceAddress{address_of(i), 24}}}}});
      sw.ports.push_back({port, {}});
      topology.links.push_back({{name_of(i) + ":eth0", "sw:" + port}, 10'000'000'000, 1us, 1500});
    }
    topology.nodes.push_back(sw);
    record.set_topology(topology);
  }

  // To these machines; none: gone.
  void route(Duration when, int machine, const net::Prefix& to, const std::vector<int>& via) {
    FibChanged change{at(when), name_of(machine), to, {}, "bgp", !via.empty()};
    for (const int hop : via) change.next_hops.push_back({address_of(hop), "eth0"});
    record.add(std::move(change));
  }
  void announce(Duration when, int machine, const net::Prefix& what, bool on = true) {
    RibChanged change{at(when), name_of(machine), what, {}, "bgp", ""};
    if (on) change.next_hops.emplace_back();
    record.add(std::move(change));
  }
  void blackhole(Duration when, int machine, const net::Prefix& what) {
    record.add(FibChanged{at(when), name_of(machine), what, {}, "blackhole", true});
  }
  void power_off(Duration when, int machine) {
    record.add(FaultInjected{at(when), "power_off", name_of(machine)});
  }
  void carrier(Duration when, int machine, bool up) {
    record.add(LinkChanged{at(when), name_of(machine) + ":eth0", up});
    record.add(LinkChanged{at(when), "sw:p" + std::to_string(machine), up});
  }

  Record record;
};

}  // namespace seatrial::results::test
