#include "sim/netfilter/conntrack.h"

#include <boost/test/unit_test.hpp>

using namespace seatrial;
using namespace seatrial::sim;

namespace {
constexpr Flow flow{0x0a000001, 0x0a600010, 40000, 53, protocol_udp};
TimePoint at(Duration d) {
  return TimePoint(d);
}
}  // namespace

BOOST_AUTO_TEST_CASE(both_directions_find_the_connection) {
  Conntrack table;
  Connection& made = table.add(flow, at(0s));
  const Flow backend_reply{0xac100109, 0x0a000001, 5353, 40000, protocol_udp};
  BOOST_TEST(table.set_reply(made, backend_reply, at(0s)));
  BOOST_TEST(table.find(flow, at(1s)).connection == &made);
  const auto match = table.find(backend_reply, at(1s));
  BOOST_TEST(match.connection == &made);
  BOOST_TEST((match.direction == Conntrack::Direction::reply));
  BOOST_TEST(!table.find(flow.reversed(), at(1s)));  // that is not what an answer looks like now
}

BOOST_AUTO_TEST_CASE(udp_is_remembered_30_s_and_120_s_once_answered) {
  // nf_conntrack_udp_timeout 30, nf_conntrack_udp_timeout_stream 120.
  Conntrack table;
  Connection& made = table.add(flow, at(0s));
  table.note(made, Conntrack::Direction::original, 0, at(0s));
  BOOST_TEST(bool(table.find(flow, at(29s))));
  table.note(made, Conntrack::Direction::reply, 0, at(29s));
  BOOST_TEST(bool(table.find(flow, at(29s + 119s))));
  BOOST_TEST(!table.find(flow, at(29s + 120s)));
  BOOST_TEST(table.size() == 0U);
}

BOOST_AUTO_TEST_CASE(tcp_is_remembered_5_days_and_120_s_once_closing) {
  Conntrack table;
  Flow tcp = flow;
  tcp.protocol = protocol_tcp;
  Connection& made = table.add(tcp, at(0s));
  using Direction = Conntrack::Direction;
  table.note(made, Direction::original, 0x02, at(0s));
  BOOST_TEST(!table.find(tcp, at(121s)));  // SYN_SENT: 120 s
  Connection& again = table.add(tcp, at(200s));
  table.note(again, Direction::original, 0x02, at(200s));
  table.note(again, Direction::reply, 0x12, at(200s));
  table.note(again, Direction::original, 0x10, at(200s));
  const Duration days = std::chrono::hours(5 * 24);
  BOOST_TEST(bool(table.find(tcp, at(199s + days))));
  table.note(again, Direction::original, 0x11, at(300s));
  BOOST_TEST(bool(table.find(tcp, at(419s))));
  BOOST_TEST(!table.find(tcp, at(421s)));
}

BOOST_AUTO_TEST_CASE(two_connections_never_look_alike_from_behind) {
  Conntrack table;
  Flow other = flow;
  other.source = 0x0a000002;
  Connection& one = table.add(flow, at(0s));
  Connection& two = table.add(other, at(0s));
  const Flow answer{0xac100109, 0x0a010108, 53, 1024, protocol_udp};
  BOOST_TEST(table.set_reply(one, answer, at(0s)));
  BOOST_TEST(!table.set_reply(two, answer, at(0s)));
  // But an expired one's place is free.
  BOOST_TEST(table.set_reply(two, answer, at(1000s)));
}

BOOST_AUTO_TEST_CASE(the_table_sheds_what_expired) {
  Conntrack table;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    Flow one = flow;
    one.source = i;
    const TimePoint time = at(std::chrono::seconds(i));
    table.note(table.add(one, time), Conntrack::Direction::original, 0, time);
  }
  BOOST_TEST(table.size() <= 1024U);  // 30 live ones; the sweep runs at 1 024
}
