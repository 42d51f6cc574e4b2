// A machine: an ns-3 node with just the stack that is needed, built by hand. IPv4 only (the IPv6
// stack costs memory and frames), ARP without jitter and with a deep queue, our routing protocol,
// TCP and UDP. Protocol models run on its host(); routes go into its fib().
//
//   World world(seed);                          // one per run: scheduler, seed, MAC addresses
//   Machine core(world, "core1");
//   core.add_interface(device, "eth1", net::InterfaceAddress::parse("10.1.1.2/24"));
//   core.set_forwarding(true);
//   core.add_address("lo", ...);
//   auto listener = core.host().listen(...);
#pragma once

#include <ns3/net-device.h>
#include <ns3/node.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/io/host.h"
#include "models/net/address.h"
#include "sim/forwarding/fib.h"
#include "sim/forwarding/forwarding.h"
#include "sim/host/neighbours.h"
#include "sim/tcp/preset.h"

namespace seatrial::sim {

class Host;
class Netfilter;
class ProxyArp;
class TcpProtocol;
class UdpProtocol;

// What the machines of one run share. Makes ns-3 ready: priority-queue scheduler, seed.
class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();  // Simulator::Destroy()
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  io::RandomStreams& random() { return random_; }
  TimePoint now() const;
  // Runs the simulation until `end`.
  void run_until(TimePoint end);
  void run_for(Duration d) { run_until(now() + d); }

 private:
  io::RandomStreams random_;
};

class Machine {
 public:
  Machine(World& world, std::string name, const TcpPreset& tcp = TcpPreset::linux_default());
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  const std::string& name() const { return name_; }
  ns3::Ptr<ns3::Node> node() const { return node_; }

  // The device is added to the node if it is on none. With an address, local and connected routes
  // appear. Returns the interface's index; "lo" is 0 and always there.
  int add_interface(ns3::Ptr<ns3::NetDevice> device, const std::string& interface,
                    std::optional<net::InterfaceAddress> address = std::nullopt);
  // A further address of an interface; on "lo", a VIP: "10.50.0.80/32".
  void add_address(const std::string& interface, const net::InterfaceAddress& address);
  void remove_address(const std::string& interface, const net::IpAddress& address);
  bool has_address(const net::IpAddress& address) const;

  // The node's side of a pod's veth, as Calico makes it: no address, proxy ARP for whatever the
  // pod asks (it asks for 169.254.1.1), and a /32 route to the pod. Returns the interface's index.
  int add_pod_port(ns3::Ptr<ns3::NetDevice> device, const std::string& interface,
                   const net::IpAddress& pod);
  void remove_pod_port(const std::string& interface);
  // The pod's side: the /32 address, and a default route by 169.254.1.1 on the link.
  int add_pod_interface(ns3::Ptr<ns3::NetDevice> device, const std::string& interface,
                        const net::IpAddress& pod);

  int interface_count() const { return static_cast<int>(interfaces_.size()); }  // with lo, 0
  int interface_index(const std::string& interface) const;  // no_interface when there is none
  std::string interface_name(int index) const;
  std::vector<net::InterfaceAddress> addresses(int interface) const;
  // The first address that is not on lo and not link-local: where own traffic comes from.
  std::optional<net::IpAddress> primary_address() const;

  void set_interface_up(const std::string& interface, bool up);
  void set_forwarding(bool on) { forwarding_->set_forwarding(on); }

  Fib& fib() { return forwarding_->fib(); }
  Forwarding& forwarding() { return *forwarding_; }
  Host& host() { return *host_; }
  Neighbours& neighbours() { return neighbours_; }
  // Made on first use, as loading the kernel module is.
  Netfilter& netfilter();

  // Pulls the plug: every interface goes down, no callback of its processes runs any more, and its
  // connections send nothing. There is no way back: a repaired machine is a new one.
  void power_off();
  bool powered() const { return powered_; }

 private:
  struct Interface {
    std::string name;
    std::vector<net::InterfaceAddress> addresses;
    std::optional<net::IpAddress> pod;  // behind this port
  };

  int attach(ns3::Ptr<ns3::NetDevice> device, const std::string& interface);
  void gave_up(int interface, ns3::Ptr<const ns3::Packet> packet);
  void add_routes(int interface, const net::InterfaceAddress& address);

  World& world_;
  std::string name_;
  ns3::Ptr<ns3::Node> node_;
  ns3::Ptr<Forwarding> forwarding_;
  ns3::Ptr<TcpProtocol> tcp_;
  ns3::Ptr<UdpProtocol> udp_;
  std::unique_ptr<Netfilter> netfilter_;
  std::unique_ptr<Host> host_;
  std::vector<Interface> interfaces_;  // by ns-3's index
  std::vector<ns3::Ptr<ProxyArp>> proxies_;
  Neighbours neighbours_;
  bool powered_ = true;
};

}  // namespace seatrial::sim
