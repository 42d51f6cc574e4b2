#include "results/compare/finding.h"

#include <algorithm>
#include <array>

namespace seatrial::results {
namespace {

constexpr std::array<std::string_view, 4> layer_names{"bytes", "frames", "streams", "messages"};

}  // namespace

std::string_view to_string(Layer layer) {
  return layer_names.at(static_cast<std::size_t>(layer));
}

std::optional<Layer> parse_layer(std::string_view text) {
  const auto at = std::find(layer_names.begin(), layer_names.end(), text);
  if (at == layer_names.end()) return std::nullopt;
  return static_cast<Layer>(at - layer_names.begin());
}

std::string_view to_string(FindingKind kind) {
  static constexpr std::array<std::string_view, 6> names{"changed", "missing", "extra",
                                                         "shifted", "slower",  "content"};
  return names.at(static_cast<std::size_t>(kind));
}

void CaptureComparison::add(const LayerVerdict& verdict) {
  layers.push_back(verdict);
}

bool Comparison::same() const {
  return findings.empty() && std::all_of(captures.begin(), captures.end(),
                                         [](const CaptureComparison& c) { return c.same; });
}

bool Comparison::trouble() const {
  return !errors.empty() ||
         std::any_of(captures.begin(), captures.end(),
                     [](const CaptureComparison& c) { return !c.errors.empty(); });
}

std::uint64_t Comparison::deciding_differences() const {
  std::uint64_t total = findings.size();
  for (const auto& capture : captures) {
    for (const auto& verdict : capture.layers) {
      if (verdict.layer == layer) total += verdict.differences;
    }
  }
  return total;
}

std::uint64_t Comparison::differences() const {
  std::uint64_t total = findings.size();
  for (const auto& capture : captures) total += capture.differences;
  return total;
}

}  // namespace seatrial::results
