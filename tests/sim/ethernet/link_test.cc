#include "sim/ethernet/link.h"

#include <boost/test/unit_test.hpp>

#include "tests/sim/ethernet/small_world.h"

namespace seatrial::sim::test {

namespace {

LinkOptions gigabit(Duration delay) {
  LinkOptions options;
  options.rate = Bandwidth::bits_per_second(1'000'000'000);
  options.delay = delay;
  return options;
}

struct TwoHosts : SmallWorld {
  TestHost& a = host("a:eth0");
  TestHost& b = host("b:eth0");
  ns3::Ptr<EthernetLink> link;
  std::vector<bool> carrier_at_b;

  void connect(const LinkOptions& options) {
    link = EthernetLink::connect(a.device, b.device, options);
    b.device->on_carrier([this](bool up) { carrier_at_b.push_back(up); });
    run();  // ns-3's own start of the nodes
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(link, TwoHosts)

BOOST_AUTO_TEST_CASE(a_gigabit_link_carries_a_gigabit_both_ways_at_50_us) {
  connect(gigabit(50us));
  // Given 812 full frames queued at both ends: 812 * 1538 octets * 8 ns = 9.990848 ms of line time.
  for (int i = 0; i < 812; ++i) {
    BOOST_REQUIRE(a.send(b.address(), 1514));
    BOOST_REQUIRE(b.send(a.address(), 1514));
  }
  run();
  // Then both directions finish as if the other did not exist: the last frame starts after 811
  // frames of 12304 ns, takes 12208 ns to its FCS and 50 us to the other end.
  const TimePoint last = at(Duration(811LL * 12304 + 12208 + 50'000));
  BOOST_TEST(a.received.size() == 812U);
  BOOST_TEST(b.received.size() == 812U);
  BOOST_TEST((a.received.back().first == last));
  BOOST_TEST((b.received.back().first == last));
}

BOOST_AUTO_TEST_CASE(a_packet_hop_costs_one_event) {
  connect(gigabit(1us));
  for (int i = 0; i < 500; ++i) a.send(b.address());
  BOOST_TEST(run() == 500U);
  BOOST_TEST(b.received.size() == 500U);
}

// 100 full frames at 1 Gb/s take the line 12.304 us each: the 17th waits for 16 of them, 196.864
// us, the 18th for 209.168 us, the last for 99 * 12.304 = 1218.096 us.
BOOST_AUTO_TEST_CASE(a_long_wait_in_the_queue_is_told_and_so_is_its_end) {
  connect(gigabit(1us));
  std::vector<QueueWait> seen;
  a.device->set_queue_observer([&](const QueueWait& wait) { seen.push_back(wait); });
  for (int i = 0; i < 100; ++i) a.send(b.address(), 1514);
  BOOST_REQUIRE_EQUAL(seen.size(), 100U - 17U);
  BOOST_TEST(seen.front().waited.count() == 17 * 12304);
  BOOST_TEST(seen.back().waited.count() == 99 * 12304);
  BOOST_TEST(seen.back().waiting == 99U);
  run();
  a.send(b.address(), 1514);
  BOOST_REQUIRE_EQUAL(seen.size(), 100U - 17U + 1U);
  BOOST_TEST(seen.back().waited.count() == 0);
  a.send(b.address(), 1514);  // waits behind one frame: nobody's concern
  BOOST_TEST(seen.size() == 100U - 17U + 1U);
}

BOOST_AUTO_TEST_CASE(a_full_queue_drops_the_newest_and_says_so) {
  LinkOptions options = gigabit(1us);
  options.queue.packets = 10;
  connect(options);
  std::vector<DropReason> seen;
  a.device->set_drop_observer([&](const Drop& drop) {
    BOOST_TEST(&drop.device == ns3::PeekPointer(a.device));
    BOOST_TEST(drop.packet->GetSize() == 1514U);
    seen.push_back(drop.reason);
  });
  int accepted = 0;
  for (int i = 0; i < 100; ++i) accepted += a.send(b.address(), 1514) ? 1 : 0;
  BOOST_TEST(link->waiting_packets(*a.device) == 10U);
  BOOST_TEST(link->waiting_bytes(*a.device) == 10U * 1514U);
  run();
  BOOST_TEST(accepted == 11);  // one on the line, ten waiting
  BOOST_TEST(b.received.size() == 11U);
  BOOST_TEST(a.device->counters().tx_frames == 11U);
  BOOST_TEST(a.device->counters().tx_bytes == 11U * 1514U);
  BOOST_TEST(a.device->counters().dropped(DropReason::queue_full) == 89U);
  BOOST_TEST(a.device->counters().dropped() == 89U);
  BOOST_TEST(seen.size() == 89U);
}

BOOST_AUTO_TEST_CASE(a_pulled_cable_loses_what_is_under_way_and_takes_both_carriers) {
  connect(gigabit(50us));
  a.send(b.address());
  run_until(at(10us));
  link->set_plugged(false);
  BOOST_TEST(!a.device->IsLinkUp());
  BOOST_TEST(!b.device->IsLinkUp());
  BOOST_TEST(!a.send(b.address()));
  run_until(at(1ms));
  BOOST_TEST(b.received.empty());
  BOOST_TEST(a.device->counters().dropped(DropReason::lost_in_flight) == 1U);
  BOOST_TEST(a.device->counters().dropped(DropReason::link_down) == 1U);

  link->set_plugged(true);
  BOOST_TEST(b.device->IsLinkUp());
  BOOST_TEST(a.send(b.address()));
  run();
  BOOST_TEST(b.received.size() == 1U);
  BOOST_TEST((carrier_at_b == std::vector<bool>{false, true}));
}

BOOST_AUTO_TEST_CASE(a_frame_of_before_the_outage_does_not_arrive_after_it) {
  connect(gigabit(50us));
  a.send(b.address());
  run_until(at(10us));
  link->set_plugged(false);
  link->set_plugged(true);  // a flap shorter than the delay
  run();
  BOOST_TEST(b.received.empty());
}

BOOST_AUTO_TEST_CASE(a_disabled_device_takes_the_peers_carrier) {
  connect(gigabit(1us));
  a.device->set_enabled(false);
  BOOST_TEST(!b.device->IsLinkUp());
  a.device->set_enabled(true);
  BOOST_TEST(b.device->IsLinkUp());
  BOOST_TEST((carrier_at_b == std::vector<bool>{false, true}));
}

BOOST_AUTO_TEST_CASE(silent_loss_keeps_the_carrier) {
  connect(gigabit(1us));
  link->set_silent_loss(true);
  BOOST_TEST(a.send(b.address()));
  run();
  BOOST_TEST(b.device->IsLinkUp());
  BOOST_TEST(carrier_at_b.empty());
  BOOST_TEST(b.received.empty());
  BOOST_TEST(a.device->counters().dropped(DropReason::silent_loss) == 1U);
}

BOOST_AUTO_TEST_CASE(the_mtu_holds_at_both_ends) {
  connect(gigabit(1us));
  BOOST_TEST(a.device->GetMtu() == 1500U);
  BOOST_TEST(!a.send(b.address(), 1515));
  BOOST_TEST(a.device->counters().dropped(DropReason::oversize) == 1U);
  // Given a sender whose MTU was raised and a receiver that was forgotten
  a.device->SetMtu(9000);
  BOOST_TEST(a.send(b.address(), 1515));
  run();
  BOOST_TEST(b.received.empty());
  BOOST_TEST(b.device->counters().dropped(DropReason::oversize) == 1U);
}

BOOST_AUTO_TEST_CASE(a_disconnected_device_can_be_connected_anew) {
  connect(gigabit(1us));
  link->disconnect();
  BOOST_TEST(!a.device->IsLinkUp());
  BOOST_TEST(!a.send(b.address()));
  TestHost& c = host("c:eth0");
  EthernetLink::connect(a.device, c.device, gigabit(1us));
  BOOST_TEST(a.send(c.address()));
  run();
  BOOST_TEST(c.received.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::sim::test
