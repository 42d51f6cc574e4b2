// Reads captures through libpcap: classic pcap (micro- and nanosecond, both byte orders) and
// pcapng. Frames come one by one and are not copied; times are nanoseconds since the epoch.
//
// A capture that is cut short or damaged gives every frame before the damage, then an error that
// names the offset at which the record that cannot be read begins. A frame's number is its place in
// the file, as Wireshark shows it, also behind a filter.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "models/net/units.h"

namespace seatrial::results {

// How a frame begins (libpcap's DLT_*, as far as the dissector knows them).
enum class LinkType : std::uint8_t {
  ethernet,
  raw_ip,
  null,          // BSD loopback: the address family in host order, then IP
  linux_cooked,  // tcpdump -i any
  linux_cooked_v2,
  unknown,
};

struct CapturedFrame {
  std::uint64_t number = 0;  // from 1
  TimePoint time;
  std::span<const std::uint8_t> bytes;  // valid until the next next()
  std::size_t original_bytes = 0;       // on the wire; more than bytes.size() when cut by a snaplen
};

class PcapReader {
 public:
  // `bpf`: a capture filter in libpcap's language; empty takes everything. The error says what was
  // attempted and why it failed: "FILE: offset N: ...".
  static tl::expected<PcapReader, std::string> open(const std::filesystem::path& path,
                                                    const std::string& bpf = {});
  // A capture that is in memory, which must outlive the reader.
  static tl::expected<PcapReader, std::string> from_memory(std::span<const std::uint8_t> bytes,
                                                           const std::string& name,
                                                           const std::string& bpf = {});
  PcapReader(PcapReader&&) noexcept;
  PcapReader& operator=(PcapReader&&) noexcept;
  ~PcapReader();

  // The next frame that the filter takes; nothing at the end, or at damage: then error() says what.
  std::optional<CapturedFrame> next();
  const std::optional<std::string>& error() const;

  LinkType link_type() const;
  // The link type as libpcap names it, for messages.
  std::string link_type_name() const;
  int link_type_number() const;
  const std::string& name() const;
  std::uint64_t frames() const;  // read so far, those the filter left out included

 private:
  struct File;
  explicit PcapReader(std::unique_ptr<File> file);
  static tl::expected<PcapReader, std::string> begin(std::unique_ptr<File> file,
                                                     const std::string& bpf);

  std::unique_ptr<File> file_;
};

}  // namespace seatrial::results
