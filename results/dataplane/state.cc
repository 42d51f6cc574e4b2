#include "results/dataplane/state.h"

#include <algorithm>

namespace seatrial::results::dataplane {
namespace {

constexpr unsigned by_protocol = 1;   // originated into BGP
constexpr unsigned by_interface = 2;  // an address or subnet of its own

class Nobody final : public Listener {
  void route_changed(const std::string&, const net::Prefix&) override {}
  void announcer_changed(const net::Prefix&) override {}
  void translation_changed(const std::string&, const net::IpAddress&) override {}
  void neighbour_changed(const std::string&, const net::IpAddress&) override {}
  void cable_changed(const std::string&) override {}
  void machine_changed(const std::string&) override {}
};

}  // namespace

bool of_one_node(const net::Prefix& prefix) {
  static const net::Prefix loopback(net::IpAddress::v4(0x7f000000), 8);
  static const net::Prefix link_local(net::IpAddress::v4(0xa9fe0000), 16);
  return loopback.contains(prefix) || link_local.contains(prefix);
}

bool Entry::by_gateway() const {
  return std::ranges::any_of(next_hops,
                             [](const NextHop& hop) { return !hop.address.is_unspecified(); });
}

State::State(const Record& record) : record_(record), wiring_(record.topology()) {
  for (const auto& node : record.topology().nodes) {
    if (node.kind != "switch" && node.kind != "pod") machines_.push_back(node.name);
  }
  queue(Kind::fault, record.faults());
  queue(Kind::link, record.links());
  queue(Kind::pod, record.pods());
  queue(Kind::fib, record.fib());
  queue(Kind::rib, record.rib());
  queue(Kind::neighbour, record.neighbours());
  queue(Kind::nat, record.nat());
  std::ranges::stable_sort(events_, {}, &Event::at);
}

template <typename List>
void State::queue(Kind kind, const List& list) {
  for (std::size_t i = 0; i < list.size(); ++i) events_.push_back({list[i].at, kind, i});
}

TimePoint State::next() const {
  return position_ < events_.size() ? events_[position_].at : TimePoint::max();
}

void State::advance(TimePoint at, Listener* listener) {
  Nobody nobody;
  Listener& told = listener != nullptr ? *listener : static_cast<Listener&>(nobody);
  while (next() <= at && position_ < events_.size()) apply(events_[position_++], told);
}

void State::apply(const Event& event, Listener& listener) {
  switch (event.kind) {
    case Kind::fault:
      return apply_fault(event.index, listener);
    case Kind::link: {
      const auto& change = record_.links()[event.index];
      wiring_.set_carrier(change.port, change.up, evidence_id("link", event.index));
      if (change.up) wiring_.forget_arp_failures();
      const auto node = node_of_port(change.port);
      if (wiring_.is_pod(node)) listener.machine_changed(node);
      return listener.cable_changed(change.port);
    }
    case Kind::pod:
      return apply_pod(event.index, listener);
    case Kind::fib:
      return apply_fib(event.index, listener);
    case Kind::rib: {
      const auto& change = record_.rib()[event.index];
      const bool local = std::ranges::any_of(
          change.next_hops, [](const net::IpAddress& hop) { return hop.is_unspecified(); });
      return announce(change.prefix, change.node, by_protocol, local, listener);
    }
    case Kind::neighbour: {
      const auto& change = record_.neighbours()[event.index];
      const auto port = change.node + ":" + change.interface;
      wiring_.set_arp(port, change.address, change.state == "failed",
                      evidence_id("neighbour", event.index));
      return listener.neighbour_changed(port, change.address);
    }
    case Kind::nat: {
      const auto& change = record_.nat()[event.index];
      auto& ports = nat_[{change.node, change.address.address}];
      const ServicePort key{change.protocol, change.address.port};
      if (change.installed) {
        ports[key] = {change.backends, event.index};
      } else {
        ports.erase(key);
      }
      return listener.translation_changed(change.node, change.address.address);
    }
  }
}

void State::apply_fault(std::size_t index, Listener& listener) {
  const auto& fault = record_.faults()[index];
  const auto evidence = evidence_id("fault", index);
  if (fault.action == "power_off") {
    wiring_.power_off(fault.target, evidence);
    listener.machine_changed(fault.target);
    for (const auto& port : wiring_.ports_of(fault.target)) listener.cable_changed(port);
  } else if (fault.action == "link_silent" || fault.action == "link_restored") {
    wiring_.set_silent(fault.target, fault.action == "link_silent", evidence);
    if (fault.action == "link_restored") wiring_.forget_arp_failures();
    listener.cable_changed(wiring_.port_of_target(fault.target));
  }
}

void State::apply_fib(std::size_t index, Listener& listener) {
  const auto& change = record_.fib()[index];
  if (of_one_node(change.prefix)) return;
  auto& table = tables_[change.node];
  const auto* before = table.find(change.prefix);
  const auto holds = [](const Entry& entry) {
    return entry.local() || entry.protocol == "connected";
  };
  const bool held = before != nullptr && holds(*before);
  bool holds_now = false;
  if (change.installed) {
    Entry entry{change.next_hops, change.protocol, index};
    holds_now = holds(entry);
    table[change.prefix] = std::move(entry);
  } else {
    table.erase(change.prefix);
  }
  current_route_ = index;
  if (held != holds_now) announce(change.prefix, change.node, by_interface, holds_now, listener);
  listener.route_changed(change.node, change.prefix);
}

void State::apply_pod(std::size_t index, Listener& listener) {
  const auto& change = record_.pods()[index];
  if (!change.node.empty()) wiring_.pod_on(change.pod, change.node);
  const bool ready = change.ready && change.phase == "Running";
  const bool changed =
      ready ? ready_pods_.insert(change.pod).second : ready_pods_.erase(change.pod) > 0;
  if (!change.address.is_unspecified()) pod_address_[change.pod] = change.address;
  if (!changed) return;
  if (const auto address = pod_address_.find(change.pod); address != pod_address_.end()) {
    listener.announcer_changed(net::Prefix::host(address->second));
  }
}

void State::announce(const net::Prefix& prefix, const std::string& node, unsigned how, bool on,
                     Listener& listener) {
  auto& nodes = announcers_[prefix];
  const auto known = nodes.find(node);
  const unsigned before = known == nodes.end() ? 0U : known->second;
  const unsigned after = on ? before | how : before & ~how;
  if (after == before) return;
  if (after == 0) {
    nodes.erase(known);
  } else {
    nodes[node] = after;
  }
  listener.announcer_changed(prefix);
}

const net::PrefixMap<Entry>* State::table(const std::string& node) const {
  const auto found = tables_.find(node);
  return found == tables_.end() ? nullptr : &found->second;
}

const std::map<ServicePort, Translation>* State::translations(const std::string& node,
                                                              const net::IpAddress& address) const {
  const auto found = nat_.find({node, address});
  return found == nat_.end() || found->second.empty() ? nullptr : &found->second;
}

const std::map<std::string, unsigned>* State::announcers(const net::Prefix& prefix) const {
  const auto found = announcers_.find(prefix);
  return found == announcers_.end() || found->second.empty() ? nullptr : &found->second;
}

bool State::announces(const std::string& node, const net::Prefix& prefix) const {
  const auto found = announcers_.find(prefix);
  return found != announcers_.end() && found->second.contains(node) && wiring_.alive(node);
}

bool State::announced(const net::Prefix& prefix) const {
  const auto found = announcers_.find(prefix);
  if (found == announcers_.end()) return false;
  return std::ranges::any_of(found->second, [&](const auto& announcer) {
    const auto& node = announcer.first;
    if (wiring_.is_pod(node) && !ready_pods_.contains(node)) return false;
    return wiring_.alive(node);
  });
}

}  // namespace seatrial::results::dataplane
