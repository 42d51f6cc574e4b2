// What a connection does with a segment: RFC 9293 section 3.10.7, in its order.

#include <ns3/rtt-estimator.h>
#include <ns3/simulator.h>
#include <ns3/tcp-option-rfc793.h>
#include <ns3/tcp-option-ts.h>
#include <ns3/tcp-option-winscale.h>
#include <ns3/tcp-rx-buffer.h>
#include <ns3/tcp-tx-buffer.h>

#include <algorithm>

#include "sim/tcp/tcp_protocol.h"
#include "sim/tcp/tcp_socket.h"

namespace seatrial::sim {

namespace {

using ns3::TcpHeader;
constexpr std::uint16_t default_mss = 536;           // RFC 9293 section 3.7.1
constexpr std::uint32_t timestamp_option_size = 12;  // padded

}  // namespace

void TcpSocket::receive(ns3::Ptr<ns3::Packet> payload, const ns3::Ipv4Header& ip,
                        const TcpHeader& header) {
  if (ip.GetTtl() < minimum_ttl_ || phase_ == Phase::closed) return;
  const ns3::Ptr<TcpSocket> alive(this);
  m_rxTrace(payload, header, this);
  if ((header.GetFlags() & TcpHeader::RST) != 0) {
    receive_reset(header);
  } else if (phase_ == Phase::syn_sent) {
    receive_syn_sent(header);
  } else {
    receive_open(payload, header);
  }
  settle();
}

void TcpSocket::receive_reset(const TcpHeader& header) {
  const auto next = m_tcb->m_rxBuffer->NextRxSequence();
  if (phase_ == Phase::syn_sent) {
    const bool for_our_syn = (header.GetFlags() & TcpHeader::ACK) != 0 &&
                             header.GetAckNumber() == m_tcb->m_nextTxSequence.Get() + 1U;
    if (for_our_syn) finish(io::CloseReason::refused);
    return;
  }
  const auto seq = header.GetSequenceNumber();
  if (seq == next) {
    const bool active_handshake = phase_ == Phase::syn_received && !passive_;
    finish(active_handshake ? io::CloseReason::refused : io::CloseReason::reset);
  } else if (seq > next && seq < std::max(window_edge_, m_tcb->m_rxBuffer->MaxRxSequence())) {
    SendEmptyPacket(TcpHeader::ACK);  // RFC 5961 section 3.2: a challenge
  }
}

void TcpSocket::adopt_options(const TcpHeader& syn) {
  m_rWnd = syn.GetWindowSize();  // never scaled in a SYN
  m_winScalingEnabled = m_winScalingEnabled && syn.HasOption(ns3::TcpOption::WINSCALE);
  if (m_winScalingEnabled) {
    ProcessOptionWScale(syn.GetOption(ns3::TcpOption::WINSCALE));
  } else {
    m_rcvWindShift = 0;
    m_sndWindShift = 0;
  }
  m_sackEnabled = m_sackEnabled && syn.HasOption(ns3::TcpOption::SACKPERMITTED);
  m_txBuffer->SetSackEnabled(m_sackEnabled);
  m_timestampEnabled = m_timestampEnabled && syn.HasOption(ns3::TcpOption::TS);
  if (m_timestampEnabled) {
    m_timestampToEcho =
        ns3::DynamicCast<const ns3::TcpOptionTS>(syn.GetOption(ns3::TcpOption::TS))->GetTimestamp();
  }
  std::uint16_t peer_mss = default_mss;
  if (syn.HasOption(ns3::TcpOption::MSS)) {
    const auto option =
        ns3::DynamicCast<const ns3::TcpOptionMSS>(syn.GetOption(ns3::TcpOption::MSS));
    peer_mss = std::max<std::uint16_t>(option->GetMSS(), 88);  // Linux's TCP_MIN_SND_MSS is 48
  }
  // RFC 6691: the MSS does not count options, so what a segment carries is less by them.
  m_tcb->m_segmentSize =
      std::min(mss_, peer_mss) - (m_timestampEnabled ? timestamp_option_size : 0U);
  m_txBuffer->SetSegmentSize(m_tcb->m_segmentSize);
  m_tcb->m_cWnd = GetInitialCwnd() * m_tcb->m_segmentSize;
  m_tcb->m_cWndInfl = m_tcb->m_cWnd.Get();
  m_tcb->m_ssThresh = GetInitialSSThresh();
}

void TcpSocket::receive_syn_sent(const TcpHeader& header) {
  const std::uint8_t flags = header.GetFlags();
  const bool has_ack = (flags & TcpHeader::ACK) != 0;
  if (has_ack && header.GetAckNumber() != m_tcb->m_nextTxSequence.Get() + 1U) {
    protocol_->refuse(flow_.reversed(), header, 0);
    return;
  }
  if ((flags & TcpHeader::SYN) == 0) return;
  adopt_options(header);
  m_tcb->m_rxBuffer->SetNextRxSequence(header.GetSequenceNumber() + 1U);
  m_highRxMark = header.GetSequenceNumber();
  if (has_ack) {
    establish();
    SendEmptyPacket(TcpHeader::ACK);
    drain_queue();
    SendPendingData(true);
  } else {  // simultaneous open
    phase_ = Phase::syn_received;
    m_state = SYN_RCVD;
    SendEmptyPacket(TcpHeader::SYN | TcpHeader::ACK);
  }
}

bool TcpSocket::acceptable(const TcpHeader& header, std::uint32_t length) const {
  const auto& buffer = m_tcb->m_rxBuffer;
  const auto next = buffer->NextRxSequence();
  const auto edge = std::max(window_edge_, buffer->MaxRxSequence());
  const auto seq = header.GetSequenceNumber();
  if (length == 0) return seq >= next && seq <= edge;
  return seq + length > next && seq < std::max(edge, next + 1U);
}

void TcpSocket::note_timestamp(const TcpHeader& header) {
  if (!m_timestampEnabled || !header.HasOption(ns3::TcpOption::TS)) return;
  const auto option =
      ns3::DynamicCast<const ns3::TcpOptionTS>(header.GetOption(ns3::TcpOption::TS));
  // RFC 7323 section 4.3.
  const auto newer = static_cast<std::int32_t>(option->GetTimestamp() - m_timestampToEcho);
  if (newer >= 0 && header.GetSequenceNumber() <= m_highTxAck) {
    m_timestampToEcho = option->GetTimestamp();
  }
  m_tcb->m_rcvTimestampValue = option->GetTimestamp();
  m_tcb->m_rcvTimestampEchoReply = option->GetEcho();
}

void TcpSocket::receive_open(ns3::Ptr<ns3::Packet> payload, const TcpHeader& header) {
  const std::uint8_t flags = header.GetFlags();
  if ((flags & TcpHeader::SYN) != 0) {
    const bool answers = (flags & TcpHeader::ACK) != 0 &&
                         header.GetAckNumber() == m_tcb->m_nextTxSequence.Get() + 1U;
    if (phase_ == Phase::syn_received && answers) {  // the other half of a simultaneous open
      establish();
      SendEmptyPacket(TcpHeader::ACK);
    } else if (phase_ == Phase::syn_received) {  // our SYN-ACK was lost
      SendEmptyPacket(TcpHeader::SYN | TcpHeader::ACK);
    } else {
      SendEmptyPacket(TcpHeader::ACK);  // RFC 5961 section 4.2
    }
    return;
  }
  if ((flags & TcpHeader::ACK) == 0) return;
  const std::uint32_t size = payload->GetSize();
  const bool has_fin = (flags & TcpHeader::FIN) != 0;
  if (!acceptable(header, size + (has_fin ? 1U : 0U))) {
    SendEmptyPacket(TcpHeader::ACK);
    return;
  }
  auto ack = header.GetAckNumber();
  if (phase_ == Phase::syn_received) {
    if (ack != m_tcb->m_nextTxSequence.Get() + 1U) {
      protocol_->refuse(flow_.reversed(), header, size);
      return;
    }
    establish();
    drain_queue();
  }
  if (orphan_ && size > 0) {  // nobody will ever read it
    abort();
    return;
  }
  note_timestamp(header);
  if (ack > send_next()) {
    SendEmptyPacket(TcpHeader::ACK);
    return;
  }
  TcpHeader data_header = header;
  if (fin_ && ack > *fin_) {
    fin_acknowledged_ = true;
    fin_event_.Cancel();
    data_header.SetAckNumber(*fin_);  // the engine knows only of data
  }
  const bool window_was_open = AvailableWindow() > 0;
  EstimateRtt(data_header);
  UpdateWindowSize(data_header);
  if (!window_was_open && AvailableWindow() > 0) probe_interval_ = {};
  ReceivedAck(payload, data_header);
  if (phase_ != Phase::open) return;
  if (has_fin) peer_fin_ = header.GetSequenceNumber() + size;
  receive_fin();
}

// The peer's FIN counts once everything before it is here.
void TcpSocket::receive_fin() {
  if (!peer_fin_ || peer_fin_received_ || m_tcb->m_rxBuffer->NextRxSequence() != *peer_fin_) return;
  peer_fin_received_ = true;
  peer_fin_first_ = !fin_;
  m_tcb->m_rxBuffer->SetNextRxSequence(*peer_fin_ + 1U);
  SendEmptyPacket(TcpHeader::ACK);
}

// A round trip by Karn's rule: from the send time of a segment that was sent once.
void TcpSocket::EstimateRtt(const TcpHeader& header) {
  const auto ack = header.GetAckNumber();
  ns3::Time sample;
  while (!m_history.empty()) {
    const auto& sent = m_history.front();
    if (sent.seq + sent.count > ack) break;
    if (!sent.retx) sample = ns3::Simulator::Now() - sent.time;
    m_history.pop_front();
  }
  if (sample.IsZero()) return;
  m_rtt->Measurement(sample);
  m_rto = ns3::Max(m_rtt->GetEstimate() + ns3::Max(m_clockGranularity, m_rtt->GetVariation() * 4),
                   m_minRto);
  m_tcb->m_lastRtt = m_rtt->GetEstimate();
  m_tcb->m_minRtt = std::min(m_tcb->m_lastRtt.Get(), m_tcb->m_minRtt);
}

void TcpSocket::receive_icmp(std::uint8_t type, std::uint8_t code, std::uint32_t info) {
  if (type != 3 || phase_ == Phase::closed) return;
  if (code == 4) {  // fragmentation needed (RFC 1191)
    const auto options = m_timestampEnabled ? timestamp_option_size : 0U;
    if (info >= 68 && info - 40 - options < m_tcb->m_segmentSize) {
      m_tcb->m_segmentSize = info - 40 - options;
      m_txBuffer->SetSegmentSize(m_tcb->m_segmentSize);
    }
    return;
  }
  // RFC 1122 section 4.2.3.9: a soft error on a connection that stands; Linux gives up on one that
  // does not stand yet.
  if (phase_ != Phase::syn_sent) return;
  finish(code == 2 || code == 3 ? io::CloseReason::refused : io::CloseReason::unreachable);
  deliver();
}

}  // namespace seatrial::sim
