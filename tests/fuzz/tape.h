// A fuzzer's input as a tape of choices; past its end every choice is 0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

namespace seatrial::fuzz {

class Tape {
 public:
  Tape(const std::uint8_t* data, std::size_t size) : left_(data, size) {}
  bool empty() const { return left_.empty(); }
  std::uint8_t next() {
    if (left_.empty()) return 0;
    const auto byte = left_.front();
    left_ = left_.subspan(1);
    return byte;
  }
  bool flag() { return (next() & 1) != 0; }
  std::size_t below(std::size_t bound) { return next() % bound; }
  std::span<const std::uint8_t> take(std::size_t wanted) {
    const auto taken = left_.first(std::min(wanted, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const std::uint8_t> left_;
};

// A finding: what should have held, in words, and the end.
inline void must(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what.c_str());
  std::abort();
}

}  // namespace seatrial::fuzz
