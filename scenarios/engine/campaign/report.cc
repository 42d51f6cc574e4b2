#include "scenarios/engine/campaign/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "results/report/text.h"
#include "scenarios/engine/document/words.h"

namespace seatrial::scenario::campaign {
namespace {

using Json = nlohmann::ordered_json;
using results::padded;
using results::readable;
using results::wrapped;

Json outage_json(const Outage& outage) {
  if (outage.length == Duration{}) return nullptr;
  return {{"client", outage.client},
          {"from_ns", outage.from.time_since_epoch().count()},
          {"length_ns", outage.length.count()}};
}

Json causes_json(const std::vector<Cause>& causes) {
  Json out = Json::array();
  for (const auto& cause : causes) {
    out.push_back({{"client", cause.client},
                   {"symptom", cause.symptom},
                   {"cause", cause.text},
                   {"requests", cause.requests}});
  }
  return out;
}

Json runs_json(const std::vector<Run>& runs) {
  Json out = Json::array();
  for (const auto& run : runs) {
    Json one{{"seed", run.seed}, {"out", run.folder}};
    if (!run.crashed.empty()) {
      one["crashed"] = run.crashed;
      out.push_back(std::move(one));
      continue;
    }
    one["ok"] = run.figures.holds();
    one["requests"] = run.figures.requests;
    one["failed"] = run.figures.failed;
    one["longest_outage"] = outage_json(run.figures.outage);
    out.push_back(std::move(one));
  }
  return out;
}

Json verdict_json(const Verdict& verdict) {
  Json out = Json::object();
  Json broken = Json::array();
  for (const auto& one : verdict.broken) {
    broken.push_back({{"id", one.id}, {"why", one.why}, {"seeds", one.seeds}});
  }
  out["broken"] = std::move(broken);
  out["requests"] = verdict.requests;
  out["failed"] = verdict.failed;
  out["failed_share"] = verdict.failed_share();
  out["longest_outage"] = outage_json(verdict.outage);
  out["causes"] = causes_json(verdict.causes);
  out["runs"] = runs_json(verdict.runs);
  return out;
}

std::string share(const Verdict& verdict) {
  return fmt::format("{:.3g} %", 100.0 * verdict.failed_share());
}

std::string length(const Outage& outage) {
  return outage.length == Duration{} ? "-" : readable(outage.length);
}

std::string ids(const std::vector<Broken>& broken) {
  std::string out;
  for (const auto& one : broken) out += (out.empty() ? "" : ", ") + one.id;
  return out;
}

std::string in_seeds(const Broken& broken, std::size_t seeds) {
  return seeds == 1 ? "" : fmt::format(" (in {} of {} seeds)", broken.seeds.size(), seeds);
}

// Why each expectation failed, and why the requests did.
std::string reasons(const Verdict& verdict, std::size_t width) {
  std::string out;
  for (const auto& one : verdict.broken) {
    out += wrapped("    " + one.id + in_seeds(one, verdict.runs.size()) + ": ", one.why, width, 8);
  }
  for (const auto& cause : verdict.causes) {
    out += wrapped("    ",
                   fmt::format("{} requests of {} {}: {}", readable(cause.requests), cause.client,
                               cause.symptom, cause.text.empty() ? "no cause found" : cause.text),
                   width, 8);
  }
  if (verdict.outage.length > Duration{}) {
    out += fmt::format("    no success of {} for {} from {}\n", verdict.outage.client,
                       readable(verdict.outage.length),
                       readable(verdict.outage.from.time_since_epoch()));
  }
  for (const auto& run : verdict.runs) {
    if (!run.crashed.empty()) {
      out += wrapped(fmt::format("    seed {} gave no results: ", run.seed), run.crashed, width, 8);
    }
  }
  return out;
}

std::string baseline_text(const Verdict& baseline, std::size_t width) {
  if (baseline.crashed()) {
    return "Without a failure there are no results; nothing can be said of the failures.\n" +
           reasons(baseline, width);
  }
  const auto traffic = fmt::format("{} of {} requests failed", readable(baseline.failed),
                                   readable(baseline.requests));
  if (baseline.broken.empty()) {
    return fmt::format("Without a failure every expectation holds; {}.\n", traffic);
  }
  return fmt::format(
             "WITHOUT A FAILURE {} of {} expectations do not hold already; {}. Only others count "
             "as broken by a failure.\n",
             baseline.broken.size(), baseline.runs.front().figures.outcomes.size(), traffic) +
         reasons(baseline, width);
}

std::string table(const Campaign& campaign) {
  constexpr std::size_t gap = 2;
  std::vector<std::array<std::string, 6>> rows{
      {"#", "failure", "breaks", "failed", "longest outage", "expectations"}};
  std::size_t rank = 0;
  for (const auto& verdict : campaign.ranked) {
    ++rank;
    if (verdict.broken.empty() && !verdict.crashed()) continue;
    rows.push_back({std::to_string(rank), verdict.failures.name(),
                    verdict.crashed() ? "no results" : std::to_string(verdict.broken.size()),
                    share(verdict), length(verdict.outage), ids(verdict.broken)});
  }
  if (rows.size() == 1) return "";
  std::array<std::size_t, 6> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], results::columns(row[i]));
    }
  }
  std::string out = "\n";
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) line += padded(row[i], widths[i] + gap);
    out += line + row.back() + "\n";
  }
  return out;
}

}  // namespace

