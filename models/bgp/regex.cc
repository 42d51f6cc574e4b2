#include "models/bgp/regex.h"

#include <regex.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace seatrial::bgp {
namespace {

// The C library unrolls x{n}: nested, a short line could ask for all the memory there is. 255 is
// RE_DUP_MAX's least value (POSIX), and no AS path is longer than a few hundred.
constexpr std::size_t most_copies = 255;

// The product of all counts in braces, which bounds what is unrolled.
bool repeats_too_often(std::string_view pattern) {
  std::size_t product = 1;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '{') continue;
    std::size_t largest = 1;
    std::size_t number = 0;
    for (++at; at < pattern.size() && pattern[at] != '}'; ++at) {
      const auto c = static_cast<unsigned char>(pattern[at]);
      number = std::isdigit(c) != 0 ? std::min<std::size_t>(number * 10 + (c - '0'), 1'000'000) : 0;
      largest = std::max(largest, number);
    }
    product *= largest;
    if (product > most_copies) return true;
  }
  return false;
}

}  // namespace

struct Regex::Program {
  regex_t compiled{};
  bool valid = false;
  Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (valid) regfree(&compiled);
  }
};

tl::expected<Regex, std::string> Regex::compile(std::string_view pattern) {
  if (repeats_too_often(pattern)) {
    return tl::make_unexpected("repetitions of more than " + std::to_string(most_copies) +
                               " in all");
  }
  std::string expanded;
  for (const char c : pattern) {
    if (c == '_') {
      expanded += "(^|[,{}() ]|$)";
    } else {
      expanded += c;
    }
  }
  auto program = std::make_shared<Program>();
  const int status = regcomp(&program->compiled, expanded.c_str(), REG_EXTENDED | REG_NOSUB);
  if (status != 0) {
    std::array<char, 128> text{};
    regerror(status, &program->compiled, text.data(), text.size());
    return tl::make_unexpected(std::string(text.data()));
  }
  program->valid = true;
  Regex out;
  out.pattern_ = pattern;
  out.program_ = std::move(program);
  return out;
}

bool Regex::matches(const std::string& text) const {
  return program_ && regexec(&program_->compiled, text.c_str(), 0, nullptr, 0) == 0;
}

}  // namespace seatrial::bgp
