#include "results/forwarding/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace seatrial::results {
namespace {

class Walker {
 public:
  explicit Walker(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // The index of the node's step; its branches are walked first.
  std::size_t visit(const std::string& node, const net::Endpoint& to) {
    const auto index = out_.steps.size();
    known_[{node, to}] = index;
    trail_.push_back(index);
    out_.steps.push_back({node, to});
    decide(index);
    trail_.pop_back();
    return index;
  }

  WalkResult finish() && {
    std::ranges::sort(out_.delivered_at);
    auto& at = out_.delivered_at;
    at.erase(std::unique(at.begin(), at.end()), at.end());
    return std::move(out_);
  }

 private:
  WalkStep& step(std::size_t index) { return out_.steps[index]; }

  void stop(std::size_t index, Obstacle why) {
    step(index).dead_end = why;
    out_.dead_ends.push_back(std::move(why));
  }

  void decide(std::size_t index) {
    const auto node = step(index).node;
    const auto to = step(index).to;
    if (auto off = snapshot_.power(node)) return stop(index, *std::move(off));
    if (translate(index)) return;
    const auto* fib = snapshot_.fib(node);
    const auto match = fib == nullptr ? Fib::Match{} : fib->longest_match(to.address);
    if (!match) {
      // A pod without a table of its own in the record still has its address.
      if (snapshot_.owns(node, to.address)) return deliver(index);
      return stop(index, {fmt::format("{} has no route to {}", node, to.address.to_string()), ""});
    }
    const auto evidence = evidence_id("fib", match.value->record);
    step(index).prefix = *match.prefix;
    step(index).protocol = match.value->protocol;
    step(index).evidence.push_back(evidence);
    if (match.value->next_hops.empty()) {
      const auto& protocol = match.value->protocol;
      if (protocol == "blackhole" || protocol == "unreachable") {
        return stop(index, {fmt::format("{} drops it: {} route {}", node, protocol,
                                        match.prefix->to_string()),
                            evidence});
      }
      return deliver(index);
    }
    for (const auto& hop : match.value->next_hops) {
      branch(index, hop, to, hop.address.is_unspecified() ? to.address : hop.address);
    }
  }

  void deliver(std::size_t index) {
    step(index).delivered = true;
    out_.delivered_at.push_back(step(index).node);
  }

  // A service address becomes one of its backends before the node looks at its routes.
  bool translate(std::size_t index) {
    const auto node = step(index).node;
    const auto to = step(index).to;
    const auto found = snapshot_.translations(node, to);
    if (found.empty()) return false;
    std::set<net::Endpoint> seen;  // TCP and UDP often share their backends
    for (const auto record : found) {
      const auto& nat = snapshot_.nat(record);
      const auto evidence = evidence_id("nat", record);
      step(index).evidence.push_back(evidence);
      if (nat.backends.empty()) {
        const Obstacle none{
            fmt::format("{} has no backend for {}/{}", node, nat.address.to_string(), nat.protocol),
            evidence};
        WalkBranch dead;
        dead.dead_end = none;
        step(index).branches.push_back(std::move(dead));
        out_.dead_ends.push_back(none);
      }
      for (const auto& backend : nat.backends) {
        if (!seen.insert(backend).second) continue;
        WalkBranch way;
        way.next = node;
        follow(index, std::move(way), node, backend);
      }
    }
    return true;
  }

  void branch(std::size_t index, const NextHop& hop, const net::Endpoint& to,
              const net::IpAddress& asked) {
    const auto node = step(index).node;
    WalkBranch way;
    way.gateway = hop.address;
    way.interface = hop.interface;
    const auto neighbour = snapshot_.neighbour(node, hop.interface, asked);
    if (!neighbour) {
      const auto port = node + ":" + hop.interface;
      auto why = snapshot_.port(port);
      if (!why) why = Obstacle{fmt::format("nobody behind {} has {}", port, asked.to_string()), ""};
      way.dead_end = why;
      out_.dead_ends.push_back(*why);
      step(index).branches.push_back(std::move(way));
      return;
    }
    way.next = neighbour->node;
    way.switches = neighbour->switches;
    if (neighbour->obstacle) {
      way.dead_end = neighbour->obstacle;
      out_.dead_ends.push_back(*neighbour->obstacle);
      step(index).branches.push_back(std::move(way));
      return;
    }
    follow(index, std::move(way), neighbour->node, to);
  }

  void follow(std::size_t index, WalkBranch way, const std::string& next, const net::Endpoint& to) {
    if (const auto known = known_.find({next, to}); known != known_.end()) {
      way.step = known->second;
      if (const auto begin = std::ranges::find(trail_, known->second); begin != trail_.end()) {
        way.closes_loop = true;
        std::vector<std::string> loop;
        for (auto it = begin; it != trail_.end(); ++it) loop.push_back(step(*it).node);
        loop.push_back(next);
        out_.loops.push_back(std::move(loop));
      }
    } else {
      way.step = visit(next, to);
    }
    step(index).branches.push_back(std::move(way));
  }

  const Snapshot& snapshot_;
  WalkResult out_;
  std::vector<std::size_t> trail_;  // the steps from the beginning to here
  std::map<std::pair<std::string, net::Endpoint>, std::size_t> known_;
};

}  // namespace

WalkResult walk(const Snapshot& snapshot, const std::string& from, const net::Endpoint& to) {
  Walker walker(snapshot);
  walker.visit(from, to);
  return std::move(walker).finish();
}

}  // namespace seatrial::results
