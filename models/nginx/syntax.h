// The grammar of nginx configuration files (ngx_conf_file.c): words, quotes, blocks, comments; it
// knows no directive. The tree keeps positions, so that every later message can point.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/diagnostics/diagnostics.h"

namespace seatrial::nginx {

struct Word {
  Position at;
  std::string text;
};

// `listen 80;` or `server { ... }`.
struct Directive {
  std::vector<Word> words;  // never empty: the name comes first
  bool is_block = false;
  std::vector<Directive> children;

  const std::string& name() const { return words.front().text; }
  const Position& at() const { return words.front().at; }
  std::size_t arguments() const { return words.size() - 1; }
  const std::string& argument(std::size_t i) const { return words[i + 1].text; }
  const Position& argument_at(std::size_t i) const { return words[i + 1].at; }
};

// Says every error and goes on: a misplaced "}" or ";" costs no more than itself.
std::vector<Directive> parse(std::string_view text, const std::string& file,
                             Diagnostics& diagnostics);

}  // namespace seatrial::nginx
