#include "sim/bridge/learning_switch.h"

#include <boost/test/unit_test.hpp>

#include "tests/sim/ethernet/small_world.h"

namespace seatrial::sim::test {

namespace {

// Hosts on one switch; host i is on port i.
struct OneSwitch : SmallWorld {
  LearningSwitch tor;
  ns3::Ptr<ns3::Node> node = ns3::CreateObject<ns3::Node>();
  std::vector<ns3::Ptr<EthernetLink>> links;

  OneSwitch() : tor("tor1") {}
  ns3::Ptr<EthernetDevice> switch_port(LearningSwitch& of, const PortMode& mode) {
    auto device = EthernetDevice::create(node, "tor:swp", macs.next());
    of.add_port(device, mode);
    return device;
  }
  TestHost& attach(LearningSwitch& to, const PortMode& mode = AccessPort{}) {
    TestHost& made = host("host:eth0");
    links.push_back(EthernetLink::connect(made.device, switch_port(to, mode)));
    return made;
  }
  TestHost& attach(const PortMode& mode = AccessPort{}) { return attach(tor, mode); }
  void trunk(LearningSwitch& a, LearningSwitch& b, const PortMode& mode) {
    EthernetLink::connect(switch_port(a, mode), switch_port(b, mode));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(learning_switch, OneSwitch)

BOOST_AUTO_TEST_CASE(a_third_host_sees_only_the_first_frame) {
  TestHost& a = attach();
  TestHost& b = attach();
  TestHost& c = attach();
  a.send(b.address());  // b is unknown: flooded
  run();
  b.send(a.address());  // a is known
  run();
  a.send(b.address());  // and now b is
  run();
  BOOST_TEST(a.received.size() == 1U);
  BOOST_TEST(b.received.size() == 2U);
  BOOST_TEST(c.received.size() == 1U);
  BOOST_TEST(tor.counters().flooded == 1U);
  BOOST_TEST(tor.counters().forwarded == 2U);
  const auto fdb = tor.fdb();
  BOOST_REQUIRE(fdb.size() == 2U);
  BOOST_TEST(fdb[0].mac == to_number(a.device->mac()));
  BOOST_TEST(fdb[0].port == 0U);
  BOOST_TEST(fdb[1].mac == to_number(b.device->mac()));
  BOOST_TEST(fdb[1].port == 1U);
}

BOOST_AUTO_TEST_CASE(broadcast_and_multicast_reach_all_but_the_sender) {
  TestHost& a = attach();
  TestHost& b = attach();
  TestHost& c = attach();
  a.broadcast();
  a.send(a.device->GetMulticast(ns3::Ipv4Address("224.0.0.5")));
  run();
  BOOST_TEST(a.received.empty());
  BOOST_TEST(b.received.size() == 2U);
  BOOST_TEST(c.received.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_hop_through_the_switch_costs_one_event_and_its_latency) {
  TestHost& a = attach();
  TestHost& b = attach();
  b.broadcast();
  run();
  const TimePoint start = now();
  a.send(b.address(), 1514);
  BOOST_TEST(run() == 2U);  // arrival at the switch, arrival at b
  // Twice 1526 octets at 10 Gb/s (1220.8 ns, up to 1221) and 1 us of cable, 1 us in the switch.
  BOOST_TEST((b.received.back().first - start == Duration(2 * (1221 + 1000) + 1000)));
}

BOOST_AUTO_TEST_CASE(an_entry_ages_after_300_seconds_of_silence) {
  TestHost& a = attach();
  TestHost& b = attach();
  TestHost& c = attach();
  b.broadcast();
  run();
  const TimePoint learned = tor.fdb().at(0).last_seen;
  run_until(learned + 299s);
  a.send(b.address());  // still known
  run();
  BOOST_TEST(c.received.size() == 1U);  // the broadcast only
  run_until(learned + 300s);
  BOOST_TEST(tor.fdb().size() == 1U);  // a, heard a second ago
  a.send(b.address());
  run();
  BOOST_TEST(c.received.size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_address_that_moves_is_followed) {
  TestHost& a = attach();
  TestHost& b = attach();
  TestHost& c = attach();
  a.broadcast();
  run();
  c.device->SetAddress(a.address());  // a virtual machine that migrated
  c.broadcast();
  run();
  BOOST_TEST(tor.counters().mac_moves == 1U);
  const std::size_t before = c.received.size();
  b.send(a.address());
  run();
  BOOST_TEST(c.received.size() == before + 1);
}

BOOST_AUTO_TEST_CASE(a_link_that_goes_takes_its_entries) {
  TestHost& a = attach();
  TestHost& b = attach();
  TestHost& c = attach();
  a.broadcast();
  b.broadcast();
  run();
  BOOST_TEST(tor.fdb().size() == 2U);
  links[1]->set_plugged(false);
  BOOST_REQUIRE(tor.fdb().size() == 1U);
  BOOST_TEST(tor.fdb()[0].port == 0U);
  const std::size_t before = c.received.size();
  a.send(b.address());  // unknown again
  run();
  BOOST_TEST(c.received.size() == before + 1);
}

BOOST_AUTO_TEST_CASE(a_frame_for_its_own_segment_goes_nowhere) {
  TestHost& a = attach();
  TestHost& b = attach();
  a.broadcast();
  run();
  a.send(a.address());
  run();
  BOOST_TEST(b.received.size() == 1U);
  BOOST_TEST(tor.counters().filtered == 1U);
}

BOOST_AUTO_TEST_CASE(vlans_are_separate_networks) {
  TestHost& a = attach(AccessPort{VlanId{10}});
  TestHost& b = attach(AccessPort{VlanId{10}});
  TestHost& c = attach(AccessPort{VlanId{20}});
  a.broadcast();
  run();
  BOOST_TEST(b.received.size() == 1U);
  BOOST_TEST(c.received.empty());
  // Knowing a in VLAN 10 does not help in VLAN 20.
  c.send(a.address());
  run();
  BOOST_TEST(a.received.empty());
}

BOOST_AUTO_TEST_CASE(an_access_port_takes_no_tag) {
  TestHost& a = attach(AccessPort{VlanId{10}});
  TestHost& b = attach(AccessPort{VlanId{20}});
  a.device->set_vlan(VlanId{20});  // tries to hop
  a.broadcast();
  run();
  BOOST_TEST(b.received.empty());
  BOOST_TEST(tor.port(0).counters().dropped(DropReason::vlan) == 1U);
}

BOOST_AUTO_TEST_CASE(a_trunk_carries_its_vlans_tagged_and_the_native_one_bare) {
  TestHost& ten = attach(AccessPort{VlanId{10}});
  TestHost& one = attach(AccessPort{VlanId{1}});
  TestHost& thirty = attach(AccessPort{VlanId{30}});
  TestHost& probe = attach(TrunkPort{{VlanId{10}, VlanId{20}}, VlanId{1}});
  ten.broadcast();
  one.broadcast();
  thirty.broadcast();
  run();
  BOOST_REQUIRE(probe.received.size() == 2U);
  const auto tagged = read_frame(*probe.received[0].second);
  BOOST_REQUIRE((tagged && tagged->vlan));
  BOOST_TEST(tagged->vlan->value == 10);
  BOOST_TEST(tagged->source == to_number(ten.device->mac()));
  BOOST_TEST(tagged->ethertype == ethertype_local);
  BOOST_TEST(probe.received[0].second->GetSize() == 104U);  // 100 and the tag
  const auto bare = read_frame(*probe.received[1].second);
  BOOST_REQUIRE(bare.has_value());
  BOOST_TEST(!bare->tagged);
  BOOST_TEST(bare->source == to_number(one.device->mac()));
}

BOOST_AUTO_TEST_CASE(two_switches_join_their_vlans_over_a_trunk) {
  LearningSwitch other("tor2");
  trunk(tor, other, TrunkPort{{VlanId{10}, VlanId{20}}, std::nullopt});
  TestHost& a = attach(tor, AccessPort{VlanId{10}});
  TestHost& b = attach(other, AccessPort{VlanId{10}});
  TestHost& c = attach(other, AccessPort{VlanId{20}});
  a.broadcast();
  run();
  BOOST_REQUIRE(b.received.size() == 1U);
  BOOST_TEST(b.received[0].second->GetSize() == 100U);  // the tag is off again
  BOOST_TEST(!read_frame(*b.received[0].second)->tagged);
  BOOST_TEST(c.received.empty());
  b.send(a.address());
  run();
  BOOST_TEST(a.received.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_table_floods_instead_of_forgetting) {
  LearningSwitch small("small", {.fdb_capacity = 1});
  TestHost& a = attach(small);
  TestHost& b = attach(small);
  TestHost& c = attach(small);
  a.broadcast();
  b.broadcast();
  run();
  BOOST_TEST(small.counters().not_learned == 1U);
  BOOST_TEST(small.fdb().size() == 1U);
  const std::size_t before = c.received.size();
  a.send(b.address());
  b.send(a.address());
  run();
  BOOST_TEST(c.received.size() == before + 1);  // to b: flooded; to a: not
}

BOOST_AUTO_TEST_CASE(a_loop_is_broken_and_counted) {
  LearningSwitch other("tor2");
  trunk(tor, other, AccessPort{});
  trunk(tor, other, AccessPort{});
  TestHost& a = attach(tor);
  TestHost& b = attach(other);
  run();  // ns-3's own start of the nodes
  a.broadcast();
  // Events: a to tor, two copies to tor2; the first of them is flooded to tor (dropped there: it
  // came by another port) and to b; the second is dropped at tor2. 1 + 2 + 2.
  BOOST_TEST(run() == 5U);
  BOOST_TEST(b.received.size() == 1U);
  BOOST_TEST(other.counters().loops == 1U);
  BOOST_TEST(tor.counters().loops == 1U);
  BOOST_TEST(tor.counters().mac_moves == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::sim::test
