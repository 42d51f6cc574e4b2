#include "sim/host/udp.h"

#include <ns3/ipv4-interface.h>
#include <ns3/node.h>
#include <ns3/socket.h>
#include <ns3/udp-header.h>

#include <algorithm>

namespace seatrial::sim {

namespace {
constexpr std::uint16_t first_ephemeral_port = 32768;
constexpr std::uint16_t last_ephemeral_port = 60999;
}  // namespace

ns3::TypeId UdpProtocol::GetTypeId() {
  static const ns3::TypeId id = ns3::TypeId("seatrial::sim::UdpProtocol")
                                    .SetParent<ns3::UdpL4Protocol>()
                                    .AddConstructor<UdpProtocol>();
  return id;
}

void UdpProtocol::DoDispose() {
  power_off();
  forwarding_ = nullptr;
  UdpL4Protocol::DoDispose();
}

void UdpProtocol::power_off() {
  bindings_.clear();
}

std::shared_ptr<UdpProtocol::Binding> UdpProtocol::bind(const net::Endpoint& local,
                                                        io::DatagramHandler* handler) {
  if (!local.address.is_unspecified() &&
      (!local.address.is_v4() || !forwarding_->is_local(local.address.v4_value()))) {
    return nullptr;
  }
  const std::uint32_t address = local.address.is_v4() ? local.address.v4_value() : 0;
  std::erase_if(bindings_, [](const auto& entry) { return entry.second.expired(); });
  const auto taken = [&](std::uint16_t port) {
    if (bindings_.contains({port, address}) || bindings_.contains({port, 0})) return true;
    const auto other = bindings_.lower_bound({port, 0});
    return address == 0 && other != bindings_.end() && other->first.first == port;
  };
  std::uint16_t port = local.port;
  if (port == 0) {
    for (int i = first_ephemeral_port; i <= last_ephemeral_port; ++i) {
      port = next_port_;
      next_port_ =
          port == last_ephemeral_port ? first_ephemeral_port : static_cast<std::uint16_t>(port + 1);
      if (!taken(port)) break;
    }
  }
  if (taken(port)) return nullptr;
  auto binding = std::make_shared<Binding>(Binding{{local.address, port}, handler});
  bindings_[{port, address}] = binding;
  return binding;
}

std::shared_ptr<UdpProtocol::Binding> UdpProtocol::binding_for(std::uint32_t address,
                                                               std::uint16_t port) {
  for (const std::uint32_t candidate : {address, std::uint32_t{0}}) {
    const auto found = bindings_.find({port, candidate});
    if (found == bindings_.end()) continue;
    if (auto binding = found->second.lock()) return binding;
  }
  return nullptr;
}

void UdpProtocol::send(const Binding& from, const net::Endpoint& to, io::Bytes bytes,
                       std::optional<net::IpAddress> source) {
  constexpr std::size_t largest_payload = 65507;  // 65535 less IPv4 and UDP headers
  if (forwarding_ == nullptr || !to.address.is_v4() || bytes.size() > largest_payload) return;
  if (!source && !from.local.address.is_unspecified()) source = from.local.address;
  if (!source) source = forwarding_->source_for(to.address);
  if (!source || !forwarding_->is_local(source->v4_value())) return;
  const auto packet =
      ns3::Create<ns3::Packet>(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  ns3::UdpHeader header;
  header.SetSourcePort(from.local.port);
  header.SetDestinationPort(to.port);
  if (ns3::Node::ChecksumEnabled()) {
    header.EnableChecksums();
    header.InitializeChecksum(to_ns3(*source), to_ns3(to.address), protocol_udp);
  }
  packet->AddHeader(header);
  if (from.ttl) {
    ns3::SocketIpTtlTag ttl;
    ttl.SetTtl(static_cast<std::uint8_t>(*from.ttl));
    packet->AddPacketTag(ttl);
  }
  forwarding_->send(packet, to_ns3(*source), to_ns3(to.address), protocol_udp, nullptr);
}

ns3::IpL4Protocol::RxStatus UdpProtocol::Receive(ns3::Ptr<ns3::Packet> packet,
                                                 const ns3::Ipv4Header& ip,
                                                 ns3::Ptr<ns3::Ipv4Interface> interface) {
  constexpr std::uint32_t header_size = 8;
  if (packet->GetSize() < header_size) return RX_CSUM_FAILED;
  const Flow flow = flow_of(ip, *packet, nullptr);
  const auto binding = binding_for(flow.destination, flow.destination_port);
  if (binding == nullptr) return UdpL4Protocol::Receive(packet, ip, interface);
  ns3::UdpHeader header;
  if (ns3::Node::ChecksumEnabled()) {
    header.EnableChecksums();
    header.InitializeChecksum(ip.GetSource(), ip.GetDestination(), protocol_udp);
  }
  packet->RemoveHeader(header);
  if (!header.IsChecksumOk()) return RX_CSUM_FAILED;
  if (ip.GetTtl() < binding->minimum_ttl) return RX_OK;
  if (binding->handler != nullptr) {
    scratch_.resize(packet->GetSize());
    packet->CopyData(scratch_.data(), packet->GetSize());
    binding->handler->on_datagram(flow.from(), flow.to(), scratch_);
  }
  return RX_OK;
}

void UdpProtocol::ReceiveIcmp(ns3::Ipv4Address source, std::uint8_t ttl, std::uint8_t type,
                              std::uint8_t code, std::uint32_t info,
                              ns3::Ipv4Address payload_source, ns3::Ipv4Address payload_destination,
                              const std::uint8_t payload[8]) {
  const auto port = [&](int at) {
    return static_cast<std::uint16_t>((payload[at] << 8U) | payload[at + 1]);
  };
  const auto binding = binding_for(payload_source.Get(), port(0));
  if (binding == nullptr) {
    UdpL4Protocol::ReceiveIcmp(source, ttl, type, code, info, payload_source, payload_destination,
                               payload);
    return;
  }
  constexpr std::uint8_t unreachable = 3;
  constexpr std::uint8_t too_big = 4;
  if (type == unreachable && code != too_big && binding->handler != nullptr) {
    binding->handler->on_unreachable({from_ns3(payload_destination), port(2)});
  }
}

}  // namespace seatrial::sim
