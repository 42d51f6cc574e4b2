#include "models/kubernetes/objects.h"

#include <algorithm>

namespace seatrial::kubernetes {

bool matches(const Labels& selector, const Labels& labels) {
  if (selector.empty()) return false;
  return std::all_of(selector.begin(), selector.end(), [&](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

std::string to_string(const PortReference& port) {
  if (const auto* number = std::get_if<std::uint16_t>(&port)) return std::to_string(*number);
  return std::get<std::string>(port);
}

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp:
      return "TCP";
    case Protocol::udp:
      return "UDP";
    case Protocol::sctp:
      return "SCTP";
  }
  return "?";
}

std::string_view to_string(PodPhase phase) {
  switch (phase) {
    case PodPhase::pending:
      return "Pending";
    case PodPhase::running:
      return "Running";
    case PodPhase::succeeded:
      return "Succeeded";
    case PodPhase::failed:
      return "Failed";
  }
  return "?";
}

bool Node::control_plane() const {
  return meta.labels.contains(control_plane_label);
}

const ServicePort* Service::find_port(const PortReference& port) const {
  for (const ServicePort& candidate : ports) {
    if (const auto* number = std::get_if<std::uint16_t>(&port)) {
      if (candidate.port == *number) return &candidate;
    } else if (candidate.name == std::get<std::string>(port)) {
      return &candidate;
    }
  }
  return nullptr;
}

bool Toleration::tolerates(const Taint& taint) const {
  if (!effect.empty() && effect != taint.effect) return false;
  if (key.empty()) return op == "Exists";
  return key == taint.key && (op == "Exists" || value == taint.value);
}

std::optional<std::uint16_t> PodSpec::resolve(const PortReference& port, Protocol protocol) const {
  if (const auto* number = std::get_if<std::uint16_t>(&port)) return *number;
  for (const Container& container : containers) {
    for (const ContainerPort& candidate : container.ports) {
      if (candidate.name == std::get<std::string>(port) && candidate.protocol == protocol) {
        return candidate.port;
      }
    }
  }
  return std::nullopt;
}

int IntOrPercent::of(int total, bool round_up) const {
  if (!percent) return value;
  return (total * value + (round_up ? 99 : 0)) / 100;
}

const Service* Objects::service(const ObjectKey& key) const {
  for (const Service& candidate : services) {
    if (candidate.meta.key() == key) return &candidate;
  }
  return nullptr;
}

void Objects::add_node(const std::string& name, const net::IpAddress& internal_ip,
                       bool control_plane) {
  auto node = std::find_if(nodes.begin(), nodes.end(),
                           [&](const Node& candidate) { return candidate.meta.name == name; });
  if (node == nodes.end()) {
    nodes.emplace_back();
    node = nodes.end() - 1;
    node->meta.name = name;
    if (control_plane) {
      node->meta.labels[control_plane_label] = "";
      node->taints.push_back({control_plane_label, "", "NoSchedule"});
    }
  }
  node->meta.labels.emplace("kubernetes.io/hostname", name);
  node->meta.labels.emplace("kubernetes.io/os", "linux");
  node->internal_ip = internal_ip;
}

}  // namespace seatrial::kubernetes
