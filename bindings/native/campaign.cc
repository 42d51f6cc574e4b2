// Campaigns of failures: which runs there are, and what they say when they are done. The program's
// own `seatrial campaign` has the same plan, the same ranking and the same words.
#include <pybind11/stl.h>

#include "bindings/native/parts.h"
#include "scenarios/engine/campaign/report.h"
#include "scenarios/engine/design/design.h"

namespace py = pybind11;

namespace seatrial::bindings {
namespace {

namespace campaign = scenario::campaign;

struct Request {
  std::string folder;
  std::vector<std::string> overrides;
  std::string kinds;
  std::size_t failures = 1;
  std::optional<std::int64_t> at_ns;
  std::optional<std::int64_t> until_ns;
};

// ValueError with the words of the command line.
[[noreturn]] void refuse(const std::string& what) {
  throw py::value_error(what);
}

std::pair<scenario::Scenario, campaign::Plan> plan_of(const Request& request) {
  Diagnostics diagnostics;
  auto design = scenario::load_design(scenario::FolderFiles(request.folder), diagnostics,
                                      {.overrides = request.overrides});
  if (!design) {
    refuse(diagnostics.to_string() + std::to_string(diagnostics.error_count()) + " error(s)");
  }
  const auto kinds = campaign::parse_kinds(request.kinds);
  if (!kinds) refuse("kinds: error: " + kinds.error());
  if (request.failures != 1 && request.failures != 2) {
    refuse("failures: error: " + std::to_string(request.failures) +
           " together in a run, expected 1 or 2");
  }
  campaign::PlanOptions options;
  options.kinds = *kinds;
  options.together = request.failures;
  if (request.at_ns) options.at = Duration(*request.at_ns);
  if (request.until_ns) options.until = Duration(*request.until_ns);
  auto plan = campaign::plan(design->scenario, options);
  if (!plan) refuse(request.folder + ": error: " + plan.error());
  return {std::move(design->scenario), *std::move(plan)};
}

py::object plan(const Request& request, std::size_t seeds) {
  const auto [scenario, plan] = plan_of(request);
  py::dict out;
  out["scenario"] = scenario.name;
  out["seed"] = scenario.seed;
  out["at_ns"] = plan.at.count();
  out["announcement"] = campaign::announcement(plan, seeds);
  py::list cases;
  for (const auto& one : plan.cases) {
    py::dict row;
    row["name"] = one.name();
    row["injections"] = one.injections(plan.at);
    cases.append(std::move(row));
  }
  out["cases"] = std::move(cases);
  return out;
}

// (seed, folder, why it gave no results)
using FinishedRun = std::tuple<std::uint64_t, std::string, std::string>;

py::object report(const Request& request, const std::vector<std::vector<FinishedRun>>& finished,
                  std::size_t width) {
  auto [scenario, plan] = plan_of(request);
  std::vector<std::vector<campaign::Run>> runs;
  for (const auto& of_case : finished) {
    auto& list = runs.emplace_back();
    for (const auto& [seed, folder, crashed] : of_case) {
      auto& run = list.emplace_back(campaign::Run{seed, folder, crashed, {}});
      if (!crashed.empty()) continue;
      auto figures = campaign::read_figures(folder);
      if (!figures) refuse(figures.error());
      run.figures = *std::move(figures);
    }
  }
  const auto result = campaign::rank(scenario.name, std::move(plan), std::move(runs));
  return py::make_tuple(campaign::to_json(result), campaign::to_text(result, width));
}

}  // namespace

void define_campaign(py::module_& module) {
  py::class_<Request>(module, "CampaignRequest",
                      "What `seatrial campaign` is asked: a folder and the failures to look at.")
      .def(py::init([](std::string folder, std::vector<std::string> overrides, std::string kinds,
                       std::size_t failures, std::optional<std::int64_t> at_ns,
                       std::optional<std::int64_t> until_ns) {
             return Request{
                 std::move(folder), std::move(overrides), std::move(kinds), failures, at_ns,
                 until_ns};
           }),
           py::arg("folder"), py::arg("overrides"), py::arg("kinds"), py::arg("failures"),
           py::arg("at_ns"), py::arg("until_ns"));
  module.def("campaign_plan", &plan, py::arg("request"), py::arg("seeds"),
             "The cases, each with its name and its events (`seatrial run --inject`); scenario, "
             "seed, at_ns, announcement. ValueError with the command line's message.");
  module.def("campaign_report", &report, py::arg("request"), py::arg("runs"),
             py::arg("width") = std::size_t{100},
             "(campaign.json, the words) of finished runs: those of the baseline, then those of "
             "each case of the plan; a run is (seed, folder, why it gave no results or \"\").");
}

}  // namespace seatrial::bindings
