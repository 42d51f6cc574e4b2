// The options that `diff` and `golden` share, and what they make of a comparison.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/net/units.h"
#include "results/compare/compare.h"

namespace seatrial::cli {

struct ComparisonArguments {
  std::string layer;
  bool all = false;
  std::string bpf;
  std::vector<std::string> ignore, rename;
  std::optional<Duration> time, from, until;
  std::string rtt;
  std::string profile;
  std::vector<std::string> captures;
  std::size_t most = 20;
  bool json = false;
  std::string junit;
  bool github = false;
};

void add_comparison_options(CLI::App& command, ComparisonArguments& arguments);
void add_output_options(CLI::App& command, ComparisonArguments& arguments);

// What the profile says, of `golden` when none is named, and on top of it what the command line
// says. Tells every error on standard error and leaves with bad_input.
results::CompareOptions comparison_options(const ComparisonArguments& arguments,
                                           const std::filesystem::path& golden);

// Prints, writes junit.xml; the exit code.
int tell(const results::Comparison& comparison, const ComparisonArguments& arguments);

}  // namespace seatrial::cli
