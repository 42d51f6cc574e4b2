#include "results/compare/compare.h"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <memory>

#include "results/compare/frame_comparison.h"
#include "results/compare/message_comparison.h"
#include "results/compare/source.h"
#include "results/messages/reader.h"

namespace seatrial::results {
namespace {

// The offset of the first byte that differs; nothing when the files are the same.
std::optional<std::uint64_t> first_different_byte(const std::filesystem::path& a,
                                                  const std::filesystem::path& b) {
  std::ifstream left(a, std::ios::binary);
  std::ifstream right(b, std::ios::binary);
  constexpr std::size_t size = std::size_t{1} << 18;
  std::vector<char> x(size);
  std::vector<char> y(size);
  std::uint64_t offset = 0;
  for (;;) {
    left.read(x.data(), size);
    right.read(y.data(), size);
    const auto n = static_cast<std::size_t>(left.gcount());
    const auto m = static_cast<std::size_t>(right.gcount());
    const auto common = std::min(n, m);
    if (std::memcmp(x.data(), y.data(), common) != 0) {
      const auto at =
          std::mismatch(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(common), y.begin());
      return offset + static_cast<std::uint64_t>(at.first - x.begin());
    }
    offset += common;
    if (n != m) return offset;
    if (n < size) return std::nullopt;
  }
}

// One way of looking at messages: a comparison and a reader for each side.
class MessageLayer {
 public:
  MessageLayer(const CompareOptions& options, Layer layer)
      : comparison_(options.lens, options.tolerance, layer, options.keep) {
    const auto depth = layer == Layer::streams ? Depth::streams : Depth::messages;
    for (const auto side : {Side::a, Side::b}) {
      readers_.at(index(side)) =
          std::make_unique<MessageReader>(comparison_.sink(side), options.lens, depth);
    }
  }
  void add(Side side, LinkType link, const CapturedFrame& frame) {
    readers_.at(index(side))->add(link, frame);
  }
  bool is_full(Side side) const { return comparison_.is_full(side); }
  void finish(const std::array<CaptureSpan, 2>& spans, CaptureComparison& out) {
    for (auto& reader : readers_) reader->finish();
    comparison_.finish(spans, out);
  }

