// One TCP connection: ns-3's TcpSocketBase moves the data (its send and receive buffers, SACK
// scoreboard, congestion control, loss recovery), and this class does the rest of RFC 9293, where
// ns-3 differs from what a proxy or a BGP daemon needs to see:
//
//  ns-3 3.37                                          here
//  a RST in SYN_SENT with ACK is ignored              refused at once (section 3.10.7.3)
//  RST+ACK is answered with a RST                     reset, or a challenge ACK (RFC 5961)
//  SYNs carry no MSS option                           MTU - 40, and the peer's is honoured
//  the reader of a full window is never heard again   a window update, by Linux's rule
//  FIN with data in FIN_WAIT loses its place          both FINs have a sequence number
//  a FIN that nobody answers is sent for ever         backoff and a limit
//  probes of a zero window abort without data         Linux's probe: SND.UNA - 1, no data
//  a small window with nothing in flight: stuck       the probe timer sends what fits
//  round trips are measured in milliseconds           from the send times (Karn's rule)
//  PSH is never set                                   on the last segment of a write
//
// For the engine below the connection is CLOSED, SYN_SENT, SYN_RCVD or ESTABLISHED; it never learns
// of FINs, which lie outside the data. The initial sequence number is ns-3's 0 on every connection:
// nothing here attacks, and a capture is easier to read.
#pragma once

#include <ns3/event-id.h>
#include <ns3/ipv4-end-point.h>
#include <ns3/ipv4-header.h>
#include <ns3/packet.h>
#include <ns3/tcp-header.h>
#include <ns3/tcp-socket-base.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "models/io/host.h"
#include "sim/forwarding/flow.h"
#include "sim/tcp/preset.h"

namespace seatrial::sim {

class TcpProtocol;
struct TcpListenerState;

class TcpSocket : public ns3::TcpSocketBase {
 public:
  static ns3::TypeId GetTypeId();
  ns3::TypeId GetInstanceTypeId() const override { return GetTypeId(); }
  TcpSocket();
  // What a new connection is made from: the tuning, no connection.
  TcpSocket(const TcpSocket& prototype);
  ~TcpSocket() override;
  void become_prototype(const TcpPreset& preset, ns3::Ptr<ns3::Node> node, TcpProtocol& protocol);

  struct Options {
    std::optional<int> ttl;
    std::optional<int> minimum_ttl;
    std::optional<Duration> timeout;
  };
  // `flow` is as seen from here: source is local.
  void connect(const Flow& flow, std::uint16_t mss, const Options& options);
  void accept(const Flow& flow, std::uint16_t mss, const Options& options,
              const ns3::TcpHeader& syn, std::weak_ptr<TcpListenerState> listener);
  // Reports the failure of a connection that never began, from the loop.
  void fail_soon(io::CloseReason reason);

  // --- what io::Stream needs ---
  void set_handler(io::StreamHandler* handler);
  void send(io::Bytes bytes);
  std::size_t unsent() const { return queued_; }
  void shutdown();
  void abort();
  void close();  // nobody holds it any more
  void pause_reading() { paused_ = true; }
  void resume_reading();
  void set_hops(std::optional<int> ttl, std::optional<int> minimum) {
    if (ttl) SetIpTtl(static_cast<std::uint8_t>(*ttl));
    if (minimum) minimum_ttl_ = *minimum;
  }
  const Flow& flow() const { return flow_; }

  // --- from the protocol ---
  void receive(ns3::Ptr<ns3::Packet> payload, const ns3::Ipv4Header& ip,
               const ns3::TcpHeader& header);
  void receive_icmp(std::uint8_t type, std::uint8_t code, std::uint32_t info);
  // The node lost its power: nothing more is sent or told.
  void vanish();

 protected:
  // The engine's calls.
  void SendEmptyPacket(std::uint8_t flags) override;
  std::uint32_t SendDataPacket(ns3::SequenceNumber32 seq, std::uint32_t max_size,
                               bool with_ack) override;
  std::uint16_t AdvertisedWindowSize(bool scale) const override;
  void EstimateRtt(const ns3::TcpHeader& header) override;
  void ReTxTimeout() override;
  void PersistTimeout() override;

 private:
  enum class Phase : std::uint8_t { closed, syn_sent, syn_received, open };

  void begin(const Flow& flow, std::uint16_t mss, const Options& options);
  void handshake_timeout();
  void adopt_options(const ns3::TcpHeader& syn);
  void establish();
  void receive_syn_sent(const ns3::TcpHeader& header);
  void receive_reset(const ns3::TcpHeader& header);
  bool acceptable(const ns3::TcpHeader& header, std::uint32_t length) const;
  void receive_open(ns3::Ptr<ns3::Packet> payload, const ns3::TcpHeader& header);
  void receive_fin();
  void note_timestamp(const ns3::TcpHeader& header);

  ns3::SequenceNumber32 send_next() const;
  void fill_header(ns3::TcpHeader& header, std::uint8_t flags, ns3::SequenceNumber32 seq);
  void transmit(ns3::Ptr<ns3::Packet> packet, const ns3::TcpHeader& header);
  void flush();
  void refill();
  void drain_queue();
  void send_fin_when_due();
  void fin_timeout();
  void arm_probe_when_stuck();
  void probe_timeout();
  void offer_window();

  // After anything that may have changed the state: what follows from it, and then the callbacks.
  void settle();
  void deliver();
  void deliver_soon();
  void finish(io::CloseReason reason);
  void leave_backlog();

  TcpPreset preset_;
  TcpProtocol* protocol_ = nullptr;
  Phase phase_ = Phase::closed;
  Flow flow_;
  std::optional<ns3::Ipv4EndPoint> endpoint_;
  std::uint16_t mss_ = 536;
  int minimum_ttl_ = 0;
  int handshake_tries_ = 0;
  ns3::Time handshake_sent_at_;
  std::weak_ptr<TcpListenerState> listener_;
  bool passive_ = false;
  bool half_open_ = false;  // counted in the listener's backlog

  std::deque<std::vector<std::uint8_t>> queue_;  // accepted from the user, not yet in the engine
  std::size_t queue_offset_ = 0;                 // into its first element
  std::size_t queued_ = 0;

  bool fin_wanted_ = false;
  std::optional<ns3::SequenceNumber32> fin_;  // where ours is, once sent
  bool fin_acknowledged_ = false;
  int fin_tries_ = 0;
  std::optional<ns3::SequenceNumber32> peer_fin_;  // where it is, once seen
  bool peer_fin_received_ = false;                 // in order
  bool peer_fin_first_ = false;                    // before ours was sent
  ns3::SequenceNumber32 window_edge_;              // the highest sequence number ever offered
  Duration probe_interval_{};

  ns3::EventId handshake_event_;
  ns3::EventId give_up_event_;
  ns3::EventId fin_event_;
  ns3::EventId probe_event_;
  ns3::EventId deliver_event_;

  io::StreamHandler* handler_ = nullptr;
  bool orphan_ = false;  // the user closed it
  bool paused_ = false;
  bool delivering_ = false;
  bool tell_connected_ = false;
  bool tell_accepted_ = false;
  bool tell_drained_ = false;
  bool told_end_ = false;
  std::optional<io::CloseReason> closed_;
};

}  // namespace seatrial::sim
