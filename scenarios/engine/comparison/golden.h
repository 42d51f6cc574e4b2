// Baselines: what a scenario's captures said when somebody found them right.
//
// A baseline is a folder: manifest.json (scenario, seed, version, and why it was recorded),
// profile.json (how to compare with it, and which part of which captures it holds), and for each
// capture NAME.pcap with NAME.messages.jsonl, which a reviewer reads.
#pragma once

#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "results/compare/compare.h"

namespace seatrial::scenario {

struct GoldenRequest {
  std::filesystem::path out;   // a finished run
  std::filesystem::path root;  // where baselines are kept
  std::string name;            // empty: the scenario's
  std::string reason;
  std::string profile;  // the text of profile.json
  results::CompareOptions options;
};

struct GoldenSummary {
  std::filesystem::path folder;
  std::vector<std::string> lines;  // what was written, for a person
};

// Writes the whole baseline or nothing. The error says what was attempted and why it failed.
tl::expected<GoldenSummary, std::string> record_golden(const GoldenRequest& request);

// The name under which the run of that folder is kept: its scenario's.
tl::expected<std::string, std::string> scenario_of(const std::filesystem::path& out);

bool is_golden(const std::filesystem::path& folder);

// The captures that a baseline has, compared with those of a run; what else the run has captured is
// no matter.
results::Comparison check_golden(const std::filesystem::path& golden,
                                 const std::filesystem::path& out,
                                 const results::CompareOptions& options);

}  // namespace seatrial::scenario
