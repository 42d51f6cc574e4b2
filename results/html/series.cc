#include "results/html/series.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "results/histogram/histogram.h"
#include "results/report/summary.h"

namespace seatrial::results::html {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

struct Interval {
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  Histogram latency;  // of the answered
  std::optional<std::size_t> slowest;
  std::optional<std::size_t> first_failed;
};

std::string group_key(const RequestFinished& request) {
  return Json({request.client, request.host, request.path}).dump(-1, ' ', true, Columns::replace);
}

// The requests that a group's figures point at.
struct Witnesses {
  std::optional<std::size_t> slowest;
  std::optional<std::size_t> first_failed;

  void look(const Record& record, std::size_t i) {
    const auto& request = record.requests()[i];
    if (!request.succeeded() && !first_failed) first_failed = i;
    if (!request.error.empty()) return;
    if (!slowest || request.latency() > record.requests()[*slowest].latency()) slowest = i;
  }
};

Json index_or_null(const std::optional<std::size_t>& index) {
  return index ? Json(*index) : Json();
}

Json figures(const RequestGroup& group, const Witnesses& witnesses) {
  Json answers = Json::array();
  for (const auto& [status, count] : group.statuses) {
    answers.push_back({std::to_string(status), count});
  }
  for (const auto& [error, count] : group.errors) answers.push_back({error, count});
  const auto& latency = group.latency;
  return {{"client", group.client},
          {"host", group.host},
          {"path", group.path},
          {"service", group.expect_service},
          {"count", group.count},
          {"succeeded", group.succeeded},
          {"answered", latency.count()},
          {"answers", std::move(answers)},
          {"p50", latency.percentile(50)},
          {"p90", latency.percentile(90)},
          {"p99", latency.percentile(99)},
          {"max", latency.max()},
          {"slowest", index_or_null(witnesses.slowest)},
          {"first_failed", index_or_null(witnesses.first_failed)}};
}

Json carried(const std::map<std::string, std::uint64_t>& counts) {
  Json out = Json::array();
  for (const auto& [name, count] : counts) out.push_back({name, count});
  return out;
}

}  // namespace

Duration interval_of(Duration simulated) {
  const std::int64_t least = simulated.count() / intervals_wanted;
  for (std::int64_t power = 1'000;; power *= 10) {  // from a microsecond
    for (const std::int64_t factor : {1, 2, 5}) {
      if (factor * power >= least) return Duration(factor * power);
    }
  }
}

std::string series_json(const Record& record, Duration simulated) {
  const Duration width = interval_of(simulated);
  std::vector<Interval> intervals(static_cast<std::size_t>(simulated / width) + 1);
  for (std::size_t i = 0; i < record.requests().size(); ++i) {
    const auto& request = record.requests()[i];
    const auto at = request.intended.time_since_epoch() / width;
    const auto index =
        std::min(static_cast<std::size_t>(std::max<std::int64_t>(at, 0)), intervals.size() - 1);
    Interval& interval = intervals[index];
    if (request.succeeded()) {
      ++interval.ok;
    } else {
      ++interval.failed;
      if (!interval.first_failed) interval.first_failed = i;
    }
    if (!request.error.empty()) continue;
    interval.latency.record(request.latency());
    if (!interval.slowest || request.latency() > record.requests()[*interval.slowest].latency()) {
      interval.slowest = i;
    }
  }
  Json out{{"interval_ns", width.count()}};
  for (const auto& i : intervals) {
    const auto percentile = [&](double percent) {
      return i.latency.empty() ? Json() : Json(i.latency.percentile(percent));
    };
    out["ok"].push_back(i.ok);
    out["failed"].push_back(i.failed);
    out["p50"].push_back(percentile(50));
    out["p90"].push_back(percentile(90));
    out["p99"].push_back(percentile(99));
    out["max"].push_back(i.latency.empty() ? Json() : Json(i.latency.max()));
    out["slowest"].push_back(index_or_null(i.slowest));
    out["first_failed"].push_back(index_or_null(i.first_failed));
  }
  return text_of(out);
}

std::string groups_json(const Report& report, const PathFinder& paths) {
  const Record& record = *report.record;
  const Summary summary = summarize(report, paths);
  std::map<std::string, Witnesses> by_client;
  std::map<std::string, Witnesses> by_group;
  for (std::size_t i = 0; i < record.requests().size(); ++i) {
    const auto& request = record.requests()[i];
    by_client[request.client].look(record, i);
    by_group[group_key(request)].look(record, i);
  }
  Json out{{"clients", Json::array()}, {"groups", Json::array()}, {"spread", Json::array()}};
  for (const auto& client : summary.clients) {
    out["clients"].push_back(figures(client, by_client[client.client]));
  }
  for (const auto& group : summary.groups) {
    RequestFinished named;
    named.client = group.client;
    named.host = group.host;
    named.path = group.path;
    out["groups"].push_back(figures(group, by_group[group_key(named)]));
  }
  for (const auto& [client, spread] : summary.spread) {
    out["spread"].push_back({{"client", client},
                             {"answered", spread.answered},
                             {"edges", carried(spread.edges)},
                             {"ingress_pods", carried(spread.ingress_pods)},
                             {"app_pods", carried(spread.app_pods)}});
  }
  out["slowest"] = summary.slowest ? Json(summary.slowest->request) : Json();  // the answered one
  return text_of(out);
}

std::string failed_tries_json(const Record& record) {
  struct Group {
    std::uint64_t count = 0;
    std::size_t first = 0;
    std::size_t last = 0;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Group> groups;
  for (std::size_t i = 0; i < record.proxies().size(); ++i) {
    const auto& proxy = record.proxies()[i];
    if (proxy.error.empty()) continue;
    const auto upstream = proxy.upstream.port == 0 ? "" : proxy.upstream.to_string();
    auto& group = groups[{proxy.node, upstream, proxy.error}];
    if (group.count++ == 0) group.first = i;
    group.last = i;
  }
  Json out = Json::array();
  for (const auto& [key, group] : groups) {
    const auto& [node, upstream, error] = key;
    const auto& first = record.proxies()[group.first];
    out.push_back({{"node", node},
                   {"upstream", upstream},
                   {"upstream_name", first.upstream_name},
                   {"error", error},
                   {"count", group.count},
                   {"first", group.first},
                   {"first_ns", first.started.time_since_epoch().count()},
                   {"last", group.last},
                   {"last_ns", record.proxies()[group.last].started.time_since_epoch().count()}});
  }
  return text_of(out);
}

std::string drops_json(const Record& record) {
  struct Group {
    std::uint64_t count = 0;
    std::size_t first = 0;
    std::size_t last = 0;
  };
  std::map<std::pair<std::string, std::string>, Group> groups;
  for (std::size_t i = 0; i < record.drops().size(); ++i) {
    const auto& drop = record.drops()[i];
    auto& group = groups[{drop.node, drop.reason}];
    if (group.count++ == 0) group.first = i;
    group.last = i;
  }
  Json out = Json::array();
  for (const auto& [key, group] : groups) {
    const auto at = [&](std::size_t i) { return record.drops()[i].at.time_since_epoch().count(); };
    out.push_back({{"node", key.first},
                   {"reason", key.second},
                   {"count", group.count},
                   {"first", group.first},
                   {"first_ns", at(group.first)},
                   {"last", group.last},
                   {"last_ns", at(group.last)}});
  }
  return text_of(out);
}

}  // namespace seatrial::results::html
