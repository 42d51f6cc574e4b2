// Reads MRT records one after the other, from anybody's file: bounded by what is there, whatever
// the lengths in it claim. A record whose body is wrong does not hide those behind it.
#pragma once

#include <optional>
#include <tl/expected.hpp>

#include "results/mrt/mrt.h"

namespace seatrial::results::mrt {

struct ReadError {
  std::size_t offset = 0;  // from the beginning of the file
  std::string what;

  std::string to_string() const { return "offset " + std::to_string(offset) + ": error: " + what; }
};

class Reader {
 public:
  // `file` must outlive the reader and the messages it gives.
  explicit Reader(bgp::Bytes file) : file_(file) {}

  // The next record; nothing at the end. After an error the next call goes on behind the record it
  // is about, or ends when the file was cut within it.
  tl::expected<std::optional<Record>, ReadError> next();

 private:
  bgp::Bytes file_;
  std::size_t at_ = 0;
};

}  // namespace seatrial::results::mrt
