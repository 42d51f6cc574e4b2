// seatrial run: a design, as packets, to a verdict.
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>

#include "scenarios/cli/commands.h"
#include "scenarios/engine/run/run.h"

namespace seatrial::cli {
namespace {

struct Options {
  std::string folder;
  std::string out;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> overrides;
  std::string captures = "none";
  std::optional<Duration> until;
};

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60) return size.ws_col;
  return 100;
}

int run(const Options& options) {
  Diagnostics diagnostics;
  const scenario::FolderFiles files(options.folder);
  const auto design = scenario::load_design(files, diagnostics, {.overrides = options.overrides});
  std::cerr << diagnostics.to_string();
  if (!design) {
    std::cerr << diagnostics.error_count() << " error(s): nothing was run\n";
    return bad_input;
  }

  scenario::RunOptions run;
  run.out = options.out.empty() ? (std::filesystem::path("out") / design->scenario.name).string()
                                : options.out;
  run.seed = options.seed;
  run.until = options.until;
  run.captures = scenario::parse_captures(options.captures);
  run.terminal = isatty(STDOUT_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
  run.width = terminal_width();

  scenario::Console console;
  console.out = [](std::string_view text) { std::cout << text << std::flush; };
  console.progress = [](std::string_view text) { std::cerr << text << std::flush; };
  console.wall_clock = [] {
    return std::chrono::duration_cast<Duration>(
        std::chrono::steady_clock::now().time_since_epoch());
  };
  return scenario::run_design(*design, run, console);
}

}  // namespace

void register_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "Run a scenario and say whether the design holds.");
  auto options = std::make_shared<Options>();
  command->add_option("DIR", options->folder, "Folder with scenario.json and the files it names")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--out", options->out, "Folder for the results (default: out/NAME)");
  command->add_option("--seed", options->seed, "Instead of the scenario's seed");
  command
      ->add_option("--set", options->overrides,
                   "Change the document first: clients.users.load.rate=400 (may be repeated)")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--pcap", options->captures,
                   "Ports to capture: none, all (every interface of every machine), or patterns "
                   "such as 'edge*:eth0,tor1:*'")
      ->type_name("PORTS|all|none");
  add_duration(*command, "--until", options->until, "End there instead of at the scenario's end");
  command->callback([options] {
    if (const int status = run(*options); status != done) throw Done(status);
  });
}

}  // namespace seatrial::cli
