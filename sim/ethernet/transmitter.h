// One direction of a link: a drop-tail queue before a serial line, as arithmetic.
//
// A line that serves frames in order needs no transmit-complete event: the moment it becomes free
// follows from the frames offered so far, and so does who still waits. That is what makes a
// packet-hop cost one event, the arrival. Nothing here knows ns-3.
//
// A frame occupies the line for 8 octets of preamble and start delimiter, at least 64 octets of
// frame including the 4 of the FCS, and 12 octets of gap (IEEE 802.3 sections 3.1, 4.4.2); it has
// arrived when its FCS has, before the gap. The frame that is being sent is not in the queue.
// Fractions of a nanosecond are carried from frame to frame, so that a busy 100 Gb/s line carries
// exactly 100 Gb/s.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "models/net/units.h"

namespace seatrial::sim {

struct QueueLimit {
  std::size_t packets = 1000;  // Linux's txqueuelen
  std::uint64_t bytes = 0;     // 0: no limit in bytes
};

// Octets of line time that a frame of `frame_bytes` (no FCS, no padding) takes, gap included.
constexpr std::uint64_t wire_bytes(std::uint64_t frame_bytes) {
  const std::uint64_t with_fcs = frame_bytes + 4 < 64 ? 64 : frame_bytes + 4;
  return 8 + with_fcs + 12;
}

class Transmitter {
 public:
  Transmitter(Bandwidth rate, QueueLimit limit) : rate_(rate), limit_(limit) {}

  struct Slot {
    TimePoint first_bit;  // leaves the sender
    TimePoint last_bit;   // of the FCS, leaves the sender
    Duration waited{};    // in the queue
  };
  // `ready` must not decrease from call to call. Nothing: the queue is full.
  std::optional<Slot> offer(TimePoint ready, std::uint64_t frame_bytes);

  std::size_t waiting_packets(TimePoint at);
  std::uint64_t waiting_bytes(TimePoint at);
  // Forgets everything sent and queued: the carrier went.
  void reset();

 private:
  struct Waiting {
    TimePoint start;
    std::uint64_t bytes;
  };
  void forget_started(TimePoint at);

  Bandwidth rate_;
  QueueLimit limit_;
  TimePoint free_at_{};          // rounded down
  std::uint64_t remainder_ = 0;  // of a nanosecond, in 1/rate
  std::deque<Waiting> waiting_;
  std::uint64_t waiting_bytes_ = 0;
};

}  // namespace seatrial::sim
