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
  // With two switches the machines hang on them in turn, and a cable (t to t) joins the two.
  explicit SmallWorld(int machines, const std::string& kind = "router", int switches = 1)
      : switches_(switches) {
    Topology topology;
    std::vector<TopologyNode> made;
    made.reserve(static_cast<std::size_t>(switches));
    for (int i = 0; i < switches; ++i) made.push_back({switch_of(i), "switch", "", {}});
    for (int i = 0; i < machines; ++i) {
      const auto port = "p" + std::to_string(i);
      topology.nodes.push_back(
          {name_of(i), kind, "", {{"eth0", {net::InterfaceAddress{address_of(i), 24}}}}});
      made[static_cast<std::size_t>(i % switches)].ports.push_back({port, {}});
      topology.links.push_back(
          {{name_of(i) + ":eth0", switch_of(i) + ":" + port}, 10'000'000'000, 1us, 1500});
    }
    if (switches == 2) {
      for (auto& one : made) one.ports.push_back({"t", {}});
      topology.links.push_back({{"sw:t", "sw1:t"}, 10'000'000'000, 1us, 1500});
    }
    topology.nodes.insert(topology.nodes.end(), made.begin(), made.end());
    record.set_topology(topology);
  }
  std::string switch_of(int machine) const { return machine % switches_ == 0 ? "sw" : "sw1"; }

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
    record.add(LinkChanged{at(when), switch_of(machine) + ":p" + std::to_string(machine), up});
  }
  // The cable between the switches.
  void trunk(Duration when, bool up) {
    for (const auto* port : {"sw:t", "sw1:t"}) record.add(LinkChanged{at(when), port, up});
  }
  void silence(Duration when, int machine, bool on) {
    record.add(FaultInjected{at(when), on ? "link_silent" : "link_restored", name_of(machine)});
  }

  Record record;

 private:
  int switches_;
};

}  // namespace seatrial::results::test
