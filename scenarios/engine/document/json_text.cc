#include "scenarios/engine/document/json_text.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

namespace seatrial::scenario::document {
namespace {

// A document nests 6 deep; the bound keeps every later recursion over it harmless.
constexpr std::size_t deepest = 64;
// Names, addresses and URLs are far shorter. The standard library's regular expressions, with which
// the schema's patterns are judged, recurse over a text and need a bound.
constexpr std::size_t longest = 4096;

// Reads a text and tells how much of it was read.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** seen) : at_(at), seen_(seen) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *seen_ = ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) {
    return a.at_ == b.at_;
  }
  friend bool operator!=(const CountingIterator& a, const CountingIterator& b) { return !(a == b); }

 private:
  const char* at_;
  const char** seen_;
};

// Lines and columns (in characters, not bytes) of offsets.
class LineTable {
 public:
  LineTable(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(i + 1);
    }
  }
  Position at(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const std::size_t line = static_cast<std::size_t>(next - starts_.begin());
    int column = 1;
    for (std::size_t i = starts_[line - 1]; i < offset; ++i) {
      if ((static_cast<unsigned char>(text_[i]) & 0xc0U) != 0x80U) ++column;
    }
    return {file_, static_cast<int>(line), column};
  }

 private:
  std::string_view text_;
  std::string file_;
  std::vector<std::size_t> starts_;
};

class Events : public nlohmann::json_sax<nlohmann::json> {
 public:
  Events(std::string_view text, const char** seen, Places& places, const LineTable& lines,
         Diagnostics& diagnostics)
      : text_(text), seen_(seen), places_(places), lines_(lines), diagnostics_(diagnostics) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t& text) override {
    const auto at = lines_.at(token_start_ahead());
    within_bound(text, at);
    return value();
  }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const auto at = lines_.at(token_start());
    within_bound(name, at);
    Level& level = levels_.back();
    level.pointer = below(level.parent, name);
    if (!level.keys.insert(name).second) {
      diagnostics_.error(at, "duplicate key \"" + name + "\"", "each key once");
      good_ = false;
    }
    places_.set_key(level.pointer, at);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::json::exception& error) override {
    std::string message = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while ..."
    if (const auto column = message.find("column "); column != std::string::npos) {
      if (const auto colon = message.find(": ", column); colon != std::string::npos) {
        message = message.substr(colon + 2);
      }
    }
    std::string expected;
    if (const auto at = message.find("; expected "); at != std::string::npos) {
      expected = message.substr(at + 11);
      message.resize(at);
    }
    // The offending token ends at `position`; of one that is no token at all, its last character.
    if (message.find("unexpected end of input") != std::string::npos) position = text_.size() + 1;
    std::size_t length = 1;
    if (position <= text_.size() && message.find("unexpected") != std::string::npos &&
        !last_token.empty() && last_token.size() <= position &&
        text_.substr(std::min(position, text_.size()) - std::min(last_token.size(), position))
            .starts_with(last_token)) {
      length = last_token.size();
    }
    length = std::min(length, offending_length(message));
    const std::size_t start = position >= length ? position - length : 0;
    diagnostics_.error(lines_.at(std::min(start, text_.size())), std::move(message),
                       std::move(expected));
    return false;
  }

  bool good() const { return good_; }

 private:
  struct Level {
    std::string parent;   // the container
    std::string pointer;  // the member that comes or came last
    bool array = false;
    std::size_t next = 0;
    std::set<std::string> keys;
  };

  void within_bound(const std::string& text, const Position& at) {
    if (text.size() <= longest) return;
    diagnostics_.error(at, "a text of " + std::to_string(text.size()) + " bytes",
                       "at most " + std::to_string(longest));
    good_ = false;
  }

  // Where the token that was just read begins, without taking it as read.
  std::size_t token_start_ahead() const {
    const auto start = text_.find_first_not_of(" \t\r\n,:", previous_end_);
    return start == std::string_view::npos ? text_.size() : start;
  }

  // Between two tokens there is nothing but white space, commas and colons.
  std::size_t token_start() {
    const std::size_t start = token_start_ahead();
    previous_end_ = static_cast<std::size_t>(*seen_ - text_.data());
    return start;
  }

  // The parser's "last token" begins at the number or string before where the offending one is a
  // mark or a word; the message says which it is.
  static std::size_t offending_length(const std::string& message) {
    const auto is = [&](std::string_view what) {
      return message.find("unexpected " + std::string(what)) != std::string::npos;
    };
    if (is("'")) return 1;
    if (is("true literal") || is("null literal")) return 4;
    if (is("false literal")) return 5;
    return std::string::npos;
  }

  std::string next_pointer() {
    if (levels_.empty()) return "";
    Level& level = levels_.back();
    return level.array ? below(level.parent, level.next++) : level.pointer;
  }

  bool value() {
    const auto start = token_start();
    places_.set_value(next_pointer(), lines_.at(start));
    return true;
  }

  bool open(bool array) {
    const auto at = lines_.at(token_start());
    const auto pointer = next_pointer();
    places_.set_value(pointer, at);
    if (levels_.size() == deepest) {
      diagnostics_.error(at, "nested more than " + std::to_string(deepest) + " deep");
      return false;
    }
    levels_.push_back({pointer, "", array, 0, {}});
    return true;
  }

  bool close() {
    token_start();
    levels_.pop_back();
    return true;
  }

  std::string_view text_;
  const char** seen_;
  Places& places_;
  const LineTable& lines_;
  Diagnostics& diagnostics_;
  std::vector<Level> levels_;
  std::size_t previous_end_ = 0;
  bool good_ = true;
};

}  // namespace

std::string below(const std::string& pointer, std::string_view key) {
  std::string out = pointer + "/";
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string below(const std::string& pointer, std::size_t index) {
  return pointer + "/" + std::to_string(index);
}

void Places::replace(const std::string& pointer, Position at) {
  const auto drop = [&](std::map<std::string, Position>& places) {
    for (auto it = places.lower_bound(pointer); it != places.end();) {
      if (!it->first.starts_with(pointer)) break;
      const bool inside = it->first.size() == pointer.size() || it->first[pointer.size()] == '/';
      it = inside ? places.erase(it) : std::next(it);
    }
  };
  drop(values_);
  drop(keys_);
  values_[pointer] = at;
  keys_[pointer] = std::move(at);
}

Position Places::value(const std::string& pointer) const {
  std::string path = pointer;
  for (;;) {
    if (const auto it = values_.find(path); it != values_.end()) return it->second;
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return {file_, 1, 1};
    path.resize(slash);
  }
}

Position Places::key(const std::string& pointer) const {
  const auto it = keys_.find(pointer);
  return it != keys_.end() ? it->second : value(pointer);
}

std::optional<JsonText> parse_json(const std::string& text, const std::string& file,
                                   Diagnostics& diagnostics) {
  JsonText out{{}, Places(file)};
  const LineTable lines(text, file);
  const char* seen = text.data();
  Events events(text, &seen, out.places, lines, diagnostics);
  const bool parsed =
      nlohmann::json::sax_parse(CountingIterator(text.data(), &seen),
                                CountingIterator(text.data() + text.size(), &seen), &events);
  if (!parsed || !events.good()) return std::nullopt;
  out.json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (out.json.is_discarded()) return std::nullopt;  // the same parser has just accepted it
  return out;
}

}  // namespace seatrial::scenario::document
