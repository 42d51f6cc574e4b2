// What is derived from a run beyond its figures: data-plane windows, convergence, explanations.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "results/dataplane/convergence.h"
#include "results/dataplane/windows.h"
#include "results/explain/explain.h"
#include "results/report/outcome.h"

namespace seatrial::results {

struct Report;

struct Findings {
  std::vector<Window> windows;
  Convergence convergence;
  std::unique_ptr<Explainer> explainer;
};

// `folder` holds the run's captures; empty: none are looked for. The record must outlive it.
std::shared_ptr<const Findings> find(const Record& record, const std::vector<Outcome>& outcomes,
                                     const std::string& folder = {});
// The report's own, or found now.
std::shared_ptr<const Findings> findings_of(const Report& report);

// "172.16.1.192/26 and 5 prefixes more"
std::string prefixes_of(const Window& window);

}  // namespace seatrial::results
