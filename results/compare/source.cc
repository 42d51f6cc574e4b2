#include "results/compare/source.h"

#include <algorithm>

namespace seatrial::results {
namespace {

// A capture that begins on the first day of 1970 is of a simulated clock, which starts at 0.
constexpr auto first_day = TimePoint(24h);

}  // namespace

tl::expected<Source, std::string> Source::open(const std::filesystem::path& path,
                                               const std::string& bpf, std::optional<Duration> from,
                                               std::optional<Duration> until) {
  auto reader = PcapReader::open(path, bpf);
  if (!reader) return tl::unexpected(reader.error());
  return Source(*std::move(reader), from, until);
}

Source::Source(PcapReader reader, std::optional<Duration> from, std::optional<Duration> until)
    : reader_(std::move(reader)), from_(from), until_(until) {
  advance();
}

void Source::advance() {
  for (;;) {
    head_ = reader_.next();
    if (!head_) return;
    if (!origin_) origin_ = head_->time < first_day ? TimePoint() : head_->time;
    const auto at = head_->time - *origin_;
    if (from_ && at < *from_) continue;
    if (until_ && at >= *until_) continue;
    break;
  }
  ++frames_;
  if (head_->original_bytes > head_->bytes.size()) ++cut_;
  if (span_.empty) span_ = {head_->time, head_->time, false};
  span_.last = std::max(span_.last, head_->time);
}

}  // namespace seatrial::results
