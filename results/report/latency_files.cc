// The distributions of each client's times, as files for the tools that draw them.
#include "results/histogram/hgrm.h"
#include "results/report/fortio.h"
#include "results/report/summary.h"

namespace seatrial::results {

std::vector<LatencyFile> latency_files(const Report& report) {
  std::vector<LatencyFile> out;
  const PathFinder paths(*report.record);
  const auto summary = summarize(report, paths);
  for (const auto& client : summary.clients) {
    const auto& name = client.client;
    out.push_back({"latency." + name + ".hgrm", percentile_distribution(client.latency)});
    out.push_back({"latency." + name + ".json", fortio_json(report, name)});
    out.push_back({"service_time." + name + ".hgrm", percentile_distribution(client.service_time)});
    if (client.service_time_corrected) {
      out.push_back({"service_time_corrected." + name + ".hgrm",
                     percentile_distribution(*client.service_time_corrected)});
    }
  }
  return out;
}

}  // namespace seatrial::results
