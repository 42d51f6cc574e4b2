// seatrial run: a design, as packets, to a verdict.
#include <filesystem>
#include <iostream>
#include <memory>

#include "scenarios/cli/children.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/seeds.h"
#include "scenarios/engine/run/selection.h"
#include "scenarios/engine/run/terminal.h"

namespace seatrial::cli {
namespace {

struct Options {
  std::string folder;
  std::string out;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> overrides;
  std::vector<std::string> injections;
  std::string captures = "none";
  std::string mrt = "none";
  std::optional<Duration> until;
  std::optional<std::string> seeds;
  std::size_t jobs = 0;
};

// The same run without what differs between the seeds.
int run_with_seeds(const Options& options, const std::string& out) {
  std::vector<std::string> arguments{"run",   options.folder, "--pcap", options.captures,
                                     "--mrt", options.mrt};
  for (const auto& change : options.overrides) {
    arguments.insert(arguments.end(), {"--set", change});
  }
  for (const auto& event : options.injections) {
    arguments.insert(arguments.end(), {"--inject", event});
  }
  if (options.until) arguments.insert(arguments.end(), {"--until", to_string(*options.until)});
  return run_seeds(arguments, out, parse_seeds(*options.seeds),
                   options.jobs == 0 ? processors() : options.jobs);
}

int run(const Options& options) {
  Diagnostics diagnostics;
  const scenario::FolderFiles files(options.folder);
  const auto design = scenario::load_design(
      files, diagnostics, {.overrides = options.overrides, .injections = options.injections});
  std::cerr << diagnostics.to_string();
  if (!design) {
    std::cerr << diagnostics.error_count() << " error(s): nothing was run\n";
    return bad_input;
  }

  scenario::RunOptions run;
  run.out = options.out.empty() ? (std::filesystem::path("out") / design->scenario.name).string()
                                : options.out;
  run.captures = scenario::parse_captures(options.captures);
  run.mrt = scenario::parse_captures(options.mrt);
  if (options.seeds) {
    const auto errors = scenario::selection_errors(*design, run.captures, run.mrt);
    for (const auto& error : errors) std::cerr << error << '\n';
    return errors.empty() ? run_with_seeds(options, run.out) : bad_input;
  }
  run.seed = options.seed;
  run.until = options.until;
  scenario::detect_terminal(run);
  return scenario::run_design(*design, run, scenario::standard_console());
}

}  // namespace

void register_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "Run a scenario and say whether the design holds.");
  auto options = std::make_shared<Options>();
  command->add_option("DIR", options->folder, "Folder with scenario.json and the files it names")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--out", options->out, "Folder for the results (default: out/NAME)");
  auto* seed = add_seed(*command, options->seed);
  command
      ->add_option("--seeds", options->seeds,
                   "Several runs, each with results in OUT/seed-N: 20 (1 to 20), 3..7 or 1,5,9")
      ->type_name("N|A..B|LIST")
      ->excludes(seed);
  command
      ->add_option("--jobs", options->jobs,
                   "With --seeds: runs at a time (default: one a "
                   "processor)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  add_overrides(*command, options->overrides);
  command
      ->add_option(
          "--inject", options->injections,
          "Add an event to the timeline: 30s:link_down:core1:eth1, '30s:withdraw:edge1/bgp "
          "prefix=10.50.0.80/32' (may be repeated)")
      ->type_name("AT:ACTION:TARGET")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--pcap", options->captures,
                   "Ports to capture: none, all (every interface of every machine), or patterns "
                   "such as 'edge*:eth0,tor1:*'")
      ->type_name("PORTS|all|none");
  command
      ->add_option("--mrt", options->mrt,
                   "BGP speakers to write in MRT (RFC 6396): none, all, or patterns such as "
                   "'edge*,core1'; mrt/NODE.updates.mrt and mrt/NODE.rib.mrt")
      ->type_name("NODES|all|none");
  add_duration(*command, "--until", options->until, "End there instead of at the scenario's end");
  command->callback([options] {
    if (const int status = run(*options); status != done) throw Done(status);
  });
}

}  // namespace seatrial::cli
