// How the commands that read finished runs print: JSON, or words for a terminal of some width.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "results/show/show.h"

namespace seatrial::cli {

struct OutputOptions {
  bool json = false;
  std::optional<std::size_t> width;

  // Colours only on a terminal; without one, and without a width, a row stays one line.
  results::ShowFormat format() const;
};

void add_output_options(CLI::App& command, OutputOptions& options);

// The text to standard output; or the error to standard error, under the command's name.
int print(const tl::expected<std::string, std::string>& text, const std::string& command);

}  // namespace seatrial::cli
