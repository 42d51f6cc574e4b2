// seatrial campaign: every single or double failure of a design as a run, and which of them break
// which expectation. Each run is a child of this program: `seatrial run DIR --inject ...`.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

#include "scenarios/cli/children.h"
#include "scenarios/cli/commands.h"
#include "scenarios/engine/campaign/report.h"
#include "scenarios/engine/design/design.h"
#include "scenarios/engine/run/terminal.h"

namespace seatrial::cli {
namespace {

namespace fs = std::filesystem;
namespace campaign = scenario::campaign;

constexpr int signalled = 128;  // and the signal's number, as shells count

struct Options {
  std::string folder;
  std::string out;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> overrides;
  std::optional<Duration> until;
  std::optional<Duration> at;
  std::size_t failures = 1;
  std::string kinds = "link,node";
  std::size_t jobs = 0;
  bool json = false;
};

scenario::Scenario read_scenario(const Options& options) {
  Diagnostics diagnostics;
  auto design = scenario::load_design(scenario::FolderFiles(options.folder), diagnostics,
                                      {.overrides = options.overrides});
  std::cerr << diagnostics.to_string();
  if (!design) {
    std::cerr << diagnostics.error_count() << " error(s): nothing was run\n";
    throw Done(bad_input);
  }
  return std::move(design->scenario);
}

campaign::Plan make_plan(const Options& options, const scenario::Scenario& scenario) {
  const auto kinds = campaign::parse_kinds(options.kinds);
  if (!kinds) {
    std::cerr << "--kinds " << options.kinds << ": error: " << kinds.error() << '\n';
    throw Done(bad_input);
  }
  auto plan = campaign::plan(
      scenario,
      {.kinds = *kinds, .together = options.failures, .at = options.at, .until = options.until});
  if (!plan) {
    std::cerr << options.folder << ": error: " << plan.error() << '\n';
    throw Done(bad_input);
  }
  return *std::move(plan);
}

class Runs {
 public:
  Runs(const Options& options, const campaign::Plan& plan, std::uint64_t seed, fs::path out)
      : options_(options), out_(std::move(out)), seed_(seed) {
    add("baseline", {});
    for (const auto& one : plan.cases) add(one.folder(), one.injections(plan.at));
  }

  // The first alone: what holds without a failure is wanted before anything else.
  std::vector<std::vector<campaign::Run>> run(std::size_t jobs) {
    run_some({children_.begin(), children_.begin() + 1}, 0, 1);
    const auto& baseline = runs_[0].front();
    if (baseline.crashed.empty()) {
      if (!baseline.figures.holds()) {
        std::cerr << "warning: without a failure the expectations do not all hold already\n";
      }
      run_some({children_.begin() + 1, children_.end()}, 1, jobs);
    } else {
      std::cerr << "error: the run without a failure gave no results: " << baseline.crashed << '\n';
      throw Done(internal);
    }
    return std::move(runs_);
  }

 private:
  void add(const std::string& name, const std::vector<std::string>& injections) {
    const auto folder = out_ / "runs" / name;
    Child child;
    child.log = (folder / "log").string();
    child.arguments = {own_path(), "run",    options_.folder,      "--out",
                       folder,     "--seed", std::to_string(seed_)};
    for (const auto& change : options_.overrides) {
      child.arguments.insert(child.arguments.end(), {"--set", change});
    }
    for (const auto& event : injections) {
      child.arguments.insert(child.arguments.end(), {"--inject", event});
    }
    if (options_.until) {
      child.arguments.insert(child.arguments.end(), {"--until", to_string(*options_.until)});
    }
    children_.push_back(std::move(child));
    runs_.push_back({{seed_, (fs::path("runs") / name).string(), "", {}}});
  }

  void run_some(const std::vector<Child>& children, std::size_t first, std::size_t jobs) {
    for (const auto& child : children) fs::create_directories(fs::path(child.log).parent_path());
    const int signal = run_children(children, jobs, [&](std::size_t index, const ChildEnd& end) {
      finish(runs_[first + index].front(), end);
    });
    if (signal != 0) {
      std::cerr << "seatrial campaign: interrupted after " << finished_ << " runs\n";
      throw Done(signalled + signal);
    }
  }