std::string to_json(const Campaign& campaign) {
  Json kinds = Json::array();
  for (const auto kind : campaign.plan.kinds) kinds.push_back(to_string(kind));
  Json seeds = Json::array();
  for (const auto& run : campaign.baseline.runs) seeds.push_back(run.seed);
  Json out{{"scenario", campaign.scenario},       {"failures", campaign.plan.together},
           {"kinds", std::move(kinds)},           {"at_ns", campaign.plan.at.count()},
           {"seeds", std::move(seeds)},           {"verdict", campaign.holds() ? "pass" : "fail"},
           {"cases", campaign.plan.cases.size()}, {"breaking", campaign.breaking()},
           {"crashed", campaign.crashed()}};
  out["baseline"] = verdict_json(campaign.baseline);
  Json ranked = Json::array();
  for (const auto& verdict : campaign.ranked) {
    Json events = Json::array();
    for (const auto& failure : verdict.failures.failures) {
      events.push_back({{"kind", to_string(failure.kind)},
                        {"do", document::word_of(failure.action)},
                        {"target", failure.target},
                        {"element", failure.element}});
    }
    Json one{{"name", verdict.failures.name()},
             {"failures", std::move(events)},
             {"inject", verdict.failures.injections(campaign.plan.at)}};
    one.update(verdict_json(verdict));
    ranked.push_back(std::move(one));
  }
  out["ranked"] = std::move(ranked);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_text(const Campaign& campaign, std::size_t width) {
  const auto& plan = campaign.plan;
  std::string out =
      fmt::format("{}: {}\n", campaign.scenario, announcement(plan, campaign.baseline.runs.size()));
  out += baseline_text(campaign.baseline, width);
  out += table(campaign);
  std::size_t rank = 0;
  std::size_t harmless = 0;
  const Verdict* most_failed = nullptr;
  for (const auto& verdict : campaign.ranked) {
    ++rank;
    if (!verdict.broken.empty() || verdict.crashed()) {
      out += fmt::format("\n{}. {}\n", rank, verdict.failures.name());
      for (const auto& failure : verdict.failures.failures) {
        if (failure.element != failure.target) out += "    the link " + failure.element + "\n";
      }
      out += reasons(verdict, width);
      continue;
    }
    ++harmless;
    if (most_failed == nullptr && verdict.failed > 0) most_failed = &verdict;
  }
  out += fmt::format("\n{} of {} failures break something, {} break nothing", campaign.breaking(),
                     plan.cases.size(), harmless);
  if (most_failed != nullptr) {
    out +=
        fmt::format(" (of these {} costs most: {} of requests failed, longest outage {})",
                    most_failed->failures.name(), share(*most_failed), length(most_failed->outage));
  }
  out +=
      campaign.crashed() == 0 ? ".\n" : fmt::format("; {} gave no results.\n", campaign.crashed());
  return out;
}

}  // namespace seatrial::scenario::campaign
