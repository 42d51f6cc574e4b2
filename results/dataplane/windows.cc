#include "results/dataplane/windows.h"

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

#include "results/dataplane/checker.h"

namespace seatrial::results {
namespace {

using dataplane::Checker;
using dataplane::State;

// The windows of one class and kind, as its verdicts come.
struct Track {
  std::optional<Window> open;
  std::map<std::size_t, std::vector<Window::Span>> spans;  // by machine
  std::size_t affected = 0;                                // machines, now
};

class Tracker {
 public:
  Tracker(const State& state, const Checker& checker, const Topology& topology)
      : state_(state), checker_(checker) {
    for (const auto& name : state.machines()) {
      const auto* node = topology.node(name);
      const auto& kind = node == nullptr ? std::string() : node->kind;
      rank_.push_back(kind == "client" ? 0 : kind == "edge" ? 1 : kind == "router" ? 2 : 3);
    }
  }

  void changed(std::size_t index, std::span<const std::size_t> machines, TimePoint at) {
    update(index, machines, WindowKind::loop, Checker::loops, at);
    update(index, machines, WindowKind::blackhole, Checker::lost, at);
  }

  std::vector<Window> finish() {
    for (auto& [key, track] : tracks_) {
      if (track.open) close(track, std::nullopt);
    }
    return std::move(done_);
  }

 private:
  void update(std::size_t index, std::span<const std::size_t> machines, WindowKind kind,
              Checker::Verdict bit, TimePoint at) {
    const auto& verdicts = checker_.verdicts(index);
    const auto is_on = [&](std::size_t machine) { return (verdicts[machine] & bit) != 0; };
    const auto found = tracks_.find({index, kind});
    if (found == tracks_.end() && std::none_of(machines.begin(), machines.end(), is_on)) return;
    auto& track = found != tracks_.end() ? found->second : tracks_[{index, kind}];
    const auto before = track.affected;
    for (const auto machine : machines) {
      const bool on = is_on(machine);
      const auto known = track.spans.find(machine);
      const bool was = known != track.spans.end() && !known->second.back().to;
      if (on == was) continue;
      if (on) {
        ++track.affected;
        track.spans[machine].push_back({at, std::nullopt});
      } else {
        --track.affected;
        known->second.back().to = at;
      }
    }
    if (before == 0 && track.affected > 0) begin(track, index, kind, bit, at);
    if (before > 0 && track.affected == 0) close(track, at);
  }

  // Shown from where it hurts: a client's way is the longest.
  void begin(Track& track, std::size_t index, WindowKind kind, Checker::Verdict bit, TimePoint at) {
    const auto& verdicts = checker_.verdicts(index);
    std::optional<std::size_t> from;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      if ((verdicts[i] & bit) != 0 && (!from || rank_[i] < rank_[*from])) from = i;
    }
    Window window;
    window.kind = kind;
    window.prefixes = {checker_.prefix(index)};
    window.from = at;
    auto witness = checker_.witness(index, *from, bit);
    window.witness = std::move(witness.hops);
    window.reason = std::move(witness.reason);
    window.evidence = std::move(witness.evidence);
    track.open = std::move(window);
  }

  void close(Track& track, std::optional<TimePoint> at) {
    auto window = *std::exchange(track.open, std::nullopt);
    window.to = at;
    for (auto& [machine, spans] : track.spans) {
      window.nodes.push_back({state_.machines()[machine], std::move(spans)});
    }
    std::ranges::sort(window.nodes, {}, &Window::Affected::node);
    track.spans.clear();
    done_.push_back(std::move(window));
  }

  const State& state_;
  const Checker& checker_;
  std::vector<int> rank_;
  std::map<std::pair<std::size_t, WindowKind>, Track> tracks_;
  std::vector<Window> done_;
};

std::size_t hash_but_prefix(const Window& window) {
  std::size_t hash = std::hash<std::string>()(window.reason);
  const auto mix = [&hash](std::size_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 29;
  };
  const auto mix_time = [&mix](const std::optional<TimePoint>& at) {
    mix(at ? static_cast<std::size_t>(at->time_since_epoch().count()) : ~std::size_t{0});
  };
  mix(static_cast<std::size_t>(window.kind));
  mix_time(window.from);
  mix_time(window.to);
  for (const auto& [node, spans] : window.nodes) {
    mix(std::hash<std::string>()(node));
    for (const auto& span : spans) {
      mix_time(span.from);
      mix_time(span.to);
    }
  }
  return hash;
}

bool same_but_prefix(const Window& a, const Window& b) {
  return a.kind == b.kind && a.from == b.from && a.to == b.to && a.reason == b.reason &&
         a.nodes == b.nodes;
}

}  // namespace

std::string_view word_of(WindowKind kind) {
  return kind == WindowKind::loop ? "loop" : "blackhole";
}

std::vector<Window> find_windows(const Record& record) {
  State state(record);
  Checker checker(state);
  Tracker tracker(state, checker, record.topology());
  while (state.next() != TimePoint::max()) {
    const auto at = state.next();
    state.advance(at, &checker);
    checker.settle([&](std::size_t index, std::span<const std::size_t> machines) {
      tracker.changed(index, machines, at);
    });
  }
  auto found = tracker.finish();
  std::ranges::stable_sort(found, [](const Window& a, const Window& b) {
    return std::tie(a.from, a.kind, a.prefixes.front()) <
           std::tie(b.from, b.kind, b.prefixes.front());
  });
  std::vector<Window> out;
  std::unordered_multimap<std::size_t, std::size_t> known;  // hash, index into `out`
  for (auto& window : found) {
    const auto hash = hash_but_prefix(window);
    const auto [first, last] = known.equal_range(hash);
    const auto same = std::find_if(
        first, last, [&](const auto& entry) { return same_but_prefix(out[entry.second], window); });
    if (same == last) {
      known.emplace(hash, out.size());
      out.push_back(std::move(window));
    } else {
      out[same->second].prefixes.push_back(window.prefixes.front());
    }
  }
  return out;
}

}  // namespace seatrial::results
