// seatrial golden: keep what a run's captures say as a baseline, and hold later runs to it.
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "scenarios/cli/commands.h"
#include "scenarios/cli/comparison.h"
#include "scenarios/engine/comparison/golden.h"
#include "scenarios/engine/comparison/profile.h"

namespace seatrial::cli {
namespace {

struct Options {
  std::string out;
  std::string name;
  std::string reason;
  std::string root = "results/baselines";
  ComparisonArguments comparison;
};

// The profile that says what the options said.
std::string profile_text(const Options& options) {
  if (!options.comparison.profile.empty()) return read_file(options.comparison.profile);
  const auto& arguments = options.comparison;
  nlohmann::ordered_json profile = nlohmann::ordered_json::object();
  profile["layer"] = arguments.layer.empty() ? "messages" : arguments.layer;
  if (!arguments.captures.empty()) profile["pcap"] = arguments.captures;
  if (!arguments.bpf.empty()) profile["bpf"] = arguments.bpf;
  if (arguments.from) profile["from"] = to_string(*arguments.from);
  if (arguments.until) profile["until"] = to_string(*arguments.until);
  if (arguments.time) profile["time"] = to_string(*arguments.time);
  if (!arguments.rtt.empty()) profile["rtt"] = arguments.rtt;
  if (!arguments.ignore.empty()) profile["ignore"] = arguments.ignore;
  if (!arguments.rename.empty()) profile["rename"] = arguments.rename;
  return profile.dump(2) + "\n";
}

// Whether a way of comparing was asked for.
bool says_how(const ComparisonArguments& arguments) {
  return !(arguments.layer.empty() && arguments.bpf.empty() && arguments.ignore.empty() &&
           arguments.rename.empty() && arguments.rtt.empty() && arguments.profile.empty() &&
           arguments.captures.empty() && !arguments.time && !arguments.from && !arguments.until);
}

// The folder of the baseline that the run belongs to; leaves with bad_input when there is none.
std::filesystem::path baseline_of(const Options& options) {
  if (!options.name.empty()) return std::filesystem::path(options.root) / options.name;
  const auto scenario = scenario::scenario_of(options.out);
  if (!scenario) {
    std::cerr << scenario.error() << '\n';
    throw Done(bad_input);
  }
  return std::filesystem::path(options.root) / *scenario;
}

int record(Options options) {
  if (options.reason.find_first_not_of(" \t\n") == std::string::npos) {
    std::cerr << "seatrial golden record: error: the reason is empty, expected why this is right\n";
    return bad_input;
  }
  if (const auto old = baseline_of(options); !says_how(options.comparison)) {
    // A baseline that is recorded anew is compared as before.
    if (const auto profile = scenario::profile_of(old); profile && scenario::is_golden(old)) {
      options.comparison.profile = profile->string();
    }
  }
  scenario::GoldenRequest request;
  request.out = options.out;
  request.root = options.root;
  request.name = options.name;
  request.reason = options.reason;
  request.options = comparison_options(options.comparison, "");
  request.profile = profile_text(options);
  const auto summary = scenario::record_golden(request);
  if (!summary) {
    std::cerr << summary.error() << '\n';
    return bad_input;
  }
  std::cout << summary->folder.string() << '\n';
  for (const auto& line : summary->lines) std::cout << "  " << line << '\n';
  return done;
}

int check(const Options& options) {
  const auto golden = baseline_of(options);
  if (!scenario::is_golden(golden)) {
    std::cerr << golden.string()
              << ": error: is no baseline, expected one of `seatrial golden record`\n";
    return bad_input;
  }
  const auto how = comparison_options(options.comparison, golden);
  return tell(scenario::check_golden(golden, options.out, how), options.comparison);
}

void add_common(CLI::App& command, Options& options) {
  command.add_option("OUT", options.out, "The folder of a run that was made with --pcap")
      ->required()
      ->check(CLI::ExistingDirectory);
  command.add_option("--name", options.name, "The baseline's name (default: the scenario's)");
  command.add_option("--baselines", options.root, "Where baselines are kept")
      ->capture_default_str()
      ->type_name("DIR");
  add_comparison_options(command, options.comparison);
}

}  // namespace

void register_golden(CLI::App& app) {
  auto* golden = app.add_subcommand("golden", "Baselines of runs: record one, check a run.");
  golden->require_subcommand(1);
  auto recording = std::make_shared<Options>();
  auto* record_command = golden->add_subcommand(
      "record",
      "Keep a run's captures, with what they say and why; as the baseline that it replaces, "
      "where nothing else is asked for.");
  add_common(*record_command, *recording);
  record_command->add_option("--reason", recording->reason, "Why this is what it should be")
      ->required()
      ->type_name("TEXT");
  record_command->callback([recording] { throw Done(record(*recording)); });

  auto checking = std::make_shared<Options>();
  auto* check_command =
      golden->add_subcommand("check", "Compare a run's captures with the baseline's.");
  add_common(*check_command, *checking);
  add_output_options(*check_command, checking->comparison);
  check_command->callback([checking] { throw Done(check(*checking)); });
}

}  // namespace seatrial::cli