 private:
  MessageComparison comparison_;
  std::array<std::unique_ptr<MessageReader>, 2> readers_;
};

LayerVerdict bytes_verdict(const std::optional<std::uint64_t>& differs) {
  LayerVerdict verdict;
  verdict.layer = Layer::bytes;
  verdict.same = !differs;
  verdict.differences = differs ? 1 : 0;
  if (differs) verdict.text = fmt::format("from offset {} on", *differs);
  return verdict;
}

void note_link_types(const Source& a, const Source& b, CaptureComparison& out) {
  for (const auto* source : {&a, &b}) {
    if (source->reader().link_type() == LinkType::unknown) {
      out.notes.push_back(source->reader().name() + ": frames of " +
                          source->reader().link_type_name() +
                          " are not taken apart, but compared as they are");
    }
  }
  if (a.reader().link_type_number() != b.reader().link_type_number()) {
    out.notes.push_back("link types: " + a.reader().link_type_name() + " in A, " +
                        b.reader().link_type_name() + " in B");
  }
}

// Where a damaged capture ends, the other one has nothing to be compared with any more.
bool leaves_out_the_rest(Source& damaged, Source& other, CaptureComparison& out) {
  if (damaged.head() || !damaged.reader().error() || !other.head()) return false;
  const auto progress = [](const Source& source) {
    return std::pair(source.elapsed(), source.frames());
  };
  if (!damaged.span().empty && progress(other) <= progress(damaged)) return false;
  const auto since = seconds(TimePoint(other.head()->time - other.span().origin()));
  const auto before = other.frames();
  while (other.head()) other.advance();
  const auto left_out = other.frames() - before + 1;
  out.notes.push_back(fmt::format("{} {} of {}, from {} s on, {} not compared: {} ends before it",
                                  left_out, left_out == 1 ? "frame" : "frames",
                                  other.reader().name(), since, left_out == 1 ? "is" : "are",
                                  damaged.reader().name()));
  return true;
}

// Where one capture holds less of its frames than the other one: how much of them.
std::optional<std::size_t> common_snaplen(const Source& a, const Source& b) {
  const auto left = a.snaplen();
  const auto right = b.snaplen();
  if (left == right || (a.cut_frames() > 0 && !left) || (b.cut_frames() > 0 && !right)) {
    return std::nullopt;
  }
  return left && right ? std::min(*left, *right) : left ? left : right;
}

// That the captures hold different shares of the frames is said once; what both hold was compared.
void tell_snaplen(const Source& a, const Source& b, std::size_t octets,
                  const CompareOptions& options, CaptureComparison& out) {
  const auto limited = std::max(a.limited_frames(), b.limited_frames());
  if (limited == 0 || options.layer == Layer::bytes) return;
  const bool longer_a = a.limited_frames() > b.limited_frames();
  const auto what = fmt::format(
      "{} {} longer in {} than in {}, which holds {} octets of a frame at most (snaplen): what "
      "lies beyond them is not compared",
      limited, limited == 1 ? "frame is" : "frames are", longer_a ? "A" : "B", longer_a ? "B" : "A",
      octets);
  if (options.lens.ignores("frame.cap_len")) {
    out.notes.push_back(what);
    return;
  }
  Finding finding;
  finding.layer = options.layer;
  finding.kind = FindingKind::content;
  finding.where = "frames";
  finding.what = what;
  const auto kept = [](const Source& source) {
    const auto snaplen = source.snaplen();
    return snaplen ? fmt::format("{} octets of a frame at most", *snaplen) : "whole frames";
  };
  finding.fields.push_back({"frame.cap_len", kept(a), kept(b)});
  out.findings.insert(out.findings.begin(), std::move(finding));
  ++out.differences;
  for (auto& verdict : out.layers) {
    if (verdict.layer != options.layer) continue;
    ++verdict.differences;
    verdict.same = false;
  }
}

}  // namespace

void compare_sources(Source& a, Source& b, const CompareOptions& options, CaptureComparison& out) {
  const auto wants = [&options](Layer layer) { return options.all || options.layer == layer; };
  std::unique_ptr<FrameComparison> frames;
  std::vector<std::unique_ptr<MessageLayer>> layers;
  if (wants(Layer::frames)) {
    frames = std::make_unique<FrameComparison>(options.lens, options.tolerance, options.keep);
  }
  for (const auto layer : {Layer::streams, Layer::messages}) {
    if (wants(layer)) layers.push_back(std::make_unique<MessageLayer>(options, layer));
  }
  // By the clock, so that both say the same thing at the same time; but a side that is far ahead in
  // spite of that waits.
  const auto is_full = [&](Side side) {
    return (frames && frames->is_full(side)) ||
           std::any_of(layers.begin(), layers.end(),
                       [side](const auto& layer) { return layer->is_full(side); });
  };
  const auto reads_a = [&] {
    if (!a.head() || !b.head()) return a.head().has_value();
    const bool full = is_full(Side::a);
    if (full != is_full(Side::b)) return !full;
    return std::pair(a.elapsed(), a.frames()) <= std::pair(b.elapsed(), b.frames());
  };
  while (a.head() || b.head()) {
    if (leaves_out_the_rest(a, b, out) || leaves_out_the_rest(b, a, out)) break;
    const bool from_a = reads_a();
    Source& source = from_a ? a : b;
    const auto side = from_a ? Side::a : Side::b;
    const auto link = source.reader().link_type();
    if (frames) frames->add(side, link, *source.head());
    for (auto& layer : layers) layer->add(side, link, *source.head());
    source.advance();
  }
  const std::array<CaptureSpan, 2> spans{a.span(), b.span()};
  if (frames) frames->finish(spans, out);
  for (auto& layer : layers) layer->finish(spans, out);
}

CaptureComparison compare_captures(const std::filesystem::path& a, const std::filesystem::path& b,
                                   const CompareOptions& options) {
  CaptureComparison out;
  out.a = a.string();
  out.b = b.string();
  for (const auto* path : {&a, &b}) {
    std::error_code error;
    const auto kind = std::filesystem::status(*path, error).type();
    if (kind == std::filesystem::file_type::fifo || kind == std::filesystem::file_type::character) {
      out.errors.push_back(path->string() +
                           ": error: is no regular file, expected one: a capture is read more than "
                           "once");
    }
  }
  if (!out.errors.empty()) {
    out.same = false;
    return out;
  }
  auto left = Source::open(a, options.bpf, options.from, options.until);
  auto right = Source::open(b, options.bpf, options.from, options.until);
  for (const auto* source : {&left, &right}) {
    if (!*source) out.errors.push_back(source->error());
  }
  if (!out.errors.empty()) {
    out.same = false;
    return out;
  }
  const auto differs = first_different_byte(a, b);
  out.add(bytes_verdict(differs));
  if (!differs) {
    while (left->head()) left->advance();  // whether it can be read at all
    if (left->reader().error()) out.errors.push_back(*left->reader().error());
    return out;
  }
  note_link_types(*left, *right, out);
  if (options.layer == Layer::bytes) {
    Finding finding;
    finding.layer = Layer::bytes;
    finding.kind = FindingKind::content;
    finding.where = "files";
    finding.what = fmt::format("the bytes differ from offset {} on", *differs);
    out.findings.push_back(std::move(finding));
    ++out.differences;
  }
  const auto before = out;
  compare_sources(*left, *right, options, out);
  if (const auto octets = common_snaplen(*left, *right)) {
    left = Source::open(a, options.bpf, options.from, options.until, octets);
    right = Source::open(b, options.bpf, options.from, options.until, octets);
    out = before;
    for (const auto* source : {&left, &right}) {
      if (!*source) out.errors.push_back(source->error());
    }
    if (!out.errors.empty()) return out;
    compare_sources(*left, *right, options, out);
    tell_snaplen(*left, *right, *octets, options, out);
  }
  for (const auto* source : {&*left, &*right}) {
    if (source->reader().error()) out.errors.push_back(*source->reader().error());
    if (source->frames() == 0) {
      out.notes.push_back(source->reader().name() + ": no frame to compare");
    }
    if (source->cut_frames() > 0) {
      out.notes.push_back(
          fmt::format("{}: {} of {} frames are shorter than they were sent (snaplen)",
                      source->reader().name(), source->cut_frames(), source->frames()));
    }
  }
  out.same = true;
  for (const auto& verdict : out.layers) {
    if (verdict.layer == options.layer) out.same = verdict.same;
  }
  return out;
}

Comparison compare_files(const std::filesystem::path& a, const std::filesystem::path& b,
                         const CompareOptions& options) {
  Comparison out;
  out.a = a.string();
  out.b = b.string();
  out.layer = options.layer;
  out.captures.push_back(compare_captures(a, b, options));
  return out;
}

}  // namespace seatrial::results
