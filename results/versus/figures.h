// What one run contributes to a comparison: small, so that many runs fit in memory side by side.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "results/store/store.h"

namespace seatrial::results::versus {

// What a figure is counted in, and so how it is written.
enum class Unit : std::uint8_t { count, ratio, seconds };

struct Figure {
  double value = 0;
  Unit unit = Unit::count;
};

struct RunFigures {
  std::string name;  // of its folder
  std::string scenario;
  std::string version;
  std::uint64_t seed = 0;
  bool passed = false;
  // "expectation vip-ecmp" -> "holds"; the words of a failed one are in `why`.
  std::map<std::string, std::string> expectations;
  std::map<std::string, std::string> why;
  // "core1 to 10.1.1.9 (worker2)" -> "Established", at the end.
  std::map<std::string, std::string> sessions;
  // "core1 10.50.0.80/32" -> its next hops, at the end. Not the kernel's own routes, whose
  // interfaces are named after pods, nor those of pods.
  std::map<std::string, std::string> routes;
  std::map<std::string, Figure> figures;  // "users: p99 latency"
};

// Hops are not needed.
RunFigures figures_of(const StoredRun& run, std::string name);

}  // namespace seatrial::results::versus
