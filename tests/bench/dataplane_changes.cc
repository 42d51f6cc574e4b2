// What a change costs the checker of data-plane invariants: 1 000 announced prefixes at 100 routers
// on one switch, where each router reaches each prefix by a chain of ten to its announcer. A change
// of a route touches one class of packets and one machine; a carrier that is lost touches the
// classes whose packets pass there.
#include <benchmark/benchmark.h>

#include <chrono>
#include <string>

#include "results/dataplane/checker.h"

using namespace seatrial;

namespace {

constexpr int routers = 100;
constexpr int prefixes = 1000;
constexpr int changes = 200;

std::string name(int router) {
  return "r" + std::to_string(router);
}
net::IpAddress address(int router) {
  return net::IpAddress::v4(0x0a000001U + static_cast<std::uint32_t>(router));
}
net::Prefix prefix(int number) {
  return {net::IpAddress::v4(0xac100000U + static_cast<std::uint32_t>(number) * 256), 24};
}

results::Topology topology() {
  results::Topology out;
  results::TopologyNode sw{"sw", "switch", "", {}};
  for (int i = 0; i <= routers; ++i) {  // the last one routes nothing
    const auto port = "p" + std::to_string(i);
    out.nodes.push_back({name(i), "router", "", {{"eth0", {{address(i), 24}}}}});
    sw.ports.push_back({port, {}});
    out.links.push_back({{name(i) + ":eth0", "sw:" + port}, 10'000'000'000, 1us, 1500});
  }
  out.nodes.push_back(sw);
  return out;
}

results::FibChanged route(TimePoint at, int router, int number, int via) {
  results::FibChanged out{at, name(router), prefix(number), {}, "bgp", via >= 0};
  if (via >= 0) out.next_hops.push_back({address(via), "eth0"});
  return out;
}

// The router after `router` on the way to the announcer of a prefix.
int next_of(int router, int number) {
  const int announcer = number % routers;
  const int left = (announcer - router + routers) % routers;
  return left <= 10 ? announcer : (router + 10) % routers;
}

results::Record settled_network() {
  results::Record record;
  record.set_topology(topology());
  for (int number = 0; number < prefixes; ++number) {
    const int announcer = number % routers;
    record.add(results::RibChanged{
        TimePoint(), name(announcer), prefix(number), {net::IpAddress()}, "bgp", ""});
    for (int router = 0; router < routers; ++router) {
      if (router != announcer) {
        record.add(route(TimePoint(), router, number, next_of(router, number)));
      }
    }
  }
  return record;
}

// Runs the changes that `more` adds, one a millisecond, and times them and what they make judge;
// not how the network got where it is.
template <typename More>
void replay(benchmark::State& state, More more) {
  auto record = settled_network();
  for (int i = 0; i < changes; ++i) more(record, TimePoint(1s + i * 1ms), i);
  std::size_t judged = 0;
  double spent = 0;
  for (auto _ : state) {
    results::dataplane::State network(record);
    results::dataplane::Checker checker(network);
    const auto settle = [&](TimePoint at) {
      network.advance(at, &checker);
      checker.settle([&](std::size_t, std::span<const std::size_t>) { ++judged; });
    };
    settle(TimePoint());
    judged = 0;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < changes; ++i) settle(TimePoint(1s + i * 1ms));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    state.SetIterationTime(took.count());
    spent += took.count();
  }
  state.counters["us_per_change"] = spent * 1e6 / static_cast<double>(state.iterations()) / changes;
  state.counters["verdicts_per_change"] = static_cast<double>(judged) / changes;
}

// To another next hop and back: nothing is lost.
void route_moves(benchmark::State& state) {
  replay(state, [](results::Record& record, TimePoint at, int i) {
    const int number = (i / 2) * 7 % prefixes;
    const int router = (number + 50) % routers;
    const int via = i % 2 == 0 ? (router + 9) % routers : next_of(router, number);
    record.add(route(at, router, number, via));
  });
}
BENCHMARK(route_moves)->UseManualTime()->Unit(benchmark::kMillisecond);

// The same where no other router sends packets: 95 from the announcer, in steps of ten.
void route_of_a_leaf_moves(benchmark::State& state) {
  replay(state, [](results::Record& record, TimePoint at, int i) {
    const int number = (i / 2) * 7 % prefixes;
    const int router = (number + 5) % routers;
    const int via = i % 2 == 0 ? (router + 9) % routers : next_of(router, number);
    record.add(route(at, router, number, via));
  });
}
BENCHMARK(route_of_a_leaf_moves)->UseManualTime()->Unit(benchmark::kMillisecond);

// A route is withdrawn, and comes back: those behind it lose packets in between.
void route_goes_and_comes(benchmark::State& state) {
  replay(state, [](results::Record& record, TimePoint at, int i) {
    const int number = (i / 2) * 7 % prefixes;
    const int router = (number + 50) % routers;
    record.add(route(at, router, number, i % 2 == 0 ? -1 : next_of(router, number)));
  });
}
BENCHMARK(route_goes_and_comes)->UseManualTime()->Unit(benchmark::kMillisecond);

// A router's cable: every class passes one of its neighbours.
void carrier_goes_and_comes(benchmark::State& state) {
  replay(state, [](results::Record& record, TimePoint at, int i) {
    record.add(results::LinkChanged{at, name((i / 2) % routers) + ":eth0", i % 2 != 0});
  });
}
BENCHMARK(carrier_goes_and_comes)->UseManualTime()->Unit(benchmark::kMillisecond);

// A cable that no route uses.
void idle_carrier_goes_and_comes(benchmark::State& state) {
  replay(state, [](results::Record& record, TimePoint at, int i) {
    record.add(results::LinkChanged{at, name(routers) + ":eth0", i % 2 != 0});
  });
}
BENCHMARK(idle_carrier_goes_and_comes)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
