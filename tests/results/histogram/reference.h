// The values whose distribution HdrHistogram itself wrote down, see reference/README.md, and what
// it wrote.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "results/histogram/histogram.h"

namespace seatrial::results::test {

inline Histogram mixed() {
  Histogram h;
  std::uint64_t state = 1;
  for (int i = 0; i < 20000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    auto value = static_cast<std::int64_t>(200000 + (state >> 44));
    if (i % 100 == 99) value *= 50;
    if (i % 1000 == 999) value *= 14;
    h.record(value);
  }
  return h;
}

inline Histogram few() {
  Histogram h;
  for (int i = 1; i <= 10; ++i) h.record(i * 1000003);
  return h;
}

// A stall of 100 s among 10000 answers within 1 ms.
inline Histogram stalled() {
  Histogram h;
  h.record(1000000, 10000);
  h.record(100000000000);
  return h;
}

inline Histogram corrected() {
  return stalled().corrected(10000000);  // asked each 10 ms
}

struct Known {
  const char* name;
  Histogram (*make)();
};
inline constexpr Known known[] = {
    {"mixed", mixed}, {"few", few}, {"stalled", stalled}, {"corrected", corrected}};

inline std::ifstream reference(const std::string& file) {
  return std::ifstream(SEATRIAL_SOURCE_DIR "/tests/results/histogram/reference/" + file);
}
inline std::string reference_text(const std::string& file) {
  auto in = reference(file);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline std::vector<std::pair<double, std::int64_t>> reference_percentiles(const std::string& name) {
  auto in = reference(name + ".percentiles");
  std::vector<std::pair<double, std::int64_t>> out;
  double percent = 0;
  std::int64_t value = 0;
  while (in >> percent >> value) out.emplace_back(percent, value);
  return out;
}

}  // namespace seatrial::results::test
