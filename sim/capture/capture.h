// tcpdump on a simulated port: both directions of one device into one pcap file.
//
// Stamps are those of a hardware-stamping NIC: a sent frame when its first bit leaves (after the
// queue, so a frame that the queue dropped never shows), a received one when its last bit is in. A
// queued frame is handed over before it leaves, so it is held back until its time has come: the
// file is in order of time. A frame that was still queued when the carrier went never left and is
// not written.
#pragma once

#include <ns3/packet.h>
#include <ns3/ptr.h>

#include <cstdint>
#include <deque>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "models/net/units.h"
#include "results/pcap/writer.h"
#include "sim/ethernet/device.h"

namespace seatrial::sim {

struct CaptureOptions {
  // The simulation leaves Internet checksums zero; a capture shows what an offloading NIC would
  // have put on the wire.
  bool fill_checksums = true;
};

class Capture final : public FrameTap {
 public:
  Capture(ns3::Ptr<EthernetDevice> device, results::PcapWriter writer,
          const CaptureOptions& options = {});
  // Detaches and closes; use finish() to learn whether all was written.
  ~Capture() override;
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  // Writes what has left the device by `until` (normally the end of the run) and closes the file.
  tl::expected<void, std::string> finish(TimePoint until);

  void on_transmit(TimePoint first_bit, const ns3::Packet& frame) override;
  void on_receive(TimePoint last_bit, const ns3::Packet& frame) override;
  void on_carrier_lost(TimePoint at) override;

 private:
  struct Pending {
    TimePoint first_bit;
    std::vector<std::uint8_t> bytes;
  };
  void write_pending(TimePoint until);
  void write(TimePoint at, std::span<std::uint8_t> bytes);

  ns3::Ptr<EthernetDevice> device_;
  results::PcapWriter writer_;
  CaptureOptions options_;
  std::deque<Pending> pending_;
  std::vector<std::uint8_t> scratch_;
};

}  // namespace seatrial::sim
