// How two captures are compared, as a file: what the options of `seatrial diff` say, in JSON, kept
// beside the golden capture that it belongs to.
//
//   {"layer": "messages", "ignore": ["http.server"], "time": "5ms", "rtt": "10%",
//    "rename": ["10.0.0.1=core1"], "bpf": "tcp port 179", "until": "21s", "pcap": ["edge*"]}
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "models/diagnostics/diagnostics.h"
#include "results/compare/compare.h"

namespace seatrial::scenario {

// Adds to `options` what the text says; errors stand at their line and column.
void read_profile(const std::string& text, const std::string& file,
                  results::CompareOptions& options, Diagnostics& diagnostics);

// The profile that belongs to a golden: profile.json in the folder; of a capture NAME.pcap
// NAME.profile.json, or profile.json beside it.
std::optional<std::filesystem::path> profile_of(const std::filesystem::path& golden);

// "10%" or "0.1" as a share; nothing for anything else.
std::optional<double> parse_share(std::string_view text);

}  // namespace seatrial::scenario
