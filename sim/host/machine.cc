#include "sim/host/machine.h"

#include <ns3/arp-cache.h>
#include <ns3/arp-l3-protocol.h>
#include <ns3/boolean.h>
#include <ns3/double.h>
#include <ns3/icmpv4-l4-protocol.h>
#include <ns3/ipv4-interface.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/object-factory.h>
#include <ns3/pointer.h>
#include <ns3/random-variable-stream.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/simulator.h>
#include <ns3/traffic-control-layer.h>
#include <ns3/uinteger.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sim/ethernet/clock.h"
#include "sim/ethernet/device.h"
#include "sim/host/host.h"
#include "sim/host/ipv4_stack.h"
#include "sim/host/proxy_arp.h"
#include "sim/host/udp.h"
#include "sim/netfilter/netfilter.h"
#include "sim/tcp/tcp_protocol.h"

namespace seatrial::sim {

namespace {

const net::IpAddress calico_gateway = net::IpAddress::v4(0xa9fe0101);  // 169.254.1.1

bool link_local(const net::IpAddress& address) {
  static const net::Prefix prefix(net::IpAddress::v4(0xa9fe0000), 16);
  return prefix.contains(address);
}

ns3::Ptr<ns3::ArpL3Protocol> make_arp() {
  const auto arp = ns3::CreateObject<ns3::ArpL3Protocol>();
  const auto none = ns3::CreateObject<ns3::ConstantRandomVariable>();
  none->SetAttribute("Constant", ns3::DoubleValue(0));
  arp->SetAttribute("RequestJitter", ns3::PointerValue(none));
  return arp;
}

}  // namespace

World::World(std::uint64_t seed) : random_(seed) {
  ns3::ObjectFactory scheduler;
  scheduler.SetTypeId("ns3::PriorityQueueScheduler");
  ns3::Simulator::SetScheduler(scheduler);
  // Nothing here draws from ns-3's generators; whatever an ns-3 model draws follows the seed too.
  ns3::RngSeedManager::SetSeed(static_cast<std::uint32_t>(seed % 4294967087U) + 1U);
  ns3::RngSeedManager::SetRun(1);
}

World::~World() {
  ns3::Simulator::Destroy();
}

TimePoint World::now() const {
  return sim::now();
}

void World::run_until(TimePoint end) {
  ns3::Simulator::Stop(to_ns3(end - now()));
  ns3::Simulator::Run();
}

Machine::Machine(World& world, std::string name, const TcpPreset& tcp)
    : world_(world), name_(std::move(name)), node_(ns3::CreateObject<ns3::Node>()) {
  const auto arp = make_arp();
  const auto control = ns3::CreateObject<ns3::TrafficControlLayer>();
  const auto ipv4 = ns3::CreateObject<Ipv4Stack>();
  const auto icmp = ns3::CreateObject<ns3::Icmpv4L4Protocol>();
  forwarding_ = ns3::CreateObject<Forwarding>();
  tcp_ = ns3::CreateObject<TcpProtocol>();
  udp_ = ns3::CreateObject<UdpProtocol>();
  node_->AggregateObject(arp);
  node_->AggregateObject(control);
  arp->SetTrafficControl(control);
  node_->AggregateObject(ipv4);
  ipv4->SetRoutingProtocol(forwarding_);
  node_->AggregateObject(icmp);
  node_->AggregateObject(udp_);
  node_->AggregateObject(tcp_);
  const auto send = ns3::MakeCallback(&Forwarding::send, forwarding_);
  icmp->SetDownTarget(send);
  udp_->SetDownTarget(send);
  tcp_->SetDownTarget(send);

  forwarding_->set_ecmp_seed(world_.random()[name_ + "/ecmp"].next());
  tcp_->configure(node_, forwarding_, tcp, world_.random()[name_ + "/tcp-ports"]);
  udp_->configure(forwarding_);
  host_ = std::make_unique<Host>(name_, world_.random(), tcp_, udp_);

  interfaces_.push_back({"lo", {}, std::nullopt});
  const net::IpAddress loopback = net::IpAddress::v4(0x7f000001);
  interfaces_[0].addresses.push_back({loopback, 8});
  forwarding_->add_local_address(loopback, 0);
  forwarding_->fib().replace({.prefix = net::Prefix::host(loopback),
                              .kind = RouteKind::local,
                              .protocol = RouteProtocol::kernel});
}

Machine::~Machine() {
  host_->power_off();
  forwarding_->set_hooks(nullptr);
  forwarding_->set_observer(nullptr);
  forwarding_->Dispose();  // it and the devices hold each other
}

Netfilter& Machine::netfilter() {
  if (netfilter_ == nullptr) {
    netfilter_ = std::make_unique<Netfilter>(*forwarding_, world_.random()[name_ + "/netfilter"]);
    forwarding_->set_hooks(netfilter_.get());
  }
  return *netfilter_;
}

int Machine::attach(ns3::Ptr<ns3::NetDevice> device, const std::string& interface) {
  if (interface_index(interface) != no_interface) {
    throw std::invalid_argument(name_ + ": interface " + interface + " exists already");
  }
  if (device->GetNode() == nullptr) node_->AddDevice(device);
  const auto ipv4 = node_->GetObject<ns3::Ipv4L3Protocol>();
  const std::uint32_t index = ipv4->AddInterface(device);
  interfaces_.push_back({interface, {}, std::nullopt});
  if (const auto cache = ipv4->GetInterface(index)->GetArpCache()) {
    cache->SetAttribute("PendingQueueSize", ns3::UintegerValue(100));
    // Linux: three probes a second apart (mcast_solicit), and the next packet tries again.
    cache->SetAttribute("MaxRetries", ns3::UintegerValue(2));
    cache->SetDeadTimeout(ns3::NanoSeconds(1));
    cache->TraceConnectWithoutContext("Drop",
                                      ns3::Callback<void, ns3::Ptr<const ns3::Packet>>(
                                          [this, index](ns3::Ptr<const ns3::Packet> packet) {
                                            gave_up(static_cast<int>(index), std::move(packet));
                                          }));
    if (const auto ethernet = ns3::DynamicCast<EthernetDevice>(device)) {
      ethernet->set_arp_observer([this, index, cache](const ns3::Packet& arp) {
        neighbours_.heard(static_cast<int>(index), *cache, arp);
      });
    }
  }
  device->AddLinkChangeCallback(ns3::Callback<void>(
      [forwarding = forwarding_, index] { forwarding->refresh_interface(index); }));
  ipv4->SetUp(index);
  if (const auto primary = primary_address()) {
    forwarding_->set_source_address(static_cast<int>(index), *primary);
  }
  return static_cast<int>(index);
}

// The packet, with its IP header, waited for an answer to ARP that did not come.
void Machine::gave_up(int interface, ns3::Ptr<const ns3::Packet> packet) {
  ns3::Ipv4Header header;
  packet->PeekHeader(header);
  const auto destination = from_ns3(header.GetDestination());
  auto& cache = *node_->GetObject<ns3::Ipv4L3Protocol>()
                     ->GetInterface(static_cast<std::uint32_t>(interface))
                     ->GetArpCache();
  if (const auto* route = forwarding_->fib().lookup(destination)) {
    for (const auto& hop : route->next_hops) {
      if (hop.interface == interface) {
        neighbours_.failed(interface, cache, hop.gateway.value_or(destination));
      }
    }
  }
  forwarding_->neighbour_failed(std::move(packet));
}

int Machine::add_interface(ns3::Ptr<ns3::NetDevice> device, const std::string& interface,
                           std::optional<net::InterfaceAddress> address) {
  const int index = attach(std::move(device), interface);
  if (address) add_address(interface, *address);
  return index;
}

void Machine::add_routes(int interface, const net::InterfaceAddress& address) {
  Fib& fib = forwarding_->fib();
  if (address.length < 32) {
    fib.replace({.prefix = address.subnet(),
                 .kind = RouteKind::connected,
                 .protocol = RouteProtocol::connected,
                 .next_hops = {NextHop::on_link(interface)}});
  }
  fib.replace({.prefix = net::Prefix::host(address.address),
               .kind = RouteKind::local,
               .protocol = RouteProtocol::kernel});
}

void Machine::add_address(const std::string& interface, const net::InterfaceAddress& address) {
  const int index = interface_index(interface);
  if (index == no_interface) {
    throw std::invalid_argument(name_ + ": no interface " + interface);
  }
  if (!address.address.is_v4()) {
    throw std::invalid_argument(name_ + ": not an IPv4 address: " + address.to_string());
  }
  const bool first_here = interfaces_[static_cast<std::size_t>(index)].addresses.empty();
  interfaces_[static_cast<std::size_t>(index)].addresses.push_back(address);
  // ns-3 takes the odd address of a /31 for a broadcast (RFC 3021 says it is not); the mask serves
  // it for nothing else here, so it is told /32.
  const int length = address.length == 31 ? 32 : address.length;
  const std::uint32_t mask =
      length == 0 ? 0 : ~std::uint32_t{0} << (32U - static_cast<unsigned>(length));
  node_->GetObject<ns3::Ipv4L3Protocol>()->AddAddress(
      static_cast<std::uint32_t>(index),
      ns3::Ipv4InterfaceAddress(to_ns3(address.address), ns3::Ipv4Mask(mask)));
  forwarding_->add_local_address(address.address, index);
  add_routes(index, address);
  if (first_here && index != 0) forwarding_->set_source_address(index, address.address);
  // Interfaces without an address of their own speak as the node.
  if (const auto primary = primary_address()) {
    for (std::size_t i = 0; i < interfaces_.size(); ++i) {
      const auto& own = interfaces_[i].addresses;
      if (i == 0 || own.empty()) forwarding_->set_source_address(static_cast<int>(i), *primary);
    }
  }
}

void Machine::remove_address(const std::string& interface, const net::IpAddress& address) {
  const int index = interface_index(interface);
  if (index == no_interface) return;
  auto& own = interfaces_[static_cast<std::size_t>(index)].addresses;
  const auto found =
      std::find_if(own.begin(), own.end(), [&](const auto& a) { return a.address == address; });
  if (found == own.end()) return;
  const net::InterfaceAddress removed = *found;
  own.erase(found);
  node_->GetObject<ns3::Ipv4L3Protocol>()->RemoveAddress(static_cast<std::uint32_t>(index),
                                                         to_ns3(address));
  forwarding_->remove_local_address(address);
  Fib& fib = forwarding_->fib();
  fib.remove(net::Prefix::host(address), RouteProtocol::kernel);
  const bool subnet_stays = std::any_of(
      own.begin(), own.end(), [&](const auto& a) { return a.subnet() == removed.subnet(); });
  if (removed.length < 32 && !subnet_stays) fib.remove(removed.subnet(), RouteProtocol::connected);
}

bool Machine::has_address(const net::IpAddress& address) const {
  return address.is_v4() && forwarding_->is_local(address.v4_value());
}

int Machine::add_pod_port(ns3::Ptr<ns3::NetDevice> device, const std::string& interface,
                          const net::IpAddress& pod) {
  const int index = attach(device, interface);
  interfaces_.back().pod = pod;
  const auto cache = node_->GetObject<ns3::Ipv4L3Protocol>()
                         ->GetInterface(static_cast<std::uint32_t>(index))
                         ->GetArpCache();
  const auto proxy = ns3::CreateObject<ProxyArp>();
  proxy->start(device, cache);
  forwarding_->fib().replace({.prefix = net::Prefix::host(pod),
                              .kind = RouteKind::connected,
                              .protocol = RouteProtocol::kernel,
                              .next_hops = {NextHop::on_link(index)}});
  proxies_.push_back(proxy);
  return index;
}

void Machine::remove_pod_port(const std::string& interface) {
  const int index = interface_index(interface);
  if (index == no_interface) return;
  auto& port = interfaces_[static_cast<std::size_t>(index)];
  if (port.pod) {
    forwarding_->fib().remove(net::Prefix::host(*port.pod), RouteProtocol::kernel);
    port.pod.reset();
  }
  node_->GetObject<ns3::Ipv4L3Protocol>()->SetDown(static_cast<std::uint32_t>(index));
  // ns-3 cannot take an interface away; its name becomes free.
  port.name = "(removed) " + port.name;
}

int Machine::add_pod_interface(ns3::Ptr<ns3::NetDevice> device, const std::string& interface,
                               const net::IpAddress& pod) {
  const int index = add_interface(std::move(device), interface, net::InterfaceAddress{pod, 32});
  forwarding_->fib().replace({.prefix = net::Prefix(net::IpAddress::v4(0), 0),
                              .kind = RouteKind::via,
                              .protocol = RouteProtocol::kernel,
                              .next_hops = {NextHop::via(calico_gateway, index)}});
  return index;
}

int Machine::interface_index(const std::string& interface) const {
  for (std::size_t i = 0; i < interfaces_.size(); ++i) {
    if (interfaces_[i].name == interface) return static_cast<int>(i);
  }
  return no_interface;
}

std::string Machine::interface_name(int index) const {
  const auto i = static_cast<std::size_t>(index);
  return index >= 0 && i < interfaces_.size() ? interfaces_[i].name : std::string();
}

std::vector<net::InterfaceAddress> Machine::addresses(int interface) const {
  const auto i = static_cast<std::size_t>(interface);
  return interface >= 0 && i < interfaces_.size() ? interfaces_[i].addresses
                                                  : std::vector<net::InterfaceAddress>();
}

std::optional<net::IpAddress> Machine::primary_address() const {
  for (std::size_t i = 1; i < interfaces_.size(); ++i) {
    for (const auto& own : interfaces_[i].addresses) {
      if (!link_local(own.address)) return own.address;
    }
  }
  return std::nullopt;
}

void Machine::set_interface_up(const std::string& interface, bool up) {
  const int index = interface_index(interface);
  if (index == no_interface) return;
  const auto ipv4 = node_->GetObject<ns3::Ipv4L3Protocol>();
  const auto number = static_cast<std::uint32_t>(index);
  if (const auto device = ns3::DynamicCast<EthernetDevice>(ipv4->GetNetDevice(number))) {
    device->set_enabled(up);
  }
  up ? ipv4->SetUp(number) : ipv4->SetDown(number);
}

void Machine::power_off() {
  if (!std::exchange(powered_, false)) return;
  host_->power_off();
  for (std::size_t i = 1; i < interfaces_.size(); ++i) set_interface_up(interfaces_[i].name, false);
}

}  // namespace seatrial::sim
