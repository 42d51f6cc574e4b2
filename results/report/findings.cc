#include "results/report/findings.h"

#include <fmt/format.h>

#include "results/report/report.h"

namespace seatrial::results {

std::shared_ptr<const Findings> find(const Record& record, const std::vector<Outcome>& outcomes,
                                     const std::string& folder) {
  std::vector<Explanations::SlowBound> missed;
  for (const auto& outcome : outcomes) {
    if (outcome.ok || outcome.load.empty() || outcome.slow_above <= Duration::zero()) continue;
    missed.push_back({outcome.load, outcome.slow_above,
                      "above the bound of the failed expectation " + outcome.id});
  }
  auto out = std::make_shared<Findings>();
  out->windows = find_windows(record);
  out->convergence = find_convergence(record);
  out->explainer = std::make_unique<Explainer>(record, missed, folder);
  return out;
}

std::shared_ptr<const Findings> findings_of(const Report& report) {
  return report.findings ? report.findings : find(*report.record, report.outcomes);
}

std::string prefixes_of(const Window& window) {
  const auto more = window.prefixes.size() - 1;
  auto out = window.prefixes.front().to_string();
  if (more > 0) out += fmt::format(" and {} prefix{} more", more, more == 1 ? "" : "es");
  return out;
}

}  // namespace seatrial::results
