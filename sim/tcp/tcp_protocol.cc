#include "sim/tcp/tcp_protocol.h"

#include <ns3/node.h>
#include <ns3/tcp-option-ts.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/ethernet/clock.h"

namespace seatrial::sim {

using ns3::TcpHeader;

namespace {

// ns-3's parser trusts the data offset and ends the process at an option of a wrong length, so both
// are looked at before it.
bool well_formed(const ns3::Packet& segment) {
  constexpr std::size_t fixed = 20;
  std::array<std::uint8_t, 60> octets{};
  const std::size_t available = segment.CopyData(octets.data(), octets.size());
  const std::size_t length = (octets[12] >> 4U) * 4U;
  if (length < fixed || length > available) return false;
  for (std::size_t i = fixed; i < length && octets[i] != ns3::TcpOption::END;) {
    if (octets[i] == ns3::TcpOption::NOP) {
      ++i;
      continue;
    }
    const std::size_t size = i + 1 < length ? octets[i + 1] : 0;
    if (size < 2 || i + size > length) return false;
    switch (octets[i]) {
      case ns3::TcpOption::MSS:
        if (size != 4) return false;
        break;
      case ns3::TcpOption::WINSCALE:
        if (size != 3) return false;
        break;
      case ns3::TcpOption::SACKPERMITTED:
        if (size != 2) return false;
        break;
      case ns3::TcpOption::SACK:
        if (size < 10 || (size - 2) % 8 != 0) return false;
        break;
      case ns3::TcpOption::TS:
        if (size != 10) return false;
        break;
      default:
        break;
    }
    i += size;
  }
  return true;
}

}  // namespace

ns3::TypeId TcpProtocol::GetTypeId() {
  static const ns3::TypeId id = ns3::TypeId("seatrial::sim::TcpProtocol")
                                    .SetParent<ns3::TcpL4Protocol>()
                                    .AddConstructor<TcpProtocol>();
  return id;
}

void TcpProtocol::configure(ns3::Ptr<ns3::Node> node, ns3::Ptr<Forwarding> forwarding,
                            const TcpPreset& preset, io::RandomStream& random) {
  node_ = std::move(node);
  forwarding_ = std::move(forwarding);
  preset_ = preset;
  random_ = &random;
}

void TcpProtocol::DoDispose() {
  power_off();
  prototype_ = nullptr;
  forwarding_ = nullptr;
  node_ = nullptr;
  TcpL4Protocol::DoDispose();
}

void TcpProtocol::power_off() {
  std::vector<ns3::Ptr<TcpSocket>> all;
  for (const auto& [flow, socket] : connections_) all.push_back(socket);
  for (const auto& socket : all) socket->vanish();
  connections_.clear();
  time_waits_.clear();
  time_wait_order_.clear();
  listeners_.clear();
}

// A copy costs a fraction of what ns-3's attribute system takes to make a socket.
ns3::Ptr<TcpSocket> TcpProtocol::make_socket() const {
  return ns3::CopyObject<TcpSocket>(prototype_);
}

std::uint16_t TcpProtocol::mss_towards(const net::IpAddress& address) const {
  constexpr std::uint16_t headers = 40;  // IPv4 and TCP without options (RFC 6691)
  const std::uint16_t mtu = forwarding_->mtu_towards(address).value_or(576);
  return static_cast<std::uint16_t>(std::max<int>(mtu - headers, 88));
}

bool TcpProtocol::in_use(const Flow& flow) {
  if (connections_.contains(flow)) return true;
  const auto waiting = time_waits_.find(flow);
  return waiting != time_waits_.end() && waiting->second.expires > now();
}

std::optional<std::uint16_t> TcpProtocol::free_port(Flow flow) {
  const std::uint32_t first = preset_.first_ephemeral_port;
  const std::uint32_t count = preset_.last_ephemeral_port - first + 1U;
  const auto start = static_cast<std::uint32_t>(random_->below(count));
  for (std::uint32_t i = 0; i < count; ++i) {
    flow.source_port = static_cast<std::uint16_t>(first + (start + i) % count);
    if (!in_use(flow)) return flow.source_port;
  }
  return std::nullopt;
}

ns3::Ptr<TcpSocket> TcpProtocol::connect(const net::Endpoint& remote,
                                         std::optional<net::IpAddress> source,
                                         io::StreamHandler* handler,
                                         const TcpSocket::Options& options) {
  if (prototype_ == nullptr) {
    prototype_ = ns3::CreateObject<TcpSocket>();
    prototype_->become_prototype(preset_, node_, *this);
  }
  const auto socket = make_socket();
  socket->set_handler(handler);
  const bool routed = remote.address.is_v4() && forwarding_->mtu_towards(remote.address);
  if (routed && !source) source = forwarding_->source_for(remote.address);
  if (!routed || !source) {
    socket->fail_soon(io::CloseReason::unreachable);
    return socket;
  }
  Flow flow{source->v4_value(), remote.address.v4_value(), 0, remote.port, protocol_tcp};
  const auto port = forwarding_->is_local(flow.source) ? free_port(flow) : std::nullopt;
  if (!port) {
    socket->fail_soon(io::CloseReason::failed);
    return socket;
  }
  flow.source_port = *port;
  connections_[flow] = socket;
  socket->connect(flow, mss_towards(remote.address), options);
  return socket;
}

std::shared_ptr<TcpListenerState> TcpProtocol::listen(const net::Endpoint& local, int backlog,
                                                      const TcpSocket::Options& options,
                                                      TcpAcceptHandler accept) {
  const std::uint32_t address = local.address.is_v4() ? local.address.v4_value() : 0;
  if (!local.address.is_unspecified() &&
      (!local.address.is_v4() || !forwarding_->is_local(address))) {
    return nullptr;
  }
  std::erase_if(listeners_, [](const auto& entry) { return entry.second.expired(); });
  const auto taken = [&](std::uint16_t port) {
    return std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& entry) {
      const auto& [other_port, other] = entry.first;
      return other_port == port && (other == address || other == 0 || address == 0);
    });
  };
  std::uint16_t port = local.port;
  if (port == 0) {
    port = preset_.first_ephemeral_port;
    while (taken(port) && port < preset_.last_ephemeral_port) ++port;
  }
  if (taken(port)) return nullptr;
  auto state = std::make_shared<TcpListenerState>();
  state->local = {local.address, port};
  state->options = options;
  state->backlog = backlog;
  state->accept = std::move(accept);
  listeners_[{port, address}] = state;
  return state;
}

