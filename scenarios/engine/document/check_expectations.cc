#include "scenarios/engine/document/check_expectations.h"

namespace seatrial::scenario::document {
namespace {

class ExpectationChecker {
 public:
  ExpectationChecker(const Scenario& scenario, const std::set<std::string>& machines,
                     const CheckLinkEnd& link_end, Diagnostics& diagnostics)
      : s_(scenario), machines_(machines), link_end_(link_end), diagnostics_(diagnostics) {}

  void run() {
    std::set<std::string> ids;
    for (const auto& expectation : s_.expect) {
      const auto& at = expectation.position;
      if (!ids.insert(expectation.id).second) {
        error(at, "two expectations have the id " + in_quotes(expectation.id), "an id of its own");
      }
      std::visit([&](const auto& what) { expect(what, at); }, expectation.what);
    }
  }

 private:
  void error(const Position& at, std::string message, std::string expected = {}) {
    diagnostics_.error(at, std::move(message), std::move(expected));
  }

  void each_is_node(const std::vector<std::string>& wanted, const Position& at) {
    for (const auto& node : wanted) {
      if (!machines_.contains(node))
        error(at, "there is no node " + in_quotes(node), among(machines_));
    }
  }
  void is_load(const std::string& load, const Position& at) {
    std::set<std::string> loads;
    for (const auto& client : s_.clients) {
      if (client.load) loads.insert(client.name);
    }
    if (!loads.contains(load))
      error(at, "no client " + in_quotes(load) + " has a load", among(loads));
  }

  void expect(const ExpectSessions& e, const Position& at) {
    each_is_node(e.nodes, at);
    check_span(s_, e.until ? std::optional(e.by) : std::nullopt, e.until, at, diagnostics_);
    check_within_run(s_, e.by, at, diagnostics_);
  }
  void expect(const ExpectRoutes& e, const Position& at) {
    each_is_node(e.nodes, at);
    check_within_run(s_, e.at, at, diagnostics_);
  }
  void expect(const ExpectBlocks& e, const Position& at) {
    each_is_node(e.nodes, at);
    check_within_run(s_, e.at, at, diagnostics_);
    std::set<std::string> clusters;
    for (const auto& c : s_.clusters) clusters.insert(c.name);
    if (clusters.empty() || (!e.cluster.empty() && !clusters.contains(e.cluster))) {
      error(at, "there is no cluster " + in_quotes(e.cluster), among(clusters));
    }
  }
  void expect(const ExpectNextHops& e, const Position& at) {
    each_is_node(e.nodes, at);
    check_within_run(s_, e.at, at, diagnostics_);
  }
  void expect(const ExpectLoad& e, const Position& at) {
    is_load(e.load, at);
    check_span(s_, e.from, e.to, at, diagnostics_);
    const bool bounded = e.success_ratio.set() || e.requests.set() || e.status ||
                         e.answered_as_routed || e.p50.set() || e.p90.set() || e.p99.set() ||
                         e.max.set();
    if (!bounded) {
      error(
          at, "it expects nothing of load " + in_quotes(e.load),
          "one of \"success_ratio\", \"requests\", \"status\", \"answered_by\", \"p50\", \"p90\", "
          "\"p99\", \"max\"");
    }
    if (e.answered_as_routed) every_request_names_a_service(e.load, at);
  }
  void every_request_names_a_service(const std::string& load, const Position& at) {
    for (const auto& client : s_.clients) {
      if (client.name != load || !client.load) continue;
      for (const auto& request : client.load->requests) {
        if (request.expect_service.empty()) {
          error(at, "\"answered_by\" cannot judge " + request.url + ", which expects no service",
                "\"expect_service\" at every request of " + in_quotes(load));
        }
      }
    }
  }
  void expect(const ExpectSpread& e, const Position& at) {
    is_load(e.load, at);
    if (e.min_share > e.max_share) error(at, "\"min_share\" is above \"max_share\"");
    if (e.min_share <= 0.0 && e.max_share >= 1.0) {
      error(at, "it bounds no share", "\"min_share\" above 0 or \"max_share\" below 1");
    }
  }
  void expect(const ExpectInvariant& e, const Position& at) {
    each_is_node(e.nodes, at);
    check_span(s_, e.from, e.to, at, diagnostics_);
  }
  void expect(const ExpectConvergence& e, const Position& at) {
    check_within_run(s_, e.after, at, diagnostics_);
  }
  void expect(const ExpectQuiescent& e, const Position& at) {
    check_within_run(s_, e.by, at, diagnostics_);
  }
  void expect(const ExpectDrops& e, const Position& at) {
    each_is_node(e.nodes, at);
    check_span(s_, e.from, e.to, at, diagnostics_);
    if (!e.drops.set()) {
      error(at, "it bounds no number of drops", "one of \"at_least\", \"at_most\", \"equals\"");
    }
  }
  void expect(const ExpectAlways& e, const Position& at) {
    check_span(s_, e.from, e.to, at, diagnostics_);
    condition(e.holds, at);
  }
  void expect(const ExpectEventually& e, const Position& at) {
    check_span(s_, e.from, e.by, at, diagnostics_);
    condition(e.comes, at);
  }
  void expect(const ExpectUntil& e, const Position& at) {
    check_span(s_, e.from, e.by, at, diagnostics_);
    condition(e.comes, at);
    condition(e.holds, at);
  }

