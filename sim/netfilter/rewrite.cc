#include "sim/netfilter/rewrite.h"

#include <ns3/header.h>
#include <ns3/icmpv4.h>

#include <array>

namespace seatrial::sim {

namespace {

constexpr std::uint8_t icmp_unreachable = 3;
constexpr std::uint8_t icmp_time_exceeded = 11;

// The first four octets of a TCP or UDP header.
class PortsHeader final : public ns3::Header {
 public:
  PortsHeader(std::uint16_t source, std::uint16_t destination)
      : source_(source), destination_(destination) {}
  static ns3::TypeId GetTypeId() {
    static const ns3::TypeId id =
        ns3::TypeId("seatrial::sim::PortsHeader").SetParent<ns3::Header>();
    return id;
  }
  ns3::TypeId GetInstanceTypeId() const override { return GetTypeId(); }
  std::uint32_t GetSerializedSize() const override { return 4; }
  void Serialize(ns3::Buffer::Iterator start) const override {
    start.WriteHtonU16(source_);
    start.WriteHtonU16(destination_);
  }
  std::uint32_t Deserialize(ns3::Buffer::Iterator start) override {
    source_ = start.ReadNtohU16();
    destination_ = start.ReadNtohU16();
    return 4;
  }
  void Print(std::ostream& out) const override { out << source_ << ' ' << destination_; }

 private:
  std::uint16_t source_;
  std::uint16_t destination_;
};

Flow flow_quoted(const ns3::Ipv4Header& header, const std::array<std::uint8_t, 8>& octets) {
  const auto port = [&](std::size_t at) {
    return static_cast<std::uint16_t>((octets[at] << 8U) | octets[at + 1]);
  };
  return {header.GetSource().Get(), header.GetDestination().Get(), port(0), port(2),
          header.GetProtocol()};
}

template <typename Error>
void replace_quoted(PacketInFlight& packet, const ns3::Icmpv4Header& icmp, const Flow& flow) {
  Error error;
  packet.packet->RemoveHeader(error);
  ns3::Ipv4Header inner = error.GetHeader();
  inner.SetSource(ns3::Ipv4Address(flow.source));
  inner.SetDestination(ns3::Ipv4Address(flow.destination));
  std::array<std::uint8_t, 8> octets{};
  error.GetData(octets.data());
  octets[0] = static_cast<std::uint8_t>(flow.source_port >> 8U);
  octets[1] = static_cast<std::uint8_t>(flow.source_port);
  octets[2] = static_cast<std::uint8_t>(flow.destination_port >> 8U);
  octets[3] = static_cast<std::uint8_t>(flow.destination_port);
  error.SetHeader(inner);
  error.SetData(ns3::Create<ns3::Packet>(octets.data(), 8));
  packet.packet->AddHeader(error);
  packet.packet->AddHeader(icmp);
}

}  // namespace

void rewrite(PacketInFlight& packet, const Flow& flow) {
  packet.header.SetSource(ns3::Ipv4Address(flow.source));
  packet.header.SetDestination(ns3::Ipv4Address(flow.destination));
  if (flow.source_port != packet.flow.source_port ||
      flow.destination_port != packet.flow.destination_port) {
    packet.packet = packet.packet->Copy();
    packet.packet->RemoveAtStart(4);
    packet.packet->AddHeader(PortsHeader(flow.source_port, flow.destination_port));
  }
  packet.flow = flow;
}

std::optional<Flow> quoted_flow(const PacketInFlight& packet) {
  constexpr std::uint32_t shortest = 4 + 4 + 20 + 8;
  if (packet.header.GetProtocol() != protocol_icmp || packet.packet->GetSize() < shortest) {
    return std::nullopt;
  }
  const auto copy = packet.packet->Copy();
  ns3::Icmpv4Header icmp;
  copy->RemoveHeader(icmp);
  std::array<std::uint8_t, 8> octets{};
  if (icmp.GetType() == icmp_unreachable) {
    ns3::Icmpv4DestinationUnreachable error;
    copy->RemoveHeader(error);
    error.GetData(octets.data());
    return flow_quoted(error.GetHeader(), octets);
  }
  if (icmp.GetType() == icmp_time_exceeded) {
    ns3::Icmpv4TimeExceeded error;
    copy->RemoveHeader(error);
    error.GetData(octets.data());
    return flow_quoted(error.GetHeader(), octets);
  }
  return std::nullopt;
}

void rewrite_quoted(PacketInFlight& packet, const Flow& flow) {
  packet.packet = packet.packet->Copy();
  ns3::Icmpv4Header icmp;
  packet.packet->RemoveHeader(icmp);
  if (icmp.GetType() == icmp_unreachable) {
    replace_quoted<ns3::Icmpv4DestinationUnreachable>(packet, icmp, flow);
  } else {
    replace_quoted<ns3::Icmpv4TimeExceeded>(packet, icmp, flow);
  }
}

std::uint8_t tcp_flags_of(const PacketInFlight& packet) {
  std::array<std::uint8_t, 14> octets{};
  if (packet.flow.protocol != protocol_tcp ||
      packet.packet->CopyData(octets.data(), octets.size()) != octets.size()) {
    return 0;
  }
  return octets[13];
}

}  // namespace seatrial::sim
