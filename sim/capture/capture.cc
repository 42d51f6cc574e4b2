#include "sim/capture/capture.h"

#include <span>
#include <utility>

#include "results/pcap/checksum.h"
#include "sim/ethernet/clock.h"

namespace seatrial::sim {

namespace {

void copy_bytes(const ns3::Packet& frame, std::vector<std::uint8_t>& into) {
  into.resize(frame.GetSize());
  frame.CopyData(into.data(), frame.GetSize());
}

}  // namespace

Capture::Capture(ns3::Ptr<EthernetDevice> device, results::PcapWriter writer,
                 const CaptureOptions& options)
    : device_(std::move(device)), writer_(std::move(writer)), options_(options) {
  device_->add_tap(this);
}

Capture::~Capture() {
  if (device_) device_->remove_tap(this);
}

tl::expected<void, std::string> Capture::finish(TimePoint until) {
  if (device_) device_->remove_tap(this);
  device_ = nullptr;
  write_pending(until);
  pending_.clear();
  return writer_.close();
}

void Capture::on_transmit(TimePoint first_bit, const ns3::Packet& frame) {
  const TimePoint at = now();
  write_pending(at);
  if (first_bit <= at && pending_.empty()) {
    copy_bytes(frame, scratch_);
    return write(first_bit, scratch_);
  }
  // Copied now: the receiver takes the headers off this very packet.
  pending_.push_back({first_bit, {}});
  copy_bytes(frame, pending_.back().bytes);
}

void Capture::on_receive(TimePoint last_bit, const ns3::Packet& frame) {
  write_pending(last_bit);
  copy_bytes(frame, scratch_);
  write(last_bit, scratch_);
}

void Capture::on_carrier_lost(TimePoint at) {
  write_pending(at);
  pending_.clear();
}

void Capture::write_pending(TimePoint until) {
  while (!pending_.empty() && pending_.front().first_bit <= until) {
    write(pending_.front().first_bit, pending_.front().bytes);
    pending_.pop_front();
  }
}

void Capture::write(TimePoint at, std::span<std::uint8_t> bytes) {
  // Checksums cover the whole frame: first they, then the snap length.
  if (options_.fill_checksums) results::fill_checksums(bytes);
  writer_.write(at, bytes);
}

}  // namespace seatrial::sim
