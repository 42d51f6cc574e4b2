// UDP of one node. ns-3's own sockets tell neither the address a datagram was sent to nor let each
// answer choose its source, so the demultiplexing is ours; a port nobody has bound here falls
// through to ns3::UdpL4Protocol, which serves ns-3 applications and answers port unreachable.
#pragma once

#include <ns3/udp-l4-protocol.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "models/io/host.h"
#include "sim/forwarding/forwarding.h"

namespace seatrial::sim {

class UdpProtocol : public ns3::UdpL4Protocol {
 public:
  static ns3::TypeId GetTypeId();
  UdpProtocol() = default;
  ~UdpProtocol() override = default;
  void configure(ns3::Ptr<Forwarding> forwarding) { forwarding_ = std::move(forwarding); }

  struct Binding {
    net::Endpoint local;
    io::DatagramHandler* handler = nullptr;
    std::optional<int> ttl;  // sent; otherwise the node's default
    int minimum_ttl = 0;     // received below: dropped in silence
  };
  // nullptr when the address is not ours or the port is taken. Bound while it is held.
  std::shared_ptr<Binding> bind(const net::Endpoint& local, io::DatagramHandler* handler);
  void send(const Binding& from, const net::Endpoint& to, io::Bytes bytes,
            std::optional<net::IpAddress> source);
  void power_off();

  // ns3::UdpL4Protocol
  using ns3::UdpL4Protocol::Receive;
  using ns3::UdpL4Protocol::ReceiveIcmp;
  RxStatus Receive(ns3::Ptr<ns3::Packet> packet, const ns3::Ipv4Header& header,
                   ns3::Ptr<ns3::Ipv4Interface> interface) override;
  void ReceiveIcmp(ns3::Ipv4Address source, std::uint8_t ttl, std::uint8_t type, std::uint8_t code,
                   std::uint32_t info, ns3::Ipv4Address payload_source,
                   ns3::Ipv4Address payload_destination, const std::uint8_t payload[8]) override;

 protected:
  void DoDispose() override;

 private:
  std::shared_ptr<Binding> binding_for(std::uint32_t address, std::uint16_t port);

  ns3::Ptr<Forwarding> forwarding_;
  std::map<std::pair<std::uint16_t, std::uint32_t>, std::weak_ptr<Binding>> bindings_;
  std::uint16_t next_port_ = 32768;
  std::vector<std::uint8_t> scratch_;
};

}  // namespace seatrial::sim
