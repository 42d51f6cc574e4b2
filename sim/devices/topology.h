// Machines, switches and the cables between them, by name. A port is "node:interface"
// ("core1:eth1", "tor1:swp2"); captures, faults and counters name it so.
#pragma once

#include <ns3/ptr.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "models/net/units.h"
#include "sim/bridge/learning_switch.h"
#include "sim/capture/capture.h"
#include "sim/ethernet/device.h"
#include "sim/ethernet/link.h"
#include "sim/ethernet/mac_allocator.h"
#include "sim/host/machine.h"

namespace seatrial::sim {

class Topology {
 public:
  explicit Topology(World& world) : world_(world) {}
  ~Topology();
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;

  World& world() { return world_; }

  // Names are unique over machines and switches; the caller has checked that.
  Machine& add_machine(const std::string& name);
  LearningSwitch& add_switch(const std::string& name, const SwitchOptions& options = {});
  Machine* machine(const std::string& name);  // nullptr: none
  const std::vector<std::unique_ptr<Machine>>& machines() const { return machines_; }

  // A new NIC of a machine or switch, not cabled yet. A machine's caller adds it as an interface.
  // Without an address of its own it gets the next free one.
  ns3::Ptr<EthernetDevice> add_port(const std::string& node, const std::string& interface,
                                    std::optional<ns3::Mac48Address> mac = std::nullopt);
  // A new port of a switch; an empty name takes the next free "swpN".
  ns3::Ptr<EthernetDevice> add_switch_port(const std::string& name, std::string port,
                                           const PortMode& mode);
  ns3::Ptr<EthernetDevice> port(const std::string& name) const;  // nullptr: none
  // Every port's name, sorted; those of machines only, or those of switches too.
  std::vector<std::string> port_names(bool with_switches) const;
  // Every switch's name, sorted.
  std::vector<std::string> switch_names() const;
  // Every cable that ever was, once, sorted by the names of its two ports.
  struct Cable {
    std::string port;
    std::string far;
    LinkOptions options;
  };
  std::vector<Cable> cables() const;
  bool is_switch(const std::string& node) const { return switches_.contains(node); }
  bool is_switch_port(const std::string& port) const { return switch_ports_.contains(port); }

  void cable(const ns3::Ptr<EthernetDevice>& a, const ns3::Ptr<EthernetDevice>& b,
             const LinkOptions& options);

  // Told of every change of the carrier at a port, of ports that are cabled later too.
  void on_carrier(std::function<void(const std::string& port, bool up)> observer) {
    carrier_observer_ = std::move(observer);
  }

  // Writes what passes the port from now on.
  tl::expected<void, std::string> capture(const std::string& port, const std::string& path);
  // Closes all captures; the first error.
  tl::expected<void, std::string> finish_captures(TimePoint until);

  // Told of every frame that a port dropped.
  void on_drop(DropObserver observer) { drop_observer_ = std::move(observer); }

  // Told of the frames that had to wait long in a port's queue.
  void on_queue(QueueObserver observer) { queue_observer_ = std::move(observer); }

  // Something that happens to the world rather than in it: a fault, a person's act.
  void at(TimePoint when, std::function<void()> act);

  // Frames that arrived over a cable so far: packet-hops.
  std::uint64_t packet_hops() const;
  // Simulator events executed so far.
  std::uint64_t events() const;

 private:
  struct Switch {
    ns3::Ptr<ns3::Node> node;
    std::unique_ptr<LearningSwitch> bridge;
    int next_port = 1;
  };
  ns3::Ptr<EthernetDevice> make(const ns3::Ptr<ns3::Node>& node, const std::string& name,
                                const ns3::Mac48Address& mac);

  World& world_;
  MacAllocator macs_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::map<std::string, Machine*> machines_by_name_;
  std::map<std::string, Switch> switches_;
  std::map<std::string, ns3::Ptr<EthernetDevice>> ports_;
  std::set<std::string> switch_ports_;
  std::map<std::pair<std::string, std::string>, LinkOptions> cables_;
  std::vector<std::unique_ptr<Capture>> captures_;
  DropObserver drop_observer_;
  QueueObserver queue_observer_;
  std::function<void(const std::string&, bool)> carrier_observer_;
};

}  // namespace seatrial::sim
