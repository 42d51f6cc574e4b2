// As timelines_test, of graceful restart (RFC 4724, RFC 8538) and of links that go down.
#include "tests/models/bgp/timeline_stage.h"

namespace seatrial::bgp::test {
namespace {

BOOST_AUTO_TEST_SUITE(restart_timelines)

void restarts(Puppet& p, std::uint16_t after, bool notification = false, bool restarted = false) {
  p.says.capabilities.graceful_restart =
      GracefulRestartCapability{restarted, notification, after, {{ipv4_unicast, true}}};
}

// A, which restarts within 6 s or so it says, has announced a route that B knows of; A ends so, and
// B is told of the loss after that long. Nothing when it never is.
std::optional<double> lost_after(const Recording& recording, std::uint64_t seed, bool notification,
                                 const std::function<void(Stage&, Puppet&)>& end) {
  Stage s(recording.profile, seed, 2, [&](SpeakerConfig& c) {
    c.graceful_restart.stale_time = 10s;  // the recordings have FRR's at that
    if (recording.profile == "gobgp-3.10") {
      c.graceful_restart.mode = GracefulRestartMode::restarter;  // and GoBGP's on
    }
  });
  s.listen();
  auto* b = s.wait_b(1);
  BOOST_REQUIRE(s.establish(b));
  auto* a = s.wait_a(1);
  BOOST_REQUIRE(a != nullptr);
  restarts(*a, 6, notification);
  BOOST_REQUIRE(s.establish(a));
  a->announce(learned, "10.0.0.2");
  a->end_of_rib();
  BOOST_REQUIRE(s.run_until([&] { return b->announced(learned); }, 10s));
  s.run_for(1s);
  auto when = s.net_.now();
  s.deaf();
  end(s, *a);
  if (!a->notifications.empty()) when = a->all.back().when;
  if (!s.run_until([&] { return b->withdrew(learned); }, 30s)) return std::nullopt;
  return seconds(s.net_.now() - when);
}

BOOST_AUTO_TEST_CASE(the_helper_keeps_routes_as_long_as_the_daemon) {
  const NotificationMessage shutdown(ErrorCode::cease, cease::admin_shutdown);
  for (const auto& recording : recordings()) {
    const auto row = [&](const std::string& name, bool notification,
                         const std::function<void(Stage&, Puppet&)>& end) {
      compare(recording, name, ours([&](std::uint64_t seed) {
                const auto after = lost_after(recording, seed, notification, end);
                return after ? Figures{*after} : Figures{};
              }));
    };
    // BIRD is late here by up to 2 s, when it tells others: see README.md.
    if (!recording.profile.starts_with("bird")) {
      row("helper_reset_of_6", false, [](Stage&, Puppet& p) { p.stream->abort(); });
      row("helper_close_of_6", false, [](Stage&, Puppet& p) { p.stream.reset(); });
    }
    row("helper_cease", false, [&](Stage&, Puppet& p) { p.notify(shutdown); });
    row("helper_cease_with_n", true, [&](Stage&, Puppet& p) { p.notify(shutdown); });
    if (recording.profile == "gobgp-3.10") continue;  // keeps on where RFC 4724 does not: README.md
    row("helper_hold_expiry", false, [](Stage& s, Puppet& p) {
      s.silent_ = true;
      s.run_until([&] { return !p.notifications.empty(); }, 20s);
    });
  }
}

// A is lost, returns with the R bit, and is lost again 3 s later without a word about its routes.
BOOST_AUTO_TEST_CASE(a_second_crash_takes_what_was_stale) {
  for (const auto& recording : recordings()) {
    if (recording.profile == "gobgp-3.10") continue;  // keeps them, against RFC 4724 section 4.2
    Stage s(recording.profile, 1, 2);
    s.listen();
    auto* b = s.wait_b(1);
    BOOST_REQUIRE(s.establish(b));
    auto* a = s.wait_a(1);
    restarts(*a, 30);
    BOOST_REQUIRE(s.establish(a));
    a->announce(learned, "10.0.0.2");
    a->end_of_rib();
    BOOST_REQUIRE(s.run_until([&] { return b->announced(learned); }, 10s));
    a->stream->abort();
    a = s.wait_a(2);
    restarts(*a, 30, false, true);
    BOOST_REQUIRE(s.establish(a));
    s.run_for(3s);
    BOOST_TEST(!b->withdrew(learned), recording.profile);
    s.deaf();
    const auto when = s.net_.now();
    a->stream->abort();
    BOOST_REQUIRE(s.run_until([&] { return b->withdrew(learned); }, 60s));
    compare(recording, "helper_second_crash", {seconds(s.net_.now() - when)});
  }
}

// The daemon started again after a kill. A, which helps, says End-of-RIB after 4 s, and B, which is
// waited for, never comes; or B comes, which does not help, and A never does.
BOOST_AUTO_TEST_CASE(a_restarted_daemon_makes_its_peers_wait) {
  const auto restarter = [](SpeakerConfig& c) {
    c.graceful_restart.mode = GracefulRestartMode::restarter;
    if (c.profile.name.starts_with("frr")) c.graceful_restart.select_deferral = 20s;
  };
  for (const auto& recording : recordings()) {
    Figures missing, unaware;
    {
      Stage s(recording.profile, 1, 2, restarter, StartMode::restarting);
      s.listen();
      auto* a = s.wait_a(1);
      restarts(*a, 6);
      BOOST_REQUIRE(s.establish(a));
      const auto established = s.established_;
      const auto& families = a->opened->capabilities.graceful_restart->families;
      BOOST_REQUIRE_EQUAL(families.size(), 1U);
      const auto theirs = recording.figures.at("restarted_capability").get<std::string>();
      BOOST_TEST((theirs.substr(0, 1) >= "8") ==
                 a->opened->capabilities.graceful_restart->restarted);  // the R bit
      BOOST_TEST((theirs.substr(10, 2) == "80") == families[0].forwarding_preserved,
                 recording.profile);  // the F bit of IPv4 unicast
      s.run_for(4s);
      a->end_of_rib();
      if (s.run_until([&] { return a->announced(own); }, 400s)) {
        const auto first =
            std::ranges::find(a->all, MessageType::update, &Puppet::Heard::type)->when;
        missing.push_back(seconds(first - established));
      }
    }
    compare(recording, "restarter_routes_with_a_peer_missing", missing);
    if (!recording.figures.contains("restarter_routes_to_an_unaware_peer")) continue;
    {
      Stage s(recording.profile, 1, 2, restarter, StartMode::restarting);
      s.listen();
      auto* b = s.wait_b(1);
      BOOST_REQUIRE(s.establish(b));
      const auto established = s.established_;
      BOOST_REQUIRE(s.run_until([&] { return b->announced(own); }, 400s));
      unaware.push_back(seconds(s.net_.now() - established));
    }
    // BIRD 2 sends when its process wakes: within 3 s.
    compare(recording, "restarter_routes_to_an_unaware_peer", unaware,
            recording.profile == "bird-2.0" ? 3.0 : slack);
  }
}

// The interface over which A is reached loses its carrier.
BOOST_AUTO_TEST_CASE(a_lost_link_ends_what_it_ends_in_the_daemon) {
  const auto falls = [](const std::string& profile,
                        const std::function<void(SpeakerConfig&)>& adapt) {
    Stage s(profile, 1, 1, adapt);
    s.listen();
    auto* a = s.wait_a(1);
    s.a_as_ = s.speaker_->config().neighbors.at(0).remote_as.asn.value;
    BOOST_REQUIRE(s.establish(a));
    s.speaker_->interface_down(ip("10.0.0.1"));
    s.net_.run_for(10ms);
    return s.speaker_->session(ip("10.0.0.2"))->state != State::established;
  };
  const auto plain = [](SpeakerConfig&) {};
  const auto internal = [](SpeakerConfig& c) {
    c.neighbors.at(0).remote_as = RemoteAs::number(c.asn.value);
  };
  const auto untracked = [](SpeakerConfig& c) { c.fast_external_failover = false; };
  for (const auto& recording : recordings()) {
    const auto row = [&](const std::string& name, const auto& adapt) {
      if (!recording.figures.contains(name)) return;  // Calico's sessions are internal
      BOOST_TEST(falls(recording.profile, adapt) == recording.figures.at(name).get<bool>(),
                 recording.profile << ", " << name);
    };
    row("link_down_ends_external", plain);
    row("link_down_ends_internal", internal);
    row("link_down_ends_external_without_failover", untracked);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
