#include "models/nginx/syntax.h"

namespace seatrial::nginx {

namespace {

// Deeper than any real file; keeps the recursion from following a hostile one.
constexpr int max_depth = 64;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& file, Diagnostics& diagnostics)
      : text_(text), file_(file), diagnostics_(diagnostics) {}

  std::vector<Directive> block(int depth) {
    std::vector<Directive> directives;
    Directive current;
    for (;;) {
      skip_blank();
      const Position at = here();
      if (done()) {
        if (!current.words.empty()) {
          fail(at, "unexpected end of file", "\";\" or \"}\"");
        } else if (depth > 0) {
          fail(at, "unexpected end of file", "\"}\"");
        }
        return directives;
      }
      const char c = peek();
      if (c == ';' || c == '{') {
        advance();
        if (current.words.empty()) {
          fail(at, std::string("unexpected \"") + c + "\"", "a directive");
          if (c == '{' && depth < max_depth) block(depth + 1);  // skip what belongs to it
          continue;
        }
        if (c == '{') {
          current.is_block = true;
          if (depth >= max_depth) {
            fail(at, "blocks are nested too deep", "at most 64 levels");
            pos_ = text_.size();
            return directives;
          }
          current.children = block(depth + 1);
        }
        directives.push_back(std::move(current));
        current = {};
      } else if (c == '}') {
        advance();
        if (!current.words.empty()) {
          fail(at, "unexpected \"}\"", "\";\" after \"" + current.words.back().text + "\"");
          directives.push_back(std::move(current));
          current = {};
        } else if (depth == 0) {
          fail(at, "unexpected \"}\"", "a directive or the end of the file");
          continue;
        }
        if (depth > 0) return directives;
      } else {
        auto word = c == '"' || c == '\'' ? quoted() : plain();
        current.words.push_back({at, std::move(word)});
      }
    }
  }

 private:
  bool done() const { return pos_ >= text_.size(); }
  char peek() const { return text_[pos_]; }
  Position here() const { return {file_, line_, column_}; }
  void fail(Position at, std::string what, std::string expected) {
    diagnostics_.error(std::move(at), std::move(what), std::move(expected));
  }
  char advance() {
    const char c = text_[pos_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else {
      ++column_;
    }
    return c;
  }
  void skip_blank() {
    while (!done()) {
      if (is_space(peek())) {
        advance();
      } else if (peek() == '#') {
        while (!done() && peek() != '\n') advance();
      } else {
        return;
      }
    }
  }

  // After the backslash: \" \' \\ \t \r \n; before anything else it stands for itself.
  void escape(std::string& word) {
    if (done()) {
      word += '\\';
      return;
    }
    switch (const char c = advance()) {
      case '"':
      case '\'':
      case '\\':
        word += c;
        break;
      case 't':
        word += '\t';
        break;
      case 'r':
        word += '\r';
        break;
      case 'n':
        word += '\n';
        break;
      default:
        word += '\\';
        word += c;
    }
  }

  std::string quoted() {
    const Position start = here();
    const char quote = advance();
    std::string word;
    for (;;) {
      if (done()) {
        fail(here(), "unexpected end of file",
             std::string(1, quote) + " that closes line " + std::to_string(start.line));
        return word;
      }
      const char c = advance();
      if (c == quote) break;
      if (c == '\\') {
        escape(word);
      } else {
        word += c;
      }
    }
    if (!done() && !is_space(peek()) && peek() != ';' && peek() != '{' && peek() != ')') {
      fail(here(), std::string("unexpected \"") + peek() + "\"", "a space after the quotes");
    }
    return word;
  }

  std::string plain() {
    std::string word;
    while (!done()) {
      const char c = peek();
      if (is_space(c) || c == ';') break;
      if (c == '{' && (word.empty() || word.back() != '$')) break;
      advance();
      if (c == '\\') {
        escape(word);
        continue;
      }
      word += c;
      if (c == '{') {  // ${name}
        while (!done() && !is_space(peek()) && peek() != ';' && peek() != '{') {
          const char inner = advance();
          word += inner;
          if (inner == '}') break;
        }
      } else if (c == '}' && word.size() == 1) {
        break;
      }
    }
    return word;
  }

  std::string_view text_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  std::size_t pos_ = 0;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace

std::vector<Directive> parse(std::string_view text, const std::string& file,
                             Diagnostics& diagnostics) {
  return Parser(text, file, diagnostics).block(0);
}

}  // namespace seatrial::nginx
