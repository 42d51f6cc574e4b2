// The order of arrival and the decision process, by random sets of paths from a seed: with RFC 4271
// section 9.1.2.2's own MED, with deterministic MED and with always-compare-med the best path
// depends on nothing but the set; without them it depends on the order, but only where MED makes a
// cycle of three paths. What exactly the daemons do then is tests/interop/test_decision_order.py's.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

#include "models/bgp/decision.h"
#include "tests/models/bgp/puppet.h"

namespace seatrial::bgp::test {
namespace {

// A set of paths and whom they are from.
struct Set {
  std::vector<PathOrigin> origins;
  std::vector<Candidate> paths;  // which point into `origins`, that never grows

  std::size_t size() const { return paths.size(); }
  const net::IpAddress& peer(std::size_t i) const { return paths[i].origin->peer; }
};

// Few values each, so that sets tie often.
Set random_set(io::RandomStream& random, std::size_t size, bool external_only = false) {
  Set set;
  set.origins.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    PathAttributes a;
    a.origin = random.below(4) == 0 ? Origin::incomplete : Origin::igp;
    a.as_path.prepend({65001 + static_cast<std::uint32_t>(random.below(2))});
    if (random.below(4) == 0) a.as_path.prepend(*a.as_path.neighbor());
    if (random.below(3) != 0) a.med = static_cast<std::uint32_t>(random.below(3));
    if (random.below(5) == 0) a.local_pref = 200;
    PathOrigin origin;
    origin.peer = net::IpAddress::v4(0x0A000001 + static_cast<std::uint32_t>(i));
    origin.source = !external_only && random.below(3) == 0 ? RouteSource::ibgp : RouteSource::ebgp;
    origin.id = {static_cast<std::uint32_t>(1 + random.below(4))};
    a.next_hop = origin.peer;
    set.origins.push_back(origin);
    Candidate c;
    c.origin = &set.origins.back();
    c.metric = static_cast<std::uint32_t>(random.below(3));
    c.attributes = share(std::move(a));
    set.paths.push_back(std::move(c));
  }
  return set;
}

// RFC 4271 section 9.1.2.2 as it is written: paths are removed from consideration, step by step.
net::IpAddress by_removal(const Set& set) {
  auto left = set.paths;
  const auto keep = [&left](auto value) {
    const auto least = std::ranges::min(left, {}, value);
    const auto best = value(least);
    std::erase_if(left, [&](const Candidate& c) { return best < value(c); });
  };
  keep([](const Candidate& c) {
    return -static_cast<long>(c.attributes->local_pref.value_or(100));
  });
  keep([](const Candidate& c) { return c.attributes->as_path.length(); });  // a
  keep([](const Candidate& c) { return c.attributes->origin; });            // b
  const auto all = left;                                                    // c
  std::erase_if(left, [&](const Candidate& m) {
    return std::ranges::any_of(all, [&](const Candidate& n) {
      return n.attributes->as_path.neighbor() == m.attributes->as_path.neighbor() &&
             n.attributes->med.value_or(0) < m.attributes->med.value_or(0);
    });
  });
  keep([](const Candidate& c) { return c.origin->source == RouteSource::ebgp ? 0 : 1; });  // d
  keep([](const Candidate& c) { return c.metric; });                                       // e
  keep([](const Candidate& c) { return c.origin->id; });                                   // f
  keep([](const Candidate& c) { return c.origin->peer; });                                 // g
  return left.front().origin->peer;
}

// Every best path that an order of arrival leads to.
std::set<net::IpAddress> in_every_order(const Set& set, const DecisionOptions& options) {
  auto paths = set.paths;
  const auto by_peer = [](const Candidate& a, const Candidate& b) {
    return a.origin->peer < b.origin->peer;
  };
  std::set<net::IpAddress> best;
  do {
    best.insert(paths[*decide(paths, options).best].origin->peer);
  } while (std::next_permutation(paths.begin(), paths.end(), by_peer));
  return best;
}

DecisionOptions with(MedMode mode, bool always = false) {
  DecisionOptions options;
  options.med_mode = mode;
  options.always_compare_med = always;
  return options;
}

// a beats b beats c beats a, two at a time.
bool has_cycle(const Set& set) {
  const auto beats = [&](std::size_t i, std::size_t j) {
    const std::vector<Candidate> both{set.paths[i], set.paths[j]};
    return i != j && decide(both, with(MedMode::pairwise)).best == 0U;
  };
  for (std::size_t a = 0; a < set.size(); ++a) {
    for (std::size_t b = 0; b < set.size(); ++b) {
      for (std::size_t c = 0; c < set.size(); ++c) {
        if (beats(a, b) && beats(b, c) && beats(c, a)) return true;
      }
    }
  }
  return false;
}

constexpr int sets = 400;

BOOST_AUTO_TEST_SUITE(decision_order)

BOOST_AUTO_TEST_CASE(the_rfcs_med_is_its_removal_step_by_step_in_every_order) {
  io::RandomStream random(1, "decision");
  for (int i = 0; i < sets; ++i) {
    const auto set = random_set(random, 2 + random.below(4));
    const auto best = in_every_order(set, with(MedMode::eliminate));
    BOOST_TEST_CONTEXT("set " << i) {
      BOOST_TEST(best.size() == 1U);
      BOOST_CHECK(*best.begin() == by_removal(set));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_total_order_leaves_no_order_to_depend_on) {
  io::RandomStream random(2, "decision");
  for (int i = 0; i < sets; ++i) {
    const auto set = random_set(random, 2 + random.below(4));
    BOOST_TEST_CONTEXT("set " << i) {
      BOOST_TEST(in_every_order(set, with(MedMode::deterministic)).size() == 1U);
      const auto always = in_every_order(set, with(MedMode::pairwise, true));
      BOOST_TEST(always.size() == 1U);
      BOOST_CHECK(always == in_every_order(set, with(MedMode::deterministic, true)));
    }
  }
}

BOOST_AUTO_TEST_CASE(pairwise_med_depends_on_the_order_where_there_is_a_cycle_only) {
  io::RandomStream random(3, "decision");
  int cycles = 0;
  int dependent = 0;
  for (int i = 0; i < sets; ++i) {
    const auto set = random_set(random, 3 + random.below(3));
    const bool cycle = has_cycle(set);
    const auto best = in_every_order(set, with(MedMode::pairwise)).size();
    cycles += cycle ? 1 : 0;
    dependent += best > 1 ? 1 : 0;
    BOOST_TEST_CONTEXT("set " << i) BOOST_TEST((cycle || best == 1));
    // Three paths that are a cycle have each of them as the best of some order.
    if (cycle && set.size() == 3) BOOST_TEST(best == 3U);
  }
  BOOST_TEST(dependent > 0);
  BOOST_TEST(dependent <= cycles);
}

// The same at a speaker: what has come, gone and come again, in whatever order, is the same set.
struct History {
  World w;
  std::vector<Puppet> puppets{4};
  const Set& set;

  History(const Profile& profile, const Set& paths, std::optional<bool> compare_id) : set(paths) {
    SpeakerConfig config;
    config.asn = {65000};
    config.router_id = {0x0A0000FE};
    config.profile = profile;
    config.compare_router_id = compare_id;
    config.ebgp_default_deny = false;
    for (std::size_t i = 0; i < set.size(); ++i) {
      auto n = peer(set.peer(i).to_string(), set.paths[i].attributes->as_path.neighbor()->value);
      n.passive = true;
      config.neighbors.push_back(n);
    }
    auto& router = w.add("router", "10.0.0.254", config);
    router.speaker->start();
    for (std::size_t i = 0; i < set.size(); ++i) {
      auto& host = w.net.host("p" + std::to_string(i), set.peer(i).to_string());
      auto& p = puppets[i];
      p.says.hold_time_s = 0;
      w.net.run_for(10s);  // past every profile's start delay
      p.stream = host.connect({ip("10.0.0.254"), default_port}, &p);
      w.net.run_for(10ms);
      p.open(set.paths[i].attributes->as_path.neighbor()->value, set.origins[i].id.value);
      p.keepalive();
      w.net.run_for(10ms);
      BOOST_REQUIRE(router.established(set.peer(i).to_string()));
    }
  }
  void announce(std::size_t i) {
    UpdateMessage update;
    update.attributes = *set.paths[i].attributes;
    update.attributes->local_pref.reset();
    update.announced = {{prefix("192.0.2.0/24"), 0}};
    for (const auto& m : encode(update, {})) puppets[i].stream->send(m);
    w.net.run_for(100ms);  // past every profile's decision delay
  }
  void withdraw(std::size_t i) {
    puppets[i].withdraw("192.0.2.0/24");
    w.net.run_for(100ms);
  }
  net::IpAddress best() {
    const auto route = w["router"].speaker->route(prefix("192.0.2.0/24"));
    BOOST_REQUIRE(route);
    BOOST_REQUIRE(route->paths.front().best);
    return *route->paths.front().peer;
  }
};

BOOST_AUTO_TEST_CASE(a_speaker_comes_to_the_same_choice_by_any_history) {
  io::RandomStream random(4, "decision");
  const auto named = [](const char* name) { return *profile_named(name); };
  for (const auto& [profile, compare_id] :
       {std::pair(named("rfc"), std::optional<bool>()),
        std::pair(named("gobgp-3.10"), std::optional<bool>()),
        std::pair(named("frr-8.4-datacenter"), std::optional(true))}) {
    for (int i = 0; i < 12; ++i) {
      const auto set = random_set(random, 4, true);
      std::set<net::IpAddress> best;
      for (int history = 0; history < 4; ++history) {
        History h(profile, set, compare_id);
        for (int step = 0; step < 12; ++step) {
          const auto who = random.below(set.size());
          random.below(3) == 0 ? h.withdraw(who) : h.announce(who);
        }
        std::vector<std::size_t> rest{0, 1, 2, 3};
        while (!rest.empty()) {
          const auto at = static_cast<std::ptrdiff_t>(random.below(rest.size()));
          h.announce(rest[static_cast<std::size_t>(at)]);
          rest.erase(rest.begin() + at);
        }
        best.insert(h.best());
      }
      BOOST_TEST_CONTEXT(profile.name << ", set " << i) BOOST_TEST(best.size() == 1U);
    }
  }
}

// FRR without compare-routerid: of external paths that tie, the one that was chosen stays, so the
// first to come is the best, and who leaves loses the place.
BOOST_AUTO_TEST_CASE(the_oldest_of_external_paths_stays_the_best) {
  io::RandomStream random(5, "decision");
  auto set = random_set(random, 4, true);
  for (std::size_t i = 0; i < set.size(); ++i) {
    PathAttributes same;
    same.as_path.prepend({65001});
    same.next_hop = set.peer(i);
    set.paths[i].attributes = share(same);
    set.origins[i].id = {static_cast<std::uint32_t>(i + 1)};
  }
  for (const char* name : {"frr-8.4-datacenter", "frr-8.4-traditional"}) {
    for (std::size_t first = 0; first < set.size(); ++first) {
      History h(*profile_named(name), set, std::nullopt);
      h.announce(first);
      for (std::size_t i = 0; i < set.size(); ++i) h.announce(i);
      BOOST_CHECK(h.best() == set.peer(first));
      h.withdraw(first);
      h.announce(first);
      // Of those that were left the lowest identifier was chosen, and is older now.
      BOOST_CHECK(h.best() == set.peer(first == 0 ? 1 : 0));
    }
  }
}

// BIRD compares what is new with the best so far (measured: test_decision_order.py). The classic
// cycle: a beats b by identifier, b beats c by identifier, c beats a by MED.
BOOST_AUTO_TEST_CASE(birds_best_stays_until_something_new_beats_it) {
  io::RandomStream random(6, "decision");
  auto set = random_set(random, 3, true);
  const std::array<std::uint32_t, 3> asns{65001, 65002, 65001};
  const std::array<std::uint32_t, 3> meds{20, 10, 0};
  for (std::size_t i = 0; i < 3; ++i) {
    PathAttributes a;
    a.as_path.prepend({asns[i]});
    a.med = meds[i];
    a.next_hop = set.peer(i);
    set.paths[i].attributes = share(a);
    set.origins[i].id = {static_cast<std::uint32_t>(i + 1)};
  }
  const auto bird = *profile_named("bird-2.0");
  const auto best_after = [&](const std::vector<std::size_t>& order) {
    History h(bird, set, std::nullopt);
    for (const auto i : order) h.announce(i);
    return h.best();
  };
  BOOST_CHECK(best_after({0, 1, 2}) == set.peer(2));  // 0 stays against 1, 2 beats 0
  BOOST_CHECK(best_after({1, 0, 2}) == set.peer(2));  // 0 beats 1, 2 beats 0
  BOOST_CHECK(best_after({1, 2, 0}) == set.peer(0));  // 1 stays against 2, 0 beats 1
  BOOST_CHECK(best_after({0, 2, 1}) == set.peer(1));  // 2 beats 0, 1 beats 2
  History h(bird, set, std::nullopt);
  for (const std::size_t i : {0U, 1U, 2U}) h.announce(i);
  h.withdraw(0);  // not the best: nothing is looked at again, though 1 would beat 2
  BOOST_CHECK(h.best() == set.peer(2));
  h.withdraw(2);
  BOOST_CHECK(h.best() == set.peer(1));
  // What is left has equal MEDs: the best stays all the same (measured likewise).
  PathAttributes equal = *set.paths[1].attributes;
  equal.med = 0;
  set.paths[1].attributes = share(equal);
  History same(bird, set, std::nullopt);
  for (const std::size_t i : {0U, 1U, 2U}) same.announce(i);
  same.withdraw(0);
  BOOST_CHECK(same.best() == set.peer(2));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
