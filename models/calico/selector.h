// Calico's selector language: `role == 'edge' && has(zone) && !(rack in {'a', 'b'})`.
//
// Grammar (loosest first): `||`, `&&`, `!`, then parentheses, all(), global(), has(LABEL), or a
// label with an operator: == != in, not in, contains, starts with, ends with. An absent label makes
// `!=` and `not in` true and every other comparison false, as in Calico. The empty selector selects
// everything.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace seatrial::calico {

using Labels = std::map<std::string, std::string, std::less<>>;

struct SelectorError {
  int column = 1;  // of the offending token, counted from 1 within the selector's text
  std::string message;
  std::string expected;
};

class Selector {
 public:
  Selector() = default;  // selects everything
  static tl::expected<Selector, SelectorError> parse(std::string_view text);

  // `is_global`: what global() says; true for objects outside every namespace, such as nodes.
  bool matches(const Labels& labels, bool is_global = true) const;
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

  struct Term;

 private:
  std::string text_;
  std::shared_ptr<const Term> root_;  // nullptr: everything
};

}  // namespace seatrial::calico
