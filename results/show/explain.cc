// Why requests failed or were slow: all of them by cause, or the whole chain of one.
#include "results/explain/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/report/findings.h"
#include "results/report/text.h"
#include "results/show/common.h"
#include "results/show/one_request.h"

namespace seatrial::results {
namespace {

using show::Json;

std::string name_of(const Record& record, std::size_t index) {
  const auto& request = record.requests().at(index);
  return request.client + "/" + std::to_string(request.number);
}

Json to_json(const std::vector<ChainStep>& chain) {
  Json out = Json::array();
  for (const auto& step : chain) {
    Json frames = Json::array();
    for (const auto& frame : step.frames) {
      frames.push_back({{"file", frame.file}, {"frame", frame.number}});
    }
    out.push_back({{"kind", step.kind},
                   {"at_ns", show::ns(step.at)},
                   {"took_ns", step.took ? Json(step.took->count()) : Json()},
                   {"piece", step.piece},
                   {"text", step.text},
                   {"evidence", step.evidence},
                   {"frames", std::move(frames)}});
  }
  return out;
}

void write(const std::vector<ChainStep>& chain, const ShowFormat& format, std::string& out) {
  std::size_t widest = 0;
  for (const auto& step : chain) widest = std::max(widest, step.kind.size());
  for (const auto& step : chain) {
    std::vector<std::string> ids = step.evidence;
    for (const auto& frame : step.frames) ids.push_back(frame.to_string());
    std::string evidence;
    for (const auto& id : ids) evidence += (evidence.empty() ? "" : ", ") + id;
    const auto when = show::shown_time(step.at) + " s";
    const auto head = fmt::format("  {:>13}  {}  ", when, padded(step.kind, widest));
    out += wrapped(head, step.text + (evidence.empty() ? "" : " (" + evidence + ")"), format.width,
                   head.size());
  }
}

Shown explain_one(const StoredRun& run, const Findings& findings, std::size_t index,
                  const ShowFormat& format) {
  const auto why = findings.explainer->explain(index);
  const auto name = name_of(run.record, index);
  if (format.json) {
    return show::dump({{"request", name},
                       {"evidence", evidence_id("request", index)},
                       {"symptom", why.symptom},
                       {"attributed", why.attributed},
                       {"cause", why.cause},
                       {"chain", to_json(why.chain)}});
  }
  const bool fine = why.symptom == "answered";
  auto out = show::heading(fmt::format("{}: {}", name, why.symptom), format);
  if (!why.cause.empty()) {
    out += wrapped("  because  ", why.cause, format.width, 11);
  } else if (!fine) {
    out += "  unattributed: no record of the run tells the cause\n";
  }
  write(why.chain, format, out);
  return out;
}

Json to_json(const Record& record, const ExplanationGroup& group) {
  Json requests = Json::array();
  for (const auto index : group.requests) requests.push_back(name_of(record, index));
  return {{"client", group.client},
          {"symptom", group.symptom},
          {"attributed", group.attributed},
          {"cause", group.cause},
          {"first_ns", show::ns(group.first)},
          {"last_ns", show::ns(group.last)},
          {"requests", std::move(requests)},
          {"chain", to_json(group.chain)}};
}

}  // namespace

Shown show_explain(const StoredRun& run, const ExplainQuery& query, const ShowFormat& format) {
  const auto findings = find(run.record, run.outcomes, query.folder);
  if (!query.one.empty()) {
    const auto index = show::find_request(run, query.one);
    if (!index) return tl::make_unexpected(index.error());
    return explain_one(run, *findings, *index, format);
  }
  const auto& all = findings->explainer->explanations();
  std::vector<const ExplanationGroup*> chosen;
  for (const auto& group : all.groups) {
    if (query.client.empty() || group.client == query.client) chosen.push_back(&group);
  }
  if (!query.client.empty() && chosen.empty()) {
    std::vector<std::string> clients;
    for (const auto& request : run.record.requests()) {
      if (std::ranges::find(clients, request.client) == clients.end()) {
        clients.push_back(request.client);
      }
    }
    if (std::ranges::find(clients, query.client) == clients.end()) {
      return tl::make_unexpected(unknown("client", query.client, clients));
    }
  }
  if (format.json) {
    Json groups = Json::array();
    for (const auto* group : chosen) groups.push_back(to_json(run.record, *group));
    Json bounds = Json::array();
    for (const auto& bound : all.slow_bounds) {
      bounds.push_back(
          {{"client", bound.client}, {"above_ns", bound.above.count()}, {"why", bound.why}});
    }
    return show::dump({{"requests", run.record.requests().size()},
                       {"failed", all.failed},
                       {"slow", all.slow},
                       {"unattributed", all.unattributed},
                       {"slow_bounds", std::move(bounds)},
                       {"groups", std::move(groups)}});
  }
  auto out =
      show::heading(fmt::format("{} of {} requests failed, {} slow; {} unattributed", all.failed,
                                run.record.requests().size(), all.slow, all.unattributed),
                    format);
  for (const auto& bound : all.slow_bounds) {
    out += wrapped("  slow     ",
                   fmt::format("{}: above {}, {}", bound.client, readable(bound.above), bound.why),
                   format.width, 11);
  }
  for (const auto* group : chosen) {
    out += '\n';
    out += wrapped(
        "",
        fmt::format("{} of {} {}, {} s to {} s: {}",
                    show::count_text(group->requests.size(), "request", "requests"), group->client,
                    group->symptom, show::shown_time(group->first), show::shown_time(group->last),
                    group->attributed ? group->cause : "unattributed"),
        format.width, 2);
    out += fmt::format("  the first, {}:\n", name_of(run.record, group->requests.front()));
    write(group->chain, format, out);
  }
  return out;
}

}  // namespace seatrial::results
