// The part of a trial that has no daemon on it yet: switches, routers' interfaces, cables, hosts.
#include <set>
#include <stdexcept>

#include "scenarios/engine/trial/capture_plan.h"
#include "scenarios/engine/trial/cluster_runtime.h"
#include "scenarios/engine/trial/trial.h"

namespace seatrial::scenario {
namespace {

const Switch* switch_named(const Scenario& scenario, const std::string& name) {
  for (const auto& sw : scenario.fabric.switches) {
    if (sw.name == name) return &sw;
  }
  return nullptr;
}

// What the switch says of its port counts, then what the link says; without either, a port towards
// a host is in the switch's first VLAN and one towards a switch carries all of them.
sim::PortMode port_mode(const Switch& sw, const std::string& port, const VlanMode& of_link,
                        bool towards_switch) {
  VlanMode mode = of_link;
  for (const auto& own : sw.ports) {
    if (own.name == port && own.vlan.set()) mode = own.vlan;
  }
  if (!mode.set() && !sw.vlans.empty()) {
    if (towards_switch) {
      mode.trunk = sw.vlans;
    } else {
      mode.access = sw.vlans.front();
    }
  }
  if (!mode.trunk.empty()) {
    sim::TrunkPort trunk;
    for (const auto vlan : mode.trunk) trunk.allowed.push_back(sim::VlanId{vlan});
    if (mode.native_vlan) trunk.native = sim::VlanId{*mode.native_vlan};
    return trunk;
  }
  return sim::AccessPort{sim::VlanId{mode.access.value_or(1)}};
}

sim::LinkOptions link_options(const LinkProperties& properties) {
  sim::LinkOptions options;
  options.rate = properties.rate;
  options.delay = properties.delay;
  options.mtu = static_cast<std::uint16_t>(properties.mtu);
  options.queue.packets = properties.queue;
  return options;
}

void add_addresses(sim::Machine& machine, const ns3::Ptr<sim::EthernetDevice>& device,
                   const frr::Interface& interface) {
  machine.add_interface(
      device, interface.name,
      interface.addresses.empty() ? std::nullopt : std::optional(interface.addresses.front()));
  for (std::size_t i = 1; i < interface.addresses.size(); ++i) {
    machine.add_address(interface.name, interface.addresses[i]);
  }
}

}  // namespace

void apply(sim::Machine& machine, const frr::Config& config) {
  machine.set_forwarding(config.forwarding);
  for (const auto& interface : config.interfaces) {
    const int index = machine.interface_index(interface.name);
    if (index == sim::no_interface) continue;
    for (const auto& address : interface.addresses) {
      if (!machine.has_address(address.address)) machine.add_address(interface.name, address);
    }
    if (interface.shutdown) machine.set_interface_up(interface.name, false);
  }
  for (const auto& route : config.static_routes) {
    sim::Route out;
    out.prefix = route.prefix;
    out.protocol = sim::RouteProtocol::static_route;
    out.distance = static_cast<std::uint8_t>(route.distance);
    if (route.blackhole) {
      out.kind = sim::RouteKind::blackhole;
    } else if (route.next_hop) {
      out.next_hops = {sim::NextHop::via(*route.next_hop)};
    } else {
      out.next_hops = {sim::NextHop::on_link(machine.interface_index(route.interface))};
    }
    machine.fib().replace(std::move(out));
  }
}

sim::Machine& Trial::add_host(const std::string& name, const Attachment& attachment) {
  const auto* sw = switch_named(design_.scenario, attachment.at.node);
  if (sw == nullptr) throw std::runtime_error(name + ": no switch " + attachment.at.node);
  auto& machine = topology_.add_machine(name);
  recorder_.follow(machine);
  const auto own = topology_.add_port(name, attachment.interface);
  const auto far =
      topology_.add_switch_port(sw->name, attachment.at.port,
                                port_mode(*sw, attachment.at.port, attachment.link.vlan, false));
  topology_.cable(own, far, link_options(attachment.link));
  machine.add_interface(own, attachment.interface, attachment.address);
  if (!attachment.gateways.empty()) {
    sim::Route route;
    route.protocol = sim::RouteProtocol::static_route;
    for (const auto& gateway : attachment.gateways) {
      route.next_hops.push_back(sim::NextHop::via(gateway));
    }
    machine.fib().replace(std::move(route));
  }
  return machine;
}

void Trial::build_fabric() {
  const auto& fabric = design_.scenario.fabric;
  for (const auto& sw : fabric.switches) {
    sim::SwitchOptions options;
    options.aging = sw.aging;
    topology_.add_switch(sw.name, options);
  }
  for (const auto& router : fabric.routers) recorder_.follow(topology_.add_machine(router.name));

  for (const auto& link : fabric.links) {
    std::array<ns3::Ptr<sim::EthernetDevice>, 2> devices;
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& end = link.ends[i];
      const auto* sw = switch_named(design_.scenario, end.node);
      const bool towards_switch = switch_named(design_.scenario, link.ends[1 - i].node) != nullptr;
      devices[i] = sw == nullptr
                       ? topology_.add_port(end.node, end.port)
                       : topology_.add_switch_port(
                             sw->name, end.port,
                             port_mode(*sw, end.port, link.properties.vlan, towards_switch));
    }
    topology_.cable(devices[0], devices[1], link_options(link.properties));
  }

  for (std::size_t i = 0; i < fabric.routers.size(); ++i) {
    const auto& name = fabric.routers[i].name;
    auto& machine = *topology_.machine(name);
    const auto& config = design_.routers[i].config;
    for (const auto& interface : config.interfaces) {
      if (const auto device = topology_.port(name + ":" + interface.name)) {
        add_addresses(machine, device, interface);
      }
    }
    apply(machine, config);
  }
}

}  // namespace seatrial::scenario
