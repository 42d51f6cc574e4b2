// The command grammar: each command of a table is written the way FRR's manual writes it, and
// matched word by word, so that a wrong word is reported where it stands, with what could have
// stood there.
//
// In a pattern, lower-case words stand for themselves, `a|b` for either, a leading `[no]` for an
// optional `no`, and upper-case words for values:
//   ADDR an address, of one family ADDR4, ADDR6; IFADDR 10.1.1.4/24; PREFIX, PREFIX4, PREFIX6;
//   PEER an address or a group's name; HOP a next hop or an interface; ASN; SIGNED +10; INTERFACE a
//   name that is no number; WORD any one word; LINE the rest, at least one word; ANY the rest,
//   maybe nothing; <1-255> a number.
// A word that stands for itself is no value, unless it is one of alternatives; `host|host` is one
// whose presence the handler wants to see. Parentheses hold an optional part; expand() makes of one
// line of a table all that it stands for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seatrial::frr {

struct Word {
  std::string text;
  int column = 1;
};

// The words of a line; a comment line (`!` or `#`) has none.
std::vector<Word> split_words(std::string_view line);

// What a pattern made of a line. `values` holds what stood for upper-case words, numbers and
// alternatives, in order.
struct Match {
  bool complete = false;
  bool negated = false;  // `[no]` was used
  std::vector<Word> values;
  std::size_t matched = 0;  // words that fitted before the first that did not
  std::size_t exact = 0;    // of these, words that stand for themselves
  std::string expected;     // at the word that did not fit
};

class Pattern {
 public:
  explicit Pattern(std::string_view text);
  // `explain`: fill Match::expected, which only a message needs.
  Match match(const std::vector<Word>& words, bool explain = false) const;
  const std::string& text() const { return text_; }
  // The words that stand for themselves where `index` words have matched: for hints.
  std::vector<std::string> literals_at(std::size_t index) const;

 private:
  std::string text_;
  bool may_negate_ = false;
  std::vector<std::vector<std::string>> words_;  // of each word its alternatives
};

// "a (b) c" is "a c" and "a b c".
std::vector<std::string> expand(std::string_view text);

// The candidate nearest to `word`, if near enough to have been meant (one edit in three letters).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace seatrial::frr
