// results.json: everything about a run for programs. Times are whole nanoseconds of simulated time;
// results/schema/results.schema.json describes the members.
#include <nlohmann/json.hpp>

#include "results/report/findings_json.h"
#include "results/report/report.h"
#include "results/report/summary.h"

namespace seatrial::results {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t ns(TimePoint at) {
  return at.time_since_epoch().count();
}
Json ns(const std::optional<TimePoint>& at) {
  return at ? Json(ns(*at)) : Json();
}

Json expectations(const Report& report) {
  Json out = Json::array();
  for (const auto& outcome : report.outcomes) {
    out.push_back({{"id", outcome.id},
                   {"kind", outcome.kind},
                   {"ok", outcome.ok},
                   {"why", outcome.why},
                   {"evidence", outcome.evidence}});
  }
  return out;
}

Json sessions(const Record& record) {
  Json out = Json::array();
  for (const auto& session : record.sessions_at()) {
    out.push_back({{"node", session.node},
                   {"peer", session.peer.to_string()},
                   {"state", session.state},
                   {"first_established_ns", ns(session.first_established)},
                   {"last_established_ns", ns(session.last_established)},
                   {"last_lost_ns", ns(session.last_lost)},
                   {"times_established", session.established_count},
                   {"reason", session.last_reason},
                   {"evidence", evidence_id("session", session.record)}});
  }
  return out;
}

Json routes(const Record& record) {
  Json out = Json::object();
  for (const auto& node : record.fib_nodes()) {
    Json list = Json::array();
    record.fib_at(node).for_each([&](const net::Prefix& prefix, const FibEntry& entry) {
      Json hops = Json::array();
      for (const auto& hop : entry.next_hops) {
        Json one = Json::object();
        if (!hop.address.is_unspecified()) one["address"] = hop.address.to_string();
        if (!hop.interface.empty()) one["interface"] = hop.interface;
        hops.push_back(std::move(one));
      }
      list.push_back({{"prefix", prefix.to_string()},
                      {"protocol", entry.protocol},
                      {"next_hops", std::move(hops)},
                      {"evidence", evidence_id("fib", entry.record)}});
    });
    out[node]["fib"] = std::move(list);
  }
  for (const auto& node : record.rib_nodes()) {
    Json list = Json::array();
    record.rib_at(node).for_each([&](const net::Prefix& prefix, const RibEntry& entry) {
      Json hops = Json::array();
      for (const auto& hop : entry.next_hops) hops.push_back(hop.to_string());
      list.push_back({{"prefix", prefix.to_string()},
                      {"protocol", entry.protocol},
                      {"next_hops", std::move(hops)},
                      {"detail", entry.detail},
                      {"evidence", evidence_id("rib", entry.record)}});
    });
    out[node]["rib"] = std::move(list);
  }
  return out;
}

Json times(const Histogram& of) {
  return {{"count", of.count()},
          {"min", of.min()},
          {"mean", static_cast<std::int64_t>(of.mean())},
          {"p50", of.percentile(50)},
          {"p90", of.percentile(90)},
          {"p99", of.percentile(99)},
          {"p999", of.percentile(99.9)},
          {"max", of.max()}};
}

Json figures(const RequestGroup& group) {
  Json statuses = Json::object();
  for (const auto& [status, count] : group.statuses) statuses[std::to_string(status)] = count;
  Json errors = Json::object();
  for (const auto& [error, count] : group.errors) errors[error] = count;
  Json out{{"count", group.count},
           {"succeeded", group.succeeded},
           {"statuses", std::move(statuses)},
           {"errors", std::move(errors)},
           {"latency_ns", times(group.latency)},
           {"service_time_ns", times(group.service_time)}};
  if (group.service_time_corrected) {
    out["service_time_corrected_ns"] = times(*group.service_time_corrected);
  }
  return out;
}

Json load_json(const LoadInfo& load) {
  return {{"arrival", load.arrival},
          {"interval_ns", load.interval.count()},
          {"from_ns", load.from.count()},
          {"to_ns", load.to.count()},
          {"connections", load.connections}};
}

Json requests(const Report& report, const Summary& summary) {
  Json out = Json::array();
  for (const auto& client : summary.clients) {
    Json one{{"client", client.client}};
    if (const auto* load = report.run.load_of(client.client)) one["load"] = load_json(*load);
    one.update(figures(client));
    Json paths = Json::array();
    for (const auto& group : summary.groups) {
      if (group.client != client.client) continue;
      Json path{{"host", group.host}, {"path", group.path}};
      if (!group.expect_service.empty()) path["expect_service"] = group.expect_service;
      path.update(figures(group));
      paths.push_back(std::move(path));
    }
    one["paths"] = std::move(paths);
    out.push_back(std::move(one));
  }
  return out;
}

Json spread(const Summary& summary) {
  Json out = Json::object();
  const auto counts = [](const std::map<std::string, std::uint64_t>& carried) {
    Json list = Json::object();
    for (const auto& [name, count] : carried) list[name.empty() ? "(unknown)" : name] = count;
    return list;
  };
  for (const auto& [client, s] : summary.spread) {
    out[client] = {{"answered", s.answered},
                   {"edges", counts(s.edges)},
                   {"ingress_pods", counts(s.ingress_pods)},
                   {"app_pods", counts(s.app_pods)}};
  }
  return out;
}

Json drops(const Record& record, const Summary& summary) {
  Json groups = Json::array();
  for (const auto& group : summary.drops) {
    groups.push_back({{"node", group.node},
                      {"reason", group.reason},
                      {"count", group.count},
                      {"first_ns", ns(group.first)}});
  }
  return {{"count", record.drops().size()}, {"by", std::move(groups)}};
}

// Each hop names the switches between it and the next.
Json hops_json(const Report& report, const std::vector<PathHop>& hops) {
  Json out = Json::array();
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const auto& hop = hops[i];
    Json switches = Json::array();
    if (i + 1 < hops.size()) {
      switches = report.record->topology().switches_between(hop.node, hop.out, hops[i + 1].node);
    }
    out.push_back({{"at_ns", ns(hop.at)},
                   {"node", hop.node},
                   {"in", hop.in},
                   {"out", hop.out},
                   {"switches", std::move(switches)}});
  }
  return out;
}

