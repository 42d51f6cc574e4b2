// Writes frames to a pcap file (libpcap's savefile format, link type Ethernet, nanosecond magic
// a1b23c4d). The file holds nothing but what it is given: simulated time 0 is the epoch, and two
// equal runs give equal bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "models/net/units.h"

namespace seatrial::results {

struct PcapOptions {
  std::uint32_t snaplen = 262'144;  // longer frames are cut, their true length is kept
};

class PcapWriter {
 public:
  // Creates or overwrites the file. The error says what was attempted and why it failed.
  static tl::expected<PcapWriter, std::string> create(const std::filesystem::path& path,
                                                      const PcapOptions& options = {});
  PcapWriter(PcapWriter&&) noexcept;
  PcapWriter& operator=(PcapWriter&&) noexcept;
  ~PcapWriter();  // closes; use close() to learn whether all was written

  // `original_bytes`: the frame's length on the wire, where `frame` holds only its beginning.
  void write(TimePoint at, std::span<const std::uint8_t> frame, std::size_t original_bytes);
  void write(TimePoint at, std::span<const std::uint8_t> frame) { write(at, frame, frame.size()); }
  tl::expected<void, std::string> close();

  std::uint64_t frames() const { return frames_; }
  std::uint32_t snaplen() const { return snaplen_; }

 private:
  struct File;
  PcapWriter(std::unique_ptr<File> file, std::uint32_t snaplen);

  std::unique_ptr<File> file_;
  std::uint32_t snaplen_;
  std::uint64_t frames_ = 0;
};

}  // namespace seatrial::results
