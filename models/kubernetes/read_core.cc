// Node, Service and ConfigMap.
#include "models/kubernetes/kinds.h"

namespace seatrial::kubernetes {
namespace {

ServicePort read_service_port(const Fields& fields) {
  ServicePort port;
  port.position = fields.at();
  port.name = fields.text("name");
  port.protocol = read_protocol(fields);
  if (fields.require("port", "a port number")) {
    port.port = static_cast<std::uint16_t>(fields.integer("port", 1, 65535).value_or(0));
  }
  port.target_port = fields.port("targetPort").value_or(port.port);
  if (const auto number = fields.integer("nodePort", 30000, 32767)) {
    port.node_port = static_cast<std::uint16_t>(*number);
  }
  return port;
}

void read_ports(const Fields& spec, Service& service) {
  static const FieldTable table = {{"name"},       {"protocol"}, {"port"},
                                   {"targetPort"}, {"nodePort"}, {"appProtocol", Use::no_effect}};
  spec.for_each("ports", [&](const YAML::Node& item, const std::string& path) {
    const Fields fields(spec.resource(), item, path, table, spec.diagnostics());
    const ServicePort port = read_service_port(fields);
    for (const ServicePort& other : service.ports) {
      if (other.name == port.name) {
        fields.error("name", port.name.empty() ? "is missing" : "'" + port.name + "' is used twice",
                     "a name of its own for each of several ports");
      } else if (other.port == port.port && other.protocol == port.protocol) {
        fields.error("port", std::to_string(port.port) + " is used twice",
                     "each port and protocol once");
      }
    }
    service.ports.push_back(port);
  });
  if (service.ports.empty() && !service.headless) spec.require("ports", "at least one port");
}

void read_cluster_ip(const Fields& spec, Service& service) {
  const std::string text = spec.text("clusterIP");
  if (text.empty()) return;
  if (text == "None") {
    service.headless = true;
    return;
  }
  service.cluster_ip = net::IpAddress::parse(text);
  if (!service.cluster_ip) spec.error("clusterIP", "is '" + text + "'", "an IP address or None");
}

}  // namespace

Protocol read_protocol(const Fields& fields) {
  switch (fields.choice("protocol", {"TCP", "UDP", "SCTP"}).value_or(0)) {
    case 1:
      return Protocol::udp;
    case 2:
      return Protocol::sctp;
    default:
      return Protocol::tcp;
  }
}

Node read_node(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {
      {"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status", Use::no_effect}};
  static const FieldTable spec_table = {{"taints"},
                                        {"unschedulable"},
                                        {"podCIDR", Use::no_effect},
                                        {"podCIDRs", Use::no_effect},
                                        {"providerID", Use::no_effect}};
  static const FieldTable taint_table = {
      {"key"}, {"value"}, {"effect"}, {"timeAdded", Use::no_effect}};
  const Fields fields(resource, resource.body, "", top, diagnostics);
  Node node;
  node.meta = read_meta(fields, false);
  const Fields spec = fields.map("spec", spec_table);
  node.unschedulable = spec.boolean("unschedulable").value_or(false);
  spec.for_each("taints", [&](const YAML::Node& item, const std::string& path) {
    const Fields taint(resource, item, path, taint_table, diagnostics);
    taint.require("key", "the taint's key");
    taint.require("effect", "NoSchedule, PreferNoSchedule or NoExecute");
    taint.choice("effect", {"NoSchedule", "PreferNoSchedule", "NoExecute"});
    node.taints.push_back({taint.text("key"), taint.text("value"), taint.text("effect")});
  });
  return node;
}

Service read_service(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {
      {"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status", Use::no_effect}};
  static const FieldTable spec_table = {{"type"},
                                        {"clusterIP"},
                                        {"clusterIPs", Use::no_effect},
                                        {"externalIPs"},
                                        {"ports"},
                                        {"selector"},
                                        {"externalTrafficPolicy"},
                                        {"internalTrafficPolicy"},
                                        {"publishNotReadyAddresses"},
                                        {"sessionAffinity"},
                                        {"ipFamilies", Use::no_effect},
                                        {"ipFamilyPolicy", Use::no_effect},
                                        {"allocateLoadBalancerNodePorts", Use::no_effect},
                                        {"loadBalancerClass", Use::no_effect},
                                        {"loadBalancerIP", Use::warn},
                                        {"healthCheckNodePort", Use::no_effect},
                                        {"loadBalancerSourceRanges", Use::refuse},
                                        {"sessionAffinityConfig", Use::refuse},
                                        {"externalName", Use::refuse}};
  const Fields fields(resource, resource.body, "", top, diagnostics);
  Service service;
  service.meta = read_meta(fields, true);
  if (!fields.require("spec", "the Service's ports and selector")) return service;
  const Fields spec = fields.map("spec", spec_table);
  switch (spec.choice("type", {"ClusterIP", "NodePort", "LoadBalancer"}).value_or(0)) {
    case 1:
      service.type = Service::Type::node_port;
      break;
    case 2:
      service.type = Service::Type::load_balancer;
      diagnostics.warning(spec.at("type"),
                          "type LoadBalancer stays pending: nothing on premises provides one",
                          "the Service to be reached by its node ports and cluster IP");
      break;
    default:
      break;
  }
  read_cluster_ip(spec, service);
  read_ports(spec, service);
  for (const std::string& text : spec.texts("externalIPs")) {
    if (const auto address = net::IpAddress::parse(text)) {
      service.external_ips.push_back(*address);
    } else {
      spec.error("externalIPs", "has '" + text + "'", "IP addresses");
    }
  }
  service.selector = spec.labels("selector");
  service.selector_position = spec.at("selector");
  if (service.selector.empty()) {
    spec.error("selector", "selects nothing: Endpoints made by hand are not modelled",
               "the labels of the pods");
  }
  service.external_traffic_local =
      spec.choice("externalTrafficPolicy", {"Cluster", "Local"}).value_or(0) == 1;
  service.internal_traffic_local =
      spec.choice("internalTrafficPolicy", {"Cluster", "Local"}).value_or(0) == 1;
  service.publish_not_ready = spec.boolean("publishNotReadyAddresses").value_or(false);
  if (spec.choice("sessionAffinity", {"None", "ClientIP"}).value_or(0) == 1) {
    spec.error("sessionAffinity", "ClientIP is not modelled", "None");
  }
  return service;
}

ConfigMap read_config_map(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {{"apiVersion"},
                                 {"kind"},
                                 {"metadata"},
                                 {"data"},
                                 {"binaryData", Use::no_effect},
                                 {"immutable", Use::no_effect}};
  const Fields fields(resource, resource.body, "", top, diagnostics);
  ConfigMap map;
  map.meta = read_meta(fields, true);
  map.data = fields.labels("data");
  const YAML::Node data = fields.node("data");
  if (!data.IsDefined() || !data.IsMap()) return map;
  for (const auto& entry : data) {
    if (!entry.first.IsScalar() || !entry.second.IsScalar()) continue;
    Position at = resource.at(entry.second);
    // A block scalar's text starts on the line below its indicator.
    if (entry.second.Scalar().find('\n') != std::string::npos) at = {at.file, at.line + 1, 1};
    map.positions[entry.first.Scalar()] = at;
  }
  return map;
}

}  // namespace seatrial::kubernetes
