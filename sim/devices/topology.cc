#include "sim/devices/topology.h"

#include <ns3/node.h>
#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <algorithm>

namespace seatrial::sim {

Topology::~Topology() {
  captures_.clear();
}

Machine& Topology::add_machine(const std::string& name) {
  machines_.push_back(std::make_unique<Machine>(world_, name));
  machines_by_name_[name] = machines_.back().get();
  return *machines_.back();
}

LearningSwitch& Topology::add_switch(const std::string& name, const SwitchOptions& options) {
  auto& entry = switches_[name];
  entry.node = ns3::CreateObject<ns3::Node>();
  entry.bridge = std::make_unique<LearningSwitch>(name, options);
  return *entry.bridge;
}

Machine* Topology::machine(const std::string& name) {
  const auto found = machines_by_name_.find(name);
  return found == machines_by_name_.end() ? nullptr : found->second;
}

ns3::Ptr<EthernetDevice> Topology::make(const ns3::Ptr<ns3::Node>& node, const std::string& name,
                                        const ns3::Mac48Address& mac) {
  auto device = EthernetDevice::create(node, name, mac);
  device->set_drop_observer([this](const Drop& drop) {
    if (drop_observer_) drop_observer_(drop);
  });
  device->set_queue_observer([this](const QueueWait& wait) {
    if (queue_observer_) queue_observer_(wait);
  });
  device->on_carrier([this, name](bool up) {
    if (carrier_observer_) carrier_observer_(name, up);
  });
  ports_[name] = device;
  return device;
}

ns3::Ptr<EthernetDevice> Topology::add_port(const std::string& node, const std::string& interface,
                                            std::optional<ns3::Mac48Address> mac) {
  return make(machines_by_name_.at(node)->node(), node + ":" + interface,
              mac ? *mac : macs_.next());
}

ns3::Ptr<EthernetDevice> Topology::add_switch_port(const std::string& name, std::string port,
                                                   const PortMode& mode) {
  auto& entry = switches_.at(name);
  while (port.empty()) {
    const auto candidate = "swp" + std::to_string(entry.next_port++);
    if (!ports_.contains(name + ":" + candidate)) port = candidate;
  }
  auto device = make(entry.node, name + ":" + port, macs_.next());
  entry.bridge->add_port(device, mode);
  switch_ports_.insert(device->name());
  return device;
}

ns3::Ptr<EthernetDevice> Topology::port(const std::string& name) const {
  const auto found = ports_.find(name);
  return found == ports_.end() ? nullptr : found->second;
}

std::vector<std::string> Topology::port_names(bool with_switches) const {
  std::vector<std::string> names;
  for (const auto& [name, device] : ports_) {
    if (with_switches || !is_switch_port(name)) names.push_back(name);
  }
  return names;
}

void Topology::cable(const ns3::Ptr<EthernetDevice>& a, const ns3::Ptr<EthernetDevice>& b,
                     const LinkOptions& options) {
  EthernetLink::connect(a, b, options);
  cables_[std::minmax(a->name(), b->name())] = options;
}

std::vector<std::string> Topology::switch_names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : switches_) names.push_back(name);
  return names;
}

std::vector<Topology::Cable> Topology::cables() const {
  std::vector<Cable> out;
  for (const auto& [ports, options] : cables_) {
    out.push_back({ports.first, ports.second, options});
  }
  return out;
}

tl::expected<void, std::string> Topology::capture(const std::string& port,
                                                  const std::string& path) {
  const auto device = this->port(port);
  if (device == nullptr) return tl::make_unexpected("no port " + port);
  auto writer = results::PcapWriter::create(path);
  if (!writer) return tl::make_unexpected(writer.error());
  captures_.push_back(std::make_unique<Capture>(device, std::move(*writer)));
  return {};
}

tl::expected<void, std::string> Topology::finish_captures(TimePoint until) {
  tl::expected<void, std::string> result;
  for (auto& capture : captures_) {
    if (auto done = capture->finish(until); !done && result) result = done;
  }
  captures_.clear();
  return result;
}

void Topology::at(TimePoint when, std::function<void()> act) {
  const auto delay = std::max(when - world_.now(), Duration::zero());
  ns3::Simulator::Schedule(ns3::NanoSeconds(delay.count()), std::move(act));
}

std::uint64_t Topology::events() const {
  return ns3::Simulator::GetEventCount();
}

std::uint64_t Topology::packet_hops() const {
  std::uint64_t frames = 0;
  for (const auto& [name, device] : ports_) frames += device->counters().rx_frames;
  return frames;
}

}  // namespace seatrial::sim
