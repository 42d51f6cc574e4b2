// seatrial diff: two captures, or two runs' folders, compared by meaning.
#include <array>
#include <filesystem>
#include <iostream>
#include <memory>

#include "scenarios/cli/commands.h"
#include "scenarios/cli/comparison.h"
#include "scenarios/engine/comparison/golden.h"

namespace seatrial::cli {
namespace {

constexpr const char* explanation =
    "The layers, from the strictest:\n"
    "  bytes     the files are identical; then they are the same at every layer\n"
    "  frames    the frames of each flow (5-tuple), aligned: one more shifts nothing\n"
    "  streams   the octets of TCP streams, whatever the segments, and of datagrams\n"
    "  messages  what the protocols say: routes and sessions of BGP (the RIB, not the packing),\n"
    "            HTTP requests and responses, DNS, ARP, ICMP; other octets as they are\n"
    "Files that are identical are the same and nothing more is looked at. Otherwise they are\n"
    "compared at --layer, and that alone decides the exit code: 0 same, 1 different, 2 trouble\n"
    "(bad usage, a file that cannot be read; what could be read is compared).";

struct Options {
  std::string a, b;
  bool fields = false;
  ComparisonArguments comparison;
};

int list_fields() {
  for (const auto& field : results::field_names()) {
    std::cout << field.name
              << std::string(std::max<std::size_t>(50, field.name.size() + 1) - field.name.size(),
                             ' ')
              << field.label << '\n';
  }
  std::cout << "http.NAME" << std::string(41, ' ') << "any header field: http.user_agent\n"
            << "results.PATH" << std::string(38, ' ')
            << "a member of results.json: results.counters\n";
  return done;
}

int compare(const Options& options) {
  if (options.fields) return list_fields();
  namespace fs = std::filesystem;
  if (options.a.empty() || options.b.empty()) {
    std::cerr << "seatrial diff: error: two captures or two folders are needed: A B\n";
    return bad_input;
  }
  std::array<fs::file_status, 2> kinds;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& path = i == 0 ? options.a : options.b;
    std::error_code error;
    kinds.at(i) = fs::status(path, error);
    if (fs::exists(kinds.at(i))) continue;
    const bool missing = kinds.at(i).type() == fs::file_type::not_found;
    std::cerr << path
              << ": error: " << (missing ? "does not exist" : "cannot be read: " + error.message())
              << ", expected a capture or a folder\n";
    return bad_input;
  }
  const bool folder = fs::is_directory(kinds[0]);
  if (folder != fs::is_directory(kinds[1])) {
    std::cerr << "seatrial diff: error: " << options.a << " and " << options.b
              << " are a file and a folder, expected two of a kind\n";
    return bad_input;
  }
  const auto how = comparison_options(options.comparison, options.a);
  const auto comparison = !folder ? compare_files(options.a, options.b, how)
                          : scenario::is_golden(options.a)
                              ? scenario::check_golden(options.a, options.b, how)
                              : compare_folders(options.a, options.b, how);
  return tell(comparison, options.comparison);
}

}  // namespace

void register_diff(CLI::App& app) {
  auto* command =
      app.add_subcommand("diff", "Compare two captures, or two folders of results, by meaning.");
  auto options = std::make_shared<Options>();
  command->add_option("A", options->a, "A capture (pcap, pcapng), a run's folder or a baseline");
  command->add_option("B", options->b, "What is compared with it");
  add_comparison_options(*command, options->comparison);
  add_output_options(*command, options->comparison);
  command->add_flag("--fields", options->fields, "List the names that --ignore takes");
  command->footer(explanation);
  command->callback([options] { throw Done(compare(*options)); });
}

}  // namespace seatrial::cli
