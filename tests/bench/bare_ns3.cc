// The yardstick for script/bench: plain ns-3, its own point-to-point devices, stack and static
// routes, moving UDP datagrams over a chain of routers until the given number of packet-hops is
// reached. Usage:
//   bare_ns3 PACKET_HOPS [PAYLOAD_BYTES]
// Prints one JSON line: packet_hops, events, simulated_seconds.
#include <ns3/double.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/ipv4-global-routing-helper.h>
#include <ns3/node-container.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/simulator.h>
#include <ns3/socket.h>
#include <ns3/string.h>
#include <ns3/udp-socket-factory.h>
#include <ns3/uinteger.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr std::uint32_t hops = 5;

struct Sender {
  ns3::Ptr<ns3::Socket> socket;
  std::uint32_t payload = 0;
  std::uint64_t left = 0;

  void send() {
    socket->Send(ns3::Create<ns3::Packet>(payload));
    if (--left > 0) ns3::Simulator::Schedule(ns3::MicroSeconds(10), &Sender::send, this);
  }
};

std::uint64_t received = 0;
void receive(ns3::Ptr<ns3::Socket> socket) {
  while (socket->Recv() != nullptr) ++received;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bare_ns3 PACKET_HOPS [PAYLOAD_BYTES]\n");
    return 2;
  }
  const std::uint64_t packets = std::strtoull(argv[1], nullptr, 10) / hops;
  if (packets == 0) return 2;

  ns3::NodeContainer nodes;
  nodes.Create(hops + 1);
  ns3::InternetStackHelper stack;
  stack.SetIpv6StackInstall(false);
  stack.Install(nodes);
  ns3::PointToPointHelper link;
  link.SetDeviceAttribute("DataRate", ns3::StringValue("10Gbps"));
  link.SetChannelAttribute("Delay", ns3::StringValue("1us"));
  ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
  ns3::Ipv4InterfaceContainer last;
  for (std::uint32_t i = 0; i < hops; ++i) {
    last = addresses.Assign(link.Install(nodes.Get(i), nodes.Get(i + 1)));
    addresses.NewNetwork();
  }
  ns3::Ipv4GlobalRoutingHelper::PopulateRoutingTables();

  auto sink = ns3::Socket::CreateSocket(nodes.Get(hops), ns3::UdpSocketFactory::GetTypeId());
  sink->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), 9));
  sink->SetRecvCallback(ns3::MakeCallback(&receive));

  Sender sender;
  sender.socket = ns3::Socket::CreateSocket(nodes.Get(0), ns3::UdpSocketFactory::GetTypeId());
  sender.socket->Connect(ns3::InetSocketAddress(last.GetAddress(1), 9));
  sender.payload = argc > 2 ? static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10)) : 200;
  sender.left = packets;
  ns3::Simulator::Schedule(ns3::Seconds(0), &Sender::send, &sender);
  ns3::Simulator::Run();

  std::printf("{\"packet_hops\": %llu, \"events\": %llu, \"simulated_seconds\": %.6f}\n",
              static_cast<unsigned long long>(received * hops),
              static_cast<unsigned long long>(ns3::Simulator::GetEventCount()),
              ns3::Simulator::Now().GetSeconds());
  const bool complete = received == packets;
  ns3::Simulator::Destroy();
  return complete ? 0 : 1;
}
