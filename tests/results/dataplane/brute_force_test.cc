// The incremental checker against full recomputation: after each change of random sequences every
// way from every machine towards every prefix is walked, branch by branch, over plain maps.
#include <boost/test/unit_test.hpp>
#include <random>
#include <set>

#include "results/dataplane/windows.h"
#include "tests/results/dataplane/small_world.h"

namespace seatrial::results::test {
namespace {

constexpr int machines = 6;
const std::vector<net::Prefix> prefixes = {prefix("172.16.0.0/16"), prefix("172.16.0.0/24"),
                                           prefix("172.16.0.0/26"), prefix("172.16.0.1/32"),
                                           prefix("172.17.0.0/24")};

struct Verdict {
  bool loop = false;
  bool lost = false;
  bool stale = false;
  void add(const Verdict& other) {
    loop = loop || other.loop;
    lost = lost || other.lost;
    stale = stale || other.stale;
  }
};

struct Naive {
  std::map<int, std::map<net::Prefix, std::vector<int>>> tables;
  std::map<net::Prefix, std::set<int>> announcers;
  std::set<int> off;
  std::set<int> unplugged;
  std::set<int> silent;
  bool parted = false;  // the cable between the two switches has no carrier
  std::map<net::Prefix, std::set<int>> had;
  std::set<net::Prefix> was_announced;

  const std::vector<int>* cover(int machine, const net::Prefix& wanted) {
    const std::vector<int>* best = nullptr;
    int length = -1;
    for (const auto& [candidate, hops] : tables[machine]) {
      if (!candidate.contains(wanted) || candidate.length() <= length) continue;
      best = &hops;
      length = candidate.length();
    }
    return best;
  }

  Verdict walk(int machine, const net::Prefix& wanted, std::set<int> seen) {
    Verdict out;
    if (!seen.insert(machine).second) {
      out.loop = true;
      return out;
    }
    const auto* hops = cover(machine, wanted);
    if (hops == nullptr) {
      out.lost = !announcers[wanted].contains(machine);
      return out;
    }
    for (const int hop : *hops) {
      const bool dead = off.contains(hop) || unplugged.contains(hop) ||
                        unplugged.contains(machine) || silent.contains(hop) ||
                        silent.contains(machine) || (parted && hop % 2 != machine % 2);
      if (dead) {
        out.lost = out.stale = true;
      } else {
        out.add(walk(hop, wanted, seen));
      }
    }
    return out;
  }

  // "loop 172.16.0.0/24 b" for each that is to be reported now.
  std::set<std::string> reported() {
    std::set<std::string> out;
    for (const auto& wanted : prefixes) {
      bool announced = false;
      bool exact = false;
      for (int i = 0; i < machines; ++i) {
        if (off.contains(i)) continue;
        announced = announced || announcers[wanted].contains(i);
        exact = exact || tables[i].contains(wanted);
      }
      if (announced && !was_announced.contains(wanted)) had[wanted].clear();
      announced ? (void)was_announced.insert(wanted) : (void)was_announced.erase(wanted);
      for (int i = 0; i < machines; ++i) {
        if (off.contains(i)) continue;
        const bool route = cover(i, wanted) != nullptr;
        if (route) had[wanted].insert(i);
        if (!announced && !exact) continue;
        const auto verdict = walk(i, wanted, {});
        const auto tail = " " + wanted.to_string() + " " + name_of(i);
        if (verdict.loop) out.insert("loop" + tail);
        const bool excused = !route && !had[wanted].contains(i);
        if ((announced ? verdict.lost : verdict.stale) && !excused) out.insert("blackhole" + tail);
      }
    }
    return out;
  }
};

// What windows say of a moment.
std::set<std::string> said(const std::vector<Window>& windows, TimePoint when) {
  std::set<std::string> out;
  for (const auto& window : windows) {
    for (const auto& node : window.nodes) {
      for (const auto& span : node.spans) {
        if (span.from > when || (span.to && *span.to <= when)) continue;
        for (const auto& one : window.prefixes) {
          out.insert(std::string(word_of(window.kind)) + " " + one.to_string() + " " + node.node);
        }
      }
    }
  }
  return out;
}

std::string joined(const std::set<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += word + "; ";
  return out;
}

void compare(unsigned seed, int switches) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  SmallWorld world(machines, "router", switches);
  Naive naive;
  std::vector<std::pair<TimePoint, std::set<std::string>>> expected;
  Duration now{};
  for (int change = 0; change < 120; ++change) {
    now += 1s;
    const int machine = below(machines);
    const auto& what = prefixes[static_cast<std::size_t>(below(static_cast<int>(prefixes.size())))];
    const int kind = below(23);
    if (kind < 12) {
      std::set<int> hops;
      for (int i = below(3); i > 0; --i) {
        if (const int hop = below(machines); hop != machine) hops.insert(hop);
      }
      if (naive.off.contains(machine)) continue;
      world.route(now, machine, what, {hops.begin(), hops.end()});
      if (hops.empty()) {
        naive.tables[machine].erase(what);
      } else {
        naive.tables[machine][what] = {hops.begin(), hops.end()};
      }
    } else if (kind < 16) {
      const bool on = below(2) == 0;
      world.announce(now, machine, what, on);
      on ? (void)naive.announcers[what].insert(machine)
         : (void)naive.announcers[what].erase(machine);
    } else if (kind < 19) {
      const bool up = naive.unplugged.contains(machine);
      if (naive.off.contains(machine)) continue;
      world.carrier(now, machine, up);
      up ? (void)naive.unplugged.erase(machine) : (void)naive.unplugged.insert(machine);
    } else if (kind < 21) {
      const bool on = !naive.silent.contains(machine);
      world.silence(now, machine, on);
      on ? (void)naive.silent.insert(machine) : (void)naive.silent.erase(machine);
    } else if (kind < 22) {
      if (switches == 1) continue;
      naive.parted = !naive.parted;
      world.trunk(now, !naive.parted);
    } else if (change > 60 && naive.off.size() < 2) {
      world.power_off(now, machine);
      naive.off.insert(machine);
    }
    expected.emplace_back(at(now), naive.reported());
  }
  const auto windows = find_windows(world.record);
  for (const auto& [when, wanted] : expected) {
    const auto got = said(windows, when);
    BOOST_TEST_INFO("seed " << seed << " at " << seconds(when) << " s");
    BOOST_REQUIRE_EQUAL(joined(got), joined(wanted));
  }
}

BOOST_AUTO_TEST_SUITE(brute_force)

BOOST_AUTO_TEST_CASE(every_verdict_after_every_change_is_that_of_a_full_recomputation) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    for (const int switches : {1, 2}) compare(seed, switches);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
