// Figures that more than one report shows, derived once from the record.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/histogram/histogram.h"
#include "results/path/path.h"
#include "results/report/report.h"

namespace seatrial::results {

// Requests of one client with the same URL, or all of a client.
struct RequestGroup {
  std::string client;
  std::string host;  // both empty: all of the client
  std::string path;
  std::string expect_service;
  std::uint64_t count = 0;
  std::uint64_t succeeded = 0;
  std::map<int, std::uint64_t> statuses;        // of the answered
  std::map<std::string, std::uint64_t> errors;  // of the others
  Histogram latency;                            // of the answered, from the intended start
  Histogram service_time;                       // of the answered, from when they were sent
  // The same with what waiting for answers hid; all of a client only, and if its load is known.
  std::optional<Histogram> service_time_corrected;

  double success_ratio() const {
    return count == 0 ? 0.0 : static_cast<double>(succeeded) / static_cast<double>(count);
  }
};

// How many answered requests of a client each carried; "" counts those of which it is not known.
struct Spread {
  std::map<std::string, std::uint64_t> edges;
  std::map<std::string, std::uint64_t> ingress_pods;
  std::map<std::string, std::uint64_t> app_pods;
  std::uint64_t answered = 0;
};

struct DropGroup {
  std::string node;
  std::string reason;
  std::uint64_t count = 0;
  TimePoint first;
};

struct Summary {
  std::vector<RequestGroup> clients;  // by name
  std::vector<RequestGroup> groups;   // by client, host, path
  std::map<std::string, Spread> spread;
  std::vector<DropGroup> drops;        // by node, reason
  std::optional<RequestPath> slowest;  // of all clients
};

Summary summarize(const Report& report, const PathFinder& paths);

}  // namespace seatrial::results
