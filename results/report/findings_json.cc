#include "results/report/findings_json.h"

namespace seatrial::results {
namespace {

using Json = nlohmann::ordered_json;

Json ns(TimePoint at) {
  return at.time_since_epoch().count();
}
Json ns(const std::optional<TimePoint>& at) {
  return at ? ns(*at) : Json();
}

Json change(const std::optional<LastChange>& last) {
  if (!last) return nullptr;
  return {{"at_ns", ns(last->at)}, {"evidence", last->evidence}};
}

Json chain_json(const std::vector<ChainStep>& chain) {
  Json out = Json::array();
  for (const auto& step : chain) {
    Json frames = Json::array();
    for (const auto& frame : step.frames) {
      frames.push_back({{"file", frame.file}, {"frame", frame.number}});
    }
    out.push_back({{"kind", step.kind},
                   {"at_ns", ns(step.at)},
                   {"took_ns", step.took ? Json(step.took->count()) : Json()},
                   {"piece", step.piece},
                   {"text", step.text},
                   {"evidence", step.evidence},
                   {"frames", std::move(frames)}});
  }
  return out;
}

}  // namespace

Json windows_json(const std::vector<Window>& windows) {
  Json out = Json::array();
  for (const auto& window : windows) {
    Json prefixes = Json::array();
    for (const auto& prefix : window.prefixes) prefixes.push_back(prefix.to_string());
    Json nodes = Json::array();
    for (const auto& node : window.nodes) {
      Json spans = Json::array();
      for (const auto& span : node.spans) {
        spans.push_back({{"from_ns", ns(span.from)}, {"to_ns", ns(span.to)}});
      }
      nodes.push_back({{"node", node.node}, {"spans", std::move(spans)}});
    }
    Json witness = Json::array();
    for (const auto& hop : window.witness) {
      witness.push_back({{"node", hop.node}, {"evidence", hop.evidence}});
    }
    out.push_back({{"kind", word_of(window.kind)},
                   {"prefixes", std::move(prefixes)},
                   {"from_ns", ns(window.from)},
                   {"to_ns", ns(window.to)},
                   {"nodes", std::move(nodes)},
                   {"witness", std::move(witness)},
                   {"reason", window.reason},
                   {"evidence", window.evidence}});
  }
  return out;
}

Json convergence_json(const Convergence& convergence) {
  Json faults = Json::array();
  for (const auto& fault : convergence.faults) {
    Json evidence = Json::array();
    for (const auto index : fault.faults) evidence.push_back(evidence_id("fault", index));
    faults.push_back({{"at_ns", ns(fault.at)},
                      {"evidence", std::move(evidence)},
                      {"last_rib_change", change(fault.rib)},
                      {"last_fib_change", change(fault.fib)},
                      {"sessions_lost", fault.sessions_lost},
                      {"sessions_established", fault.sessions_established}});
  }
  return {{"last_rib_change", change(convergence.rib)},
          {"last_fib_change", change(convergence.fib)},
          {"faults", std::move(faults)}};
}

Json explanations_json(const Explanations& explanations) {
  Json groups = Json::array();
  for (const auto& group : explanations.groups) {
    Json requests = Json::array();
    for (const auto index : group.requests) requests.push_back(evidence_id("request", index));
    groups.push_back({{"client", group.client},
                      {"symptom", group.symptom},
                      {"attributed", group.attributed},
                      {"cause", group.cause},
                      {"count", group.requests.size()},
                      {"first_ns", ns(group.first)},
                      {"last_ns", ns(group.last)},
                      {"chain", chain_json(group.chain)},
                      {"requests", std::move(requests)}});
  }
  Json bounds = Json::array();
  for (const auto& bound : explanations.slow_bounds) {
    bounds.push_back(
        {{"client", bound.client}, {"above_ns", bound.above.count()}, {"why", bound.why}});
  }
  return {{"failed", explanations.failed},
          {"slow", explanations.slow},
          {"unattributed", explanations.unattributed},
          {"slow_bounds", std::move(bounds)},
          {"groups", std::move(groups)}};
}

}  // namespace seatrial::results
