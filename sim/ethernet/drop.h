// What a device tells of the frames that did not go straight through it: why one ended before its
// destination, counted on the device where it happened, and which waited long in its queue. What a
// node drops above Ethernet (no route, filtered, ...) is sim/forwarding's to report.
#pragma once

#include <ns3/packet.h>
#include <ns3/ptr.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "models/net/units.h"

namespace seatrial::sim {

class EthernetDevice;

enum class DropReason : std::uint8_t {
  queue_full,      // the transmit queue was at its limit
  link_down,       // no carrier when it was to be sent
  lost_in_flight,  // on the wire (or in the queue) when the carrier went
  silent_loss,     // the cable loses everything while its carrier stays up
  oversize,        // payload above the MTU of the sending or the receiving device
  vlan,            // the port does not carry the frame's VLAN, or no tag was expected
  malformed,       // too short for its headers
  loop,            // a flooded frame came back: the switches form a loop
};
inline constexpr std::size_t drop_reason_count = static_cast<std::size_t>(DropReason::loop) + 1;
std::string_view to_string(DropReason reason);

struct DeviceCounters {
  // Frames that the device accepted for sending (queued or sent) and that arrived. Bytes are those
  // of the frame without preamble and FCS, as Linux counts them.
  std::uint64_t tx_frames = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t rx_frames = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t rx_other_host = 0;  // arrived, but for another MAC address
  std::array<std::uint64_t, drop_reason_count> drops{};

  std::uint64_t dropped(DropReason reason) const { return drops[static_cast<std::size_t>(reason)]; }
  std::uint64_t dropped() const;
};

struct Drop {
  TimePoint at;
  const EthernetDevice& device;
  DropReason reason;
  // The whole frame, header included.
  ns3::Ptr<const ns3::Packet> packet;
};
using DropObserver = std::function<void(const Drop&)>;

// A wait that somebody who looks for lost time wants to know of; 200 us are 160 full frames at 10
// Gb/s.
inline constexpr Duration long_wait = std::chrono::microseconds(200);

// A frame was taken into the transmit queue and has to wait there. Told of each that waits for
// `long_wait` or more, and of the first after it that does not.
struct QueueWait {
  TimePoint at;
  const EthernetDevice& device;
  Duration waited{};
  std::size_t waiting = 0;  // frames in the queue, this one with them
};
using QueueObserver = std::function<void(const QueueWait&)>;

}  // namespace seatrial::sim
