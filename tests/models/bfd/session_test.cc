// Two BFD sessions on an in-memory network, or one and packets written by hand: state machine,
// timers and Poll Sequences of RFC 5880 section 6.
#include <boost/test/unit_test.hpp>

#include "models/bfd/agent.h"
#include "tests/models/bfd/bytes.h"
#include "tests/support/fake_network.h"

using namespace seatrial;
using namespace seatrial::bfd;
using namespace seatrial::bfd::test;

namespace {

struct Watcher : Observer {
  std::vector<SessionEvent> events;
  void bfd_changed(const SessionEvent& event) override { events.push_back(event); }
};

SessionConfig towards(const char* peer) {
  SessionConfig config;
  config.peer = ip(peer);
  return config;
}

struct Node {
  Watcher watcher;
  Agent agent;
  std::unique_ptr<SessionHandle> session;
  Node(io::Host& host, const Profile& profile, const SessionConfig& config)
      : agent(host, profile, &watcher), session(agent.open(config, nullptr)) {}
  State state() const { return session->snapshot().state; }
};

// 1 ms one way; both ask for 300 ms x 3.
struct Pair {
  seatrial::test::FakeNetwork net;
  Node a;
  Node b;
  explicit Pair(const Profile& left = rfc(), const Profile& right = rfc(),
                SessionConfig to_b = towards("10.0.0.2"), SessionConfig to_a = towards("10.0.0.1"))
      : a(net.host("a", "10.0.0.1"), left, to_b), b(net.host("b", "10.0.0.2"), right, to_a) {}
  bool both_up() const { return a.state() == State::up && b.state() == State::up; }
  bool come_up() {
    return net.run_until([this] { return both_up(); }, 3s);
  }
};

// A peer whose packets the test writes; what it hears is kept.
struct ByHand : io::DatagramHandler {
  struct Heard {
    TimePoint at;
    ControlPacket packet;
    std::uint16_t from_port = 0;
  };
  seatrial::test::FakeNetwork net;
  Watcher watcher;
  Agent agent;
  std::unique_ptr<SessionHandle> session;
  std::unique_ptr<io::DatagramSocket> socket;
  std::vector<Heard> heard;

