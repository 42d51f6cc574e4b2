// What a finished run has to say, and the forms it is said in. results.json, junit.xml and
// requests.csv hold nothing that differs between two runs of the same inputs, seed and build: no
// wall clock, no paths of a machine. What the wall clock says goes to the console alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/net/units.h"
#include "results/record/record.h"
#include "results/report/findings.h"
#include "results/report/outcome.h"

namespace seatrial::results {

// A client's load as it was asked for.
struct LoadInfo {
  std::string client;
  std::string arrival;  // "poisson", "constant", "uniform"
  Duration interval{};  // between two intended starts, on average
  Duration from{};      // of the run, when the first may start
  Duration to{};
  std::string connections;  // "per_request", "keepalive"
};

struct RunInfo {
  std::string scenario;
  std::string description;
  std::uint64_t seed = 0;
  std::string version;  // of the build
  Duration simulated{};
  std::vector<LoadInfo> loads;  // by client

  const LoadInfo* load_of(const std::string& client) const;
};

// The names among which load is spread; one that carried nothing is shown with 0.
struct Participants {
  std::vector<std::string> edges;
  std::vector<std::string> ingress_pods;
  std::vector<std::string> app_pods;
};

struct Report {
  RunInfo run;
  Participants participants;
  std::vector<Outcome> outcomes;
  const Record* record = nullptr;  // not owned
  // Derived once for all forms of the report; nullptr: each derives it for itself.
  std::shared_ptr<const Findings> findings = nullptr;

  bool passed() const;
};

std::string results_json(const Report& report);
std::string junit_xml(const Report& report);
std::string requests_csv(const Record& record);
// latency.CLIENT.hgrm and .json, and what else is said of each client's times: name and content.
struct LatencyFile {
  std::string name;
  std::string text;
};
std::vector<LatencyFile> latency_files(const Report& report);
// The shipped schema of results.json, as text.
std::string_view results_schema_text();

// What the machine had to do with it.
struct RunCost {
  double wall_seconds = 0;
  std::uint64_t events = 0;
};

struct VerdictOptions {
  bool colour = false;  // only for a terminal
  std::size_t width = 100;
  std::string output_folder;  // where the results are; empty: nowhere
  std::optional<RunCost> cost;
  bool every_route = false;  // all routes of all nodes, not the BGP routes alone
};
// What the console shows at the end.
std::string verdict(const Report& report, const VerdictOptions& options);

}  // namespace seatrial::results
