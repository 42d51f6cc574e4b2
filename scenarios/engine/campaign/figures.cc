#include "scenarios/engine/campaign/figures.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "results/store/store.h"

namespace seatrial::scenario::campaign {
namespace {

// What a campaign does not look at; hops are most of a run.
const std::set<std::string, std::less<>> unread{
    "hop",   "session",   "rib",       "fib", "proxy", "drop", "pod", "served",
    "queue", "endpoints", "neighbour", "nat", "note",  "link", "bfd"};

Outage longest_outage(const results::Record& record) {
  struct Streak {
    std::optional<TimePoint> since;
    TimePoint last_end;
  };
  std::vector<const results::RequestFinished*> requests;
  for (const auto& request : record.requests()) requests.push_back(&request);
  std::ranges::stable_sort(requests, {}, [](const auto* r) { return r->intended; });
  std::map<std::string, Streak> streaks;
  Outage longest;
  const auto consider = [&](const std::string& client, TimePoint from, TimePoint to) {
    if (to - from > longest.length) longest = {to - from, client, from};
  };
  for (const auto* request : requests) {
    auto& streak = streaks[request->client];
    if (!request->succeeded()) {
      if (!streak.since) streak = {request->intended, request->finished};
      streak.last_end = std::max(streak.last_end, request->finished);
    } else if (streak.since) {
      consider(request->client, *streak.since, request->intended);
      streak.since.reset();
    }
  }
  for (const auto& [client, streak] : streaks) {
    if (streak.since) consider(client, *streak.since, streak.last_end);
  }
  return longest;
}

// Results of a build that explains: {"explanations": {"groups": [...]}}.
std::vector<Cause> causes(const nlohmann::json& results) {
  std::vector<Cause> out;
  const auto explanations = results.find("explanations");
  if (explanations == results.end() || !explanations->is_object()) return out;
  for (const auto& group : explanations->value("groups", nlohmann::json::array())) {
    const auto requests = group.find("requests");
    std::uint64_t count = 0;
    if (requests != group.end()) {
      count = requests->is_number_unsigned() ? requests->get<std::uint64_t>() : requests->size();
    }
    out.push_back({group.value("client", ""), group.value("symptom", ""), group.value("cause", ""),
                   group.value("count", count)});
  }
  return out;
}

}  // namespace

bool Figures::holds() const {
  return std::ranges::all_of(outcomes, [](const auto& outcome) { return outcome.ok; });
}

Figures figures(const results::Record& record, std::vector<results::Outcome> outcomes) {
  Figures out;
  out.outcomes = std::move(outcomes);
  out.requests = record.requests().size();
  for (const auto& request : record.requests()) out.failed += request.succeeded() ? 0 : 1;
  out.outage = longest_outage(record);
  return out;
}

tl::expected<Figures, std::string> read_figures(const std::string& folder) {
  const auto run = results::read_run(folder, {.without = unread});
  if (!run) return tl::make_unexpected(run.error());
  auto out = figures(run->record, run->outcomes);
  const auto path = std::filesystem::path(folder) / "results.json";
  std::ifstream file(path);
  const auto results = nlohmann::json::parse(file, nullptr, false);
  if (!results.is_object()) {
    return tl::make_unexpected(path.string() +
                               ": error: not readable as JSON, expected the results of a run");
  }
  try {
    out.causes = causes(results);
  } catch (const nlohmann::json::exception& error) {
    return tl::make_unexpected(path.string() + ": error: explanations: " + error.what() +
                               ", expected the results of a run");
  }
  return out;
}

}  // namespace seatrial::scenario::campaign