std::shared_ptr<TcpListenerState> TcpProtocol::listener_for(std::uint32_t address,
                                                            std::uint16_t port) {
  for (const std::uint32_t candidate : {address, std::uint32_t{0}}) {
    const auto found = listeners_.find({port, candidate});
    if (found == listeners_.end()) continue;
    if (auto state = found->second.lock()) return state;
  }
  return nullptr;
}

ns3::IpL4Protocol::RxStatus TcpProtocol::Receive(ns3::Ptr<ns3::Packet> packet,
                                                 const ns3::Ipv4Header& ip,
                                                 ns3::Ptr<ns3::Ipv4Interface> /*interface*/) {
  if (forwarding_ == nullptr || !well_formed(*packet)) return RX_CSUM_FAILED;
  TcpHeader header;
  if (ns3::Node::ChecksumEnabled()) {
    header.EnableChecksums();
    header.InitializeChecksum(ip.GetSource(), ip.GetDestination(), protocol_tcp);
  }
  packet->RemoveHeader(header);
  if (!header.IsChecksumOk()) return RX_CSUM_FAILED;
  const Flow arrived{ip.GetSource().Get(), ip.GetDestination().Get(), header.GetSourcePort(),
                     header.GetDestinationPort(), protocol_tcp};
  const Flow local = arrived.reversed();
  if (const auto found = connections_.find(local); found != connections_.end()) {
    const ns3::Ptr<TcpSocket> socket = found->second;
    socket->receive(packet, ip, header);
    return RX_OK;
  }
  if (receive_in_time_wait(local, header, packet->GetSize())) return RX_OK;
  const std::uint8_t flags =
      header.GetFlags() & (TcpHeader::SYN | TcpHeader::ACK | TcpHeader::RST | TcpHeader::FIN);
  if (flags == TcpHeader::SYN && listener_for(local.source, local.source_port) != nullptr) {
    receive_syn(local, ip, header);
    return RX_OK;
  }
  refuse(arrived, header, packet->GetSize());
  return RX_ENDPOINT_CLOSED;
}

void TcpProtocol::receive_syn(const Flow& local, const ns3::Ipv4Header& ip,
                              const TcpHeader& header) {
  const auto listener = listener_for(local.source, local.source_port);
  if (ip.GetTtl() < listener->options.minimum_ttl.value_or(0)) return;
  if (listener->half_open >= listener->backlog) return;  // Linux drops it; the peer tries again
  if (prototype_ == nullptr) {
    prototype_ = ns3::CreateObject<TcpSocket>();
    prototype_->become_prototype(preset_, node_, *this);
  }
  const auto socket = make_socket();
  connections_[local] = socket;
  socket->accept(local, mss_towards(net::IpAddress::v4(local.destination)), listener->options,
                 header, listener);
}

void TcpProtocol::accepted(TcpSocket& socket, const std::weak_ptr<TcpListenerState>& listener) {
  const auto held = listener.lock();
  if (held == nullptr || !held->accept) {
    socket.abort();
    return;
  }
  const auto accept = held->accept;  // the user may close the listener from inside
  accept(ns3::Ptr<TcpSocket>(&socket));
}

