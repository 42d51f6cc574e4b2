// seatrial compare: two designs side by side, from the records of their runs.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "results/versus/compare.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/output.h"

namespace seatrial::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> first;
  std::vector<std::string> second;
  bool all = false;
  OutputOptions output;
};

[[noreturn]] void refuse(const std::string& message) {
  std::cerr << "seatrial compare: error: " << message << '\n';
  throw Done(bad_input);
}

// A run's own folder, or each run among the subfolders.
std::vector<fs::path> runs_in(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / results::records_file, error)) return {folder};
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (fs::exists(entry.path() / results::records_file, error)) out.push_back(entry.path());
  }
  if (out.empty()) {
    refuse(folder.string() + " holds no finished run, expected " +
           std::string(results::records_file) + " in it or in its subfolders");
  }
  std::ranges::sort(out);
  return out;
}

std::vector<results::versus::RunFigures> read_side(const std::vector<std::string>& folders) {
  std::vector<results::versus::RunFigures> out;
  bool failed = false;
  for (const auto& folder : folders) {
    for (const auto& path : runs_in(folder)) {
      const auto run = results::read_run(path.string(), {{"hop"}});
      if (!run) {
        std::cerr << run.error() << '\n';
        failed = true;
        continue;
      }
      out.push_back(results::versus::figures_of(*run, path.string()));
    }
  }
  if (failed) throw Done(bad_input);
  return out;
}

int run_compare(Options options) {
  // Behind "--", which ends the options, "--vs" comes as a word; a folder of that name is "./--vs".
  if (const auto word = std::find(options.first.begin(), options.first.end(), "--vs");
      options.second.empty() && word != options.first.end()) {
    options.second.assign(std::next(word), options.first.end());
    options.first.erase(word, options.first.end());
  }
  if (options.first.empty()) refuse("expected folders before --vs");
  if (options.second.empty()) {
    if (options.first.size() != 2) {
      refuse("expected two folders, or OUT... --vs OUT...");
    }
    options.second.push_back(options.first.back());
    options.first.pop_back();
  }
  const auto comparison =
      results::versus::compare(read_side(options.first), read_side(options.second));
  const auto format = options.output.format();
  const int printed =
      print(format.json ? results::versus::comparison_json(comparison)
                        : results::versus::comparison_text(comparison, format, options.all),
            "seatrial compare");
  if (printed != done) return printed;
  return comparison.differs() ? failed : done;
}

}  // namespace

void register_compare(CLI::App& app) {
  auto* command = app.add_subcommand(
      "compare", "Compare two designs by their finished runs, one or several seeds each.");
  auto options = std::make_shared<Options>();
  command
      ->add_option("OUT", options->first,
                   "Folder of a finished run, or one whose subfolders are runs (seeds of a design)")
      ->required();
  command->add_option("--vs", options->second, "The other side's, where a side has several folders")
      ->type_name("OUT...");
  command->add_flag("--all", options->all, "What is the same, too");
  add_output_options(*command, options->output);
  command->footer(
      "Exit codes: 0 the same, 1 different, 2 trouble. With one run on a side any difference "
      "counts; with several seeds on both, a figure counts when p < 0.05 after Holm's adjustment.");
  command->callback([options] {
    if (const int status = run_compare(*options); status != done) throw Done(status);
  });
}

}  // namespace seatrial::cli