  explicit ByHand(const Profile& profile = rfc(), SessionConfig config = towards("10.0.0.2"))
      : agent(net.host("a", "10.0.0.1"), profile, &watcher), session(agent.open(config, nullptr)) {
    socket = net.host("b", "10.0.0.2").bind_datagram({ip("0.0.0.0"), single_hop_port}, this);
  }
  void on_datagram(const net::Endpoint& from, const net::Endpoint&, io::Bytes bytes) override {
    const auto packet = decode(bytes);
    BOOST_REQUIRE(packet.has_value());
    heard.push_back({net.now(), *packet, from.port});
  }
  ControlPacket packet(State state) const {
    ControlPacket p;
    p.state = state;
    p.my_discriminator = 99;
    p.your_discriminator = session->snapshot().discriminator;
    p.desired_min_tx = 300ms;
    p.required_min_rx = 300ms;
    return p;
  }
  void say(const ControlPacket& p) {
    socket->send({ip("10.0.0.1"), single_hop_port}, encode(p));
    net.run_for(2ms);
  }
  void come_up() {
    say(packet(State::down));
    say(packet(State::up));
    BOOST_REQUIRE((session->snapshot().state == State::up));
  }
  SessionSnapshot now() const { return session->snapshot(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bfd_session)

BOOST_AUTO_TEST_CASE(two_sessions_come_up_and_agree_on_timers) {
  auto slow = towards("10.0.0.1");
  slow.transmit_interval = 500ms;
  slow.receive_interval = 400ms;
  slow.detect_multiplier = 5;
  Pair pair(rfc(), rfc(), towards("10.0.0.2"), slow);
  BOOST_TEST(pair.come_up());
  pair.net.run_for(2s);
  // Section 6.8.2: the greater of what one desires and the other takes. Section 6.8.4: the other's
  // multiplier times the greater of what we take and it desires.
  const auto a = pair.a.session->snapshot();
  const auto b = pair.b.session->snapshot();
  BOOST_TEST((a.transmit_interval == 400ms));
  BOOST_TEST((b.transmit_interval == 500ms));
  BOOST_TEST((a.detection_time == 5 * 500ms));
  BOOST_TEST((b.detection_time == 3 * 400ms));
  BOOST_TEST(a.discriminator == b.remote_discriminator);
  BOOST_TEST(a.discriminator != b.discriminator);
}

BOOST_AUTO_TEST_CASE(every_pair_of_profiles_comes_up) {
  for (const auto* left : {&rfc(), &frr_8_4(), &bird_2_0()}) {
    for (const auto* right : {&rfc(), &frr_8_4(), &bird_2_0()}) {
      Pair pair(*left, *right);
      BOOST_TEST(pair.come_up());
      pair.net.run_for(2s);
      BOOST_TEST(pair.both_up());
      BOOST_TEST((pair.a.session->snapshot().detection_time == 900ms));
    }
  }
}

BOOST_AUTO_TEST_CASE(silence_is_found_within_the_detection_time) {
  Pair pair;
  BOOST_REQUIRE(pair.come_up());
  pair.net.run_for(5s);
  const auto cut_at = pair.net.now();
  pair.net.cut("a", "b");
  pair.net.run_for(2s);
  for (auto* node : {&pair.a, &pair.b}) {
    const auto& last = node->watcher.events.back();
    BOOST_TEST((last.from == State::up));
    BOOST_TEST((last.to == State::down));
    BOOST_TEST((last.diagnostic == Diagnostic::control_detection_expired));
    // 3 x 300 ms after the last packet, which was sent at most 300 ms before the cut.
    BOOST_TEST((last.time - cut_at <= 901ms));
    BOOST_TEST((last.time - cut_at >= 600ms));
    BOOST_TEST(node->session->snapshot().remote_discriminator == 0U);
  }
  pair.net.heal("a", "b");
  BOOST_TEST(pair.come_up());
}

BOOST_AUTO_TEST_CASE(down_is_slow_and_up_is_as_configured) {
  ByHand peer;
  peer.net.run_for(20s);
  // Section 6.8.3: at least a second while not Up; section 6.8.7: less 0 to 25 %.
  BOOST_REQUIRE(peer.heard.size() > 10);
  for (std::size_t i = 1; i < peer.heard.size(); ++i) {
    const auto gap = peer.heard[i].at - peer.heard[i - 1].at;
    BOOST_TEST((gap >= 750ms && gap <= 1s));
    BOOST_TEST((peer.heard[i].packet.desired_min_tx == 1s));
    BOOST_TEST((peer.heard[i].packet.required_min_rx == 300ms));
    BOOST_TEST(peer.heard[i].packet.your_discriminator == 0U);
  }
  BOOST_TEST(peer.heard[0].from_port >= 49152);  // RFC 5881 section 4
  BOOST_TEST(peer.heard[0].from_port == peer.heard.back().from_port);
}

BOOST_AUTO_TEST_CASE(jitter_with_a_multiplier_of_one_stays_below_90_percent) {
  auto config = towards("10.0.0.2");
  config.detect_multiplier = 1;
  ByHand peer(rfc(), config);
  peer.net.run_for(60s);
  for (std::size_t i = 1; i < peer.heard.size(); ++i) {
    const auto gap = peer.heard[i].at - peer.heard[i - 1].at;
    BOOST_TEST((gap >= 750ms && gap <= 900ms));
  }
}

BOOST_AUTO_TEST_CASE(going_up_polls_until_the_final) {
  ByHand peer;
  peer.come_up();
  peer.net.run_for(600ms);
  BOOST_TEST(peer.heard.back().packet.poll);
  BOOST_TEST((peer.heard.back().packet.desired_min_tx == 300ms));
  auto answer = peer.packet(State::up);
  answer.final = true;
  peer.say(answer);
  const auto before = peer.heard.size();
  peer.net.run_for(800ms);
  BOOST_REQUIRE(peer.heard.size() > before);
  for (std::size_t i = before; i < peer.heard.size(); ++i) BOOST_TEST(!peer.heard[i].packet.poll);
}

BOOST_AUTO_TEST_CASE(a_poll_is_answered_at_once_with_a_final) {
  ByHand peer;
  peer.come_up();
  const auto before = peer.heard.size();
  auto poll = peer.packet(State::up);
  poll.poll = true;
  peer.say(poll);  // 2 ms: there and back
  BOOST_REQUIRE(peer.heard.size() == before + 1);
  BOOST_TEST(peer.heard.back().packet.final);
  BOOST_TEST(!peer.heard.back().packet.poll);
}

BOOST_AUTO_TEST_CASE(changed_timers_are_polled_and_used_when_safe) {
  ByHand peer;
  peer.come_up();
  auto final = peer.packet(State::up);
  final.final = true;
  peer.say(final);
  // Slower sending and faster detection wait for the Final.
  BOOST_TEST(peer.agent.set_timers(ip("10.0.0.2"), 100ms, 600ms, 3));
  auto fast = peer.packet(State::up);
  fast.desired_min_tx = 50ms;
  fast.required_min_rx = 50ms;
  peer.say(fast);
  BOOST_TEST((peer.now().transmit_interval == 300ms));
  BOOST_TEST((peer.now().detection_time == 3 * 300ms));
  peer.net.run_for(301ms);
  BOOST_TEST(peer.heard.back().packet.poll);
  BOOST_TEST((peer.heard.back().packet.desired_min_tx == 600ms));
  fast.final = true;
  peer.say(fast);
  BOOST_TEST((peer.now().transmit_interval == 600ms));
  BOOST_TEST((peer.now().detection_time == 3 * 100ms));
}

BOOST_AUTO_TEST_CASE(every_transition_of_section_6_2) {
  using enum State;
  struct Step {
    std::vector<State> heard;
    State then;
  };
  const std::vector<Step> steps = {
      {{}, down},
      {{down}, init},
      {{init}, up},
      {{up}, down},  // we are Down and the peer Up: wait for it to notice
      {{admin_down}, down},
      {{down, down}, init},
      {{down, init}, up},
      {{down, up}, up},
      {{down, admin_down}, down},
      {{init, init}, up},
      {{init, up}, up},
      {{init, down}, down},
      {{init, admin_down}, down},
  };
  for (const auto& step : steps) {
    ByHand peer;
    for (const auto state : step.heard) peer.say(peer.packet(state));
    BOOST_TEST(to_string(peer.now().state) == to_string(step.then));
  }
  ByHand peer;
  peer.come_up();
  peer.say(peer.packet(down));
  BOOST_TEST((peer.now().diagnostic == Diagnostic::neighbor_down));
}

BOOST_AUTO_TEST_CASE(shut_down_and_brought_back) {
  Pair pair;
  BOOST_REQUIRE(pair.come_up());
  BOOST_TEST(pair.a.agent.set_shutdown(ip("10.0.0.2"), true));
  pair.net.run_for(5ms);
  BOOST_TEST((pair.a.state() == State::admin_down));
  BOOST_TEST((pair.b.state() == State::down));
  BOOST_TEST((pair.b.session->snapshot().diagnostic == Diagnostic::neighbor_down));
  BOOST_TEST((pair.b.session->snapshot().remote_diagnostic == Diagnostic::administratively_down));
  pair.net.run_for(5s);
  BOOST_TEST((pair.b.state() == State::down));
  pair.a.agent.set_shutdown(ip("10.0.0.2"), false);
  BOOST_TEST(pair.come_up());
  BOOST_TEST(!pair.a.agent.set_shutdown(ip("10.0.0.77"), true));
}

BOOST_AUTO_TEST_CASE(a_session_given_up_says_admin_down_and_a_killed_process_nothing) {
  Pair pair;
  BOOST_REQUIRE(pair.come_up());
  pair.net.run_for(1s);
  const auto when = pair.net.now();
  pair.a.session.reset();
  pair.net.run_for(5ms);
  BOOST_TEST((pair.b.watcher.events.back().remote_state == State::admin_down));
  BOOST_TEST((pair.b.watcher.events.back().time - when == 1ms));
  BOOST_TEST(pair.a.agent.sessions().empty());
  pair.net.run_for(10s);
  const auto count = pair.b.session->snapshot().received;
  pair.net.run_for(10s);
  BOOST_TEST(pair.b.session->snapshot().received == count);  // no more after a detection time
  // And opened again, a new one comes up.
  pair.a.session = pair.a.agent.open(towards("10.0.0.2"), nullptr);
  BOOST_TEST(pair.come_up());
}

BOOST_AUTO_TEST_CASE(a_passive_session_speaks_when_spoken_to) {
  auto quiet = towards("10.0.0.2");
  quiet.passive = true;
  ByHand peer(rfc(), quiet);
  peer.net.run_for(10s);
  BOOST_TEST(peer.heard.empty());
  peer.come_up();
  BOOST_TEST(!peer.heard.empty());
}

BOOST_AUTO_TEST_CASE(a_peer_in_demand_mode_or_that_takes_nothing_hears_nothing_periodic) {
  for (const bool demand : {true, false}) {
    ByHand peer;
    peer.come_up();
    auto calm = peer.packet(State::up);
    calm.final = true;
    calm.demand = demand;
    if (!demand) calm.required_min_rx = 0ms;
    calm.detect_multiplier = 255;
    peer.say(calm);
    const auto before = peer.heard.size();
    peer.net.run_for(10s);
    BOOST_TEST(peer.heard.size() == before);
    // It verifies connectivity by a Poll (section 6.6), and is answered.
    calm.final = false;
    calm.poll = true;
    peer.say(calm);
    BOOST_TEST(peer.heard.size() == before + 1);
    BOOST_TEST(peer.heard.back().packet.final);
  }
}

BOOST_AUTO_TEST_CASE(what_belongs_to_no_session_is_discarded) {
  ByHand peer;
  auto strange = peer.packet(State::down);
  strange.your_discriminator += 1;
  peer.say(strange);
  BOOST_TEST(peer.agent.last_discard() == "no session with 10.0.0.2");
  auto secret = peer.packet(State::down);
  secret.authentication = Authentication{AuthenticationType::simple_password, 1, 0, {'x'}};
  peer.say(secret);
  BOOST_TEST(peer.agent.last_discard() == "authenticated, and no authentication is in use");
  BOOST_TEST(peer.agent.discarded() == 2U);
  BOOST_TEST((peer.now().state == State::down));
  BOOST_TEST(peer.now().received == 0U);
}

BOOST_AUTO_TEST_CASE(multihop_has_its_own_port_and_sessions) {
  auto far = towards("10.0.0.2");
  far.multihop = true;
  auto back = towards("10.0.0.1");
  back.multihop = true;
  Pair pair(rfc(), rfc(), far, back);
  BOOST_TEST(pair.come_up());
  Pair mixed(rfc(), rfc(), far, towards("10.0.0.1"));
  BOOST_TEST(!mixed.come_up());
}

BOOST_AUTO_TEST_CASE(listeners_share_a_session_and_may_leave_in_their_call) {
  Pair pair;
  int calls = 0;
  std::unique_ptr<SessionHandle> second;
  second = pair.a.agent.open(towards("10.0.0.2"), [&](const SessionEvent&) {
    ++calls;
    second.reset();
  });
  BOOST_TEST(pair.come_up());
  BOOST_TEST(calls == 1);
  BOOST_TEST(pair.a.agent.sessions().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_reported) {
  seatrial::test::FakeNetwork net;
  auto& host = net.host("a", "10.0.0.1");
  const auto other = host.bind_datagram({ip("0.0.0.0"), single_hop_port}, nullptr);
  Node node(host, rfc(), towards("10.0.0.2"));
  BOOST_TEST(!node.agent.sockets_open());
}

BOOST_AUTO_TEST_SUITE_END()