bool TcpProtocol::receive_in_time_wait(const Flow& local, const TcpHeader& header,
                                       std::uint32_t payload) {
  const auto found = time_waits_.find(local);
  if (found == time_waits_.end()) return false;
  const TimeWait& state = found->second;
  if (state.expires <= now()) {
    time_waits_.erase(found);
    return false;
  }
  const std::uint8_t flags = header.GetFlags();
  if ((flags & TcpHeader::RST) != 0) return true;  // RFC 1337
  if ((flags & TcpHeader::SYN) != 0) {
    // RFC 6191: a newer SYN takes the place of the old connection.
    bool newer = header.GetSequenceNumber() > state.receive_next;
    if (state.timestamp && header.HasOption(ns3::TcpOption::TS)) {
      const auto option =
          ns3::DynamicCast<const ns3::TcpOptionTS>(header.GetOption(ns3::TcpOption::TS));
      newer = newer || static_cast<std::int32_t>(option->GetTimestamp() - *state.timestamp) > 0;
    }
    if (newer) {
      time_waits_.erase(found);
      return false;
    }
  } else if (payload == 0 && (flags & TcpHeader::FIN) == 0) {
    return true;  // a late ACK
  }
  TcpHeader answer;
  answer.SetFlags(TcpHeader::ACK);
  answer.SetSequenceNumber(state.send_next);
  answer.SetAckNumber(state.receive_next);
  answer.SetSourcePort(local.source_port);
  answer.SetDestinationPort(local.destination_port);
  answer.SetWindowSize(0);
  if (state.timestamp) {
    const auto option = ns3::CreateObject<ns3::TcpOptionTS>();
    option->SetTimestamp(ns3::TcpOptionTS::NowToTsValue());
    option->SetEcho(*state.timestamp);
    answer.AppendOption(option);
  }
  transmit(ns3::Create<ns3::Packet>(), answer, local);
  return true;
}

void TcpProtocol::linger(const Flow& flow, ns3::SequenceNumber32 send_next,
                         ns3::SequenceNumber32 receive_next,
                         std::optional<std::uint32_t> timestamp) {
  const TimePoint time = now();
  while (!time_wait_order_.empty() && time_wait_order_.front().first <= time) {
    const auto found = time_waits_.find(time_wait_order_.front().second);
    if (found != time_waits_.end() && found->second.expires <= time) time_waits_.erase(found);
    time_wait_order_.pop_front();
  }
  const TimePoint expires = time + preset_.time_wait;
  time_waits_[flow] = {expires, send_next, receive_next, timestamp};
  time_wait_order_.emplace_back(expires, flow);
}

void TcpProtocol::forget(TcpSocket& socket) {
  const auto found = connections_.find(socket.flow());
  if (found != connections_.end() && found->second == &socket) connections_.erase(found);
}

void TcpProtocol::transmit(ns3::Ptr<ns3::Packet> packet, const TcpHeader& header,
                           const Flow& flow) {
  if (forwarding_ == nullptr) return;
  const ns3::Ipv4Address source(flow.source);
  const ns3::Ipv4Address destination(flow.destination);
  if (ns3::Node::ChecksumEnabled()) {
    TcpHeader checked = header;
    checked.EnableChecksums();
    checked.InitializeChecksum(source, destination, protocol_tcp);
    packet->AddHeader(checked);
  } else {
    packet->AddHeader(header);
  }
  forwarding_->send(packet, source, destination, protocol_tcp, nullptr);
}

// RFC 9293 section 3.10.7.1.
void TcpProtocol::refuse(const Flow& arrived, const TcpHeader& header, std::uint32_t payload) {
  const std::uint8_t flags = header.GetFlags();
  if ((flags & TcpHeader::RST) != 0) return;
  TcpHeader reset;
  if ((flags & TcpHeader::ACK) != 0) {
    reset.SetFlags(TcpHeader::RST);
    reset.SetSequenceNumber(header.GetAckNumber());
  } else {
    const std::uint32_t length = payload + ((flags & TcpHeader::SYN) != 0 ? 1U : 0U) +
                                 ((flags & TcpHeader::FIN) != 0 ? 1U : 0U);
    reset.SetFlags(TcpHeader::RST | TcpHeader::ACK);
    reset.SetSequenceNumber(ns3::SequenceNumber32(0));
    reset.SetAckNumber(header.GetSequenceNumber() + length);
  }
  reset.SetSourcePort(arrived.destination_port);
  reset.SetDestinationPort(arrived.source_port);
  reset.SetWindowSize(0);
  transmit(ns3::Create<ns3::Packet>(), reset, arrived.reversed());
}

void TcpProtocol::ReceiveIcmp(ns3::Ipv4Address /*source*/, std::uint8_t /*ttl*/, std::uint8_t type,
                              std::uint8_t code, std::uint32_t info,
                              ns3::Ipv4Address payload_source, ns3::Ipv4Address payload_destination,
                              const std::uint8_t payload[8]) {
  const auto port = [&](int at) {
    return static_cast<std::uint16_t>((payload[at] << 8U) | payload[at + 1]);
  };
  const Flow flow{payload_source.Get(), payload_destination.Get(), port(0), port(2), protocol_tcp};
  const auto found = connections_.find(flow);
  if (found == connections_.end()) return;
  const ns3::Ptr<TcpSocket> socket = found->second;
  socket->receive_icmp(type, code, info);
}

}  // namespace seatrial::sim
