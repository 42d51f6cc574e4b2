// TCP of one node: finds the connection of a segment by a hash of its addresses and ports (ns-3
// walks a list), keeps TIME_WAIT as a few bytes without an event, and picks ephemeral ports per
// destination, so that a busy client does not run out of them.
#pragma once

#include <ns3/tcp-header.h>
#include <ns3/tcp-l4-protocol.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "models/io/host.h"
#include "sim/forwarding/forwarding.h"
#include "sim/tcp/preset.h"
#include "sim/tcp/tcp_socket.h"

namespace seatrial::sim {

using TcpAcceptHandler = std::function<void(ns3::Ptr<TcpSocket>)>;

struct TcpListenerState {
  net::Endpoint local;
  TcpSocket::Options options;
  int backlog = 511;
  int half_open = 0;
  TcpAcceptHandler accept;
};

class TcpProtocol : public ns3::TcpL4Protocol {
 public:
  static ns3::TypeId GetTypeId();
  TcpProtocol() = default;
  ~TcpProtocol() override = default;
  // Before the first connection; `random` gives the ports.
  void configure(ns3::Ptr<ns3::Node> node, ns3::Ptr<Forwarding> forwarding, const TcpPreset& preset,
                 io::RandomStream& random);

  // Never null; a failure is told by on_closed().
  ns3::Ptr<TcpSocket> connect(const net::Endpoint& remote, std::optional<net::IpAddress> source,
                              io::StreamHandler* handler, const TcpSocket::Options& options);
  // nullptr when the address is not ours or the port is taken. Listens while it is held.
  std::shared_ptr<TcpListenerState> listen(const net::Endpoint& local, int backlog,
                                           const TcpSocket::Options& options,
                                           TcpAcceptHandler accept);
  // The node lost its power.
  void power_off();

  std::size_t connections() const { return connections_.size(); }
  std::size_t time_waits() const { return time_waits_.size(); }

  // --- for the sockets ---
  void transmit(ns3::Ptr<ns3::Packet> packet, const ns3::TcpHeader& header, const Flow& flow);
  // Answers a segment that belongs to nothing with a RST. `arrived` is the segment's flow.
  void refuse(const Flow& arrived, const ns3::TcpHeader& header, std::uint32_t payload);
  void forget(TcpSocket& socket);
  void accepted(TcpSocket& socket, const std::weak_ptr<TcpListenerState>& listener);
  void linger(const Flow& flow, ns3::SequenceNumber32 send_next, ns3::SequenceNumber32 receive_next,
              std::optional<std::uint32_t> timestamp);
  std::vector<std::uint8_t>& scratch() { return scratch_; }

  // ns3::TcpL4Protocol
  using ns3::TcpL4Protocol::Receive;
  using ns3::TcpL4Protocol::ReceiveIcmp;
  RxStatus Receive(ns3::Ptr<ns3::Packet> packet, const ns3::Ipv4Header& header,
                   ns3::Ptr<ns3::Ipv4Interface> interface) override;
  void ReceiveIcmp(ns3::Ipv4Address source, std::uint8_t ttl, std::uint8_t type, std::uint8_t code,
                   std::uint32_t info, ns3::Ipv4Address payload_source,
                   ns3::Ipv4Address payload_destination, const std::uint8_t payload[8]) override;

 protected:
  void DoDispose() override;

 private:
  struct TimeWait {
    TimePoint expires;
    ns3::SequenceNumber32 send_next;
    ns3::SequenceNumber32 receive_next;
    std::optional<std::uint32_t> timestamp;
  };

  ns3::Ptr<TcpSocket> make_socket() const;
  std::uint16_t mss_towards(const net::IpAddress& address) const;
  std::optional<std::uint16_t> free_port(Flow flow);
  bool in_use(const Flow& flow);
  // True when it dealt with the segment; false when a new connection may take its place.
  bool receive_in_time_wait(const Flow& local, const ns3::TcpHeader& header, std::uint32_t payload);
  void receive_syn(const Flow& local, const ns3::Ipv4Header& ip, const ns3::TcpHeader& header);
  std::shared_ptr<TcpListenerState> listener_for(std::uint32_t address, std::uint16_t port);

  ns3::Ptr<ns3::Node> node_;
  ns3::Ptr<Forwarding> forwarding_;
  TcpPreset preset_;
  io::RandomStream* random_ = nullptr;
  ns3::Ptr<TcpSocket> prototype_;
  std::unordered_map<Flow, ns3::Ptr<TcpSocket>> connections_;  // looked up only, never walked
  std::unordered_map<Flow, TimeWait> time_waits_;
  std::deque<std::pair<TimePoint, Flow>> time_wait_order_;
  std::map<std::pair<std::uint16_t, std::uint32_t>, std::weak_ptr<TcpListenerState>> listeners_;
  std::vector<std::uint8_t> scratch_;
};

}  // namespace seatrial::sim
