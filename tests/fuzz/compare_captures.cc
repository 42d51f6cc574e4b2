// Two captures of any content compared at every layer, and the outcome in every form. The input: an
// octet of options, the size of A in two octets, A, and B in what is left. A capture is the same as
// itself, and whether two are the same does not depend on which is called A.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "results/compare/compare.h"
#include "results/compare/render.h"

namespace {

using namespace seatrial;
using Bytes = std::span<const std::uint8_t>;

std::optional<results::Comparison> compared(Bytes a, Bytes b,
                                            const results::CompareOptions& options) {
  auto left = results::PcapReader::from_memory(a, "a");
  auto right = results::PcapReader::from_memory(b, "b");
  if (!left || !right) return std::nullopt;
  results::Source source_a(*std::move(left));
  results::Source source_b(*std::move(right));
  results::Comparison out;
  out.a = "a";
  out.b = "b";
  out.captures.emplace_back();
  results::compare_sources(source_a, source_b, options, out.captures.front());
  return out;
}

bool same_by(const results::Comparison& comparison, results::Layer layer) {
  const auto& layers = comparison.captures.front().layers;
  return std::all_of(layers.begin(), layers.end(), [layer](const auto& verdict) {
    return verdict.layer != layer || verdict.same;
  });
}

void fail(const char* what, const results::Comparison& comparison) {
  std::fprintf(stderr, "%s\n%s", what, comparison_text(comparison, 100).c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  results::CompareOptions options;
  options.all = true;
  if ((data[0] & 1U) != 0) options.tolerance.time = 5ms;
  if ((data[0] & 2U) != 0) options.tolerance.rtt = 0.1;
  if ((data[0] & 4U) != 0) (void)options.lens.ignore("bgp.history");
  if ((data[0] & 8U) != 0) (void)options.lens.ignore("tcp");
  if ((data[0] & 16U) != 0) (void)options.lens.rename("192.0.2.1=left");
  if ((data[0] & 32U) != 0) (void)options.lens.rename("192.0.2.0/24=10.0.0.0/24");
  const std::size_t cut = std::min<std::size_t>(size - 3, (data[1] << 8U) | data[2]);
  const Bytes a(data + 3, cut);
  const Bytes b(data + 3 + cut, size - 3 - cut);
  if (const auto itself = compared(a, a, options); itself && !itself->captures.front().same) {
    fail("a capture differs from itself", *itself);
  }
  const auto forth = compared(a, b, options);
  if (!forth) return 0;
  const auto back = compared(b, a, options);
  for (const auto layer :
       {results::Layer::frames, results::Layer::streams, results::Layer::messages}) {
    if (same_by(*forth, layer) == same_by(*back, layer)) continue;
    std::fprintf(stderr, "A and B:\n%s", comparison_text(*forth, 100).c_str());
    fail("B and A:", *back);
  }
  for (const auto& text : {comparison_text(*forth, 20), comparison_json(*forth, 20),
                           comparison_junit(*forth, 20), comparison_github(*forth)}) {
    if (text.empty() && !same_by(*forth, results::Layer::messages)) std::abort();
  }
  return 0;
}
