// Hosts with one NIC each, whose received frames are kept, in a simulation that ends with the test.
#pragma once

#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/simulator.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "sim/ethernet/clock.h"
#include "sim/ethernet/device.h"
#include "sim/ethernet/link.h"
#include "sim/ethernet/mac_allocator.h"

namespace seatrial::sim::test {

constexpr std::uint16_t ethertype_local = 0x88b5;  // IEEE 802: local experimental

// A host that keeps what arrives and when.
struct TestHost final : FrameSink {
  ns3::Ptr<EthernetDevice> device;
  std::vector<std::pair<TimePoint, ns3::Ptr<ns3::Packet>>> received;

  void on_frame(EthernetDevice&, ns3::Ptr<ns3::Packet> frame) override {
    received.emplace_back(now(), frame);
  }
  // A frame of `bytes` in all, header included.
  bool send(const ns3::Address& to, std::uint32_t bytes = 100) {
    return device->Send(ns3::Create<ns3::Packet>(bytes - ethernet_header_bytes), to,
                        ethertype_local);
  }
  bool broadcast() { return send(device->GetBroadcast()); }
  ns3::Address address() const { return device->GetAddress(); }
};

struct SmallWorld {
  MacAllocator macs;
  std::deque<TestHost> hosts;  // stable addresses

  SmallWorld() = default;
  SmallWorld(const SmallWorld&) = delete;
  SmallWorld& operator=(const SmallWorld&) = delete;
  ~SmallWorld() { ns3::Simulator::Destroy(); }

  ns3::Ptr<EthernetDevice> device(const std::string& name) {
    return EthernetDevice::create(ns3::CreateObject<ns3::Node>(), name, macs.next());
  }
  TestHost& host(const std::string& name) {
    TestHost& made = hosts.emplace_back();
    made.device = device(name);
    made.device->set_frame_sink(&made);
    return made;
  }
  static void run_until(TimePoint t) {
    ns3::Simulator::Stop(to_ns3(t - now()));
    ns3::Simulator::Run();
  }
  // Runs until nothing is left to do; how many events that took.
  static std::uint64_t run() {
    const std::uint64_t before = ns3::Simulator::GetEventCount();
    ns3::Simulator::Run();
    return ns3::Simulator::GetEventCount() - before;
  }
};

inline TimePoint at(Duration since_start) {
  return TimePoint(since_start);
}

}  // namespace seatrial::sim::test