Json slowest(const Report& report, const std::optional<RequestPath>& path) {
  if (!path) return nullptr;
  const auto& request = report.record->requests()[path->request];
  Json legs = Json::array();
  for (const auto& leg : path->legs) {
    legs.push_back({{"from", leg.from},
                    {"to", leg.to},
                    {"source", leg.flow.from.to_string()},
                    {"destination", leg.flow.to.to_string()},
                    {"started_ns", ns(leg.started)},
                    {"finished_ns", ns(leg.finished)},
                    {"hops", hops_json(report, leg.hops)},
                    {"back", hops_json(report, leg.back)}});
  }
  return {{"evidence", evidence_id("request", path->request)},
          {"client", request.client},
          {"number", request.number},
          {"method", request.method},
          {"url", request.url},
          {"status", request.status},
          {"intended_ns", ns(request.intended)},
          {"latency_ns", request.latency().count()},
          {"edge", path->edge},
          {"ingress_pod", path->ingress_pod},
          {"app_pod", path->app_pod},
          {"legs", std::move(legs)}};
}

Json topology(const Topology& topology) {
  Json nodes = Json::array();
  for (const auto& node : topology.nodes) {
    Json ports = Json::array();
    for (const auto& port : node.ports) {
      Json addresses = Json::array();
      for (const auto& address : port.addresses) addresses.push_back(address.to_string());
      ports.push_back({{"name", port.name}, {"addresses", std::move(addresses)}});
    }
    Json one{{"name", node.name}, {"kind", node.kind}};
    if (!node.cluster.empty()) one["cluster"] = node.cluster;
    one["ports"] = std::move(ports);
    nodes.push_back(std::move(one));
  }
  Json links = Json::array();
  for (const auto& link : topology.links) {
    links.push_back({{"ports", link.ports},
                     {"rate_bps", link.rate_bps},
                     {"delay_ns", link.delay.count()},
                     {"mtu", link.mtu}});
  }
  return {{"nodes", std::move(nodes)}, {"links", std::move(links)}};
}

Json faults(const Record& record) {
  Json out = Json::array();
  for (std::size_t i = 0; i < record.faults().size(); ++i) {
    const auto& fault = record.faults()[i];
    out.push_back({{"at_ns", ns(fault.at)},
                   {"action", fault.action},
                   {"target", fault.target},
                   {"evidence", evidence_id("fault", i)}});
  }
  return out;
}

Json counters(const Report& report) {
  // Sorted, as a map is; what the run counted itself goes first.
  auto all = report.record->counters();
  all["requests"] = report.record->requests().size();
  all["simulated_ns"] = static_cast<std::uint64_t>(report.run.simulated.count());
  Json out = Json::object();
  for (const auto& [name, count] : all) out[name] = count;
  return out;
}

}  // namespace

const LoadInfo* RunInfo::load_of(const std::string& client) const {
  for (const auto& load : loads) {
    if (load.client == client) return &load;
  }
  return nullptr;
}

bool Report::passed() const {
  for (const auto& outcome : outcomes) {
    if (!outcome.ok) return false;
  }
  return true;
}

std::string results_json(const Report& report) {
  const Record& record = *report.record;
  const PathFinder paths(record);
  const Summary summary = summarize(report, paths);
  Json out{{"scenario", report.run.scenario},
           {"description", report.run.description},
           {"seed", report.run.seed},
           {"version", report.run.version},
           {"simulated_ns", report.run.simulated.count()},
           {"verdict", report.passed() ? "pass" : "fail"}};
  out["topology"] = topology(record.topology());
  out["faults"] = faults(record);
  out["expectations"] = expectations(report);
  out["sessions"] = sessions(record);
  out["routes"] = routes(record);
  out["requests"] = requests(report, summary);
  out["spread"] = spread(summary);
  out["drops"] = drops(record, summary);
  const auto findings = findings_of(report);
  out["windows"] = windows_json(findings->windows);
  out["convergence"] = convergence_json(findings->convergence);
  out["explanations"] = explanations_json(findings->explainer->explanations());
  out["slowest_request"] = slowest(report, summary.slowest);
  out["counters"] = counters(report);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace seatrial::results
