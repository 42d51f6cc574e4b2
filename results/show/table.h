// Rows in columns for a terminal. The last column is the long one: it wraps within the width, and
// where the others leave it no room it goes on a line of its own below them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace seatrial::results {

enum class Colour : std::uint8_t { none = 0, bold = 1, dim = 2, red = 31, green = 32, yellow = 33 };

// `text` in a colour, or as it is.
std::string in_colour(Colour colour, const std::string& text, bool wanted);

struct Cell {
  Cell(std::string words = {}, Colour of = Colour::none)  // NOLINT(google-explicit-constructor)
      : text(std::move(words)), colour(of) {}
  Cell(const char* words) : text(words) {}  // NOLINT(google-explicit-constructor)

  std::string text;
  Colour colour = Colour::none;
};

class Table {
 public:
  // A heading that begins with ">" names a column of figures, set flush right.
  explicit Table(std::vector<std::string> headings);

  void add(std::vector<Cell> cells);
  // A line across all columns.
  void add_rule(const std::string& text);
  bool empty() const { return rows_.empty(); }

  std::string write(std::size_t width, bool colour) const;

 private:
  struct Row {
    std::vector<Cell> cells;  // one: a rule
    bool rule = false;
  };
  std::vector<std::string> headings_;
  std::vector<bool> right_;
  std::vector<Row> rows_;
};

}  // namespace seatrial::results
