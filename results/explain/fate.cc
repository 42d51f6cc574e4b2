#include "results/explain/fate.h"

#include <algorithm>
#include <deque>
#include <numeric>

namespace seatrial::results {
namespace {

using dataplane::Entry;
using dataplane::Reach;
using dataplane::State;

class Walk {
 public:
  Walk(const State& state, const FateQuestion& question) : state_(state), question_(question) {}

  Fate go() {
    const auto& wiring = state_.wiring();
    if (wiring.is_pod(question_.from)) {
      next_.emplace_back(wiring.host_of_pod(question_.from), question_.to);
    } else {
      next_.emplace_back(question_.from, question_.to);
    }
    start_ = next_.front().first;
    while (!next_.empty()) {
      const auto [machine, address] = next_.front();
      next_.pop_front();
      if (!seen_.insert({machine, address}).second) continue;
      if (auto fate = at(machine, address); fate.lost()) return fate;
    }
    return {};
  }

 private:
  // Whether the flow came by here at all.
  bool took(const std::string& machine) const {
    return question_.seen.empty() || machine == start_ || question_.seen.contains(machine) ||
           translated_.contains(machine);
  }

  Fate at(const std::string& machine, const net::IpAddress& address) {
    if (!state_.wiring().alive(machine)) return {};
    Fate fate;
    fate.machine = machine;
    const auto* table = state_.table(machine);
    const auto match =
        table == nullptr ? net::PrefixMap<Entry>::Match{} : table->longest_match(address);
    // Before the machine's own addresses: a NodePort is one of those.
    if (const auto* ports = state_.translations(machine, address)) {
      translated_.insert(machine);
      for (const auto& [port, translation] : *ports) {
        for (const auto& backend : translation.backends) {
          next_.emplace_back(machine, backend.address);
        }
      }
      return {};
    }
    if (match && match.value->local() && match.prefix->is_host()) return {};
    if (!took(machine)) return {};
    if (!match) {
      fate.kind = Fate::Kind::no_route;
      fate.next_hop = address;
      return fate;
    }
    fate.prefix = *match.prefix;
    fate.fib = match.value->record;
    if (match.value->drops()) {
      fate.kind = Fate::Kind::dropped;
      return fate;
    }
    const bool several = match.value->next_hops.size() > 1;
    for (const auto& hop : match.value->next_hops) {
      const bool on_link = hop.address.is_unspecified();
      fate.next_hop = on_link ? address : hop.address;
      fate.neighbour = state_.wiring().neighbour(machine + ":" + hop.interface, fate.next_hop);
      if (fate.neighbour.reach == Reach::up) {
        const auto& beyond = fate.neighbour.node;
        if (!on_link || state_.translations(beyond, address) != nullptr) {
          next_.emplace_back(beyond, address);
        }
        continue;
      }
      // Of several branches only the one that the flow took: it got no further on that one.
      if (several && went_on(match.value->next_hops, machine)) continue;
      fate.kind = on_link ? Fate::Kind::host : Fate::Kind::gateway;
      return fate;
    }
    return {};
  }

  // The flow was seen behind another of the next hops.
  bool went_on(const std::vector<NextHop>& hops, const std::string& machine) const {
    return std::ranges::any_of(hops, [&](const NextHop& hop) {
      const auto beyond = state_.wiring().neighbour(machine + ":" + hop.interface, hop.address);
      return beyond.reach == Reach::up && question_.seen.contains(beyond.node);
    });
  }

  const State& state_;
  const FateQuestion& question_;
  std::string start_;
  std::set<std::string> translated_;  // where the flow has another name by now
  std::deque<std::pair<std::string, net::IpAddress>> next_;
  std::set<std::pair<std::string, net::IpAddress>> seen_;
};

}  // namespace

std::vector<Fate> fates(const Record& record, const std::vector<FateQuestion>& questions) {
  std::vector<std::size_t> order(questions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return questions[i].at; });
  std::vector<Fate> out(questions.size());
  State state(record);
  for (const auto i : order) {
    state.advance(questions[i].at);
    out[i] = Walk(state, questions[i]).go();
  }
  return out;
}

}  // namespace seatrial::results
