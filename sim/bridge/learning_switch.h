// A store-and-forward Ethernet switch: learning with aging, flooding, access and trunk ports
// (IEEE 802.1Q sections 6.9, 8.6 to 8.8; no spanning tree, no priorities).
//
// The switching latency costs no event: a frame enters the queue of its egress port "latency
// later", which is arithmetic there, so a hop through a switch still costs one event, the arrival.
#pragma once

#include <ns3/packet.h>
#include <ns3/ptr.h>

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/net/units.h"
#include "sim/bridge/forwarding_database.h"
#include "sim/ethernet/device.h"

namespace seatrial::sim {

// One VLAN, untagged on the wire; a tagged frame is dropped.
struct AccessPort {
  VlanId vlan{1};
};

// Several VLANs, tagged, and at most one that is not.
struct TrunkPort {
  std::vector<VlanId> allowed;
  std::optional<VlanId> native;
};

using PortMode = std::variant<AccessPort, TrunkPort>;

struct SwitchOptions {
  Duration aging = std::chrono::seconds(300);  // IEEE 802.1Q table 8-6
  Duration latency = std::chrono::microseconds(1);
  std::size_t fdb_capacity = 16384;
};

struct SwitchCounters {
  std::uint64_t forwarded = 0;  // to the one port of a known address
  std::uint64_t flooded = 0;    // to every port of the VLAN
  std::uint64_t filtered = 0;   // the destination is on the port the frame came from
  std::uint64_t mac_moves = 0;
  std::uint64_t not_learned = 0;  // the table was full
  std::uint64_t loops = 0;        // flooded frames that came back and were dropped
};

class LearningSwitch final : public FrameSink {
 public:
  explicit LearningSwitch(std::string name, const SwitchOptions& options = {});
  ~LearningSwitch() override;
  LearningSwitch(const LearningSwitch&) = delete;
  LearningSwitch& operator=(const LearningSwitch&) = delete;

  const std::string& name() const { return name_; }
  // The device belongs to the switch's ns-3 node and must outlive no longer than the simulation; it
  // may be connected before or after. Returns the port's index.
  std::size_t add_port(ns3::Ptr<EthernetDevice> device, const PortMode& mode = AccessPort{});
  void set_mode(std::size_t port, const PortMode& mode);
  std::size_t port_count() const { return ports_.size(); }
  const EthernetDevice& port(std::size_t index) const { return *ports_[index].device; }

  const SwitchCounters& counters() const { return counters_; }
  std::vector<FdbEntry> fdb() const;

  void on_frame(EthernetDevice& port, ns3::Ptr<ns3::Packet> frame) override;

 private:
  struct Port {
    ns3::Ptr<EthernetDevice> device;
    std::optional<VlanId> untagged;  // the access VLAN or the trunk's native one
    std::bitset<4096> tagged;

    bool carries(VlanId vlan) const { return untagged == vlan || tagged[vlan.value]; }
  };
  // A flooded frame that is remembered to recognise it when it comes back.
  struct Flooded {
    std::uint64_t uid = 0;
    std::uint64_t source = 0;
    VlanId vlan{0};
    std::size_t ingress = 0;
  };

  std::optional<VlanId> ingress_vlan(const Port& port, const FrameInfo& info) const;
  void learn(VlanId vlan, const FrameInfo& info, std::size_t ingress);
  bool came_back(const ns3::Packet& frame, const FrameInfo& info, VlanId vlan, std::size_t ingress);
  void flood(ns3::Ptr<ns3::Packet> frame, const FrameInfo& info, VlanId vlan, std::size_t ingress);
  void send(Port& egress, ns3::Ptr<ns3::Packet> frame, const FrameInfo& info, VlanId vlan);

  std::string name_;
  SwitchOptions options_;
  std::vector<Port> ports_;
  std::vector<std::size_t> port_of_interface_;  // ns-3 interface index -> port
  std::vector<std::size_t> egress_;             // of the frame being flooded
  ForwardingDatabase fdb_;
  std::array<Flooded, 256> recent_floods_{};  // direct-mapped by packet id
  SwitchCounters counters_;
};

}  // namespace seatrial::sim
