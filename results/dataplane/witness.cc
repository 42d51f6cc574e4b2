// The way to where a packet is lost, from the checker's classes: what a person is shown.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "results/dataplane/checker.h"

namespace seatrial::results::dataplane {
namespace {

std::string words(const Neighbour& neighbour, const net::IpAddress& address) {
  switch (neighbour.reach) {
    case Reach::up:
      return "";
    case Reach::powered_off:
      return neighbour.node + " has no power";
    case Reach::link_down:
      return "no carrier at " + neighbour.where;
    case Reach::silent_loss:
      return "the cable at " + neighbour.where + " loses every frame";
    case Reach::arp_failed:
      return "nobody answers ARP for " + address.to_string();
    case Reach::no_such_host:
      return "nobody on the link has " + address.to_string();
  }
  return "";
}

}  // namespace

// Why a machine loses packets of the class itself; empty: it does not.
std::string Checker::reason_at(const Class& c, std::size_t machine, bool stale_only,
                               std::vector<std::string>& evidence) const {
  const auto& step = c.steps[machine];
  const auto& name = state_.machines()[machine];
  if (step.end == Step::End::forwarded) {
    for (const auto index : step.adjacencies) {
      const auto& next = adjacencies_[index];
      const auto bits = bits_of(next);
      if ((bits & (stale_only ? bit_stale : bit_lost)) == 0) continue;
      evidence = next.neighbour.evidence;
      auto text = words(next.neighbour, next.address);
      if (!next.on_link && next.neighbour.node.empty()) return text;
      const auto to = next.neighbour.node.empty() || next.neighbour.reach == Reach::powered_off
                          ? std::string()
                          : " (to " + next.neighbour.node + ")";
      return text + to;
    }
    return "";
  }
  if (stale_only || state_.announces(name, c.prefix)) return "";
  if (step.end == Step::End::none) {
    if (!step.evidence.empty()) evidence = {step.evidence};
    return name + " has no route";
  }
  if (step.end == Step::End::dropped) {
    evidence = {step.evidence};
    return name + " drops it by its own route";
  }
  return "";
}

Checker::Witness Checker::witness(std::size_t index, std::size_t machine, Verdict kind) const {
  Witness out;
  const auto& c = classes_[index];
  const auto hop = [&](std::size_t at) {
    // Where there is no entry, the record is of its removal, which is the reason's evidence.
    const bool none = c.steps[at].end == Step::End::none;
    return WitnessHop{state_.machines()[at], none ? std::string() : c.steps[at].evidence};
  };
  const auto onward = [&](std::size_t at, auto&& f) {
    if (c.steps[at].end != Step::End::forwarded) return;
    for (const auto next : c.steps[at].adjacencies) {
      const auto& adjacency = adjacencies_[next];
      if (adjacency.neighbour.reach != Reach::up || adjacency.on_link) continue;
      if (adjacency.machine >= 0) f(static_cast<std::size_t>(adjacency.machine));
    }
  };
  if (kind == loops) {
    std::set<std::size_t> seen;
    std::optional<std::size_t> at = machine;
    while (at && seen.insert(*at).second) {
      out.hops.push_back(hop(*at));
      std::optional<std::size_t> next;
      onward(*at, [&](std::size_t to) {
        if (!next && (c.bits[to] & bit_loop) != 0) next = to;
      });
      at = next;
    }
    if (at) out.hops.push_back({state_.machines()[*at], ""});
    out.reason = at ? "packets come back to " + state_.machines()[*at] : "";
    return out;
  }

  // The nearest machine that loses them.
  const bool stale_only = !c.announced;
  std::map<std::size_t, std::size_t> came_from{{machine, machine}};
  std::deque<std::size_t> next{machine};
  while (!next.empty()) {
    const auto at = next.front();
    next.pop_front();
    std::vector<std::string> evidence;
    auto reason = reason_at(c, at, stale_only, evidence);
    std::optional<Witness> behind;
    for (const auto backend : c.steps[at].backends) {
      if ((classes_[backend].bits[at] & bit_lost) == 0 || !reason.empty()) continue;
      behind = witness(backend, at, lost);
      reason = behind->reason.empty() ? "" : behind->reason;
      evidence = behind->evidence;
    }
    if (reason.empty()) {
      onward(at, [&](std::size_t to) {
        if (came_from.emplace(to, at).second) next.push_back(to);
      });
      continue;
    }
    for (auto back = at;; back = came_from[back]) {
      out.hops.insert(out.hops.begin(), hop(back));
      if (back == machine) break;
    }
    if (behind) out.hops.insert(out.hops.end(), behind->hops.begin(), behind->hops.end());
    out.reason = std::move(reason);
    out.evidence = std::move(evidence);
    return out;
  }
  return out;
}

}  // namespace seatrial::results::dataplane
