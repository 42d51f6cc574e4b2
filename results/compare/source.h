// A capture on its way into a comparison: the part of it that is asked for, and its span.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "results/compare/timing.h"
#include "results/pcap/reader.h"

namespace seatrial::results {

class Source {
 public:
  // `most_octets`: of a frame; what it has beyond them counts as not captured.
  static tl::expected<Source, std::string> open(const std::filesystem::path& path,
                                                const std::string& bpf,
                                                std::optional<Duration> from,
                                                std::optional<Duration> until,
                                                std::optional<std::size_t> most_octets = {});
  explicit Source(PcapReader reader, std::optional<Duration> from = {},
                  std::optional<Duration> until = {}, std::optional<std::size_t> most_octets = {});

  // The frame that comes next; nothing when there is none.
  const std::optional<CapturedFrame>& head() const { return head_; }
  void advance();
  // Of the latest frame so far, since the first: it does not go back where the stamps do.
  Duration elapsed() const { return span_.last - span_.first; }

  const CaptureSpan& span() const { return span_; }
  const PcapReader& reader() const { return reader_; }
  std::uint64_t frames() const { return frames_; }           // that were in the part
  std::uint64_t cut_frames() const { return cut_; }          // of them, shorter than they were sent
  std::uint64_t limited_frames() const { return limited_; }  // of them, by `most_octets`
  // Where one length was the most that was kept of a frame: that length. Nothing where no frame is
  // cut, or each at another place.
  std::optional<std::size_t> snaplen() const;

 private:
  PcapReader reader_;
  std::optional<Duration> from_, until_;
  std::optional<std::size_t> most_octets_;
  std::optional<TimePoint> origin_;
  std::optional<CapturedFrame> head_;
  CaptureSpan span_;
  std::uint64_t frames_ = 0;
  std::uint64_t cut_ = 0;
  std::uint64_t limited_ = 0;
  std::size_t shortest_cut_ = 0, longest_cut_ = 0;
};

}  // namespace seatrial::results
