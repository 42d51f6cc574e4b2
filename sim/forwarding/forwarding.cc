#include "sim/forwarding/forwarding.h"

#include <ns3/icmpv4-l4-protocol.h>
#include <ns3/icmpv4.h>
#include <ns3/net-device.h>
#include <ns3/node.h>
#include <ns3/output-stream-wrapper.h>

#include <utility>

#include "sim/ethernet/clock.h"

namespace seatrial::sim {

namespace {

constexpr std::uint8_t icmp_unreachable = 3;
constexpr std::uint8_t code_net = 0;
constexpr std::uint8_t code_host = 1;
constexpr std::uint8_t code_port = 3;
constexpr std::uint8_t code_too_big = 4;
constexpr int loopback = 0;  // ns-3 makes it the first interface of every node
constexpr std::uint8_t default_ttl = 64;

// RFC 1122 section 3.2.2: no error about an error, about a later fragment, or to nobody.
bool may_answer_with_error(const ns3::Ipv4Header& header, const ns3::Packet& packet) {
  if (header.GetFragmentOffset() != 0 || header.GetDestination().IsBroadcast() ||
      header.GetDestination().IsMulticast() || header.GetSource().IsAny()) {
    return false;
  }
  if (header.GetProtocol() != protocol_icmp) return true;
  std::uint8_t type = 0;
  packet.CopyData(&type, 1);
  return type == 0 || type == 8;  // echo
}

std::uint16_t big_endian(const std::uint8_t* octets) {
  return static_cast<std::uint16_t>((octets[0] << 8U) | octets[1]);
}

}  // namespace

Flow flow_of(const ns3::Ipv4Header& header, const ns3::Packet& packet, bool* syn) {
  Flow flow{header.GetSource().Get(), header.GetDestination().Get(), 0, 0, header.GetProtocol()};
  if (syn != nullptr) *syn = false;
  // Only the first fragment has ports; all of a datagram must take the same way.
  if (header.GetFragmentOffset() != 0 || !header.IsLastFragment()) return flow;
  std::uint8_t octets[14];
  if (flow.protocol == protocol_tcp && packet.CopyData(octets, 14) == 14) {
    flow.source_port = big_endian(octets);
    flow.destination_port = big_endian(octets + 2);
    if (syn != nullptr) *syn = (octets[13] & 0x02U) != 0;  // SYN, and SYN with ACK: both ways
  } else if (flow.protocol == protocol_udp && packet.CopyData(octets, 4) == 4) {
    flow.source_port = big_endian(octets);
    flow.destination_port = big_endian(octets + 2);
  }
  return flow;
}

ns3::TypeId Forwarding::GetTypeId() {
  static const ns3::TypeId id =
      ns3::TypeId("seatrial::sim::Forwarding").SetParent<ns3::Ipv4RoutingProtocol>();
  return id;
}

Forwarding::Forwarding() : fib_([] { return now(); }) {}
Forwarding::~Forwarding() = default;

void Forwarding::DoDispose() {
  routes_.clear();
  ipv4_ = nullptr;
  hooks_ = nullptr;
  observer_ = nullptr;
  Ipv4RoutingProtocol::DoDispose();
}

void Forwarding::SetIpv4(ns3::Ptr<ns3::Ipv4> ipv4) {
  ipv4_ = ns3::DynamicCast<ns3::Ipv4L3Protocol>(ipv4);
}

void Forwarding::refresh_interface(std::uint32_t interface) {
  if (ipv4_ == nullptr) return;
  fib_.set_interface_up(static_cast<int>(interface),
                        ipv4_->IsUp(interface) && ipv4_->GetNetDevice(interface)->IsLinkUp());
}

void Forwarding::NotifyInterfaceUp(std::uint32_t interface) {
  refresh_interface(interface);
}
void Forwarding::NotifyInterfaceDown(std::uint32_t interface) {
  refresh_interface(interface);
}
// The machine adds the routes of an address itself: it knows which addresses are for the pod side.
void Forwarding::NotifyAddAddress(std::uint32_t, ns3::Ipv4InterfaceAddress) {}
void Forwarding::NotifyRemoveAddress(std::uint32_t, ns3::Ipv4InterfaceAddress) {}

void Forwarding::add_local_address(const net::IpAddress& address, int interface) {
  local_.try_emplace(address.v4_value(), interface);
}
void Forwarding::remove_local_address(const net::IpAddress& address) {
  local_.erase(address.v4_value());
}

void Forwarding::set_source_address(int interface, const net::IpAddress& source) {
  const auto index = static_cast<std::size_t>(interface);
  if (sources_.size() <= index) sources_.resize(index + 1);
  sources_[index] = source;
}

Forwarding::Decision Forwarding::decide(const Flow& flow) const {
  Decision decision;
  decision.route = fib_.lookup(net::IpAddress::v4(flow.destination));
  if (decision.route != nullptr && !decision.route->next_hops.empty()) {
    const auto& hops = decision.route->next_hops;
    const std::size_t chosen =
        hops.size() == 1 ? 0 : pick_next_hop(flow_hash(flow, ecmp_seed_), hops.size());
    decision.next_hop = hops[chosen];
  }
  return decision;
}

std::optional<net::IpAddress> Forwarding::source_address(int interface) const {
  const auto index = static_cast<std::size_t>(interface);
  if (interface < 0 || index >= sources_.size() || sources_[index].is_unspecified()) {
    return std::nullopt;
  }
  return sources_[index];
}

std::optional<net::IpAddress> Forwarding::source_for(const net::IpAddress& destination) const {
  if (is_local(destination.v4_value())) return destination;
  const Decision decision = decide({0, destination.v4_value(), 0, 0, 0});
  if (decision.route == nullptr) return std::nullopt;
  if (decision.route->route.preferred_source) return decision.route->route.preferred_source;
  return source_address(decision.next_hop.interface);
}

std::optional<std::uint16_t> Forwarding::mtu_towards(const net::IpAddress& destination) const {
  if (ipv4_ == nullptr) return std::nullopt;
  if (is_local(destination.v4_value())) return ipv4_->GetMtu(loopback);
  const Decision decision = decide({0, destination.v4_value(), 0, 0, 0});
  if (decision.next_hop.interface == no_interface) return std::nullopt;
  return ipv4_->GetMtu(static_cast<std::uint32_t>(decision.next_hop.interface));
}

ns3::Ptr<ns3::Ipv4Route> Forwarding::ns3_route(const NextHop& hop,
                                               const std::optional<net::IpAddress>& source) {
  const std::uint32_t from = source ? source->v4_value() : 0;
  auto& route = routes_[{hop, from}];
  if (route == nullptr) {
    route = ns3::Create<ns3::Ipv4Route>();
    route->SetGateway(hop.gateway ? to_ns3(*hop.gateway) : ns3::Ipv4Address::GetAny());
    route->SetSource(ns3::Ipv4Address(from));
    route->SetOutputDevice(ipv4_->GetNetDevice(static_cast<std::uint32_t>(hop.interface)));
  }
  return route;
}

ns3::Ptr<ns3::Ipv4Route> Forwarding::RouteOutput(ns3::Ptr<ns3::Packet> packet,
                                                 const ns3::Ipv4Header& header,
                                                 ns3::Ptr<ns3::NetDevice> /*oif*/,
                                                 ns3::Socket::SocketErrno& error) {
  error = ns3::Socket::ERROR_NOROUTETOHOST;
  if (ipv4_ == nullptr) return nullptr;
  const net::IpAddress destination = from_ns3(header.GetDestination());
  std::optional<net::IpAddress> source;
  if (!header.GetSource().IsAny() && header.GetSource().IsInitialized()) {
    source = from_ns3(header.GetSource());
  }
  if (is_local(destination.v4_value())) {
    error = ns3::Socket::ERROR_NOTERROR;
    return ns3_route(NextHop::on_link(loopback), source ? source : destination);
  }
  const Flow flow = packet != nullptr ? flow_of(header, *packet, nullptr)
                                      : Flow{0, destination.v4_value(), 0, 0, header.GetProtocol()};
  const Decision decision = decide(flow);
  if (decision.route == nullptr || decision.next_hop.interface == no_interface) {
    return nullptr;
  }
  error = ns3::Socket::ERROR_NOTERROR;
  return ns3_route(decision.next_hop, source ? source : source_for(destination));
}

bool Forwarding::admit(Verdict verdict, const PacketInFlight& packet, int in_interface) {
  if (verdict == Verdict::accept) return true;
  if (verdict == Verdict::reject) {
    send_unreachable(packet.header, packet.packet, code_port);
    count_drop(packet.flow, PacketDrop::rejected, in_interface);
  } else {
    count_drop(packet.flow, PacketDrop::filtered, in_interface);
  }
  return false;
}

void Forwarding::send(ns3::Ptr<ns3::Packet> packet, ns3::Ipv4Address source,
                      ns3::Ipv4Address destination, std::uint8_t protocol,
                      ns3::Ptr<ns3::Ipv4Route> route) {
  if (ipv4_ == nullptr) return;
  if (destination.IsBroadcast() || destination.IsMulticast()) {
    ipv4_->Send(packet, source, destination, protocol, route);
    return;
  }
  PacketInFlight out{packet, {}, {}};
  ns3::SocketIpTtlTag ttl;
  ns3::SocketIpTosTag tos;
  out.header.SetTtl(packet->RemovePacketTag(ttl) ? ttl.GetTtl() : default_ttl);
  if (packet->RemovePacketTag(tos)) out.header.SetTos(tos.GetTos());
  out.header.SetSource(source);
  out.header.SetDestination(destination);
  out.header.SetProtocol(protocol);
  out.header.SetPayloadSize(static_cast<std::uint16_t>(packet->GetSize()));
  out.header.SetIdentification(identification_++);
  if (protocol == protocol_tcp) out.header.SetDontFragment();
  bool syn = false;
  out.flow = flow_of(out.header, *packet, &syn);
  const Flow before = out.flow;

  if (hooks_ != nullptr && !admit(hooks_->output(out), out, no_interface)) return;
  if (is_local(out.flow.destination)) {
    ipv4_->SendWithHeader(out.packet, out.header,
                          ns3_route(NextHop::on_link(loopback), std::nullopt));
    return;
  }
  const Decision decision = decide(out.flow);
  if (decision.route == nullptr || decision.next_hop.interface == no_interface) {
    refuse(out, decision, no_interface);
    return;
  }
  const int interface = decision.next_hop.interface;
  if (hooks_ != nullptr &&
      (!admit(hooks_->filter(out, no_interface, interface), out, no_interface) ||
       !admit(hooks_->postrouting(out, no_interface, interface), out, no_interface))) {
    return;
  }
  if (syn) trace(out, before, no_interface, interface, decision.next_hop);
  ipv4_->SendWithHeader(out.packet, out.header, ns3_route(decision.next_hop, std::nullopt));
}

bool Forwarding::RouteInput(ns3::Ptr<const ns3::Packet> packet, const ns3::Ipv4Header& header,
                            ns3::Ptr<const ns3::NetDevice> device,
                            UnicastForwardCallback forward_to,
                            MulticastForwardCallback /*multicast*/, LocalDeliverCallback deliver,
                            ErrorCallback /*error*/) {
  if (ipv4_ == nullptr) return false;
  const int in = ipv4_->GetInterfaceForDevice(device);
  if (header.GetDestination().IsBroadcast()) {
    deliver(packet, header, static_cast<std::uint32_t>(in));
    return true;
  }
  bool syn = false;
  PacketInFlight through{ns3::ConstCast<ns3::Packet>(packet), header,
                         flow_of(header, *packet, &syn)};
  const Flow before = through.flow;
  // What came over loopback went through the output hook already.
  if (hooks_ != nullptr && in != loopback && !admit(hooks_->prerouting(through, in), through, in)) {
    return false;
  }
  if (is_local(through.flow.destination)) {
    if (hooks_ != nullptr && !admit(hooks_->filter(through, in, no_interface), through, in)) {
      return false;
    }
    if (syn) trace(through, before, in, no_interface, {});
    deliver(through.packet, through.header, static_cast<std::uint32_t>(in));
    return true;
  }
  if (!forwarding_) {
    count_drop(through.flow, PacketDrop::not_forwarding, in);
    return false;
  }
  const std::uint64_t forwarded_before = forwarded_;
  forward(through, before, in, forward_to);
  return forwarded_ != forwarded_before;
}

void Forwarding::forward(PacketInFlight& packet, const Flow& before, int in_interface,
                         const UnicastForwardCallback& next) {
  if (packet.header.GetTtl() <= 1) {
    count_drop(packet.flow, PacketDrop::ttl_expired, in_interface);
    const auto icmp = ns3::DynamicCast<ns3::Icmpv4L4Protocol>(ipv4_->GetProtocol(protocol_icmp));
    if (icmp != nullptr && may_answer_with_error(packet.header, *packet.packet)) {
      icmp->SendTimeExceededTtl(packet.header, packet.packet, false);
    }
    return;
  }
  const Decision decision = decide(packet.flow);
  const int out = decision.next_hop.interface;
  if (decision.route == nullptr || out == no_interface) {
    refuse(packet, decision, in_interface);
    return;
  }
  if (!fits(packet, out, in_interface)) return;
  if (hooks_ != nullptr &&
      (!admit(hooks_->filter(packet, in_interface, out), packet, in_interface) ||
       !admit(hooks_->postrouting(packet, in_interface, out), packet, in_interface))) {
    return;
  }
  if (observer_ != nullptr && packet.flow.protocol == protocol_tcp) {
    bool syn = false;
    (void)flow_of(packet.header, *packet.packet, &syn);
    if (syn) trace(packet, before, in_interface, out, decision.next_hop);
  }
  ++forwarded_;
  next(ns3_route(decision.next_hop, std::nullopt), packet.packet, packet.header);
}

bool Forwarding::fits(const PacketInFlight& packet, int interface, int in_interface) {
  const std::uint16_t mtu = ipv4_->GetMtu(static_cast<std::uint32_t>(interface));
  const std::uint32_t size = packet.packet->GetSize() + packet.header.GetSerializedSize();
  if (size <= mtu || !packet.header.IsDontFragment()) return true;  // ns-3 fragments
  count_drop(packet.flow, PacketDrop::too_big, in_interface);
  send_unreachable(packet.header, packet.packet, code_too_big, mtu);
  return false;
}

void Forwarding::refuse(const PacketInFlight& packet, const Decision& decision, int in_interface) {
  PacketDrop reason = PacketDrop::no_route;
  if (decision.route != nullptr) {
    switch (decision.route->route.kind) {
      case RouteKind::blackhole:
        reason = PacketDrop::blackhole;
        break;
      case RouteKind::unreachable:
        reason = PacketDrop::unreachable;
        break;
      default:
        reason = PacketDrop::interface_down;
        break;
    }
  }
  count_drop(packet.flow, reason, in_interface);
  if (reason == PacketDrop::blackhole) return;
  const std::uint8_t code = reason == PacketDrop::no_route ? code_net : code_host;
  send_unreachable(packet.header, packet.packet, code);
}

void Forwarding::send_unreachable(const ns3::Ipv4Header& header, ns3::Ptr<const ns3::Packet> packet,
                                  std::uint8_t code, std::uint16_t next_hop_mtu) {
  if (!may_answer_with_error(header, *packet)) return;
  const net::IpAddress sender = from_ns3(header.GetSource());
  const std::optional<net::IpAddress> source = source_for(sender);
  if (!source) return;
  ns3::Icmpv4DestinationUnreachable quoted;
  quoted.SetNextHopMtu(next_hop_mtu);
  quoted.SetHeader(header);
  quoted.SetData(packet);
  ns3::Icmpv4Header icmp;
  icmp.SetType(icmp_unreachable);
  icmp.SetCode(code);
  auto error = ns3::Create<ns3::Packet>();
  error->AddHeader(quoted);
  error->AddHeader(icmp);
  send(error, to_ns3(*source), header.GetSource(), protocol_icmp, nullptr);
}

void Forwarding::neighbour_failed(ns3::Ptr<const ns3::Packet> packet) {
  const auto copy = packet->Copy();
  ns3::Ipv4Header header;
  copy->RemoveHeader(header);
  count_drop(flow_of(header, *copy, nullptr), PacketDrop::no_neighbour, no_interface);
  // Like Linux, also for own packets: they come back by loopback as ICMP host unreachable.
  send_unreachable(header, copy, code_host);
}

void Forwarding::count_drop(const Flow& flow, PacketDrop reason, int in_interface) {
  ++drops_[static_cast<std::size_t>(reason)];
  if (observer_ != nullptr) observer_->on_drop(now(), flow, reason, in_interface);
}

void Forwarding::trace(const PacketInFlight& packet, const Flow& before, int in_interface,
                       int out_interface, const NextHop& hop) {
  if (observer_ == nullptr) return;
  const net::IpAddress destination = net::IpAddress::v4(packet.flow.destination);
  observer_->on_flow_hop(
      {now(), packet.flow, before, in_interface, out_interface, hop.gateway.value_or(destination)});
}

void Forwarding::PrintRoutingTable(ns3::Ptr<ns3::OutputStreamWrapper> stream,
                                   ns3::Time::Unit /*unit*/) const {
  std::ostream& out = *stream->GetStream();
  for (const ActiveRoute& active : fib_.snapshot()) {
    out << active.route.prefix.to_string() << ' ' << to_string(active.route.protocol) << ' '
        << to_string(active.route.kind);
    for (const NextHop& hop : active.next_hops) {
      out << ' ' << (hop.gateway ? hop.gateway->to_string() : "on-link") << '%' << hop.interface;
    }
    out << '\n';
  }
}

}  // namespace seatrial::sim
