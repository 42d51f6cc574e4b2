#include "scenarios/engine/campaign/failures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenarios/engine/document/cables.h"
#include "scenarios/engine/document/processes.h"
#include "scenarios/engine/document/words.h"

namespace seatrial::scenario::campaign {
namespace {

constexpr std::array<std::pair<std::string_view, FailureKind>, 3> kind_words{
    {{"link", FailureKind::link}, {"node", FailureKind::node}, {"process", FailureKind::process}}};

void add_links(const Scenario& scenario, std::vector<Failure>& out) {
  for (const auto& cable : document::cables(scenario)) {
    // The end that says most: a machine's rather than a switch's.
    const bool first_is_switch = std::ranges::any_of(
        scenario.fabric.switches, [&](const auto& sw) { return sw.name == cable.ends[0].node; });
    const bool second_is_switch = std::ranges::any_of(
        scenario.fabric.switches, [&](const auto& sw) { return sw.name == cable.ends[1].node; });
    const auto& end = cable.ends[first_is_switch && !second_is_switch ? 1 : 0];
    out.push_back({FailureKind::link,
                   Action::link_down,
                   end.to_string(),
                   cable.to_string(),
                   {cable.ends[0].node, cable.ends[1].node}});
  }
}

void add_nodes(const Scenario& scenario, std::vector<Failure>& out) {
  const auto add = [&](const std::string& name) {
    out.push_back({FailureKind::node, Action::power_off, name, name, {name}});
  };
  for (const auto& router : scenario.fabric.routers) add(router.name);
  for (const auto& edge : scenario.edges) add(edge.name);
  for (const auto& cluster : scenario.clusters) {
    for (const auto& node : cluster.nodes) add(node.name);
  }
}

void add_processes(const Scenario& scenario, std::vector<Failure>& out) {
  for (const auto& one : document::processes(scenario)) {
    out.push_back(
        {FailureKind::process, Action::kill, one.to_string(), one.to_string(), {one.node}});
  }
}

// Whether one of them takes the other along.
bool covers(const Failure& a, const Failure& b) {
  return a.action == Action::power_off && std::ranges::count(b.machines, a.target) != 0;
}

Duration middle_of_load(const Scenario& scenario, Duration end) {
  std::optional<Duration> from;
  std::optional<Duration> to;
  for (const auto& client : scenario.clients) {
    if (!client.load) continue;
    from = std::min(from.value_or(client.load->from), client.load->from);
    to = std::max(to.value_or(client.load->to), client.load->to);
  }
  if (!from || *from >= end) return end / 2;
  const auto middle = (*from + std::min(*to, end)) / 2;
  // To the millisecond, as a person would type it; a shorter load is taken as it is.
  const auto whole = middle / std::chrono::milliseconds(1) * std::chrono::milliseconds(1);
  return whole > *from ? whole : middle;
}

}  // namespace

std::string_view to_string(FailureKind kind) {
  for (const auto& [word, known] : kind_words) {
    if (known == kind) return word;
  }
  return "";
}

std::string Failure::to_string() const {
  return fmt::format("{} {}", document::word_of(action), target);
}

std::string Case::name() const {
  std::string out;
  for (const auto& failure : failures) out += (out.empty() ? "" : " + ") + failure.to_string();
  return out;
}

std::string Case::folder() const {
  std::string out = name();
  std::ranges::replace(out, ' ', '-');
  std::ranges::replace(out, ':', '@');
  std::ranges::replace(out, '/', '@');  // of a process: edge1/nginx
  return out;
}

std::vector<std::string> Case::injections(Duration at) const {
  std::vector<std::string> out;
  for (const auto& failure : failures) {
    out.push_back(fmt::format("{}:{}:{}", seatrial::to_string(at),
                              document::word_of(failure.action), failure.target));
  }
  return out;
}

tl::expected<std::vector<FailureKind>, std::string> parse_kinds(std::string_view text) {
  std::vector<FailureKind> out;
  for (;;) {
    const auto comma = text.find(',');
    const auto word = text.substr(0, comma);
    const auto* const known =
        std::ranges::find(kind_words, word, [](const auto& w) { return w.first; });
    if (known == kind_words.end()) {
      return tl::make_unexpected(fmt::format(
          "\"{}\" is no kind of failure, expected link, node or process, or several", word));
    }
    if (std::ranges::find(out, known->second) == out.end()) out.push_back(known->second);
    if (comma == std::string_view::npos) return out;
    text = text.substr(comma + 1);
  }
}

tl::expected<Plan, std::string> plan(const Scenario& scenario, const PlanOptions& options) {
  Plan out;
  out.kinds = options.kinds;
  out.together = options.together;
  const auto end = std::min(options.until.value_or(scenario.duration), scenario.duration);
  out.at = options.at.value_or(middle_of_load(scenario, end));
  if (out.at >= end) {
    return tl::make_unexpected(
        fmt::format("the failure at {} is not before the runs' end at {}, "
                    "expected an earlier one",
                    seatrial::to_string(out.at), seatrial::to_string(end)));
  }
  std::vector<Failure> single;
  for (const auto kind : options.kinds) {
    switch (kind) {
      case FailureKind::link:
        add_links(scenario, single);
        break;
      case FailureKind::node:
        add_nodes(scenario, single);
        break;
      case FailureKind::process:
        add_processes(scenario, single);
        break;
    }
  }
  for (std::size_t i = 0; i < single.size(); ++i) {
    if (options.together == 1) {
      out.cases.push_back({{single[i]}});
      continue;
    }
    for (std::size_t j = i + 1; j < single.size(); ++j) {
      if (covers(single[i], single[j]) || covers(single[j], single[i])) continue;
      out.cases.push_back({{single[i], single[j]}});
    }
  }
  if (out.cases.empty()) {
    return tl::make_unexpected("nothing of these kinds can fail in the design, expected others");
  }
  return out;
}

std::string announcement(const Plan& plan, std::size_t seeds) {
  std::string kinds;
  for (const auto kind : plan.kinds) {
    kinds += (kinds.empty() ? "" : ", ") + std::string(to_string(kind));
  }
  const auto runs = (plan.cases.size() + 1) * seeds;
  return fmt::format("{} {} failures ({}) at {}: {} runs with the baseline{}", plan.cases.size(),
                     plan.together == 1 ? "single" : "double", kinds, seatrial::to_string(plan.at),
                     runs, seeds == 1 ? "" : fmt::format(", {} seeds each", seeds));
}

}  // namespace seatrial::scenario::campaign
