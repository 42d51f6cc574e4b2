// What a reader of outside input says when the input is wrong: FILE:LINE:COL: what is wrong, what
// was expected. A reader collects everything it finds and goes on, so that a person fixes a file in
// one go.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace seatrial {

// A place in a text file. Lines and columns count from 1; 0 means "not known".
struct Position {
  std::string file;
  int line = 0;
  int column = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

enum class Severity { warning, error };

struct Diagnostic {
  Severity severity = Severity::error;
  Position position;
  std::string message;   // what is wrong, with the offending text
  std::string expected;  // what would have been right; may be empty

  // "FILE:LINE:COL: error: MESSAGE, expected EXPECTED"
  std::string to_string() const;
  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

class Diagnostics {
 public:
  void error(Position at, std::string message, std::string expected = {});
  void warning(Position at, std::string message, std::string expected = {});
  void append(const Diagnostics& other);

  bool has_errors() const { return errors_ > 0; }
  std::size_t error_count() const { return errors_; }
  bool empty() const { return items_.empty(); }
  const std::vector<Diagnostic>& items() const { return items_; }
  // One line each, sorted by file and position, duplicates removed.
  std::string to_string() const;

 private:
  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
};

}  // namespace seatrial
