// What a connection sends, and the timers that make it send: data, SYN, FIN, window probes.

#include <ns3/simulator.h>
#include <ns3/tcp-option-rfc793.h>
#include <ns3/tcp-option-ts.h>
#include <ns3/tcp-rate-ops.h>
#include <ns3/tcp-recovery-ops.h>
#include <ns3/tcp-rx-buffer.h>
#include <ns3/tcp-tx-buffer.h>
#include <ns3/tcp-tx-item.h>

#include <algorithm>

#include "sim/ethernet/clock.h"
#include "sim/tcp/tcp_protocol.h"
#include "sim/tcp/tcp_socket.h"

namespace seatrial::sim {

namespace {
constexpr Duration longest_probe_interval = std::chrono::seconds(120);  // TCP_RTO_MAX
}  // namespace

// SND.NXT. The engine's own m_nextTxSequence goes back when it retransmits.
ns3::SequenceNumber32 TcpSocket::send_next() const {
  if (fin_) return *fin_ + 1U;
  const auto next = m_tcb->m_nextTxSequence.Get();
  if (phase_ == Phase::syn_received) return next + 1U;
  return std::max(next, m_tcb->m_highTxMark.Get());
}

void TcpSocket::fill_header(ns3::TcpHeader& header, std::uint8_t flags, ns3::SequenceNumber32 seq) {
  header.SetFlags(flags);
  header.SetSequenceNumber(seq);
  header.SetSourcePort(flow_.source_port);
  header.SetDestinationPort(flow_.destination_port);
  const bool syn = (flags & ns3::TcpHeader::SYN) != 0;
  const std::uint16_t window = AdvertisedWindowSize(!syn);
  header.SetWindowSize(window);
  if ((flags & ns3::TcpHeader::ACK) != 0) {
    const auto ack = m_tcb->m_rxBuffer->NextRxSequence();
    header.SetAckNumber(ack);
    m_highTxAck = std::max(m_highTxAck, ack);
    m_delAckEvent.Cancel();
    m_delAckCount = 0;
    window_edge_ = std::max(
        window_edge_, ack + (std::uint32_t{window} << (syn ? 0U : std::uint32_t{m_rcvWindShift})));
  }
  if (syn) {
    const auto mss = ns3::CreateObject<ns3::TcpOptionMSS>();
    mss->SetMSS(mss_);
    header.AppendOption(mss);
    if (m_sackEnabled) AddOptionSackPermitted(header);
    if (m_timestampEnabled) AddOptionTimestamp(header);
    if (m_winScalingEnabled) AddOptionWScale(header);
    return;
  }
  if (m_timestampEnabled) AddOptionTimestamp(header);
}

void TcpSocket::transmit(ns3::Ptr<ns3::Packet> packet, const ns3::TcpHeader& header) {
  m_txTrace(packet, header, this);
  AddSocketTags(packet);
  protocol_->transmit(packet, header, flow_);
}

void TcpSocket::SendEmptyPacket(std::uint8_t flags) {
  if (m_endPoint == nullptr) return;
  ns3::SequenceNumber32 seq = send_next();
  if ((flags & ns3::TcpHeader::SYN) != 0) seq = m_tcb->m_nextTxSequence.Get();
  if ((flags & ns3::TcpHeader::FIN) != 0) seq = *fin_;
  ns3::TcpHeader header;
  fill_header(header, flags, seq);
  if (m_sackEnabled && phase_ == Phase::open && m_tcb->m_rxBuffer->GetSackListSize() > 0) {
    AddOptionSack(header);
  }
  transmit(ns3::Create<ns3::Packet>(), header);
}

std::uint32_t TcpSocket::SendDataPacket(ns3::SequenceNumber32 seq, std::uint32_t max_size,
                                        bool /*with_ack*/) {
  const bool first_in_flight = BytesInFlight() == 0;
  ns3::TcpTxItem* item = m_txBuffer->CopyFromSequence(max_size, seq);
  if (item == nullptr || m_endPoint == nullptr) return 0;
  m_rateOps->SkbSent(item, first_in_flight);
  const bool again = item->IsRetrans();
  const ns3::Ptr<ns3::Packet> packet = item->GetPacketCopy();
  const std::uint32_t size = packet->GetSize();
  const bool last = m_txBuffer->SizeFromSequence(seq + size) == 0 && queued_ == 0;
  ns3::TcpHeader header;
  fill_header(header, last ? ns3::TcpHeader::ACK | ns3::TcpHeader::PSH : ns3::TcpHeader::ACK, seq);
  if (m_retxEvent.IsExpired()) {
    m_retxEvent = ns3::Simulator::Schedule(m_rto.Get(), &TcpSocket::ReTxTimeout, this);
  }
  transmit(packet, header);
  UpdateRttHistory(seq, size, again);
  if (m_tcb->m_congState == ns3::TcpSocketState::CA_RECOVERY ||
      m_tcb->m_congState == ns3::TcpSocketState::CA_CWR) {
    m_recoveryOps->UpdateBytesSent(size);
  }
  m_tcb->m_highTxMark = std::max(seq + size, m_tcb->m_highTxMark.Get());
  return size;
}

std::uint16_t TcpSocket::AdvertisedWindowSize(bool scale) const {
  const auto& buffer = m_tcb->m_rxBuffer;
  const std::int32_t free = buffer->MaxRxSequence() - buffer->NextRxSequence();
  std::uint32_t window = static_cast<std::uint32_t>(std::max(free, 0));
  if (scale) window >>= m_rcvWindShift;
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(window, 65535));
}

