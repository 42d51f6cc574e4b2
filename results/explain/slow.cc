#include "results/explain/slow.h"

#include <algorithm>

namespace seatrial::results {
namespace {

using Kind = TimeSpan::Kind;

// Shorter pieces than this part of the whole are asked for no cause.
constexpr int parts = 20;

Duration whole_of(const Timing& timing) {
  return timing.spans.empty() ? Duration::zero()
                              : timing.spans.back().to - timing.spans.front().from;
}

bool is_long(const Timing& timing, const TimeSpan& span) {
  return span.took() * parts >= whole_of(timing);
}

}  // namespace

std::vector<SpentOn> SlowTime::connections(const Timing& timing) const {
  std::vector<SpentOn> out;
  for (std::size_t i = 0; i < timing.spans.size(); ++i) {
    const auto& span = timing.spans[i];
    if (!is_long(timing, span)) continue;
    if (span.kind == Kind::failed) {
      out.push_back({i, tries_.of_proxy(*span.proxy, span.to)});
      continue;
    }
    if (!span.flow && span.kind != Kind::upstream) continue;
    for (auto leg = span.leg; leg <= span.last_leg && leg < timing.path.legs.size(); ++leg) {
      const auto& way = timing.path.legs[leg];
      SpentOn spent{i, tries_.of_connection(way.from, way.flow, span.from, span.to)};
      // A kept connection was made before.
      for (const auto& hop : way.hops) spent.one.seen.insert(hop.node);
      for (const auto& hop : way.back) spent.one.answers_seen.insert(hop.node);
      if (!way.hops.empty() && way.hops.back().out.empty()) {
        spent.one.arrived_at = way.hops.back().node;
      }
      out.push_back(std::move(spent));
    }
  }
  return out;
}

std::optional<Cause> SlowTime::cause_of(const Timing& timing, std::size_t index,
                                        const std::vector<SpentOn>& connections,
                                        const std::map<std::size_t, Cause>& lost) const {
  const auto& span = timing.spans[index];
  if (const auto found = lost.find(index); found != lost.end()) return found->second;
  for (const auto& spent : connections) {
    if (spent.span != index) continue;
    if (auto cause = causes_.of_drops(spent.one)) return cause;
    if (spent.one.error.empty()) continue;
    if (auto cause = causes_.of_refusal(spent.one)) return cause;
  }
  return shares_.cause_of(timing, span);
}

std::optional<Cause> SlowTime::main_cause(const Timing& timing,
                                          const std::vector<SpentOn>& connections,
                                          const std::map<std::size_t, Cause>& lost) const {
  const auto whole = whole_of(timing);
  std::vector<Cause> causes;
  for (std::size_t i = 0; i < timing.spans.size(); ++i) {
    if (!is_long(timing, timing.spans[i])) continue;
    auto cause = cause_of(timing, i, connections, lost);
    if (!cause) continue;
    const auto same = std::ranges::find(causes, cause->key, &Cause::key);
    if (same != causes.end()) {
      *same->part += timing.spans[i].took();
      continue;
    }
    cause->part = timing.spans[i].took();
    cause->whole = whole;
    causes.push_back(std::move(*cause));
  }
  const auto most = std::ranges::max_element(
      causes, [](const Cause& a, const Cause& b) { return *a.part < *b.part; });
  if (most == causes.end() || *most->part * 2 < whole) return std::nullopt;
  most->sentence = Causes::sentence({&*most});
  return std::move(*most);
}

}  // namespace seatrial::results
