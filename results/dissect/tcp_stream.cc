#include "results/dissect/tcp_stream.h"

#include <algorithm>

namespace seatrial::results {
namespace {

// More than a window of a fast connection; less than what a stuck one may cost.
constexpr std::size_t most_held_octets = std::size_t{4} << 20;
constexpr std::size_t most_held_pieces = 8192;

}  // namespace

// The position nearest to the next one: a 32-bit number wraps every 4 GiB. Below 0 is what came
// before the capture began.
std::int64_t TcpStream::position(std::uint32_t sequence) const {
  const auto expected = static_cast<std::uint32_t>(initial_ + next_);
  return static_cast<std::int64_t>(next_) + static_cast<std::int32_t>(sequence - expected);
}

void TcpStream::add(const Packet& packet, const Stamp& at, TcpReceiver& receiver) {
  const bool syn = (packet.flags & tcp_flag::syn) != 0;
  if (!started_) {
    started_ = true;
    saw_syn_ = syn;
    initial_ = packet.sequence + (syn ? 1 : 0);
  }
  if (finished_) {
    retransmitted_ += packet.payload.size();
    return;
  }
  const std::uint32_t first = packet.sequence + (syn ? 1 : 0);
  ByteSpan bytes = packet.payload;
  const std::int64_t place = position(first);
  std::size_t missing = packet.missing;
  if (place < 0) {
    const auto before = static_cast<std::uint64_t>(-place);
    missing -=
        std::min<std::uint64_t>(missing, before - std::min<std::uint64_t>(before, bytes.size()));
    bytes = bytes.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), before)));
  }
  const auto begin = static_cast<std::uint64_t>(std::max<std::int64_t>(place, 0));
  const auto end = begin + bytes.size() + missing;
  if ((packet.flags & tcp_flag::fin) != 0) {
    fin_known_ = true;
    fin_ = end;
  }
  if (begin <= next_) {
    const auto old = static_cast<std::size_t>(std::min<std::uint64_t>(next_ - begin, bytes.size()));
    retransmitted_ += old;
    if (end > next_) {
      if (old < bytes.size()) deliver(begin + old, bytes.subspan(old), at, receiver);
      if (end > next_) {
        receiver.on_gap(end - next_, at);
        next_ = end;
      }
    }
    drain(receiver);
  } else if (!bytes.empty() || missing > 0) {
    auto& held = held_[begin];
    if (held.bytes.size() + held.missing < bytes.size() + missing) {
      held_octets_ += bytes.size() - std::min(held.bytes.size(), bytes.size());
      held = {{bytes.begin(), bytes.end()}, missing, at};
    } else {
      retransmitted_ += bytes.size();
    }
    if (held_octets_ > most_held_octets || held_.size() > most_held_pieces) skip_gap(receiver);
  }
  if (fin_known_ && next_ >= fin_) finished_ = true;
}

void TcpStream::deliver(std::uint64_t place, ByteSpan bytes, const Stamp& at,
                        TcpReceiver& receiver) {
  next_ = place + bytes.size();
  if (!bytes.empty()) receiver.on_bytes(bytes, at);
}

void TcpStream::drain(TcpReceiver& receiver) {
  while (!held_.empty() && held_.begin()->first <= next_) {
    const auto node = held_.extract(held_.begin());
    const auto& held = node.mapped();
    held_octets_ -= std::min(held_octets_, held.bytes.size());
    const auto old = std::min<std::uint64_t>(next_ - node.key(), held.bytes.size());
    retransmitted_ += old;
    const auto end = node.key() + held.bytes.size() + held.missing;
    if (end <= next_) continue;
    deliver(node.key() + old, ByteSpan(held.bytes).subspan(static_cast<std::size_t>(old)), held.at,
            receiver);
    if (held.missing > 0 && end > next_) {
      receiver.on_gap(end - next_, held.at);
      next_ = end;
    }
  }
}

void TcpStream::skip_gap(TcpReceiver& receiver) {
  if (held_.empty()) return;
  receiver.on_gap(held_.begin()->first - next_, held_.begin()->second.at);
  next_ = held_.begin()->first;
  drain(receiver);
}

void TcpStream::finish(const Stamp& at, TcpReceiver& receiver) {
  while (!held_.empty()) skip_gap(receiver);
  if (fin_known_ && fin_ > next_ && !finished_) receiver.on_gap(fin_ - next_, at);
  finished_ = true;
}

}  // namespace seatrial::results
