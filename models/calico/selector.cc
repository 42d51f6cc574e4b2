#include "models/calico/selector.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

namespace seatrial::calico {

struct Selector::Term {
  enum class Kind {
    all,
    global,
    has,
    equal,
    not_equal,
    in,
    not_in,
    contains,
    starts_with,
    ends_with,
    negation,
    conjunction,
    disjunction
  };
  Kind kind = Kind::all;
  std::string label;
  std::vector<std::string> values;
  std::vector<std::shared_ptr<const Term>> operands;

  bool evaluate(const Labels& labels, bool is_global) const;
};

namespace {

using Term = Selector::Term;
using Kind = Term::Kind;
using TermPtr = std::shared_ptr<const Term>;
using Parsed = tl::expected<TermPtr, SelectorError>;

constexpr int most_nesting = 100;  // bounds the recursion on hostile input

struct Token {
  enum class Kind { end, word, string, symbol, bad };
  Kind kind = Kind::end;
  std::string text;
  int column = 1;
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '/' ||
         c == '-';
}

std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> out;
  std::size_t at = 0;
  const auto push = [&](Token::Kind kind, std::size_t start, std::string_view value) {
    out.push_back({kind, std::string(value), static_cast<int>(start) + 1});
  };
  while (at < text.size()) {
    const char c = text[at];
    const auto start = at;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at;
    } else if (c == '\'' || c == '"') {
      const auto close = text.find(c, at + 1);
      if (close == std::string_view::npos) {
        push(Token::Kind::bad, start, text.substr(start));
        break;
      }
      push(Token::Kind::string, start, text.substr(at + 1, close - at - 1));
      at = close + 1;
    } else if (is_word(c)) {
      while (at < text.size() && is_word(text[at])) ++at;
      push(Token::Kind::word, start, text.substr(start, at - start));
    } else {
      const auto two = text.substr(at, 2);
      const bool pair = two == "==" || two == "!=" || two == "&&" || two == "||";
      const bool single = std::string_view("!(){},").find(c) != std::string_view::npos;
      const auto length = pair ? 2U : 1U;
      push(pair || single ? Token::Kind::symbol : Token::Kind::bad, start,
           text.substr(start, length));
      at += length;
      if (!pair && !single) break;
    }
  }
  push(Token::Kind::end, text.size(), "");
  return out;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokenize(text)) {}

  Parsed whole() {
    auto term = disjunction(0);
    if (term && peek().kind != Token::Kind::end) return wrong("'&&', '||' or the end");
    return term;
  }

 private:
  const Token& peek() const { return tokens_[at_]; }
  void next() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool take(std::string_view text, Token::Kind kind = Token::Kind::symbol) {
    if (peek().kind != kind || peek().text != text) return false;
    next();
    return true;
  }

  tl::unexpected<SelectorError> wrong(std::string expected) const {
    const auto& token = peek();
    std::string message;
    switch (token.kind) {
      case Token::Kind::end:
        message = "the selector ends too early";
        break;
      case Token::Kind::bad:
        message = token.text.front() == '\'' || token.text.front() == '"'
                      ? "unterminated string " + token.text
                      : "unexpected character '" + token.text + "'";
        break;
      default:
        message = "unexpected '" + token.text + "'";
    }
    return tl::unexpected(SelectorError{token.column, std::move(message), std::move(expected)});
  }

  Parsed joined(int depth, std::string_view symbol, Kind kind,
                Parsed (Parser::*operand)(int depth)) {
    auto first = (this->*operand)(depth);
    if (!first || peek().text != symbol || peek().kind != Token::Kind::symbol) return first;
    auto term = std::make_shared<Term>();
    term->kind = kind;
    term->operands.push_back(*first);
    while (take(symbol)) {
      auto more = (this->*operand)(depth);
      if (!more) return more;
      term->operands.push_back(*more);
    }
    return term;
  }
  Parsed disjunction(int depth) {
    return joined(depth, "||", Kind::disjunction, &Parser::conjunction);
  }
  Parsed conjunction(int depth) { return joined(depth, "&&", Kind::conjunction, &Parser::unary); }

  Parsed unary(int depth) {
    if (depth > most_nesting) return wrong("at most 100 levels of nesting");
    if (take("!")) {
      auto operand = unary(depth + 1);
      if (!operand) return operand;
      auto term = std::make_shared<Term>();
      term->kind = Kind::negation;
      term->operands.push_back(*operand);
      return term;
    }
    if (take("(")) {
      auto inner = disjunction(depth + 1);
      if (inner && !take(")")) return wrong("')'");
      return inner;
    }
    if (peek().kind != Token::Kind::word) return wrong("a label, all(), global(), has() or '('");
    return comparison();
  }

  Parsed comparison() {
    auto term = std::make_shared<Term>();
    const auto word = peek().text;
    next();
    if (take("(")) return function(word, term);
    term->label = word;
    if (take("==")) return literal(term, Kind::equal);
    if (take("!=")) return literal(term, Kind::not_equal);
    if (take("contains", Token::Kind::word)) return literal(term, Kind::contains);
    if (take("in", Token::Kind::word)) return set(term, Kind::in);
    if (take("not", Token::Kind::word)) {
      if (!take("in", Token::Kind::word)) return wrong("'in'");
      return set(term, Kind::not_in);
    }
    const bool starts = take("starts", Token::Kind::word);
    if (starts || take("ends", Token::Kind::word)) {
      if (!take("with", Token::Kind::word)) return wrong("'with'");
      return literal(term, starts ? Kind::starts_with : Kind::ends_with);
    }
    return wrong("one of == != in, not in, contains, starts with, ends with");
  }

  Parsed function(const std::string& name, const std::shared_ptr<Term>& term) {
    if (name == "all" || name == "global") {
      term->kind = name == "all" ? Kind::all : Kind::global;
    } else if (name == "has") {
      if (peek().kind != Token::Kind::word) return wrong("a label");
      term->kind = Kind::has;
      term->label = peek().text;
      next();
    } else {
      at_ -= 2;  // back to the name, for its column
      return wrong("all(), global() or has(LABEL)");
    }
    if (!take(")")) return wrong("')'");
    return term;
  }

  Parsed literal(const std::shared_ptr<Term>& term, Kind kind) {
    if (peek().kind != Token::Kind::string) return wrong("a quoted string");
    term->kind = kind;
    term->values.push_back(peek().text);
    next();
    return term;
  }

  Parsed set(const std::shared_ptr<Term>& term, Kind kind) {
    if (!take("{")) return wrong("'{'");
    if (take("}")) {
      term->kind = kind;
      return term;
    }
    do {
      if (auto one = literal(term, kind); !one) return one;
    } while (take(","));
    if (!take("}")) return wrong("',' or '}'");
    return term;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

bool Selector::Term::evaluate(const Labels& labels, bool is_global) const {
  const auto is_true = [&](const TermPtr& t) { return t->evaluate(labels, is_global); };
  const auto found = labels.find(label);
  const bool present = found != labels.end();
  const auto among = [&] { return std::ranges::find(values, found->second) != values.end(); };
  switch (kind) {
    case Kind::all:
      return true;
    case Kind::global:
      return is_global;
    case Kind::has:
      return present;
    case Kind::equal:
    case Kind::in:
      return present && among();
    case Kind::not_equal:
    case Kind::not_in:
      return !present || !among();
    case Kind::contains:
      return present && found->second.find(values.front()) != std::string::npos;
    case Kind::starts_with:
      return present && found->second.starts_with(values.front());
    case Kind::ends_with:
      return present && found->second.ends_with(values.front());
    case Kind::negation:
      return !is_true(operands.front());
    case Kind::conjunction:
      return std::ranges::all_of(operands, is_true);
    case Kind::disjunction:
      return std::ranges::any_of(operands, is_true);
  }
  return false;
}

tl::expected<Selector, SelectorError> Selector::parse(std::string_view text) {
  Selector out;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return out;
  auto root = Parser(text).whole();
  if (!root) return tl::unexpected(root.error());
  out.text_ = text;
  out.root_ = std::move(*root);
  return out;
}

bool Selector::matches(const Labels& labels, bool is_global) const {
  return !root_ || root_->evaluate(labels, is_global);
}

}  // namespace seatrial::calico
