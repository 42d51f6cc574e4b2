// BGP by meaning: what two speakers know of each other, not how it was packed. The wire forms are
// models/bgp's, which tests/interop holds to FRR, BIRD and Wireshark.
#include <boost/test/unit_test.hpp>

#include "tests/results/compare/support.h"

namespace seatrial::results {
namespace {

using namespace test;

Frames session(const std::vector<Routes>& updates, std::uint16_t port = 40000,
               Duration begin = 0s) {
  Frames frames;
  Talk talk(frames, begin, port, 179);
  bgp_up(talk);
  for (const auto& routes : updates) talk.pause(100ms).client(routes.update());
  return frames;
}

const Routes two{{"10.1.0.0/16", "10.2.0.0/16"}, 10, {}};

}  // namespace

BOOST_AUTO_TEST_SUITE(bgp_by_meaning)

BOOST_AUTO_TEST_CASE(another_take_with_another_port_is_the_same) {
  const auto out = compared(session({two}), session({two}, 50123, 1000s));
  BOOST_TEST(out.same, all_words(out));
  BOOST_TEST(out.differences == 0U);
}

BOOST_AUTO_TEST_CASE(packing_and_order_are_no_difference_and_are_told) {
  const auto out =
      compared(session({two}), session({{{"10.2.0.0/16"}, 10, {}}, {{"10.1.0.0/16"}, 10, {}}}));
  BOOST_TEST(out.same, all_words(out));
  BOOST_REQUIRE(out.notes.size() == 2U);
  BOOST_TEST(out.notes[0] == "BGP 10.0.0.1 > 10.0.0.2: UPDATEs: 1 in A, 2 in B");
  BOOST_TEST(out.notes[1].find("order in which the routes came differs") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_changed_med_is_named_with_both_values_and_frames) {
  const auto out =
      compared(session({two}), session({{{"10.1.0.0/16"}, 20, {}}, {{"10.2.0.0/16"}, 10, {}}}));
  BOOST_TEST(!out.same);
  BOOST_REQUIRE(out.findings.size() == 1U);
  const auto& finding = out.findings[0];
  BOOST_TEST(finding.what == "route 10.1.0.0/16: MED 10 in A, 20 in B");
  BOOST_REQUIRE(finding.fields.size() == 1U);
  BOOST_TEST(finding.fields[0].name == "bgp.update.path_attribute.multi_exit_disc");
  // Three frames of handshake, two OPENs, two KEEPALIVEs: the UPDATE is frame 8.
  BOOST_REQUIRE(finding.a);
  BOOST_TEST(finding.a->frame == 8U);
  BOOST_TEST(finding.b->frame == 8U);
  BOOST_TEST(compared(session({two}),
                      session({{{"10.1.0.0/16"}, 20, {}}, {{"10.2.0.0/16"}, 10, {}}}),
                      ignoring({"bgp.med"}))
                 .same);
}

BOOST_AUTO_TEST_CASE(a_missing_withdrawal_is_one_also_when_the_final_rib_is_the_same) {
  const Routes withdrawal{{}, {}, {"10.1.0.0/16"}};
  const Routes back{{"10.1.0.0/16"}, 10, {}};
  const auto simply = compared(session({two, withdrawal}), session({two}));
  BOOST_TEST(all_words(simply).starts_with("missing in B: withdrawal of 10.1.0.0/16"),
             all_words(simply));
  BOOST_TEST(simply.differences == 1U);

  const auto flap = compared(session({two, withdrawal, back}), session({two}));
  BOOST_TEST(!flap.same);
  BOOST_TEST(flap.findings.at(0).what == "missing in B: withdrawal of 10.1.0.0/16");
  // Whoever cares for the final routes only says so.
  BOOST_TEST(
      compared(session({two, withdrawal, back}), session({two}), ignoring({"bgp.history"})).same);
  BOOST_TEST(!compared(session({two, withdrawal}), session({two}), ignoring({"bgp.history"})).same);
}

BOOST_AUTO_TEST_CASE(a_route_that_is_announced_again_as_it_stands_changes_nothing) {
  BOOST_TEST(compared(session({two, two}), session({two})).same);
}

BOOST_AUTO_TEST_CASE(keepalives_count_once) {
  auto a = session({two});
  Frames b;
  Talk talk(b, 0s, 40000, 179);
  bgp_up(talk).pause(100ms).client(two.update());
  for (int i = 0; i < 3; ++i) talk.pause(60ms).client(bgp::encode(bgp::KeepaliveMessage{}));
  const auto out = compared(a, b);
  BOOST_TEST(out.same, all_words(out));
  BOOST_TEST(out.notes.size() == 1U);
  BOOST_TEST(compared(a, b, ignoring({"bgp.keepalive"})).notes.empty());
}

BOOST_AUTO_TEST_CASE(a_session_that_is_reset_and_comes_back_is_one_session_more) {
  auto b = session({two});
  Talk again(b, 10s, 40001, 179);
  bgp_up(again).client(two.update());
  const auto out = compared(session({two}), b);
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].what == "only in B: session of 6 messages");
}

