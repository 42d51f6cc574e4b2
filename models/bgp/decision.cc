#include "models/bgp/decision.h"

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <limits>
#include <numeric>
#include <utility>

#include "models/bgp/as_path_rules.h"

namespace seatrial::bgp {
namespace {

// Indices of candidates: rarely more than fit without an allocation.
using Indices = boost::container::small_vector<std::size_t, 16>;

// Negative: the first is better. The step is the first that tells them apart.
struct Comparison {
  int sign = 0;
  Step step = Step::path_id;
};

template <typename T>
int lower_first(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

class Decider {
 public:
  Decider(std::span<const Candidate> candidates, const DecisionOptions& options)
      : candidates_(candidates), options_(options) {}

  Decision run() {
    Decision decision;
    decision.steps.assign(candidates_.size(), Step::not_eligible);
    Indices alive;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (candidates_[i].eligible()) alive.push_back(i);
    }
    if (alive.empty()) return decision;
    const auto best = choose(alive, decision.steps);
    decision.best = best;
    explain(best, alive, decision.steps);
    decision.multipath = multipath_of(best, alive, decision.steps);
    return decision;
  }

 private:
  std::size_t choose(const Indices& alive, std::vector<Step>& steps) const {
    // Without a difference in MED the steps are an order, whichever way it is looked for; who
    // compares with the best so far alone may keep what MED once made the best.
    const bool same_med =
        std::ranges::all_of(alive, [&](std::size_t i) { return med(i) == med(alive.front()); });
    if (same_med && options_.med_mode != MedMode::incremental) return newest_first(alive, false);
    switch (options_.med_mode) {
      case MedMode::pairwise:
        return newest_first(alive, true);
      case MedMode::deterministic: {
        // The winner of each neighbouring AS, then the winner of those.
        // A path belongs to the first group whose newest one it can be compared with.
        std::vector<Indices> groups;
        for (auto n = alive.size(); n-- > 0;) {
          const auto i = alive[n];
          auto group = std::ranges::find_if(
              groups, [&](const auto& g) { return one_neighbor(g.front(), i); });
          if (group == groups.end()) {
            groups.emplace_back(1, i);
          } else {
            group->push_back(i);
          }
        }
        Indices winners;
        for (auto& members : groups) {
          std::ranges::sort(members);
          winners.push_back(newest_first(members, true));
        }
        std::ranges::sort(winners);
        return newest_first(winners, true);
      }
      case MedMode::incremental:
        return against_best(alive);
      case MedMode::eliminate:
        return newest_first(without_higher_med(alive, steps), false);
    }
    return alive.front();
  }

  std::size_t newest_first(const Indices& alive, bool with_med) const {
    return std::accumulate(alive.rbegin(), alive.rend(), alive.back(),
                           [&](std::size_t best, std::size_t i) {
                             return compare(i, best, with_med).sign < 0 ? i : best;
                           });
  }

  // BIRD looks through all only when the best is gone or has changed; otherwise it stays until
  // something new beats it, even where MED would have another one of those that were there.
  std::size_t against_best(const Indices& alive) const {
    const auto kept = std::ranges::find_if(
        alive, [&](std::size_t i) { return candidates_[i].best && !candidates_[i].fresh; });
    const bool all = kept == alive.end();
    std::size_t best = all ? alive.front() : *kept;
    for (const auto i : alive) {
      if ((all || candidates_[i].fresh) && compare(i, best, true).sign < 0) best = i;
    }
    return best;
  }

  // Steps before MED, then RFC 4271 section 9.1.2.2 c over what is left, marked in `steps`.
  Indices without_higher_med(const Indices& alive, std::vector<Step>& steps) const {
    Indices left;
    for (const auto i : alive) {
      const bool beaten = std::ranges::any_of(alive, [&](std::size_t j) {
        const auto c = compare(j, i, false);
        return c.sign < 0 && c.step < Step::med;
      });
      if (!beaten) left.push_back(i);
    }
    Indices kept;
    for (const auto i : left) {
      const bool beaten = std::ranges::any_of(
          left, [&](std::size_t j) { return med_comparable(j, i) && med(j) < med(i); });
      if (beaten) {
        steps[i] = Step::med;
      } else {
        kept.push_back(i);
      }
    }
    return kept;
  }

  void explain(std::size_t best, const Indices& alive, std::vector<Step>& steps) const {
    const bool with_med = options_.med_mode != MedMode::eliminate;
    steps[best] = Step::only_path;
    for (const auto i : alive) {
      if (i == best) continue;
      // A loss on MED may have been to a path that lost later itself; it stands as recorded.
      if (steps[i] != Step::med) steps[i] = compare(best, i, with_med).step;
      if (steps[best] == Step::only_path || steps[i] > steps[best]) steps[best] = steps[i];
    }
  }

  std::vector<std::size_t> multipath_of(std::size_t best, const Indices& alive,
                                        const std::vector<Step>& steps) const {
    std::vector<std::size_t> set{best};
    const auto& b = candidates_[best];
    if (b.origin->source == RouteSource::local) return set;
    const auto most =
        b.origin->source == RouteSource::ebgp ? options_.multipath_ebgp : options_.multipath_ibgp;
    auto others = alive;
    if (options_.multipath_by_address) {
      const auto place = [&](std::size_t i) {
        const auto& c = candidates_[i];
        return std::pair(c.attributes->next_hop, c.origin->peer);
      };
      std::stable_sort(others.begin(), others.end(),
                       [&](std::size_t i, std::size_t j) { return place(i) < place(j); });
    }
    for (const auto i : others) {
      if (set.size() >= most) break;
      if (i == best || !as_near(b, candidates_[i], steps[i])) continue;
      if (!same_enough(b, candidates_[i])) continue;
      const bool known = std::ranges::any_of(set, [&](std::size_t j) {
        return candidates_[j].attributes->next_hop == candidates_[i].attributes->next_hop;
      });
      if (!known) set.push_back(i);
    }
    return set;
  }

  // Nothing before the metric told them apart, nor did that.
  bool as_near(const Candidate& best, const Candidate& other, Step lost) const {
    if (lost == Step::ebgp_over_ibgp && options_.peer_type_relax) {
      return best.metric == other.metric;
    }
    if (options_.equal_cluster_length && cluster_lengths(best, other) != 0) return false;
    return lost > Step::igp_metric;
  }
  // Of two internal paths, which has the shorter cluster list.
  static int cluster_lengths(const Candidate& a, const Candidate& b) {
    if (a.origin->source != RouteSource::ibgp || b.origin->source != RouteSource::ibgp) return 0;
    return lower_first(a.attributes->cluster_list.size(), b.attributes->cluster_list.size());
  }

  bool same_enough(const Candidate& a, const Candidate& b) const {
    const bool alike =
        a.origin->source == b.origin->source && a.origin->confederation == b.origin->confederation;
    if (!alike && (!options_.peer_type_relax || b.origin->source == RouteSource::local)) {
      return false;
    }
    if (options_.multipath_relax) return true;
    const auto& p = a.attributes->as_path;
    const auto& q = b.attributes->as_path;
    return a.origin->source == RouteSource::ibgp ? p == q : a.origin->asn == b.origin->asn;
  }

  std::uint32_t med(std::size_t i) const {
    return candidates_[i].attributes->med.value_or(
        options_.missing_med_is_worst ? std::numeric_limits<std::uint32_t>::max() : 0);
  }
  // MedScope
  bool one_neighbor(std::size_t i, std::size_t j) const {
    const auto& p = candidates_[i].attributes->as_path;
    const auto& q = candidates_[j].attributes->as_path;
    const auto left = outer_neighbor(p);
    const bool same = left == outer_neighbor(q);
    switch (options_.med_scope) {
      case MedScope::neighbor:
        return same && (left || options_.med_confederation || member_hops(p) + member_hops(q) == 0);
      case MedScope::or_no_length:
        return (same && left) || (p.empty() && q.empty()) ||
               (member_neighbor(p) && member_neighbor(p) == member_neighbor(q));
      case MedScope::or_none:
        return same;
    }
    return same;
  }
  bool med_comparable(std::size_t i, std::size_t j) const {
    if (options_.always_compare_med || one_neighbor(i, j)) return true;
    const auto& p = candidates_[i].attributes->as_path;
    const auto& q = candidates_[j].attributes->as_path;
    return options_.med_scope == MedScope::or_no_length && p.length() == 0 && q.length() == 0;
  }
  std::size_t path_length(const AsPath& path) const {
    if (options_.as_path_ignore) return 0;
    return path.length() + (options_.as_path_counts_confederation ? member_hops(path) : 0);
  }

  Comparison compare(std::size_t i, std::size_t j, bool with_med) const {
    const auto& a = candidates_[i];
    const auto& b = candidates_[j];
    const auto& p = *a.attributes;
    const auto& q = *b.attributes;
    // RFC 9494 section 4.3: only where there is nothing else.
    if (const int s = lower_first(p.has(llgr_stale), q.has(llgr_stale))) {
      return {s, Step::long_lived_stale};
    }
    if (const int s = lower_first(b.weight, a.weight)) return {s, Step::weight};
    const auto pref = [&](const PathAttributes& x) {
      return x.local_pref.value_or(options_.default_local_pref);
    };
    if (const int s = lower_first(pref(q), pref(p))) return {s, Step::local_pref};
    const auto remote = [](const Candidate& c) { return c.origin->source != RouteSource::local; };
    if (const int s = lower_first(remote(a), remote(b))) return {s, Step::locally_originated};
    if (const int s = lower_first(path_length(p.as_path), path_length(q.as_path))) {
      return {s, Step::as_path_length};
    }
    if (const int s = lower_first(p.origin, q.origin)) return {s, Step::origin};
    if (with_med && med(i) != med(j) && med_comparable(i, j)) {
      return {lower_first(med(i), med(j)), Step::med};
    }
    // RFC 5065 section 5.3: another member AS is no more external than our own.
    const auto inner = [](const Candidate& c) {
      return c.origin->source == RouteSource::ibgp || c.origin->confederation;
    };
    if (const int s = lower_first(inner(a), inner(b))) return {s, Step::ebgp_over_ibgp};
    if (options_.member_over_internal && inner(a) && inner(b)) {
      if (const int s = lower_first(!a.origin->confederation, !b.origin->confederation)) {
        return {s, Step::member_over_internal};
      }
    }
    if (const int s = lower_first(a.metric, b.metric)) return {s, Step::igp_metric};
    if (options_.equal_cluster_length) {
      if (const int s = cluster_lengths(a, b)) return {s, Step::cluster_list_length};
    }
    const auto external = [](const Candidate& c) {
      return c.origin->source == RouteSource::ebgp && !c.origin->confederation;
    };
    if (options_.last_tie_break == LastTieBreak::oldest_external && external(a) && external(b)) {
      if (const int s = lower_first<bool>(b.best, a.best)) return {s, Step::oldest_external};
    }
    const auto id = [](const Candidate& c) {  // RFC 4456 section 9
      return c.attributes->originator_id.value_or(c.origin->id);
    };
    if (const int s = lower_first(id(a), id(b))) return {s, Step::router_id};
    if (const int s = lower_first(p.cluster_list.size(), q.cluster_list.size())) {
      return {s, Step::cluster_list_length};
    }
    if (const int s = lower_first(a.origin->peer, b.origin->peer)) return {s, Step::peer_address};
    return {lower_first(a.path_id, b.path_id), Step::path_id};
  }

  std::span<const Candidate> candidates_;
  const DecisionOptions& options_;
};

}  // namespace

Decision decide(std::span<const Candidate> candidates, const DecisionOptions& options) {
  return Decider(candidates, options).run();
}

void choose(std::span<Candidate> candidates, const DecisionOptions& options) {
  if (candidates.size() == 1) {  // nearly every route of a full table
    auto& only = candidates.front();
    only.best = only.multipath = only.eligible();
    only.step = only.best ? Step::only_path : Step::not_eligible;
    only.fresh = false;
    return;
  }
  const auto decision = decide(candidates, options);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].step = decision.steps[i];
    candidates[i].multipath = false;
    candidates[i].best = decision.best == i;
    candidates[i].fresh = false;
  }
  for (const auto i : decision.multipath) candidates[i].multipath = true;
}

std::string_view to_string(Step step) {
  constexpr std::array<std::string_view, 17> names{
      "not eligible",        "only path",      "long-lived stale", "weight",    "local preference",
      "local origin",        "AS path length", "origin",           "MED",       "eBGP over iBGP",
      "member AS over iBGP", "IGP metric",     "oldest external",  "router id", "cluster list",
      "peer address",        "path id"};
  return names[static_cast<std::size_t>(step)];
}

}  // namespace seatrial::bgp
