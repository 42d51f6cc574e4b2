// Profiles against the daemons they model: what our speaker does, and when, beside the figures that
// script/record-timelines took of the daemons. Ours comes with several seeds: each recorded figure
// has to lie within 10 % (and the 0.12 s that a process takes to start and to be scheduled) of the
// range of ours, and where there are ten or more of them, the means have to.
#include "tests/models/bgp/timeline_stage.h"

namespace seatrial::bgp::test {
namespace {

// The peer ends `times` sessions with `end`: how long until the daemon is back.
Figures returns(const std::string& profile, std::uint64_t seed, std::size_t times, bool established,
                const std::function<void(Stage&, Puppet&)>& end) {
  Stage s(profile, seed);
  s.listen();
  Figures waits;
  for (std::size_t n = 1; n <= times; ++n) {
    auto* p = s.wait_a(n);
    BOOST_REQUIRE(p != nullptr);
    if (established) {
      BOOST_REQUIRE(s.establish(p));
      s.run_until([&] { return p->announced(own); }, 10s);
    } else {
      s.run_until([&] { return p->opened.has_value(); }, 1s);
    }
    const auto when = s.net_.now();
    end(s, *p);
    BOOST_REQUIRE(s.wait_a(n + 1) != nullptr);
    waits.push_back(seconds(s.accepted_.back() - when));
  }
  return waits;
}

BOOST_AUTO_TEST_SUITE(timelines)

BOOST_AUTO_TEST_CASE(attempts_that_are_refused) {
  for (const auto& recording : recordings()) {
    Figures first;
    const auto gaps = ours([&](std::uint64_t seed) {
      Stage s(recording.profile, seed);
      s.net_.run_for(300s);
      const auto times = s.attempts();
      first.push_back(times.at(0));
      Figures differences;
      std::adjacent_difference(times.begin(), times.end(), std::back_inserter(differences));
      differences.erase(differences.begin());
      return differences;
    });
    compare(recording, "start_to_attempt", first);
    compare(recording, "retry_refused", gaps);
  }
}

BOOST_AUTO_TEST_CASE(what_an_open_says) {
  for (const auto& recording : recordings()) {
    BOOST_TEST_CONTEXT(recording.profile) {
      Stage s(recording.profile, 1);
      s.listen();
      auto* p = s.wait_a(1);
      s.run_until([&] { return p->opened.has_value(); }, 1s);
      BOOST_REQUIRE(p->opened);
      BOOST_TEST(p->opened->hold_time_s == recording.figures.at("hold_time").get<int>());
      // The same capabilities with the same values; their order is the daemon's own.
      std::set<std::pair<int, std::string>> theirs, mine;
      for (const auto& c : recording.figures.at("capabilities")) {
        if (c[0] == 73) continue;  // the machine's name
        theirs.emplace(c[0], c[1]);
      }
      Octets bytes;
      WireWriter out(bytes);
      encode_capabilities(p->opened->capabilities, out);
      WireReader in(bytes);
      while (!in.empty()) {
        const auto code = in.u8();
        std::string hex;
        for (const auto octet : in.take(in.u8())) {
          constexpr std::string_view digits = "0123456789abcdef";
          hex += digits[octet >> 4];
          hex += digits[octet & 15];
        }
        if (code != 73) mine.emplace(code, hex);
      }
      BOOST_CHECK_MESSAGE(mine == theirs,
                          nlohmann::json(mine).dump() + " is not " + nlohmann::json(theirs).dump());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_established_session) {
  for (const auto& recording : recordings()) {
    Figures first, end_of_rib, keepalives, expiry, again;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      Stage s(recording.profile, seed);
      s.listen();
      auto* p = s.wait_a(1);
      BOOST_REQUIRE(s.establish(p));
      const auto established = s.established_;
      s.run_for(49s);
      for (const auto& h : p->all) {
        if (h.type != MessageType::update) continue;
        const bool end = h.body == Octets(4, 0);
        (end ? end_of_rib : first).push_back(seconds(h.when - established));
      }
      std::optional<TimePoint> last;
      for (const auto& h : p->all) {
        if (h.type != MessageType::keepalive || h.when <= established) continue;
        if (last) keepalives.push_back(seconds(h.when - *last));
        last = h.when;
      }
      s.silent_ = true;
      p->keepalive();
      const auto silent = s.net_.now();
      s.net_.run_until([&] { return !p->notifications.empty(); }, 30s);
      BOOST_REQUIRE(!p->notifications.empty());
      expiry.push_back(seconds(p->all.back().when - silent));
      const auto expired = s.net_.now();
      BOOST_REQUIRE(s.wait_a(2) != nullptr);
      again.push_back(seconds(s.accepted_.back() - expired));
      // What came first carries the MED that the daemon gives what it originates.
      BOOST_TEST(p->updates.at(0).attributes->med.has_value() ==
                     recording.figures.at("attributes").contains("4"),
                 recording.profile);
    }
    compare(recording, "first_update", first);
    compare(recording, "end_of_rib", end_of_rib);
    compare(recording, "hold_expiry_of_9", expiry);
    compare(recording, "after_hold_expiry", again);
    // BIRD 1.6 counts whole seconds: one of its timers may come a second early.
    const bool whole = recording.profile == "bird-1.6-calico-3.25";
    compare(recording, "keepalive_of_hold_9", keepalives, whole ? 1.0 : slack);
  }
}

BOOST_AUTO_TEST_CASE(back_after_an_end) {
  const auto notify = [](const NotificationMessage& n) {
    return [n](Stage&, Puppet& p) {
      p.notify(n);
      p.stream->set_handler(nullptr);
      p.stream.reset();
    };
  };
  for (const auto& recording : recordings()) {
    const auto row = [&](const std::string& name, std::size_t times, bool established,
                         const std::function<void(Stage&, Puppet&)>& end) {
      compare(recording, name, ours([&](std::uint64_t seed) {
                return returns(recording.profile, seed, times, established, end);
              }));
    };
    row("after_close", 3, true, [](Stage&, Puppet& p) { p.stream.reset(); });
    row("after_reset", 3, true, [](Stage&, Puppet& p) { p.stream->abort(); });
    row("after_cease_shutdown", 3, true, notify({ErrorCode::cease, cease::admin_shutdown}));
    row("after_cease_reset", 3, true, notify({ErrorCode::cease, cease::admin_reset}));
    row("after_peer_refuses", 4, false, notify({ErrorCode::open, open_error::bad_peer_as}));
    row("after_bad_open", 4, false, [](Stage& s, Puppet& p) {
      s.establish(&p, 65099);
      BOOST_TEST(p.notifications.at(0).to_string() == "OPEN Message Error/Bad Peer AS");
    });
  }
}

BOOST_AUTO_TEST_CASE(a_terminated_process) {
  for (const auto& recording : recordings()) {
    Stage s(recording.profile, 1);
    s.listen();
    auto* p = s.wait_a(1);
    BOOST_REQUIRE(s.establish(p));
    s.speaker_->shutdown();
    s.net_.run_for(10ms);
    BOOST_REQUIRE_EQUAL(p->notifications.size(), 1U);
    const auto said = recording.figures.at("term_notification").get<std::vector<int>>();
    BOOST_TEST(int{p->notifications[0].code} == said.at(0), recording.profile);
    BOOST_TEST(int{p->notifications[0].subcode} == said.at(1), recording.profile);
  }
}

BOOST_AUTO_TEST_CASE(routes_that_pass_through) {
  for (const auto& recording : recordings()) {
    Figures out, gone;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Stage s(recording.profile, seed, 2);
      s.listen();
      auto* b = s.wait_b(1);
      BOOST_REQUIRE(s.establish(b));
      auto* a = s.wait_a(1);
      BOOST_REQUIRE(s.establish(a));
      s.run_for(4s);
      auto when = s.net_.now();
      a->announce(learned, "10.0.0.2");
      BOOST_REQUIRE(s.run_until([&] { return b->announced(learned); }, 10s));
      out.push_back(seconds(s.net_.now() - when));
      s.run_for(2s);
      when = s.net_.now();
      a->withdraw(learned);
      BOOST_REQUIRE(s.run_until([&] { return b->withdrew(learned); }, 10s));
      gone.push_back(seconds(s.net_.now() - when));
    }
    compare(recording, "announcement_passed_on", out);
    compare(recording, "withdrawal_passed_on", gone);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
