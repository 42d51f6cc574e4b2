#include "sim/ethernet/device.h"

#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-address-helper.h>
#include <ns3/net-device-container.h>
#include <ns3/node-container.h>
#include <ns3/socket.h>
#include <ns3/udp-socket-factory.h>

#include <boost/test/unit_test.hpp>
#include <vector>

#include "tests/sim/ethernet/small_world.h"

namespace seatrial::sim::test {

namespace {

std::vector<std::uint8_t> bytes_of(const ns3::Packet& packet) {
  std::vector<std::uint8_t> bytes(packet.GetSize());
  packet.CopyData(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
  return bytes;
}

struct EthertypeTap final : FrameTap {
  std::vector<std::uint16_t> sent;
  std::vector<std::uint16_t> received;
  void on_transmit(TimePoint, const ns3::Packet& frame) override {
    sent.push_back(read_frame(frame)->ethertype);
  }
  void on_receive(TimePoint, const ns3::Packet& frame) override {
    received.push_back(read_frame(frame)->ethertype);
  }
  void on_carrier_lost(TimePoint) override {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(device, SmallWorld)

BOOST_AUTO_TEST_CASE(allocated_addresses_are_local_unicast_and_count_from_one) {
  BOOST_TEST((macs.next() == ns3::Mac48Address("02:00:00:00:00:01")));
  BOOST_TEST((macs.next() == ns3::Mac48Address("02:00:00:00:00:02")));
  BOOST_TEST((MacAllocator::at(0x0102) == ns3::Mac48Address("02:00:00:00:01:02")));
}

BOOST_AUTO_TEST_CASE(the_wire_holds_an_ethernet_ii_header) {
  TestHost& a = host("a:eth0");
  TestHost& b = host("b:eth0");
  EthernetLink::connect(a.device, b.device);
  const std::uint8_t payload[] = {0xca, 0xfe};
  a.device->Send(ns3::Create<ns3::Packet>(payload, 2), b.address(), 0x88b5);
  run();
  BOOST_REQUIRE(b.received.size() == 1U);
  // Destination 02:..:02, source 02:..:01, type, payload: IEEE 802.3 section 3.1.
  const std::vector<std::uint8_t> expected{2, 0, 0, 0,    0,    2,    2,    0,
                                           0, 0, 0, 0x01, 0x88, 0xb5, 0xca, 0xfe};
  BOOST_TEST(bytes_of(*b.received[0].second) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_vlan_tag_sits_between_source_and_type) {
  TestHost& a = host("a:eth0");
  TestHost& b = host("b:eth0");
  EthernetLink::connect(a.device, b.device);
  a.device->set_vlan(VlanId{10});
  const std::uint8_t payload[] = {0xca, 0xfe};
  a.device->Send(ns3::Create<ns3::Packet>(payload, 2), b.address(), 0x88b5);
  run();
  BOOST_REQUIRE(b.received.size() == 1U);
  // IEEE 802.1Q section 9.6: TPID 8100, then priority 0 and VLAN 10.
  const std::vector<std::uint8_t> expected{2, 0, 0,    0,    0,    2,    2,    0,    0,    0,
                                           0, 1, 0x81, 0x00, 0x00, 0x0a, 0x88, 0xb5, 0xca, 0xfe};
  BOOST_TEST(bytes_of(*b.received[0].second) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(only_frames_for_this_host_reach_its_handlers) {
  TestHost& a = host("a:eth0");
  auto b = device("b:eth0");
  EthernetLink::connect(a.device, b);
  int handled = 0;
  b->SetReceiveCallback(ns3::NetDevice::ReceiveCallback(
      [&](ns3::Ptr<ns3::NetDevice>, ns3::Ptr<const ns3::Packet> packet, std::uint16_t protocol,
          const ns3::Address& from) {
        BOOST_TEST(packet->GetSize() == 86U);  // 100 less the header
        BOOST_TEST(protocol == ethertype_local);
        BOOST_TEST((from == a.address()));
        ++handled;
        return true;
      }));
  a.send(b->GetAddress());
  a.broadcast();
  a.send(b->GetMulticast(ns3::Ipv4Address("224.0.0.5")));
  a.send(MacAllocator::at(77));
  run();
  BOOST_TEST(handled == 3);
  BOOST_TEST(b->counters().rx_frames == 4U);
  BOOST_TEST(b->counters().rx_bytes == 400U);
  BOOST_TEST(b->counters().rx_other_host == 1U);

  // And promiscuously it sees them all.
  std::vector<ns3::NetDevice::PacketType> types;
  b->SetPromiscReceiveCallback(ns3::NetDevice::PromiscReceiveCallback(
      [&](ns3::Ptr<ns3::NetDevice>, ns3::Ptr<const ns3::Packet>, std::uint16_t, const ns3::Address&,
          const ns3::Address&, ns3::NetDevice::PacketType type) {
        types.push_back(type);
        return true;
      }));
  a.send(b->GetAddress());
  a.broadcast();
  a.send(MacAllocator::at(77));
  run();
  const std::vector<ns3::NetDevice::PacketType> expected{ns3::NetDevice::PACKET_HOST,
                                                         ns3::NetDevice::PACKET_BROADCAST,
                                                         ns3::NetDevice::PACKET_OTHERHOST};
  BOOST_TEST((types == expected));
  BOOST_TEST(handled == 5);
}

BOOST_AUTO_TEST_CASE(a_tag_that_nobody_configured_is_dropped) {
  TestHost& a = host("a:eth0");
  auto b = device("b:eth0");
  EthernetLink::connect(a.device, b);
  a.device->set_vlan(VlanId{10});
  a.broadcast();
  run();
  BOOST_TEST(b->counters().dropped(DropReason::vlan) == 1U);
  b->set_vlan(VlanId{10});
  a.broadcast();
  run();
  BOOST_TEST(b->counters().dropped(DropReason::vlan) == 1U);
}

BOOST_AUTO_TEST_CASE(ns3_resolves_and_delivers_over_it) {
  auto a = device("a:eth0");
  auto b = device("b:eth0");
  EthernetLink::connect(a, b);
  ns3::InternetStackHelper internet;
  internet.SetIpv6StackInstall(false);
  internet.Install(ns3::NodeContainer(a->GetNode(), b->GetNode()));
  ns3::Ipv4AddressHelper addresses("10.1.1.0", "255.255.255.0");
  ns3::NetDeviceContainer devices(a);
  devices.Add(b);
  addresses.Assign(devices);
  EthertypeTap tap;
  a->add_tap(&tap);

  auto receiver = ns3::Socket::CreateSocket(b->GetNode(), ns3::UdpSocketFactory::GetTypeId());
  receiver->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), 9));
  auto sender = ns3::Socket::CreateSocket(a->GetNode(), ns3::UdpSocketFactory::GetTypeId());
  sender->SendTo(ns3::Create<ns3::Packet>(100), 0,
                 ns3::InetSocketAddress(ns3::Ipv4Address("10.1.1.2"), 9));
  run();

  const auto datagram = receiver->Recv();
  BOOST_REQUIRE(datagram);
  BOOST_TEST(datagram->GetSize() == 100U);
  // RFC 826: request out, reply in, then the datagram.
  BOOST_TEST((tap.sent == std::vector<std::uint16_t>{0x0806, 0x0800}));
  BOOST_TEST((tap.received == std::vector<std::uint16_t>{0x0806}));
  a->remove_tap(&tap);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::sim::test
