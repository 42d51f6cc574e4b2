#include "results/show/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/report/text.h"

namespace seatrial::results {
namespace {

// Less room than this for the last column, and it goes below.
constexpr std::size_t least_room = 24;
constexpr std::size_t gap = 2;

std::string set(const std::string& text, std::size_t width, bool right) {
  const auto taken = columns(text);
  if (!right || taken >= width) return padded(text, width);
  return std::string(width - taken, ' ') + text;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string in_colour(Colour colour, const std::string& text, bool wanted) {
  if (!wanted || colour == Colour::none || text.empty()) return text;
  return fmt::format("\x1b[{}m{}\x1b[0m", static_cast<int>(colour), text);
}

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {
  for (auto& heading : headings_) {
    right_.push_back(heading.starts_with('>'));
    if (right_.back()) heading.erase(0, 1);
  }
}

void Table::add(std::vector<Cell> cells) {
  cells.resize(headings_.size());
  rows_.push_back({std::move(cells), false});
}

void Table::add_rule(const std::string& text) {
  rows_.push_back({{Cell(text)}, true});
}

std::string Table::write(std::size_t width, bool colour) const {
  const auto last = headings_.size() - 1;
  std::vector<std::size_t> widths(headings_.size());
  for (std::size_t c = 0; c <= last; ++c) widths[c] = columns(headings_[c]);
  for (const auto& row : rows_) {
    if (row.rule) continue;
    for (std::size_t c = 0; c <= last; ++c) {
      widths[c] = std::max(widths[c], columns(row.cells[c].text));
    }
  }
  std::size_t before = 0;
  for (std::size_t c = 0; c < last; ++c) before += widths[c] + gap;
  const bool below = before + std::min(widths[last], least_room) > width;

  std::string out;
  std::string heading;
  for (std::size_t c = 0; c <= last; ++c) {
    if (c == last && below) break;
    heading += set(headings_[c], c == last ? 0 : widths[c], right_[c]) +
               (c == last ? "" : std::string(gap, ' '));
  }
  out += in_colour(Colour::dim, trimmed(heading), colour) + "\n";
  for (const auto& row : rows_) {
    if (row.rule) {
      out += in_colour(Colour::dim, row.cells[0].text, colour) + "\n";
      continue;
    }
    std::string line;
    for (std::size_t c = 0; c < last; ++c) {
      // Coloured within its padding.
      auto cell = set(row.cells[c].text, widths[c], right_[c]);
      if (const auto at = cell.find(row.cells[c].text); !row.cells[c].text.empty()) {
        cell.replace(at, row.cells[c].text.size(),
                     in_colour(row.cells[c].colour, row.cells[c].text, colour));
      }
      line += cell + std::string(gap, ' ');
    }
    const auto& text = row.cells[last].text;
    if (text.empty()) {
      out += trimmed(line) + "\n";
    } else if (below) {
      out += trimmed(line) + "\n" + wrapped(std::string(4, ' '), text, width, 4);
    } else {
      // Colours take no columns: what is wrapped is a line of spaces, which the cells then replace.
      auto lines = wrapped(std::string(before, ' '), text, width, before);
      lines.replace(0, before, line);
      out += lines;
    }
  }
  return out;
}

}  // namespace seatrial::results
