// What timelines_test and restart_timelines_test share: the recordings, a daemon of ours with the
// two peers of the recordings, and the comparison. See timelines_test.cc.
#pragma once

#include <boost/test/unit_test.hpp>
#include <deque>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/models/bgp/puppet.h"

namespace seatrial::bgp::test {

using Figures = std::vector<double>;

inline constexpr double allowed = 0.10;
inline constexpr double slack = 0.12;
inline constexpr std::uint64_t seeds = 12;
inline constexpr auto own = "203.0.113.0/24";
inline constexpr auto learned = "198.51.100.0/24";

inline double seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

struct Recording {
  std::string profile;
  nlohmann::json figures;

  Figures list(const std::string& name) const {
    const auto& value = figures.at(name);
    if (value.is_null()) return {};
    if (value.is_number()) return {value.get<double>()};
    return value.get<Figures>();
  }
};

inline std::vector<Recording> recordings() {
  std::vector<Recording> all;
  const auto folder = std::filesystem::path(SEATRIAL_SOURCE_DIR) / "tests/models/bgp/timelines";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path());
    const auto document = nlohmann::json::parse(in);
    all.push_back({document.at("profile"), document.at("figures")});
  }
  std::ranges::sort(all, {}, &Recording::profile);
  BOOST_REQUIRE_EQUAL(all.size(), 5U);
  return all;
}

// The daemon, 10.0.0.1 in AS 65001, with A, 10.0.0.2, and B, 10.0.0.3, as in the recordings.
class Stage {
 public:
  Stage(const std::string& profile, std::uint64_t seed, int peers = 1,
        const std::function<void(SpeakerConfig&)>& adapt = {}, StartMode mode = StartMode::fresh)
      : net_(10us, seed) {
    a_as_ = profile == "bird-1.6-calico-3.25" ? 65001 : 65002;
    SpeakerConfig config;
    config.asn = {65001};
    config.router_id = RouterId::from(ip("10.0.0.1"));
    config.profile = *profile_named(profile);
    config.ebgp_default_deny = false;
    config.import_check = false;
    config.neighbors = {peer("10.0.0.2", a_as_)};
    // Calico's template has `add paths on`; GoBGP 3.10 offers RFC 8950 unasked.
    config.neighbors[0].add_path = {.receive = a_as_ == 65001, .send = a_as_ == 65001};
    config.neighbors[0].extended_next_hop = profile == "gobgp-3.10";
    if (peers == 2) config.neighbors.push_back(peer("10.0.0.3", 65003));
    config.networks = {{.prefix = prefix(own)}};
    if (adapt) adapt(config);
    speaker_ = std::make_unique<Speaker>(net_.host("daemon", "10.0.0.1"), config,
                                         Dependencies{nullptr, nullptr, &watcher_}, mode);
    a_ = &net_.host("A", "10.0.0.2");
    b_ = &net_.host("B", "10.0.0.3");
    speaker_->start();
  }

  void listen() {
    for (auto* host : {a_, b_}) {
      listeners_.push_back(
          host->listen({host->address(), 179}, [this, host](std::unique_ptr<io::Stream> stream) {
            auto& p = puppets_.emplace_back();
            p.host = host;
            p.says.hold_time_s = 9;
            p.stream = std::move(stream);
            p.stream->set_handler(&p);
            (host == a_ ? of_a_ : of_b_).push_back(&p);
            accepted_.push_back(net_.now());
          }));
    }
  }
  void deaf() { listeners_.clear(); }
  // A's connection number `count`, once it is there.
  Puppet* wait_a(std::size_t count, Duration limit = 400s) { return wait(of_a_, count, limit); }
  Puppet* wait_b(std::size_t count, Duration limit = 400s) { return wait(of_b_, count, limit); }
  bool establish(Puppet* p, std::uint32_t wrong_as = 0) {
    if (p == nullptr) return false;
    const bool is_a = p->host == a_;
    const std::uint32_t asn = wrong_as != 0 ? wrong_as : is_a ? a_as_ : 65003U;
    p->codec.external = asn != 65001;
    p->open(asn, p->host->address().v4_value());
    net_.run_for(1ms);
    established_ = net_.now();
    p->keepalive();
    net_.run_for(1ms);
    return speaker_->session(p->host->address())->state == State::established;
  }
  // Runs with a KEEPALIVE of every live peer each 3 s.
  bool run_until(const std::function<bool()>& done, Duration limit) {
    const auto end = net_.now() + limit;
    while (net_.now() < end) {
      if (net_.run_until(done, std::min<Duration>(3s, end - net_.now()))) return true;
      keep_alive();
    }
    return done();
  }
  void run_for(Duration d) {
    run_until([] { return false; }, d);
  }
  void keep_alive() {
    for (auto* list : {&of_a_, &of_b_}) {
      for (auto* p : *list) {
        const bool opened = p->says.asn.value != 0;
        const bool silent = silent_ && list == &of_a_;
        if (opened && !silent && p->stream && !p->ended) p->keepalive();
      }
    }
  }
  Figures attempts() const {
    Figures times;
    for (const auto& e : watcher_.sessions) {
      if (e.to == State::connect) times.push_back(seconds(e.time.time_since_epoch()));
    }
    return times;
  }

  seatrial::test::FakeNetwork net_;
  Watcher watcher_;
  std::unique_ptr<Speaker> speaker_;
  seatrial::test::FakeHost* a_ = nullptr;
  seatrial::test::FakeHost* b_ = nullptr;
  std::uint32_t a_as_ = 0;
  std::deque<Puppet> puppets_;
  std::vector<Puppet*> of_a_;
  std::vector<Puppet*> of_b_;
  std::vector<TimePoint> accepted_;
  TimePoint established_{};
  bool silent_ = false;

 private:
  Puppet* wait(std::vector<Puppet*>& list, std::size_t count, Duration limit) {
    return run_until([&] { return list.size() >= count; }, limit) ? list[count - 1] : nullptr;
  }
  std::vector<std::unique_ptr<io::Listener>> listeners_;
};

// Ours over all seeds.
inline Figures ours(const std::function<Figures(std::uint64_t)>& run) {
  Figures all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto some = run(seed);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

inline double mean(const Figures& list) {
  return std::accumulate(list.begin(), list.end(), 0.0) / static_cast<double>(list.size());
}

inline void compare(const Recording& recording, const std::string& name, const Figures& mine,
                    double tolerance = slack) {
  const auto theirs = recording.list(name);
  BOOST_TEST_CONTEXT(recording.profile << ", " << name) {
    BOOST_TEST(mine.empty() == theirs.empty());
    if (mine.empty() || theirs.empty()) return;
    const auto [least, most] = std::ranges::minmax(mine);
    for (const auto figure : theirs) {
      BOOST_TEST(figure >= least * (1 - allowed) - tolerance);
      BOOST_TEST(figure <= most * (1 + allowed) + tolerance);
    }
    if (theirs.size() >= 10) {
      BOOST_TEST(std::abs(mean(mine) - mean(theirs)) <= allowed * mean(theirs));
    }
  }
}

}  // namespace seatrial::bgp::test
