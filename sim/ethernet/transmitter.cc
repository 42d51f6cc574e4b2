#include "sim/ethernet/transmitter.h"

namespace seatrial::sim {

namespace {

constexpr std::uint64_t bit_nanoseconds_per_byte = 8'000'000'000U;
constexpr std::uint64_t gap_bytes = 12;

}  // namespace

std::optional<Transmitter::Slot> Transmitter::offer(TimePoint ready, std::uint64_t frame_bytes) {
  // Rounded up: the first whole nanosecond at which the line is free.
  const TimePoint free_at = free_at_ + Duration(remainder_ > 0 ? 1 : 0);
  Slot slot{ready, ready, Duration::zero()};
  if (free_at > ready) {
    forget_started(ready);
    if (waiting_.size() >= limit_.packets ||
        (limit_.bytes > 0 && waiting_bytes_ + frame_bytes > limit_.bytes)) {
      return std::nullopt;
    }
    slot.first_bit = free_at;
    slot.waited = free_at - ready;
    waiting_.push_back({free_at, frame_bytes});
    waiting_bytes_ += frame_bytes;
  } else {
    waiting_.clear();
    waiting_bytes_ = 0;
    free_at_ = ready;
    remainder_ = 0;
  }
  const std::uint64_t bps = rate_.bps();
  const std::uint64_t until_fcs =
      remainder_ + (wire_bytes(frame_bytes) - gap_bytes) * bit_nanoseconds_per_byte;
  const std::uint64_t until_free = until_fcs + gap_bytes * bit_nanoseconds_per_byte;
  slot.last_bit = free_at_ + Duration((until_fcs + bps - 1) / bps);
  free_at_ += Duration(until_free / bps);
  remainder_ = until_free % bps;
  return slot;
}

std::size_t Transmitter::waiting_packets(TimePoint at) {
  forget_started(at);
  return waiting_.size();
}

std::uint64_t Transmitter::waiting_bytes(TimePoint at) {
  forget_started(at);
  return waiting_bytes_;
}

void Transmitter::reset() {
  free_at_ = {};
  remainder_ = 0;
  waiting_.clear();
  waiting_bytes_ = 0;
}

void Transmitter::forget_started(TimePoint at) {
  while (!waiting_.empty() && waiting_.front().start <= at) {
    waiting_bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
  }
}

}  // namespace seatrial::sim
