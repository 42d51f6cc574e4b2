#include "scenarios/engine/campaign/ranking.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace seatrial::scenario::campaign {
namespace {

void add_cause(std::vector<Cause>& causes, const Cause& more) {
  const auto same = std::ranges::find_if(causes, [&](const Cause& known) {
    return known.client == more.client && known.symptom == more.symptom && known.text == more.text;
  });
  if (same == causes.end()) {
    causes.push_back(more);
  } else {
    same->requests += more.requests;
  }
}

// `known` are the expectations that fail anyway.
Verdict judge(Case failures, std::vector<Run> runs, const std::set<std::string>& known) {
  Verdict out;
  out.failures = std::move(failures);
  out.runs = std::move(runs);
  for (const auto& run : out.runs) {
    if (!run.crashed.empty()) continue;
    const auto& figures = run.figures;
    out.requests += figures.requests;
    out.failed += figures.failed;
    if (figures.outage.length > out.outage.length) out.outage = figures.outage;
    for (const auto& cause : figures.causes) add_cause(out.causes, cause);
    for (const auto& outcome : figures.outcomes) {
      if (outcome.ok || known.contains(outcome.id)) continue;
      const auto same = std::ranges::find(out.broken, outcome.id, &Broken::id);
      if (same == out.broken.end()) {
        out.broken.push_back({outcome.id, outcome.why, {run.seed}});
      } else {
        same->seeds.push_back(run.seed);
      }
    }
  }
  std::ranges::stable_sort(out.causes, std::greater{}, &Cause::requests);
  return out;
}

bool worse(const Verdict& a, const Verdict& b) {
  if (a.crashed() != b.crashed()) return a.crashed();
  if (a.broken.size() != b.broken.size()) return a.broken.size() > b.broken.size();
  if (a.failed_share() != b.failed_share()) return a.failed_share() > b.failed_share();
  return a.outage.length > b.outage.length;
}

}  // namespace

bool Verdict::crashed() const {
  return std::ranges::any_of(runs, [](const Run& run) { return !run.crashed.empty(); });
}

std::size_t Campaign::breaking() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(ranked, [](const Verdict& v) { return !v.broken.empty(); }));
}

std::size_t Campaign::crashed() const {
  return static_cast<std::size_t>(std::ranges::count_if(ranked, &Verdict::crashed)) +
         (baseline.crashed() ? 1 : 0);
}

bool Campaign::holds() const {
  return baseline.broken.empty() && breaking() == 0 && crashed() == 0;
}

Campaign rank(std::string scenario, Plan plan, std::vector<std::vector<Run>> runs) {
  if (runs.size() != plan.cases.size() + 1) {
    throw std::invalid_argument("a campaign of " + std::to_string(plan.cases.size()) +
                                " cases has runs of " + std::to_string(runs.size()));
  }
  Campaign out;
  out.scenario = std::move(scenario);
  out.plan = std::move(plan);
  out.baseline = judge({}, std::move(runs[0]), {});
  std::set<std::string> known;
  for (const auto& broken : out.baseline.broken) known.insert(broken.id);
  for (std::size_t i = 0; i < out.plan.cases.size(); ++i) {
    out.ranked.push_back(judge(out.plan.cases[i], std::move(runs[i + 1]), known));
  }
  std::ranges::stable_sort(out.ranked, worse);
  return out;
}

}  // namespace seatrial::scenario::campaign
