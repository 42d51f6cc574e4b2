// How long one UPDATE takes to read: with one prefix and with 500. A good parser in C takes 160 ns
// and 3.3 us.
#include <benchmark/benchmark.h>

#include "models/bgp/codec.h"
#include "models/bgp/decision.h"

using namespace seatrial;

namespace {

bgp::UpdateMessage update_of(std::uint32_t prefixes) {
  bgp::UpdateMessage update;
  update.attributes.emplace();
  auto& a = *update.attributes;
  a.as_path.prepend({65001}, 3);
  a.next_hop = net::IpAddress::v4(0x0A000001);
  a.local_pref = 100;
  for (std::uint32_t i = 0; i < prefixes; ++i) {
    update.announced.push_back({net::Prefix(net::IpAddress::v4(0x0A000000 + i * 256), 24), 0});
  }
  return update;
}

void decode_update(benchmark::State& state) {
  const auto bytes = bgp::encode(update_of(static_cast<std::uint32_t>(state.range(0))), {}).at(0);
  const auto body = bgp::Bytes(bytes).subspan(bgp::header_size);
  const bgp::CodecOptions options;
  for (auto _ : state) benchmark::DoNotOptimize(bgp::decode_update(body, options));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(decode_update)->Arg(1)->Arg(500);

void encode_update(benchmark::State& state) {
  const auto update = update_of(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(bgp::encode(update, {}));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(encode_update)->Arg(1)->Arg(500);

void decide(benchmark::State& state) {
  std::vector<bgp::Candidate> candidates(static_cast<std::size_t>(state.range(0)));
  std::vector<bgp::PathOrigin> origins(candidates.size());
  std::uint32_t n = 0;
  for (auto& c : candidates) {
    auto& origin = origins[n];
    origin.peer = net::IpAddress::v4(0x0A000001 + n);
    origin.id = {n++};
    origin.source = bgp::RouteSource::ibgp;
    c.origin = &origin;
    c.metric = 0;
    bgp::PathAttributes a;
    a.next_hop = origin.peer;
    c.attributes = bgp::share(a);
  }
  bgp::DecisionOptions options;
  options.multipath_ibgp = 256;
  for (auto _ : state) benchmark::DoNotOptimize(bgp::decide(candidates, options));
}
BENCHMARK(decide)->Arg(2)->Arg(16);

}  // namespace
