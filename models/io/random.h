// Named random streams. Every component draws from a stream named after it, so adding a client does
// not move a router's jitter. The generator and the distributions are our own few lines because the
// standard distributions may differ between libraries, and a seed has to give the same bytes
// everywhere.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "models/net/units.h"

namespace seatrial::io {

// xoshiro256** (Blackman, Vigna), seeded by splitmix64 of the run's seed and the stream's name.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view name);

  std::uint64_t next();
  // Uniform in [0, 1).
  double uniform();
  // Uniform in [low, high).
  double uniform(double low, double high);
  // Uniform integer in [0, bound); 0 when bound is 0.
  std::uint64_t below(std::uint64_t bound);
  // Exponential with this mean: gaps of a Poisson process.
  double exponential(double mean);
  // Uniform in [low, high], to the nanosecond.
  Duration between(Duration low, Duration high);

 private:
  std::uint64_t state_[4];
};

// The streams of one run or process, made on first use.
class RandomStreams {
 public:
  explicit RandomStreams(std::uint64_t seed) : seed_(seed) {}
  RandomStream& operator[](std::string_view name);
  std::uint64_t seed() const { return seed_; }

 private:
  std::uint64_t seed_;
  std::map<std::string, RandomStream, std::less<>> streams_;
};

}  // namespace seatrial::io