  void condition(const Condition& c, const Position& at) {
    std::visit([&](const auto& what) { state(what, at); }, c.what);
  }
  void state(const SessionIs& c, const Position& at) { each_is_node({c.node, c.peer}, at); }
  void state(const RouteIs& c, const Position& at) {
    each_is_node(c.nodes, at);
    if (!c.present && (!c.next_hops.empty() || c.count.set())) {
      error(at, "a route that is not there has no next hops",
            "\"present\": false, or \"next_hops\" or \"count\"");
    }
  }
  void state(const Reaches& c, const Position& at) { each_is_node(c.nodes, at); }
  void state(const EndpointsAre& c, const Position& at) {
    if (!c.ready.set()) {
      error(at, "it bounds no number of ready endpoints",
            "one of \"at_least\", \"at_most\", \"equals\"");
    }
    if (s_.clusters.empty()) {
      error(at, "there is no cluster that could have Service " + in_quotes(c.service), "a cluster");
    }
  }
  void state(const LinkIs& c, const Position& at) { link_end_(c.port, at); }
  void state(const LoadSucceeds& c, const Position& at) {
    is_load(c.load, at);
    if (!c.success_ratio.set()) {
      error(at, "it bounds no success ratio", "one of \"at_least\", \"at_most\", \"equals\"");
    }
    if (c.window <= Duration::zero()) {
      error(at, "a window of no length has no request", "a \"window\" above zero");
    }
  }
  void state(const Combined& c, const Position& at) {
    for (const auto& one : c.of) condition(one, at);
  }

  const Scenario& s_;
  const std::set<std::string>& machines_;
  const CheckLinkEnd& link_end_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_expectations(const Scenario& scenario, const std::set<std::string>& machines,
                        const CheckLinkEnd& link_end, Diagnostics& diagnostics) {
  ExpectationChecker(scenario, machines, link_end, diagnostics).run();
}

void check_span(const Scenario& scenario, const std::optional<Duration>& from,
                const std::optional<Duration>& to, const Position& at, Diagnostics& diagnostics) {
  if (from && to && *from >= *to) {
    diagnostics.error(at, "it ends at " + to_string(*to) + " and begins at " + to_string(*from),
                      "an end after the beginning");
  }
  for (const auto& moment : {from, to}) check_within_run(scenario, moment, at, diagnostics);
}

void check_within_run(const Scenario& scenario, const std::optional<Duration>& moment,
                      const Position& at, Diagnostics& diagnostics) {
  if (moment && *moment > scenario.duration) {
    diagnostics.error(
        at, to_string(*moment) + " is after the run's end at " + to_string(scenario.duration),
        "a time of the run");
  }
}

std::string in_quotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

std::string among(const std::set<std::string>& names) {
  if (names.empty()) return "one to be declared (there is none)";
  std::string out = names.size() == 1 ? "" : "one of ";
  for (const auto& name : names) out += (name == *names.begin() ? "" : ", ") + in_quotes(name);
  return out;
}

}  // namespace seatrial::scenario::document
