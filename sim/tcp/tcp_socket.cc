// The life of a connection: opening, the user's calls, closing, and the callbacks.

#include "sim/tcp/tcp_socket.h"

#include <ns3/rtt-estimator.h>
#include <ns3/simulator.h>
#include <ns3/tcp-congestion-ops.h>
#include <ns3/tcp-cubic.h>
#include <ns3/tcp-linux-reno.h>
#include <ns3/tcp-prr-recovery.h>
#include <ns3/tcp-rx-buffer.h>
#include <ns3/tcp-tx-buffer.h>

#include <algorithm>
#include <utility>

#include "sim/ethernet/clock.h"
#include "sim/tcp/tcp_protocol.h"

namespace seatrial::sim {

ns3::TypeId TcpSocket::GetTypeId() {
  static const ns3::TypeId id = ns3::TypeId("seatrial::sim::TcpSocket")
                                    .SetParent<ns3::TcpSocketBase>()
                                    .AddConstructor<TcpSocket>();
  return id;
}

TcpSocket::TcpSocket() = default;

TcpSocket::TcpSocket(const TcpSocket& prototype)
    : ns3::TcpSocketBase(prototype), preset_(prototype.preset_), protocol_(prototype.protocol_) {}

TcpSocket::~TcpSocket() {
  m_endPoint = nullptr;  // ours, not the base's demultiplexer's
  for (ns3::EventId* event :
       {&handshake_event_, &give_up_event_, &fin_event_, &probe_event_, &deliver_event_}) {
    event->Cancel();
  }
}

void TcpSocket::become_prototype(const TcpPreset& preset, ns3::Ptr<ns3::Node> node,
                                 TcpProtocol& protocol) {
  preset_ = preset;
  protocol_ = &protocol;
  SetNode(node);
  SetTcp(&protocol);
  SetRtt(ns3::CreateObject<ns3::RttMeanDeviation>());
  if (preset.congestion_control == CongestionControl::cubic) {
    SetCongestionControlAlgorithm(ns3::CreateObject<ns3::TcpCubic>());
  } else {
    SetCongestionControlAlgorithm(ns3::CreateObject<ns3::TcpLinuxReno>());
  }
  SetRecoveryAlgorithm(ns3::CreateObject<ns3::TcpPrrRecovery>());
  SetMinRto(to_ns3(preset.minimum_rto));
  SetDelAckTimeout(to_ns3(preset.delayed_ack));
  SetDelAckMaxCount(static_cast<std::uint32_t>(preset.delayed_ack_segments));
  SetDataRetries(static_cast<std::uint32_t>(preset.data_retries));
  SetInitialCwnd(static_cast<std::uint32_t>(preset.initial_window));
  SetTcpNoDelay(preset.no_delay);
  SetRcvBufSize(preset.receive_buffer);
  SetSndBufSize(preset.send_buffer);
  m_timestampEnabled = preset.timestamps;
  m_sackEnabled = preset.selective_ack;
  m_txBuffer->SetSackEnabled(preset.selective_ack);
  m_winScalingEnabled = preset.window_scaling;
}

void TcpSocket::begin(const Flow& flow, std::uint16_t mss, const Options& options) {
  flow_ = flow;
  mss_ = mss;
  minimum_ttl_ = options.minimum_ttl.value_or(0);
  if (options.ttl) SetIpTtl(static_cast<std::uint8_t>(*options.ttl));
  endpoint_.emplace(ns3::Ipv4Address(flow.source), flow.source_port);
  endpoint_->SetPeer(ns3::Ipv4Address(flow.destination), flow.destination_port);
  m_endPoint = &*endpoint_;
  m_dataRetrCount = m_dataRetries;
  handshake_sent_at_ = ns3::Simulator::Now();
  SetSegSize(mss);
}

void TcpSocket::connect(const Flow& flow, std::uint16_t mss, const Options& options) {
  begin(flow, mss, options);
  phase_ = Phase::syn_sent;
  m_state = SYN_SENT;
  SendEmptyPacket(ns3::TcpHeader::SYN);
  handshake_event_ =
      ns3::Simulator::Schedule(to_ns3(preset_.syn_timeout), &TcpSocket::handshake_timeout, this);
  if (options.timeout) {
    give_up_event_ = ns3::Simulator::Schedule(to_ns3(*options.timeout), [this] {
      finish(io::CloseReason::timed_out);
      deliver();
    });
  }
}

void TcpSocket::accept(const Flow& flow, std::uint16_t mss, const Options& options,
                       const ns3::TcpHeader& syn, std::weak_ptr<TcpListenerState> listener) {
  begin(flow, mss, options);
  listener_ = std::move(listener);
  if (const auto held = listener_.lock()) {
    ++held->half_open;
    half_open_ = true;
  }
  passive_ = true;
  phase_ = Phase::syn_received;
  m_state = SYN_RCVD;
  adopt_options(syn);
  m_tcb->m_rxBuffer->SetNextRxSequence(syn.GetSequenceNumber() + 1U);
  SendEmptyPacket(ns3::TcpHeader::SYN | ns3::TcpHeader::ACK);
  handshake_event_ =
      ns3::Simulator::Schedule(to_ns3(preset_.syn_timeout), &TcpSocket::handshake_timeout, this);
}

void TcpSocket::handshake_timeout() {
  const int limit = passive_ ? preset_.synack_retries : preset_.syn_retries;
  if (handshake_tries_ >= limit) {
    finish(io::CloseReason::timed_out);
    deliver();
    return;
  }
  ++handshake_tries_;
  SendEmptyPacket(phase_ == Phase::syn_sent ? ns3::TcpHeader::SYN
                                            : ns3::TcpHeader::SYN | ns3::TcpHeader::ACK);
  handshake_event_ = ns3::Simulator::Schedule(to_ns3(preset_.syn_timeout * (1 << handshake_tries_)),
                                              &TcpSocket::handshake_timeout, this);
}

void TcpSocket::leave_backlog() {
  if (!std::exchange(half_open_, false)) return;
  if (const auto held = listener_.lock()) --held->half_open;
}

void TcpSocket::establish() {
  leave_backlog();
  handshake_event_.Cancel();
  give_up_event_.Cancel();
  phase_ = Phase::open;
  m_state = ESTABLISHED;
  m_connected = true;
  m_congestionControl->CongestionStateSet(m_tcb, ns3::TcpSocketState::CA_OPEN);
  m_tcb->m_congState = ns3::TcpSocketState::CA_OPEN;
  const auto first = m_tcb->m_nextTxSequence.Get() + 1U;
  m_tcb->m_nextTxSequence = first;
  m_tcb->m_highTxMark = first;
  m_highRxAckMark = first;
  m_txBuffer->SetHeadSequence(first);
  if (handshake_tries_ == 0) {  // Karn: not after a retransmission
    const ns3::Time sample = ns3::Simulator::Now() - handshake_sent_at_;
    if (!sample.IsZero()) {
      m_rtt->Measurement(sample);
      m_tcb->m_lastRtt = m_rtt->GetEstimate();
      m_tcb->m_minRtt = sample;
    }
  }
  m_rto = ns3::Max(m_rtt->GetEstimate() + ns3::Max(m_clockGranularity, m_rtt->GetVariation() * 4),
                   m_minRto);
  m_delAckCount = m_delAckMaxCount;  // the first segment is acknowledged at once, as quickack does
  (passive_ ? tell_accepted_ : tell_connected_) = true;
}

void TcpSocket::fail_soon(io::CloseReason reason) {
  closed_ = reason;
  deliver_soon();
}

void TcpSocket::set_handler(io::StreamHandler* handler) {
  handler_ = handler;
  if (m_tcb->m_rxBuffer->Available() > 0 || peer_fin_received_ || closed_) deliver_soon();
}

void TcpSocket::send(io::Bytes bytes) {
  if (closed_ || orphan_ || fin_wanted_ || bytes.empty()) return;
  queue_.emplace_back(bytes.begin(), bytes.end());
  queued_ += bytes.size();
  if (phase_ != Phase::open) return;
  refill();
  // Together with what else this callback writes.
  if (!m_sendPendingDataEvent.IsRunning()) {
    m_sendPendingDataEvent = ns3::Simulator::ScheduleNow(&TcpSocket::flush, this);
  }
}

void TcpSocket::refill() {
  while (queued_ > 0 && m_txBuffer->Available() > 0) {
    auto& head = queue_.front();
    const std::size_t size = std::min<std::size_t>(
        {head.size() - queue_offset_, m_txBuffer->Available(), std::size_t{64} * 1024});
    m_txBuffer->Add(
        ns3::Create<ns3::Packet>(head.data() + queue_offset_, static_cast<std::uint32_t>(size)));
    queued_ -= size;
    queue_offset_ += size;
    if (queue_offset_ == head.size()) {
      queue_.pop_front();
      queue_offset_ = 0;
    }
  }
}

void TcpSocket::drain_queue() {
  if (queued_ == 0) return;
  refill();
  tell_drained_ = queued_ == 0;
}

void TcpSocket::flush() {
  SendPendingData(true);
  settle();
}

void TcpSocket::shutdown() {
  if (closed_ || fin_wanted_) return;
  fin_wanted_ = true;
  if (phase_ == Phase::open && !m_sendPendingDataEvent.IsRunning()) {
    m_sendPendingDataEvent = ns3::Simulator::ScheduleNow(&TcpSocket::flush, this);
  }
}

void TcpSocket::abort() {
  handler_ = nullptr;
  orphan_ = true;
  if (closed_) return;
  if (phase_ == Phase::open || phase_ == Phase::syn_received) {
    SendEmptyPacket(ns3::TcpHeader::RST | ns3::TcpHeader::ACK);
  }
  finish(io::CloseReason::reset);
}

void TcpSocket::close() {
  handler_ = nullptr;
  if (orphan_) return;
  if (closed_ || phase_ == Phase::syn_sent || m_tcb->m_rxBuffer->Available() > 0) {
    abort();  // RFC 2525 section 2.17: unread data is told to the sender by a RST
    return;
  }
  orphan_ = true;
  fin_wanted_ = true;
  if (phase_ == Phase::open && !m_sendPendingDataEvent.IsRunning()) {
    m_sendPendingDataEvent = ns3::Simulator::ScheduleNow(&TcpSocket::flush, this);
  }
}

void TcpSocket::resume_reading() {
  if (!paused_) return;
  paused_ = false;
  deliver_soon();
}

void TcpSocket::vanish() {
  handler_ = nullptr;
  orphan_ = true;
  finish(io::CloseReason::failed);
}

void TcpSocket::finish(io::CloseReason reason) {
  if (closed_) return;
  const ns3::Ptr<TcpSocket> alive(this);
  closed_ = reason;
  phase_ = Phase::closed;
  m_state = CLOSED;
  m_endPoint = nullptr;
  leave_backlog();
  CancelAllTimers();
  for (ns3::EventId* event : {&handshake_event_, &give_up_event_, &fin_event_, &probe_event_}) {
    event->Cancel();
  }
  queue_.clear();
  queue_offset_ = 0;
  queued_ = 0;
  if (protocol_ != nullptr) protocol_->forget(*this);
}

void TcpSocket::settle() {
  if (phase_ == Phase::open) {
    if (queued_ > 0 && m_txBuffer->Available() > 0) {
      drain_queue();
      SendPendingData(true);
    }
    send_fin_when_due();
    arm_probe_when_stuck();
    if (fin_acknowledged_ && peer_fin_received_) {
      if (!peer_fin_first_ && protocol_ != nullptr) {
        protocol_->linger(flow_, send_next(), m_tcb->m_rxBuffer->NextRxSequence(),
                          m_timestampEnabled ? std::optional(m_timestampToEcho) : std::nullopt);
      }
      finish(io::CloseReason::finished);
    } else if (fin_acknowledged_ && orphan_ && !give_up_event_.IsRunning()) {
      give_up_event_ = ns3::Simulator::Schedule(to_ns3(preset_.fin_wait_2),
                                                [this] { finish(io::CloseReason::timed_out); });
    }
  }
  deliver();
}

void TcpSocket::deliver_soon() {
  if (!deliver_event_.IsRunning()) {
    deliver_event_ = ns3::Simulator::ScheduleNow(&TcpSocket::deliver, this);
  }
}

// Only ever the last thing that an event does, so that the user may do whatever he likes.
void TcpSocket::deliver() {
  if (delivering_) return;
  const ns3::Ptr<TcpSocket> alive(this);
  delivering_ = true;
  if (std::exchange(tell_accepted_, false) && !closed_) protocol_->accepted(*this, listener_);
  if (std::exchange(tell_connected_, false) && handler_ != nullptr) handler_->on_connected();
  while (handler_ != nullptr && !paused_ && m_tcb->m_rxBuffer->Available() > 0) {
    const auto packet = m_tcb->m_rxBuffer->Extract(64 * 1024);
    std::vector<std::uint8_t>& scratch = protocol_->scratch();
    scratch.resize(packet->GetSize());
    packet->CopyData(scratch.data(), packet->GetSize());
    handler_->on_data(scratch);
    offer_window();
  }
  if (handler_ != nullptr && peer_fin_received_ && !told_end_ &&
      m_tcb->m_rxBuffer->Available() == 0) {
    told_end_ = true;
    handler_->on_end();
  }
  if (std::exchange(tell_drained_, false) && handler_ != nullptr && queued_ == 0 && !closed_) {
    handler_->on_drained();
  }
  if (closed_ && handler_ != nullptr && (*closed_ != io::CloseReason::finished || told_end_)) {
    std::exchange(handler_, nullptr)->on_closed(*closed_);
  }
  delivering_ = false;
}

}  // namespace seatrial::sim
