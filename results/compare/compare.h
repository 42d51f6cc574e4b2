// Two captures, or two folders of results, compared by meaning.
//
// The layers, from the strictest: identical bytes; frames, aligned per flow; streams, the octets of
// TCP streams and datagrams; messages, what the protocols say. What is the same at one layer is the
// same at every later one. `Options::layer` says how much the same two captures have to be; what
// differs below that layer is told with `all`, and decides nothing.
//
// Both captures are read side by side, each frame when its time has come, and what both have said
// is forgotten: memory does not grow with the captures as long as they are sorted and say much the
// same.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "results/compare/finding.h"
#include "results/compare/source.h"
#include "results/compare/timing.h"
#include "results/messages/lens.h"

namespace seatrial::results {

struct CompareOptions {
  Lens lens;
  TimeTolerance tolerance;
  Layer layer = Layer::messages;
  bool all = false;         // compare at every layer
  std::string bpf;          // of both captures
  std::size_t keep = 1000;  // findings that are kept for a report; all are counted
  // A part of each capture, by its own clock: from the start of the run where that is 0
  // (simulated), otherwise from its first frame.
  std::optional<Duration> from, until;
  std::vector<std::string> captures;  // of folders: patterns of file names; empty: all
};

// Neither throws for what is in the files; what cannot be read is in `errors`.
CaptureComparison compare_captures(const std::filesystem::path& a, const std::filesystem::path& b,
                                   const CompareOptions& options);
// Two that are open already, whatever their bytes.
void compare_sources(Source& a, Source& b, const CompareOptions& options, CaptureComparison& out);
Comparison compare_files(const std::filesystem::path& a, const std::filesystem::path& b,
                         const CompareOptions& options);
// Folders as `seatrial run` writes them: every capture under pcap/ (or in the folder itself) with
// that of the same name, and results.json.
Comparison compare_folders(const std::filesystem::path& a, const std::filesystem::path& b,
                           const CompareOptions& options);

// The captures of such a folder: name and path, in order of the name.
std::vector<std::pair<std::string, std::filesystem::path>> captures_of(
    const std::filesystem::path& folder);

// Findings of two JSON documents, member by member: "clients/0/p99_ns". Numbers within the
// tolerances are equal; elements of arrays that have an "id" or "name" are matched by it.
void compare_json(const std::string& a, const std::string& b, const CompareOptions& options,
                  Comparison& out);

}  // namespace seatrial::results
