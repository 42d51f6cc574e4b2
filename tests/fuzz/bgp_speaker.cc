// A speaker whose peer says anything, in pieces of any size, connects, disconnects and waits: no
// crash, and never a state without a way on.
#include <cstdint>

#include <algorithm>

#include "models/bgp/codec.h"
#include "models/bgp/speaker.h"
#include "tests/support/fake_network.h"

using namespace seatrial;

namespace {

struct Peer : io::StreamHandler {
  std::unique_ptr<io::Stream> stream;
  void on_data(io::Bytes) override {}
  void on_closed(io::CloseReason) override {}
};

bgp::Octets open_message() {
  bgp::OpenMessage open;
  open.asn = {65001};
  open.hold_time_s = 9;
  open.id = {0x0A000002};
  open.capabilities.families = {bgp::ipv4_unicast};
  open.capabilities.four_octet_as = open.asn;
  return bgp::encode(open);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::FakeNetwork network;
  auto& host = network.host("a", "10.0.0.1");
  auto& other = network.host("b", "10.0.0.2");
  bgp::SpeakerConfig config;
  config.asn = {65001};
  config.router_id = {0x0A000001};
  config.profile = *bgp::profile_named("frr-8.4-datacenter");
  bgp::NeighborConfig neighbor;
  neighbor.address = other.address();
  neighbor.remote_as = bgp::RemoteAs::internal();
  config.neighbors = {neighbor};
  bgp::Speaker speaker(host, config);
  speaker.start();

  Peer peers[2];
  std::size_t at = 0;
  const auto next = [&]() -> std::uint8_t { return at < size ? data[at++] : 0; };
  while (at < size) {
    const auto op = next();
    auto& peer = peers[(op >> 3) & 1];
    switch (op & 7) {
      case 0:
        peer.stream = other.connect({host.address(), bgp::default_port}, &peer);
        break;
      case 1:
        if (peer.stream) peer.stream->send(open_message());
        break;
      case 2:
        if (peer.stream) peer.stream->send(bgp::encode(bgp::KeepaliveMessage{}));
        break;
      case 3: {  // a well-formed header around any body
        const std::size_t wanted = next();
        const auto count = std::min(wanted, size - at);
        bgp::Octets message;
        bgp::WireWriter out(message);
        bgp::begin_message(out, bgp::MessageType::update);
        out.bytes({data + at, count});
        bgp::finish_message(message);
        at += count;
        if (peer.stream) peer.stream->send(message);
        break;
      }
      case 4: {  // any bytes
        const std::size_t wanted = next();
        const auto count = std::min(wanted, size - at);
        if (peer.stream) peer.stream->send({data + at, count});
        at += count;
        break;
      }
      case 5:
        if (peer.stream) peer.stream->abort();
        peer.stream.reset();
        break;
      case 6:
        network.run_for(std::chrono::milliseconds(50 * (1 + next())));
        break;
      case 7:
        speaker.clear(other.address());
        break;
    }
    network.run_for(std::chrono::milliseconds(3));
  }
  (void)speaker.sessions();
  (void)speaker.loc_rib();
  (void)speaker.adj_rib_in(other.address());
  speaker.shutdown();
  network.run_for(std::chrono::seconds(1));
  return 0;
}