BOOST_AUTO_TEST_CASE(attempts_and_collisions_are_no_sessions) {
  Frames b;
  Talk(b, 0s, 39999, 179).refuse();
  Talk collision(b, 10ms, 39998, 179);
  collision.open()
      .client(bgp::encode(bgp_open(65001, 0x0a000001)))
      .server(bgp::encode(
          bgp::NotificationMessage(bgp::ErrorCode::cease, bgp::cease::collision_resolution)))
      .close();
  const auto rest = session({two}, 40000, 50ms);
  b.insert(b.end(), rest.begin(), rest.end());
  const auto out = compared(session({two}), b);
  BOOST_TEST(out.same, all_words(out));
  BOOST_TEST(out.notes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_refuses_the_open_is_told_once_however_often_it_is_tried) {
  const auto refused = [](int times) {
    Frames frames;
    for (int i = 0; i < times; ++i) {
      Talk talk(frames, i * 1s, static_cast<std::uint16_t>(40000 + i), 179);
      talk.open()
          .client(bgp::encode(bgp_open(65009, 0x0a000001)))
          .server(bgp::encode(
              bgp::NotificationMessage(bgp::ErrorCode::open, bgp::open_error::bad_peer_as)))
          .close();
    }
    return frames;
  };
  BOOST_TEST(compared(refused(2), refused(3)).same);
  const auto out = compared(session({two}), refused(1));
  BOOST_TEST(!out.same);
  BOOST_TEST(all_words(out).find("NOTIFICATION") == std::string::npos);  // named as context
  BOOST_TEST(out.findings.size() == 2U);  // a session missing, a refusal more
}

BOOST_AUTO_TEST_CASE(two_address_plans) {
  auto plan = [](std::uint32_t one, std::uint32_t other) {
    auto frames = session({two});
    for (auto& [at, frame] : frames) {
      for (std::size_t i = 26; i <= 30; i += 4) {
        auto& octet = frame[i + 3];
        const auto address = octet == 1 ? one : other;
        for (std::size_t k = 0; k < 4; ++k) {
          frame[i + k] = static_cast<std::uint8_t>(address >> (24 - 8 * k));
        }
      }
    }
    return frames;
  };
  // 192.168.7.2 and .1 for 10.0.0.1 and .2: the order of the addresses turns round as well.
  const auto a = session({two});
  const auto b = plan(0xc0a80702, 0xc0a80701);
  BOOST_TEST(!compared(a, b).same);
  CompareOptions options;
  for (const auto* text :
       {"192.168.7.2=left", "10.0.0.1=left", "192.168.7.1=right", "10.0.0.2=right"}) {
    BOOST_REQUIRE(options.lens.rename(text));
  }
  const auto out = compared(a, b, options);
  BOOST_TEST(out.same, all_words(out));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results
