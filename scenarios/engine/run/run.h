// One run from a design to its results on disk and its verdict on the console: what `seatrial run`,
// the scenario binaries and the Python package share.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/net/units.h"
#include "scenarios/engine/design/design.h"

namespace seatrial::scenario {

// Exit status of every program that runs scenarios.
enum ExitStatus : int { holds = 0, fails = 1, bad_input = 2, internal_error = 3 };

struct RunOptions {
  std::string out;                    // folder for the results; made if absent
  std::optional<std::uint64_t> seed;  // otherwise the scenario's
  std::optional<Duration> until;
  std::vector<std::string> captures;  // see TrialOptions::captures
  std::vector<std::string> mrt;       // see TrialOptions::mrt
  bool terminal = false;              // colours and a progress bar
  std::size_t width = 100;
  bool quiet = false;  // no progress
};

struct Console {
  std::function<void(std::string_view)> out;       // the verdict
  std::function<void(std::string_view)> progress;  // may be the error stream
  std::function<Duration()> wall_clock;            // since any moment
};

// Runs it and writes results.json, records.jsonl, junit.xml, requests.csv, report.html, pcap/* and
// mrt/*. The files of an earlier run in `out` that a run writes are removed first; nothing else is
// touched.
ExitStatus run_design(const Design& design, const RunOptions& options, const Console& console);

// `--pcap` as words: "none" is empty, "all" and port patterns separated by commas are taken as they
// are. `--mrt` has the same words for nodes.
std::vector<std::string> parse_captures(std::string_view text);

}  // namespace seatrial::scenario