// The user took data: tell the peer when that at least doubles what it may send (Linux,
// tcp_cleanup_rbuf), which is always so after the window was full.
void TcpSocket::offer_window() {
  if (phase_ != Phase::open || peer_fin_received_) return;
  const auto& buffer = m_tcb->m_rxBuffer;
  const std::int32_t offered = window_edge_ - buffer->NextRxSequence();
  const std::int32_t free = buffer->MaxRxSequence() - buffer->NextRxSequence();
  const auto least = static_cast<std::int32_t>(
      std::min<std::uint32_t>(m_tcb->m_segmentSize, buffer->MaxBufferSize() / 2));
  if (free >= least && free >= 2 * std::max(offered, 0)) SendEmptyPacket(ns3::TcpHeader::ACK);
}

void TcpSocket::ReTxTimeout() {
  if (phase_ != Phase::open || m_txBuffer->Size() == 0) return;
  if (m_txBuffer->HeadSequence() >= m_tcb->m_highTxMark.Get()) {  // nothing in flight to lose
    settle();
    return;
  }
  if (m_dataRetrCount == 0) {
    finish(io::CloseReason::timed_out);
    deliver();
    return;
  }
  TcpSocketBase::ReTxTimeout();
  settle();
}

void TcpSocket::send_fin_when_due() {
  if (!fin_wanted_ || fin_ || queued_ > 0) return;
  const auto end = m_tcb->m_highTxMark.Get();
  if (m_txBuffer->SizeFromSequence(end) > 0) return;
  fin_ = end;
  SendEmptyPacket(ns3::TcpHeader::FIN | ns3::TcpHeader::ACK);
  fin_event_ = ns3::Simulator::Schedule(m_rto.Get(), &TcpSocket::fin_timeout, this);
}

void TcpSocket::fin_timeout() {
  const int limit = orphan_ ? preset_.orphan_retries : preset_.data_retries;
  if (fin_tries_ >= limit) {
    finish(io::CloseReason::timed_out);
    deliver();
    return;
  }
  ++fin_tries_;
  if (m_txBuffer->Size() == 0) SendEmptyPacket(ns3::TcpHeader::FIN | ns3::TcpHeader::ACK);
  const ns3::Time wait = ns3::Min(to_ns3(longest_probe_interval),
                                  m_rto.Get() * static_cast<std::int64_t>(1U << fin_tries_));
  fin_event_ = ns3::Simulator::Schedule(wait, &TcpSocket::fin_timeout, this);
}

// The base arms its own persist timer only in a function that is not used here.
void TcpSocket::PersistTimeout() {}

// Data waits and no other timer will move it: the window is closed, or too small for a segment
// (RFC 9293 section 3.8.6.1 and 3.8.6.2.1).
void TcpSocket::arm_probe_when_stuck() {
  if (m_txBuffer->Size() == 0) {
    probe_event_.Cancel();
    probe_interval_ = {};
    return;
  }
  const bool in_flight = m_txBuffer->HeadSequence() < m_tcb->m_highTxMark.Get();
  if ((in_flight && m_retxEvent.IsRunning()) || m_sendPendingDataEvent.IsRunning()) {
    probe_event_.Cancel();
    return;
  }
  m_retxEvent.Cancel();
  if (probe_event_.IsRunning()) return;
  if (probe_interval_ == Duration{}) probe_interval_ = Duration(m_rto.Get().GetNanoSeconds());
  probe_event_ = ns3::Simulator::Schedule(to_ns3(probe_interval_), &TcpSocket::probe_timeout, this);
}

void TcpSocket::probe_timeout() {
  probe_interval_ = std::min(probe_interval_ * 2, longest_probe_interval);
  const std::uint32_t room = AvailableWindow();
  const auto next = m_tcb->m_highTxMark.Get();
  if (room > 0 && m_txBuffer->SizeFromSequence(next) > 0 && BytesInFlight() == 0) {
    m_tcb->m_nextTxSequence = next;
    const std::uint32_t sent = SendDataPacket(next, std::min(room, m_tcb->m_segmentSize), true);
    m_tcb->m_nextTxSequence = next + sent;
  } else {
    // Already acknowledged, so the peer answers with an ACK that tells its window.
    ns3::TcpHeader header;
    fill_header(header, ns3::TcpHeader::ACK, m_txBuffer->HeadSequence() - 1U);
    transmit(ns3::Create<ns3::Packet>(), header);
  }
  settle();
}

}  // namespace seatrial::sim
