#include "results/versus/figures.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/dataplane/windows.h"
#include "results/report/summary.h"
#include "results/show/names.h"

namespace seatrial::results::versus {
namespace {

double in_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e9;
}
double in_seconds(Duration d) {
  return in_seconds(d.count());
}
double in_seconds(TimePoint at) {
  return in_seconds(at.time_since_epoch());
}

class Collector {
 public:
  Collector(const StoredRun& run, RunFigures& out)
      : record_(run.record), names_(run.record), end_(run.run.simulated), out_(out) {}

  void expectations(const std::vector<Outcome>& outcomes) {
    out_.passed = true;
    for (const auto& outcome : outcomes) {
      out_.expectations[outcome.id] = outcome.ok ? "holds" : "fails";
      if (!outcome.ok) out_.why[outcome.id] = outcome.why;
      out_.passed = out_.passed && outcome.ok;
    }
  }

  void sessions() {
    std::optional<TimePoint> last;
    std::size_t up = 0;
    const auto all = record_.sessions_at();
    for (const auto& session : all) {
      out_.sessions[session.node + " to " + names_.with_name(session.peer, end_)] = session.state;
      if (session.established()) ++up;
      if (session.first_established) {
        last = std::max(last.value_or(TimePoint{}), *session.first_established);
      }
    }
    std::size_t lost = 0;
    std::map<std::pair<std::string, net::IpAddress>, bool> was_up;
    for (const auto& change : record_.sessions()) {
      auto& before = was_up[{change.node, change.peer}];
      if (before && !change.established()) ++lost;
      before = change.established();
    }
    if (all.empty()) return;
    count("sessions: ends up at the end", up);
    count("sessions: ends lost", lost);
    if (last) time("sessions: last first Established", in_seconds(*last));
  }

  void routes() {
    for (const auto& node : record_.fib_nodes()) {
      const auto* known = record_.topology().node(node);
      if (known == nullptr || known->kind == "pod") continue;
      record_.fib_at(node).for_each([&](const net::Prefix& prefix, const FibEntry& entry) {
        if (entry.protocol == "kernel") return;
        std::string hops;
        for (const auto& hop : entry.next_hops) {
          hops +=
              (hops.empty() ? "" : ", ") +
              (hop.address.is_unspecified() ? hop.interface : names_.with_name(hop.address, end_));
        }
        out_.routes[node + " " + prefix.to_string()] =
            entry.protocol + (hops.empty() ? "" : " via " + hops);
      });
    }
  }

  // How long the tables of machines changed after each fault, until the next.
  void convergence() {
    const auto changes_of_machines = [&](const FibChanged& change) {
      return change.protocol != "kernel" && change.protocol != "connected";
    };
    std::optional<TimePoint> last;
    for (const auto& change : record_.fib()) {
      if (changes_of_machines(change)) last = change.at;
    }
    if (last) time("routing: last FIB change", in_seconds(*last));
    const auto& faults = record_.faults();
    std::map<std::string, int> seen;
    for (std::size_t i = 0; i < faults.size(); ++i) {
      const auto& fault = faults[i];
      const auto until = i + 1 < faults.size() ? faults[i + 1].at : end_ + Duration(1);
      Duration settled{};
      for (const auto& change : record_.fib()) {
        if (changes_of_machines(change) && change.at >= fault.at && change.at < until) {
          settled = std::max(settled, change.at - fault.at);
        }
      }
      std::size_t failed = 0;
      for (const auto& request : record_.requests()) {
        if (!request.succeeded() && request.intended >= fault.at && request.intended < until) {
          ++failed;
        }
      }
      auto name = fault.action + " " + fault.target;
      if (const int times = ++seen[name]; times > 1) name += fmt::format(" ({})", times);
      time("after " + name + ": FIBs settled in", in_seconds(settled));
      count("after " + name + ": failed requests", failed);
    }
  }

  // Machine-seconds are no use to a person: how many there were, and for how long any was open.
  void windows() {
    const auto all = find_windows(record_);
    for (const auto kind : {WindowKind::loop, WindowKind::blackhole}) {
      std::vector<std::pair<TimePoint, TimePoint>> spans;
      for (const auto& window : all) {
        if (window.kind == kind) spans.emplace_back(window.from, window.to.value_or(end_));
      }
      std::ranges::sort(spans);
      Duration open{};
      TimePoint covered{};
      for (const auto& [from, to] : spans) {
        open += std::max(to, covered) - std::max(from, covered);
        covered = std::max(covered, to);
      }
      const auto name = std::string(word_of(kind)) + " windows";
      count(name, spans.size());
      time(name + ": time that any was open", in_seconds(open));
    }
  }

  void requests(const Summary& summary) {
    for (const auto& client : summary.clients) {
      const auto& name = client.client;
      count(name + ": requests", client.count);
      count(name + ": requests failed", client.count - client.succeeded);
      out_.figures[name + ": success ratio"] = {client.success_ratio(), Unit::ratio};
      if (client.latency.empty()) continue;
      time(name + ": mean latency", client.latency.mean() / 1e9);
      for (const auto& [word, percent] :
           std::vector<std::pair<std::string, double>>{{"p50", 50}, {"p90", 90}, {"p99", 99}}) {
        time(name + ": " + word + " latency", in_seconds(client.latency.percentile(percent)));
      }
      time(name + ": highest latency", in_seconds(client.latency.max()));
    }
    for (const auto& [client, spread] : summary.spread) {
      if (spread.answered == 0) continue;
      const auto total = static_cast<double>(spread.answered);
      for (const auto& [edge, carried] : spread.edges) {
        out_.figures[client + ": share of " + (edge.empty() ? "no known edge" : edge)] = {
            static_cast<double>(carried) / total, Unit::ratio};
      }
      busiest(client + ": share of the busiest ingress pod", spread.ingress_pods, total);
      busiest(client + ": share of the busiest app pod", spread.app_pods, total);
    }
  }

  void drops(const Summary& summary) {
    count("packets dropped", record_.drops().size());
    std::map<std::string, std::uint64_t> reasons;
    for (const auto& group : summary.drops) reasons[group.reason] += group.count;
    for (const auto& [reason, number] : reasons) count("packets dropped: " + reason, number);
    for (const auto& [name, number] : record_.counters()) {
      // Said already, or what was asked for rather than what came of it.
      if (name != "requests" && name != "simulated_ns") count("counter " + name, number);
    }
  }

 private:
  void count(const std::string& name, std::uint64_t value) {
    out_.figures[name] = {static_cast<double>(value), Unit::count};
  }
  void time(const std::string& name, double value) { out_.figures[name] = {value, Unit::seconds}; }
  void busiest(const std::string& name, const std::map<std::string, std::uint64_t>& carried,
               double total) {
    std::uint64_t most = 0;
    for (const auto& [pod, number] : carried) most = std::max(most, number);
    out_.figures[name] = {static_cast<double>(most) / total, Unit::ratio};
  }

  const Record& record_;
  const Names names_;
  const TimePoint end_;
  RunFigures& out_;
};

}  // namespace

RunFigures figures_of(const StoredRun& run, std::string name) {
  RunFigures out;
  out.name = std::move(name);
  out.scenario = run.run.scenario;
  out.version = run.run.version;
  out.seed = run.run.seed;
  const auto report = run.report();
  const auto summary = summarize(report, PathFinder(run.record));
  Collector collector(run, out);
  collector.expectations(run.outcomes);
  collector.sessions();
  collector.routes();
  collector.convergence();
  collector.windows();
  collector.requests(summary);
  collector.drops(summary);
  return out;
}

}  // namespace seatrial::results::versus
