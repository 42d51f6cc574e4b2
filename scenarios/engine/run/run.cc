#include "scenarios/engine/run/run.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "results/html/html.h"
#include "results/report/progress.h"
#include "results/report/report.h"
#include "results/store/file.h"
#include "results/store/store.h"
#include "scenarios/engine/document/words.h"
#include "scenarios/engine/run/selection.h"
#include "scenarios/engine/run/version.h"
#include "scenarios/engine/trial/trial.h"

namespace seatrial::scenario {
namespace {

namespace fs = std::filesystem;

// Removes the files that a run writes there; makes the folder when this one will.
void clear_folder(const fs::path& folder, const char* extension, bool wanted) {
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == extension) fs::remove(entry.path());
    }
  }
  if (wanted) fs::create_directories(folder);
}

// The files of latency_files() of an earlier run; its clients may have had other names.
void clear_latencies(const fs::path& out) {
  for (const auto& entry : fs::directory_iterator(out)) {
    const auto name = entry.path().filename().string();
    const auto extension = entry.path().extension();
    const bool ours = (name.starts_with("latency.") || name.starts_with("service_time.") ||
                       name.starts_with("service_time_corrected.")) &&
                      (extension == ".hgrm" || extension == ".json");
    if (ours) fs::remove(entry.path());
  }
}

// Results of an earlier run must not be taken for this one's. Throws fs::filesystem_error where
// results cannot be written: better told now than after the run.
void prepare(const fs::path& out, bool captures, bool mrt) {
  fs::create_directories(out);
  for (const auto* name :
       {"results.json", "junit.xml", "requests.csv", "records.jsonl", "report.html"}) {
    fs::remove(out / name);
  }
  clear_folder(out / "pcap", ".pcap", captures);
  clear_folder(out / "mrt", ".mrt", mrt);
  clear_latencies(out);
  const auto trial_file = out / "results.json.partial";
  if (!std::ofstream(trial_file)) {
    throw fs::filesystem_error("cannot write", trial_file,
                               std::error_code(errno, std::generic_category()));
  }
  fs::remove(trial_file);
}

std::vector<results::LoadInfo> loads(const Scenario& scenario) {
  std::vector<results::LoadInfo> out;
  for (const auto& client : scenario.clients) {
    if (!client.load) continue;
    const auto& load = *client.load;
    const auto interval = Duration(std::llround(1e9 / load.rate));
    out.push_back({client.name, std::string(document::word_of(load.arrival)), interval, load.from,
                   load.to, std::string(document::word_of(load.connections))});
  }
  std::ranges::sort(out, {}, &results::LoadInfo::client);
  return out;
}

}  // namespace

std::vector<std::string> parse_captures(std::string_view text) {
  std::vector<std::string> out;
  if (text.empty() || text == "none") return out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (const auto word = text.substr(0, comma); !word.empty()) out.emplace_back(word);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return out;
}

ExitStatus run_design(const Design& design, const RunOptions& options, const Console& console) {
  if (const auto errors = selection_errors(design, options.captures, options.mrt);
      !errors.empty()) {
    for (const auto& error : errors) console.progress(error + "\n");
    return bad_input;
  }
  try {
    prepare(options.out, !options.captures.empty(), !options.mrt.empty());
  } catch (const fs::filesystem_error& error) {
    console.progress(options.out + ": error: results cannot be written there (" +
                     error.code().message() + "), expected a folder, or a place to make one\n");
    return bad_input;
  }

  TrialOptions trial_options;
  trial_options.seed = options.seed.value_or(design.scenario.seed);
  trial_options.until = options.until;
  trial_options.captures = options.captures;
  trial_options.capture_folder = (fs::path(options.out) / "pcap").string();
  trial_options.mrt = options.mrt;
  trial_options.mrt_folder = (fs::path(options.out) / "mrt").string();

  results::Record record;
  const auto began = console.wall_clock();
  Trial trial(design, trial_options, record);

  results::Progress bar({trial.duration(), options.terminal, options.width}, console.progress);
  Duration simulated{};
  std::uint64_t events = 0;
  const auto finished = trial.run([&](Duration now, std::uint64_t count) {
    simulated = now;
    events = count;
    if (!options.quiet) bar.update(now, console.wall_clock() - began, count);
  });
  const auto wall = console.wall_clock() - began;
  if (!options.quiet) bar.finish(simulated, wall, events);
  if (!finished) throw std::runtime_error(finished.error());
  for (const auto& pattern : trial.unmatched_captures()) {
    console.progress("warning: --pcap " + pattern + " matched no port\n");
  }
  for (const auto& pattern : trial.unmatched_mrt()) {
    console.progress("warning: --mrt " + pattern + " matched no BGP speaker\n");
  }

  results::Report report;
  report.run = {design.scenario.name,
                design.scenario.description,
                trial_options.seed,
                std::string(build_version),
                simulated,
                loads(design.scenario)};
  report.participants = trial.participants();
  report.outcomes = expectations::evaluate_all(design.scenario, trial, record);
  report.record = &record;
  report.findings = results::find(record, report.outcomes, options.out);

  const fs::path out = options.out;
  using results::write_file;
  write_file(out / "results.json", results::results_json(report));
  write_file(out / results::records_file,
             [&](std::ostream& file) { results::write_records(report, file); });
  write_file(out / "junit.xml", results::junit_xml(report));
  write_file(out / "requests.csv", results::requests_csv(record));
  for (const auto& [name, text] : results::latency_files(report)) write_file(out / name, text);
  write_file(out / results::html_file, results::report_html(report));

  results::VerdictOptions verdict;
  verdict.colour = options.terminal;
  verdict.width = options.width;
  verdict.output_folder = options.out;
  verdict.cost = results::RunCost{std::chrono::duration<double>(wall).count(), events};
  console.out(results::verdict(report, verdict));
  return report.passed() ? holds : fails;
}

}  // namespace seatrial::scenario
