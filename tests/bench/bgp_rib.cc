// The table of a speaker: UPDATEs of one neighbour in, decisions made, as octets on a stream
// without a socket. A full table's shape: eight prefixes share their attributes. `bytes_a_route` is
// what the heap holds more than before.
#include <malloc.h>

#include <benchmark/benchmark.h>

#include "models/bgp/codec.h"
#include "models/bgp/speaker.h"
#include "tests/support/fake_network.h"

namespace {

using namespace seatrial;
using namespace std::chrono_literals;

constexpr std::uint32_t per_update = 8;

struct Feeder : io::StreamHandler {
  std::unique_ptr<io::Stream> stream;
  void on_data(io::Bytes) override {}
  void on_closed(io::CloseReason) override { stream.reset(); }

  void open(bgp::Asn asn) {
    bgp::OpenMessage open;
    open.asn = asn;
    open.id = {0x0A000002};
    open.hold_time_s = 0;
    open.capabilities.families = {bgp::ipv4_unicast};
    open.capabilities.four_octet_as = asn;
    stream->send(bgp::encode(open));
    stream->send(bgp::encode(bgp::KeepaliveMessage{}));
  }
};

std::vector<bgp::Octets> table(std::uint32_t prefixes) {
  std::vector<bgp::Octets> chunks(1);
  for (std::uint32_t at = 0; at < prefixes; at += per_update) {
    bgp::UpdateMessage update;
    update.attributes.emplace();
    update.attributes->origin = bgp::Origin::igp;
    update.attributes->next_hop = net::IpAddress::v4(0x0A000002);
    for (const auto asn : {200000 + at / per_update, 100000 + at / 56, 65001U}) {
      update.attributes->as_path.prepend({asn});
    }
    for (std::uint32_t i = at; i < at + per_update; ++i) {
      update.announced.push_back({net::Prefix(net::IpAddress::v4(0x01000000 + (i << 8)), 24), 0});
    }
    for (const auto& message : bgp::encode(update, {})) {
      if (chunks.back().size() > 60000) chunks.emplace_back();
      chunks.back().insert(chunks.back().end(), message.begin(), message.end());
    }
  }
  return chunks;
}

void receive_and_choose(benchmark::State& state) {
  const auto prefixes = static_cast<std::uint32_t>(state.range(0));
  const auto chunks = table(prefixes);
  double bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    {
      test::FakeNetwork network;
      auto& host = network.host("speaker", "10.0.0.1");
      bgp::SpeakerConfig config;
      config.asn = {65000};
      config.router_id = {0x0A000001};
      config.profile = *bgp::profile_named("frr-8.4-datacenter");
      config.profile.returns_routes = false;  // as BIRD, which it is measured beside
      bgp::NeighborConfig peer;
      peer.address = net::IpAddress::v4(0x0A000002);
      peer.remote_as = bgp::RemoteAs::number(65001);
      peer.passive = true;
      config.neighbors = {peer};
      bgp::Speaker speaker(host, std::move(config), {});
      speaker.start();
      Feeder feeder;
      feeder.stream = network.host("feeder", "10.0.0.2")
                          .connect({net::IpAddress::v4(0x0A000001), 179}, &feeder);
      network.run_for(1s);
      feeder.open({65001});
      network.run_for(1s);
      const auto before = mallinfo2().uordblks;
      state.ResumeTiming();
      for (const auto& chunk : chunks) {
        feeder.stream->send(chunk);
        network.run_for(10ms);
      }
      state.PauseTiming();
      network.run_for(1s);
      bytes = static_cast<double>(mallinfo2().uordblks - before);
      if (speaker.sessions().front().prefixes_accepted != prefixes) {
        state.SkipWithError("not all prefixes are held");
      }
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(prefixes));
  state.counters["bytes_a_route"] = bytes / prefixes;
}
BENCHMARK(receive_and_choose)->Arg(500'000)->Unit(benchmark::kMillisecond);

}  // namespace
