#include "results/report/summary.h"

#include <tuple>

namespace seatrial::results {
namespace {

void count(RequestGroup& group, const RequestFinished& request) {
  ++group.count;
  if (request.succeeded()) ++group.succeeded;
  if (!request.error.empty()) {
    ++group.errors[request.error];
    return;
  }
  ++group.statuses[request.status];
  group.latency.record(request.latency());
  group.service_time.record(request.service_time());
}

template <typename Map>
auto values_of(Map&& map) {
  std::vector<typename std::decay_t<Map>::mapped_type> out;
  out.reserve(map.size());
  for (auto& [key, value] : map) out.push_back(std::move(value));
  return out;
}

}  // namespace

Summary summarize(const Report& report, const PathFinder& paths) {
  Summary out;
  const Record& record = *report.record;
  std::map<std::string, RequestGroup> clients;
  std::map<std::tuple<std::string, std::string, std::string>, RequestGroup> groups;
  for (std::size_t i = 0; i < record.requests().size(); ++i) {
    const auto& request = record.requests()[i];
    auto& client = clients[request.client];
    client.client = request.client;
    count(client, request);
    auto& group = groups[{request.client, request.host, request.path}];
    group.client = request.client;
    group.host = request.host;
    group.path = request.path;
    group.expect_service = request.expect_service;
    count(group, request);

    auto [it, fresh] = out.spread.try_emplace(request.client);
    Spread& spread = it->second;
    if (fresh) {
      for (const auto& name : report.participants.edges) spread.edges[name];
      for (const auto& name : report.participants.ingress_pods) spread.ingress_pods[name];
      for (const auto& name : report.participants.app_pods) spread.app_pods[name];
    }
    if (!request.error.empty()) continue;
    const auto path = paths.path_of(i);
    ++spread.answered;
    ++spread.edges[path.edge];
    ++spread.ingress_pods[path.ingress_pod];
    ++spread.app_pods[path.app_pod];
  }
  out.clients = values_of(clients);
  for (auto& client : out.clients) {
    if (const auto* load = report.run.load_of(client.client)) {
      client.service_time_corrected = client.service_time.corrected(load->interval.count());
    }
  }
  out.groups = values_of(groups);

  std::map<std::pair<std::string, std::string>, DropGroup> drops;
  for (const auto& drop : record.drops()) {
    const auto [it, fresh] =
        drops.try_emplace({drop.node, drop.reason}, DropGroup{drop.node, drop.reason, 0, drop.at});
    ++it->second.count;
  }
  out.drops = values_of(drops);
  if (const auto slowest = paths.slowest()) out.slowest = paths.path_of(*slowest);
  return out;
}

}  // namespace seatrial::results
