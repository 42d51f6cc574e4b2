#include "results/html/explanations.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "results/html/columns.h"

namespace seatrial::results::html {
namespace {

using Json = nlohmann::ordered_json;

Json ns(TimePoint at) {
  return at.time_since_epoch().count();
}

Json chain_json(const Explanation& why) {
  Json steps = Json::array();
  for (const auto& step : why.chain) {
    Json frames = Json::array();
    for (const auto& frame : step.frames) frames.push_back(frame.to_string());
    Json one{{"kind", step.kind}, {"at", ns(step.at)}, {"text", step.text}};
    if (step.took) {
      one["took"] = step.took->count();
      one["piece"] = step.piece;
    }
    one["evidence"] = step.evidence;
    if (!frames.empty()) one["frames"] = std::move(frames);
    steps.push_back(std::move(one));
  }
  return {{"symptom", why.symptom},
          {"attributed", why.attributed},
          {"cause", why.cause},
          {"steps", std::move(steps)}};
}

// The first of every group, then the second of every group, and so on.
std::vector<std::size_t> chosen(const Explanations& all, std::size_t most) {
  std::set<std::size_t> out;
  for (std::size_t i = 0; out.size() < most; ++i) {
    bool any = false;
    for (const auto& group : all.groups) {
      if (i >= group.requests.size() || out.size() >= most) continue;
      out.insert(group.requests[i]);
      any = true;
    }
    if (!any) break;
  }
  return {out.begin(), out.end()};
}

}  // namespace

std::string explanations_json(const Record& record, const Explainer& explainer,
                              const Selection& selection, std::size_t most_chains) {
  const auto& all = explainer.explanations();
  Json bounds = Json::array();
  for (const auto& bound : all.slow_bounds) {
    bounds.push_back(
        {{"client", bound.client}, {"above", bound.above.count()}, {"why", bound.why}});
  }
  Json groups = Json::array();
  for (const auto& group : all.groups) {
    Json requests = Json::array();
    std::ranges::copy_if(group.requests, std::back_inserter(requests), [&](std::size_t i) {
      return std::ranges::binary_search(selection.requests, i);
    });
    groups.push_back({{"client", group.client},
                      {"symptom", group.symptom},
                      {"attributed", group.attributed},
                      {"cause", group.cause},
                      {"count", group.requests.size()},
                      {"first", ns(group.first)},
                      {"last", ns(group.last)},
                      {"example", group.requests.front()},
                      {"requests", std::move(requests)}});
  }
  Json chains = Json::object();
  Json hops = Json::object();  // that they rest on: of all others the page has the ways alone
  for (const auto& why : explainer.explain(chosen(all, most_chains))) {
    chains[std::to_string(why.request)] = chain_json(why);
    for (const auto& step : why.chain) {
      for (const auto& id : step.evidence) {
        if (!id.starts_with("hop/")) continue;
        const auto index = std::stoul(id.substr(4));
        hops[std::to_string(index)] = ToJson::of(record.hops().at(index));
      }
    }
  }
  const Json out{{"failed", all.failed},
                 {"slow", all.slow},
                 {"unattributed", all.unattributed},
                 {"bounds", std::move(bounds)},
                 {"groups", std::move(groups)},
                 {"chains", std::move(chains)},
                 {"hops", std::move(hops)}};
  return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace seatrial::results::html
