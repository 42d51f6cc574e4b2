// The server and the resolver survive whatever comes by UDP and by TCP.
#include <algorithm>

#include "models/dns/resolver.h"
#include "models/dns/server.h"
#include "tests/support/fake_network.h"

namespace {

struct NoRecords : seatrial::dns::RecordSource {
  seatrial::dns::Answer lookup(const seatrial::dns::Question&) override { return {}; }
};

// Answers every query with the fuzzer's bytes, after the id when there is room for one.
struct Liar : seatrial::io::DatagramHandler {
  std::unique_ptr<seatrial::io::DatagramSocket> socket;
  std::vector<std::uint8_t> reply;
  void on_datagram(const seatrial::net::Endpoint& from, const seatrial::net::Endpoint& to,
                   seatrial::io::Bytes bytes) override {
    std::copy_n(bytes.begin(), std::min<std::size_t>({2, bytes.size(), reply.size()}),
                reply.begin());
    socket->send(from, reply, to.address);
  }
};

struct Sink : seatrial::io::StreamHandler, seatrial::io::DatagramHandler {
  void on_data(seatrial::io::Bytes) override {}
  void on_closed(seatrial::io::CloseReason) override {}
  void on_datagram(const seatrial::net::Endpoint&, const seatrial::net::Endpoint&,
                   seatrial::io::Bytes) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace seatrial;
  const io::Bytes bytes(data, size);
  test::FakeNetwork net;
  auto& client = net.host("client", "10.0.0.1");
  auto& host = net.host("dns", "10.0.0.53");
  auto& liar_host = net.host("liar", "10.0.0.54");
  const auto everywhere = *net::Endpoint::parse("0.0.0.0:53");
  NoRecords none;
  dns::Server server(host, everywhere, none);
  Liar liar;
  liar.reply.assign(bytes.begin(), bytes.end());
  liar.socket = liar_host.bind_datagram(everywhere, &liar);
  Sink sink;
  auto datagrams = client.bind_datagram({client.address(), 4000}, &sink);
  datagrams->send(*net::Endpoint::parse("10.0.0.53:53"), bytes);
  auto stream = client.connect(*net::Endpoint::parse("10.0.0.53:53"), &sink);
  dns::Resolver resolver(client, {*net::Endpoint::parse("10.0.0.54:53")}, {.attempts = 1});
  resolver.query({"app.test", dns::Type::a}, [](const dns::QueryResult&) {});
  net.run_for(std::chrono::milliseconds(10));
  stream->send(bytes);
  net.run_for(std::chrono::seconds(20));
  return 0;
}