  void finish(campaign::Run& run, const ChildEnd& end) {
    const auto folder = out_ / run.folder;
    if (!end.started || end.signal != 0 || end.status > failed) {
      run.crashed = end.to_string() + " (" + (folder / "log").string() + ")";
    } else if (auto figures = campaign::read_figures(folder.string())) {
      run.figures = *std::move(figures);
    } else {
      run.crashed = figures.error();
    }
    ++finished_;
    std::cerr << finished_ << " of " << children_.size() << "  "
              << (!run.crashed.empty()  ? "no results"
                  : run.figures.holds() ? "holds"
                                        : "breaks")
              << "  " << folder.filename().string() << std::endl;
  }

  const Options& options_;
  fs::path out_;
  std::uint64_t seed_;
  std::vector<Child> children_;
  std::vector<std::vector<campaign::Run>> runs_;
  std::size_t finished_ = 0;
};

// Of an earlier campaign; its runs must not be taken for this one's.
void prepare(const fs::path& out) {
  try {
    fs::create_directories(out);
    fs::remove(out / "campaign.json");
    fs::remove_all(out / "runs");
    fs::create_directories(out / "runs");
  } catch (const fs::filesystem_error& error) {
    std::cerr << out.string() << ": error: results cannot be written there ("
              << error.code().message() << "), expected a folder, or a place to make one\n";
    throw Done(bad_input);
  }
}

void write(const fs::path& path, const std::string& text) {
  const fs::path partial = path.string() + ".partial";
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + partial.string());
  fs::rename(partial, path);
}

int run(const Options& options) {
  const auto scenario = read_scenario(options);
  const auto plan = make_plan(options, scenario);
  const auto jobs = options.jobs == 0 ? processors() : options.jobs;
  const fs::path out =
      options.out.empty() ? fs::path("out") / (scenario.name + "-campaign") : fs::path(options.out);
  std::cerr << campaign::announcement(plan, 1) << ", " << jobs << " at a time\n";
  prepare(out);

  auto runs = Runs(options, plan, options.seed.value_or(scenario.seed), out).run(jobs);
  const auto result = campaign::rank(scenario.name, plan, std::move(runs));
  const auto json = campaign::to_json(result);
  write(out / "campaign.json", json);
  if (options.json) {
    std::cout << json;
  } else {
    scenario::RunOptions terminal;
    scenario::detect_terminal(terminal);
    std::cout << campaign::to_text(result, terminal.width) << "Results: " << out.string()
              << " (campaign.json, runs/)\n";
  }
  if (result.crashed() > 0) return internal;
  return result.holds() ? done : failed;
}

}  // namespace

void register_campaign(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "campaign", "Run every single or double failure and rank those that break an expectation.");
  command->add_option("DIR", options->folder, "Folder with scenario.json and the files it names")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--failures", options->failures, "How many fail together in a run: 1 or 2")
      ->check(CLI::IsMember({1, 2}))
      ->capture_default_str();
  command
      ->add_option("--kinds", options->kinds,
                   "link: every cable; node: every machine but clients; process: every BGP daemon "
                   "and edge's nginx is killed")
      ->type_name("KIND,...")
      ->capture_default_str();
  add_duration(*command, "--at", options->at, "When it fails (default: the middle of the load)");
  command->add_option("--jobs", options->jobs, "Runs at a time (default: one a processor)")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command->add_option("--out", options->out, "Folder for the results (default: out/NAME-campaign)");
  add_seed(*command, options->seed);
  add_overrides(*command, options->overrides);
  add_duration(*command, "--until", options->until, "End there instead of at the scenario's end");
  command->add_flag("--json", options->json, "campaign.json on standard output instead of words");
  command->callback([options] {
    if (const int status = run(*options); status != done) throw Done(status);
  });
}

}  // namespace seatrial::cli
