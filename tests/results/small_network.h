// A record of a small network, every value of it chosen by hand:
//
//   users .10 -- lan1 -- core1 .1 -- tor1 -- edge1 .1   node1 .2   node2 .3
//      10.2.0.0/24                      10.1.1.0/24
//
//   10.50.0.80/32  at core1: ECMP over edge1 and node1 (both have it as a local address)
//   10.60.0.0/16   core1 -> node1 -> core1: a loop
//   10.70.0.0/16   node2's blackhole, core1 sends there
//   10.96.0.10:53  translated at node1 to the pod default/dns-1, 172.16.1.5, on node2
//   at 30 s node2 loses power; at 40 s core1 removes its routes by it, and its session goes Idle
//   at 50 s edge1's cable is pulled
#pragma once

#include "results/record/record.h"

namespace seatrial::results::test {

inline TimePoint when(Duration d) {
  return TimePoint(d);
}
inline net::IpAddress ip(const char* text) {
  return *net::IpAddress::parse(text);
}
inline net::Prefix prefix(const char* text) {
  return *net::Prefix::parse(text);
}

inline Record small_network() {
  Record r;
  const auto port = [](const char* name, const char* address) {
    TopologyPort out{name, {}};
    if (address != nullptr) out.addresses.push_back(*net::InterfaceAddress::parse(address));
    return out;
  };
  Topology t;
  t.nodes = {{"core1", "router", "", {port("eth0", "10.2.0.1/24"), port("eth1", "10.1.1.9/24")}},
             {"default/dns-1", "pod", "prod", {port("eth0", "172.16.1.5/32")}},
             {"edge1", "edge", "", {port("eth0", "10.1.1.1/24")}},
             {"lan1", "switch", "", {port("p1", nullptr), port("p2", nullptr)}},
             {"node1", "node", "prod", {port("eth0", "10.1.1.2/24")}},
             {"node2", "node", "prod", {port("eth0", "10.1.1.3/24"), port("cali1", nullptr)}},
             {"tor1",
              "switch",
              "",
              {port("p1", nullptr), port("p2", nullptr), port("p3", nullptr), port("p4", nullptr)}},
             {"users", "client", "", {port("eth0", "10.2.0.10/24")}}};
  for (const auto& [a, b] :
       std::vector<std::pair<const char*, const char*>>{{"core1:eth0", "lan1:p1"},
                                                        {"core1:eth1", "tor1:p1"},
                                                        {"default/dns-1:eth0", "node2:cali1"},
                                                        {"edge1:eth0", "tor1:p2"},
                                                        {"node1:eth0", "tor1:p3"},
                                                        {"node2:eth0", "tor1:p4"},
                                                        {"lan1:p2", "users:eth0"}}) {
    t.links.push_back({{a, b}, 10'000'000'000, Duration(1000), 1500});
  }
  r.set_topology(std::move(t));

  const auto route = [&](const char* node, const char* to, std::vector<NextHop> hops,
                         const char* protocol, Duration at = 1s, bool installed = true) {
    r.add(FibChanged{when(at), node, prefix(to), std::move(hops), protocol, installed});
  };
  const auto via = [](const char* address, const char* interface) {
    return NextHop{ip(address), interface};
  };
  route("users", "10.2.0.10/32", {}, "kernel");                          // fib/0
  route("users", "0.0.0.0/0", {via("10.2.0.1", "eth0")}, "static");      // fib/1
  route("core1", "10.1.1.0/24", {via("0.0.0.0", "eth1")}, "connected");  // fib/2
  route("core1", "10.50.0.80/32", {via("10.1.1.2", "eth1"), via("10.1.1.1", "eth1")}, "bgp", 2s);
  route("core1", "10.60.0.0/16", {via("10.1.1.2", "eth1")}, "static");          // fib/4
  route("core1", "10.70.0.0/16", {via("10.1.1.3", "eth1")}, "bgp", 2s);         // fib/5
  route("core1", "172.16.1.0/26", {via("10.1.1.3", "eth1")}, "bgp", 2s);        // fib/6
  route("core1", "10.96.0.10/32", {via("10.1.1.2", "eth1")}, "bgp", 2s);        // fib/7
  route("edge1", "10.1.1.1/32", {}, "kernel");                                  // fib/8
  route("edge1", "10.50.0.80/32", {}, "kernel");                                // fib/9
  route("node1", "10.50.0.80/32", {}, "kernel");                                // fib/10
  route("node1", "10.60.0.0/16", {via("10.1.1.9", "eth0")}, "static");          // fib/11
  route("node1", "172.16.1.0/26", {via("10.1.1.3", "eth0")}, "bgp");            // fib/12
  route("node2", "10.70.0.0/16", {}, "blackhole");                              // fib/13
  route("node2", "172.16.1.5/32", {via("0.0.0.0", "cali1")}, "kernel");         // fib/14
  route("default/dns-1", "172.16.1.5/32", {}, "kernel");                        // fib/15
  route("default/dns-1", "0.0.0.0/0", {via("169.254.1.1", "eth0")}, "kernel");  // fib/16
  route("core1", "10.70.0.0/16", {}, "bgp", 40s, false);                        // fib/17
  route("core1", "172.16.1.0/26", {}, "bgp", 40s, false);                       // fib/18
  r.add(PodChanged{when(1s), "default/dns-1", "node2", ip("172.16.1.5"), "Running", true});
  r.add(NatChanged{when(1s), "node1", "udp", {ip("10.96.0.10"), 53}, {{ip("172.16.1.5"), 5353}}});

  const auto session = [&](Duration at, const char* node, const char* peer, const char* state,
                           const char* reason = "") {
    r.add(SessionChanged{when(at), node, ip(peer), state, reason});
  };
  session(1s, "core1", "10.1.1.3", "Connect");                      // session/0
  session(2s, "core1", "10.1.1.3", "Established");                  // session/1
  session(2s, "node2", "10.1.1.9", "Established");                  // session/2
  session(40s, "core1", "10.1.1.3", "Idle", "hold timer expired");  // session/3
  session(45s, "core1", "10.1.1.3", "Connect");                     // session/4
  r.add(RibChanged{when(2s), "core1", prefix("10.70.0.0/16"), {ip("10.1.1.3")}, "bgp", "as-path"});
  r.add(RibChanged{when(40s), "core1", prefix("10.70.0.0/16"), {}, "bgp", ""});
  r.add(FaultInjected{when(30s), "power_off", "node2"});
  r.add(FaultInjected{when(50s), "link_down", "edge1:eth0"});
  r.add(LinkChanged{when(30s), "tor1:p4", false});     // link/0
  r.add(LinkChanged{when(50s), "edge1:eth0", false});  // link/1
  r.add(LinkChanged{when(50s), "tor1:p2", false});     // link/2
  return r;
}

}  // namespace seatrial::results::test
