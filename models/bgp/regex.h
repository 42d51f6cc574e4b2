// The regular expressions of FRR's lists: POSIX extended ones, compiled by the C library, which is
// what bgpd itself calls. `_` stands for the start, the end or one of the characters that separate
// AS numbers and communities.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace seatrial::bgp {

class Regex {
 public:
  // The error is the C library's, or says that a repetition is larger than a list can need.
  static tl::expected<Regex, std::string> compile(std::string_view pattern);
  bool matches(const std::string& text) const;
  const std::string& pattern() const { return pattern_; }

 private:
  struct Program;
  std::string pattern_;
  std::shared_ptr<const Program> program_;  // compiled once, shared by copies
};

}  // namespace seatrial::bgp
