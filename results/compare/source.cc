#include "results/compare/source.h"

#include <algorithm>

namespace seatrial::results {
tl::expected<Source, std::string> Source::open(const std::filesystem::path& path,
                                               const std::string& bpf, std::optional<Duration> from,
                                               std::optional<Duration> until,
                                               std::optional<std::size_t> most_octets) {
  auto reader = PcapReader::open(path, bpf);
  if (!reader) return tl::unexpected(reader.error());
  return Source(*std::move(reader), from, until, most_octets);
}

Source::Source(PcapReader reader, std::optional<Duration> from, std::optional<Duration> until,
               std::optional<std::size_t> most_octets)
    : reader_(std::move(reader)), from_(from), until_(until), most_octets_(most_octets) {
  advance();
}

std::optional<std::size_t> Source::snaplen() const {
  constexpr std::size_t tag = 4;  // that was put back into some frames (802.1Q)
  if (cut_ == 0 || longest_cut_ - shortest_cut_ > tag) return std::nullopt;
  return shortest_cut_;
}

void Source::advance() {
  for (;;) {
    head_ = reader_.next();
    if (!head_) return;
    if (!origin_) origin_ = CaptureSpan::is_simulated(head_->time) ? TimePoint() : head_->time;
    const auto at = head_->time - *origin_;
    if (from_ && at < *from_) continue;
    if (until_ && at >= *until_) continue;
    break;
  }
  ++frames_;
  if (head_->original_bytes > head_->bytes.size()) {
    shortest_cut_ = cut_ == 0 ? head_->bytes.size() : std::min(shortest_cut_, head_->bytes.size());
    longest_cut_ = std::max(longest_cut_, head_->bytes.size());
    ++cut_;
  }
  if (most_octets_ && head_->bytes.size() > *most_octets_) {
    head_->bytes = head_->bytes.first(*most_octets_);
    ++limited_;
  }
  if (span_.empty) span_ = {head_->time, head_->time, false};
  span_.last = std::max(span_.last, head_->time);
}

}  // namespace seatrial::results
