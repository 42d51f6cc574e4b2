#include "models/calico/resources.h"

#include <algorithm>
#include <array>

#include "models/calico/fields.h"

namespace seatrial::calico {
namespace {

bool has_calico_group(const std::string& api_version) {
  return api_version.starts_with("crd.projectcalico.org/") ||
         api_version.starts_with("projectcalico.org/");
}

// The document's own keys; answers with its spec.
YAML::Node spec_of(const kubernetes::Resource& resource, Diagnostics& diagnostics) {
  Fields top(resource, resource.body, resource.kind, diagnostics);
  for (const auto* name : {"apiVersion", "kind", "metadata", "status"}) top.accept(name);
  const auto spec = top.mapping("spec");
  top.finish();
  return spec;
}

TunnelMode tunnel(Fields& fields, std::string_view name, Diagnostics& diagnostics) {
  const auto mode = fields.choice(name, {"Never", "Always", "CrossSubnet"});
  if (!mode || mode->value == 0) return TunnelMode::never;
  const bool always = mode->value == 1;
  diagnostics.error(mode->position,
                    std::string(name) + " " + (always ? "Always" : "CrossSubnet") +
                        " is not modelled: packets would travel without the tunnel",
                    "Never");
  return always ? TunnelMode::always : TunnelMode::cross_subnet;
}

void read_pool(const kubernetes::Resource& resource, Resources& out, Diagnostics& diagnostics) {
  Fields spec(resource, spec_of(resource, diagnostics), "IPPool spec", diagnostics);
  IpPool pool{.name = resource.name, .position = resource.position};
  const auto cidr = spec.prefix("cidr");
  if (cidr) pool.cidr = cidr->value;
  const bool is_v6 = cidr && cidr->value.family() == net::Family::ipv6;
  pool.block_size = is_v6 ? 122 : 26;
  const auto block_size = spec.number("blockSize", is_v6 ? 116 : 20, is_v6 ? 128 : 32);
  if (block_size) pool.block_size = static_cast<int>(block_size->value);
  pool.ipip = tunnel(spec, "ipipMode", diagnostics);
  pool.vxlan = tunnel(spec, "vxlanMode", diagnostics);
  if (const auto nat = spec.boolean("natOutgoing")) pool.nat_outgoing = nat->value;
  if (const auto off = spec.boolean("disabled")) pool.disabled = off->value;
  if (const auto hide = spec.boolean("disableBGPExport")) pool.disable_bgp_export = hide->value;
  if (auto selector = spec.selector("nodeSelector")) pool.node_selector = selector->value;
  if (const auto uses = spec.list("allowedUses"); !uses.empty()) {
    pool.for_workloads = pool.for_tunnels = false;
    for (const auto& use : uses) {
      const auto text = use.IsScalar() ? use.Scalar() : std::string();
      if (text != "Workload" && text != "Tunnel") {
        diagnostics.error(resource.at(use), "allowedUses has '" + text + "'", "Workload or Tunnel");
      }
      pool.for_workloads |= text == "Workload";
      pool.for_tunnels |= text == "Tunnel";
    }
  }
  spec.finish();
  if (!spec.has("cidr")) {
    diagnostics.error(spec.position(), "IPPool " + pool.name + " has no cidr", "spec.cidr");
  }
  if (!cidr) return;
  if (pool.block_size < pool.cidr.length()) {
    diagnostics.error(spec.position_of("blockSize"),
                      "a block of /" + std::to_string(pool.block_size) +
                          " does not fit into the pool " + pool.cidr.to_string(),
                      "a blockSize of at least " + std::to_string(pool.cidr.length()));
    return;
  }
  for (const auto& other : out.pools) {
    if (other.cidr.contains(pool.cidr) || pool.cidr.contains(other.cidr)) {
      diagnostics.error(cidr->position,
                        "IPPool " + pool.name + " (" + pool.cidr.to_string() +
                            ") overlaps IPPool " + other.name + " (" + other.cidr.to_string() + ")",
                        "pools that share no address");
    }
  }
  out.pools.push_back(std::move(pool));
}

std::vector<net::Prefix> cidr_list(const kubernetes::Resource& resource, Fields& spec,
                                   std::string_view name, Diagnostics& diagnostics) {
  std::vector<net::Prefix> out;
  for (const auto& item : spec.list(name)) {
    Fields entry(resource, item, std::string(name) + " entry", diagnostics);
    const auto cidr = entry.prefix("cidr");
    entry.finish();
    if (cidr) out.push_back(cidr->value);
    if (!entry.has("cidr") && item.IsMap()) {
      diagnostics.error(entry.position(), std::string(name) + " entry has no cidr", "cidr");
    }
  }
  return out;
}

void read_configuration(const kubernetes::Resource& resource, Resources& out,
                        Diagnostics& diagnostics) {
  Fields spec(resource, spec_of(resource, diagnostics), "BGPConfiguration spec", diagnostics);
  BgpConfiguration config{.name = resource.name, .position = resource.position};
  if (const auto asn = spec.asn("asNumber")) config.as_number = asn->value;
  if (const auto mesh = spec.boolean("nodeToNodeMeshEnabled")) config.mesh = mesh->value;
  if (const auto port = spec.number("listenPort", 1, 65535)) {
    config.listen_port = static_cast<std::uint16_t>(port->value);
  }
  config.service_cluster_ips = cidr_list(resource, spec, "serviceClusterIPs", diagnostics);
  config.service_external_ips = cidr_list(resource, spec, "serviceExternalIPs", diagnostics);
  config.service_load_balancer_ips =
      cidr_list(resource, spec, "serviceLoadBalancerIPs", diagnostics);
  if (const auto t = spec.duration("nodeMeshMaxRestartTime"))
    config.mesh_max_restart_time = t->value;
  config.mesh_password = spec.has("nodeMeshPassword");
  spec.no_effect("nodeMeshPassword");
  spec.no_effect("bindMode");
  for (const auto* name : {"logSeverityScreen", "ignoredInterfaces"}) spec.accept(name);
  for (const auto* name : {"communities", "prefixAdvertisements"}) spec.unsupported(name);
  spec.finish();
  for (const auto* name : {"nodeMeshPassword", "nodeMeshMaxRestartTime"}) {
    if (spec.has(name) && config.mesh == false) {  // Calico refuses it too
      diagnostics.error(spec.position_of(name), std::string(name) + " with the node mesh disabled",
                        "nodeToNodeMeshEnabled: true");
    }
  }
  if (config.name != "default" && !config.name.starts_with("node.")) {
    diagnostics.warning(config.position, "BGPConfiguration " + config.name + " is never used",
                        "the name default or node.NAME");
  }
  if (config.name.starts_with("node.") && config.mesh) {
    diagnostics.error(spec.position_of("nodeToNodeMeshEnabled"),
                      "nodeToNodeMeshEnabled in " + config.name, "it in BGPConfiguration default");
  }
  out.configurations.push_back(std::move(config));
}

void read_peer_address(Fields& spec, BgpPeer& peer, Diagnostics& diagnostics) {
  const auto text = spec.text("peerIP");
  if (!text) return;
  if (const auto address = net::IpAddress::parse(text->value)) {
    peer.peer_address = *address;
  } else if (const auto endpoint = net::Endpoint::parse(text->value)) {
    peer.peer_address = endpoint->address;
    peer.peer_port = endpoint->port;
  } else {
    diagnostics.error(text->position, "peerIP is '" + text->value + "'",
                      "an IP address, with :PORT if it is not 179");
  }
}

// The combinations that Calico's validator refuses.
void check_peer(const Fields& spec, const BgpPeer& peer, Diagnostics& diagnostics) {
  const auto exclude = [&](std::string_view one, std::string_view other) {
    if (spec.has(one) && spec.has(other)) {
      diagnostics.error(
          spec.position_of(other),
          "BGPPeer " + peer.name + " has both " + std::string(one) + " and " + std::string(other),
          "one of them");
    }
  };
  exclude("node", "nodeSelector");
  exclude("peerSelector", "peerIP");
  exclude("peerSelector", "asNumber");
  if (!spec.has("peerIP") && !spec.has("peerSelector")) {
    diagnostics.error(spec.position(), "BGPPeer " + peer.name + " names no peer",
                      "peerIP or peerSelector");
  }
  if (spec.has("peerIP") && !spec.has("asNumber")) {
    diagnostics.error(spec.position_of("peerIP"),
                      "BGPPeer " + peer.name + " has a peerIP but no AS number", "asNumber");
  }
}

void read_peer(const kubernetes::Resource& resource, Resources& out, Diagnostics& diagnostics) {
  Fields spec(resource, spec_of(resource, diagnostics), "BGPPeer spec", diagnostics);
  BgpPeer peer{.name = resource.name, .position = resource.position};
  if (const auto node = spec.text("node")) peer.node = node->value;
  if (auto selector = spec.selector("nodeSelector")) peer.node_selector = selector->value;
  if (auto selector = spec.selector("peerSelector")) peer.peer_selector = selector->value;
  read_peer_address(spec, peer, diagnostics);
  if (const auto asn = spec.asn("asNumber")) peer.as_number = asn->value;
  if (const auto keep = spec.boolean("keepOriginalNextHop")) {
    peer.keep_original_next_hop = keep->value;
  }
  if (const auto source = spec.choice("sourceAddress", {"UseNodeIP", "None"})) {
    peer.source_is_node_address = source->value == 0;
  }
  if (const auto t = spec.duration("maxRestartTime")) peer.max_restart_time = t->value;
  if (const auto n = spec.number("numAllowedLocalASNumbers", 0, 1000)) {
    peer.allowed_local_as_count = static_cast<int>(n->value);
    if (n->value > 0) spec.unsupported("numAllowedLocalASNumbers");
  }
  peer.password = spec.has("password");
  spec.no_effect("password");  // it names a Secret, which the files of a design do not hold
  spec.no_effect("ttlSecurity");
  spec.unsupported("reachableBy");
  spec.unsupported("filters");  // from 3.26
  spec.finish();
  check_peer(spec, peer, diagnostics);
  out.peers.push_back(std::move(peer));
}

void read_ipam(const kubernetes::Resource& resource, Resources& out, Diagnostics& diagnostics) {
  Fields spec(resource, spec_of(resource, diagnostics), resource.kind + " spec", diagnostics);
  if (const auto strict = spec.boolean("strictAffinity")) out.ipam.strict_affinity = strict->value;
  if (const auto most = spec.number("maxBlocksPerHost", 0, 1'000'000)) {
    if (most->value > 0) out.ipam.most_blocks_per_node = static_cast<int>(most->value);
  }
  if (const auto automatic = spec.boolean("autoAllocateBlocks"); automatic && !automatic->value) {
    spec.unsupported("autoAllocateBlocks");
  }
  spec.finish();
}

Labels string_map(const YAML::Node& node) {
  Labels out;
  if (node.IsDefined() && node.IsMap()) {
    for (const auto& entry : node) {
      if (entry.first.IsScalar() && entry.second.IsScalar()) {
        out[entry.first.Scalar()] = entry.second.Scalar();
      }
    }
  }
  return out;
}

YAML::Node metadata_of(const kubernetes::Resource& resource) {
  const YAML::Node body = resource.body;
  if (body.IsDefined() && body.IsMap() && body["metadata"].IsDefined()) return body["metadata"];
  return YAML::Node(YAML::NodeType::Null);
}

NodeBgp& node_entry(const kubernetes::Resource& resource, Resources& out) {
  const auto known = std::ranges::find(out.nodes, resource.name, &NodeBgp::name);
  auto& node =
      known != out.nodes.end()
          ? *known
          : out.nodes.emplace_back(NodeBgp{.name = resource.name, .position = resource.position});
  const YAML::Node metadata = metadata_of(resource);
  if (metadata.IsMap()) node.labels.merge(string_map(metadata["labels"]));
  return node;
}

void read_calico_node(const kubernetes::Resource& resource, Resources& out,
                      Diagnostics& diagnostics) {
  Fields spec(resource, spec_of(resource, diagnostics), "Node spec", diagnostics);
  for (const auto* name : {"addresses", "orchRefs", "wireguard"}) spec.accept(name);
  auto& node = node_entry(resource, out);
  Fields bgp(resource, spec.mapping("bgp"), "Node spec.bgp", diagnostics);
  if (const auto asn = bgp.asn("asNumber")) node.as_number = asn->value;
  if (const auto address = bgp.interface_address("ipv4Address")) node.address = address->value;
  if (const auto id = bgp.text("routeReflectorClusterID")) {
    node.route_reflector_cluster_id = id->value;
    if (!net::IpAddress::parse(id->value)) {
      diagnostics.error(id->position, "routeReflectorClusterID is '" + id->value + "'",
                        "an IPv4 address");
    }
  }
  bgp.no_effect("ipv6Address");
  bgp.accept("ipv4IPIPTunnelAddr");
  bgp.finish();
  spec.finish();
}

// With the Kubernetes datastore, Calico keeps a node's BGP in annotations of the Node.
void read_kubernetes_node(const kubernetes::Resource& resource, Resources& out,
                          Diagnostics& diagnostics) {
  auto& node = node_entry(resource, out);
  const YAML::Node metadata = metadata_of(resource);
  if (!metadata.IsMap()) return;
  const auto annotations = metadata["annotations"];
  if (!annotations.IsDefined() || !annotations.IsMap()) return;
  Fields fields(resource, annotations, "annotations", diagnostics);
  if (const auto asn = fields.asn("projectcalico.org/ASNumber")) node.as_number = asn->value;
  if (const auto address = fields.interface_address("projectcalico.org/IPv4Address")) {
    node.address = address->value;
  }
  if (const auto id = fields.text("projectcalico.org/RouteReflectorClusterID")) {
    node.route_reflector_cluster_id = id->value;
    if (!net::IpAddress::parse(id->value)) {
      diagnostics.error(id->position, "RouteReflectorClusterID is '" + id->value + "'",
                        "an IPv4 address");
    }
  }
}

void read_other(const kubernetes::Resource& resource, Diagnostics& diagnostics) {
  constexpr std::array<std::string_view, 6> written_by_calico{
      "BlockAffinity",      "IPAMBlock",        "IPAMHandle",
      "ClusterInformation", "CalicoNodeStatus", "KubeControllersConfiguration"};
  if (resource.kind == "FelixConfiguration") {
    diagnostics.warning(resource.position, "FelixConfiguration has no effect here");
  } else if (std::ranges::find(written_by_calico, resource.kind) == written_by_calico.end()) {
    diagnostics.error(resource.position, "Calico kind " + resource.kind + " is not modelled",
                      "IPPool, BGPConfiguration, BGPPeer, Node or IPAMConfig");
  }
}

}  // namespace

bool is_calico_resource(const kubernetes::Resource& resource) {
  return has_calico_group(resource.api_version);
}

Resources read(const std::vector<kubernetes::Resource>& manifests, Diagnostics& diagnostics) {
  using Reader = void (*)(const kubernetes::Resource&, Resources&, Diagnostics&);
  struct Kind {
    std::string_view name;
    Reader reader;
  };
  constexpr std::array<Kind, 6> kinds{{{"IPPool", read_pool},
                                       {"BGPConfiguration", read_configuration},
                                       {"BGPPeer", read_peer},
                                       {"Node", read_calico_node},
                                       {"IPAMConfig", read_ipam},
                                       {"IPAMConfiguration", read_ipam}}};
  Resources out;
  std::map<std::pair<std::string, std::string>, Position> seen;
  for (const auto& resource : manifests) {
    if (resource.kind == "Node" && resource.api_version == "v1") {
      read_kubernetes_node(resource, out, diagnostics);
    }
    if (!is_calico_resource(resource)) continue;
    const auto [first, is_new] =
        seen.try_emplace({resource.kind, resource.name}, resource.position);
    if (!is_new) {
      diagnostics.error(resource.position,
                        resource.kind + " " + resource.name + " is defined twice, first at " +
                            first->second.file + ":" + std::to_string(first->second.line),
                        "one definition");
      continue;
    }
    const auto kind = std::ranges::find(kinds, resource.kind, &Kind::name);
    if (kind == kinds.end()) {
      read_other(resource, diagnostics);
    } else {
      kind->reader(resource, out, diagnostics);
    }
  }
  return out;
}

const BgpConfiguration* Resources::configuration(std::string_view name) const {
  const auto found = std::ranges::find(configurations, name, &BgpConfiguration::name);
  return found == configurations.end() ? nullptr : &*found;
}

net::Asn Resources::as_number() const {
  const auto* config = configuration("default");
  return config != nullptr && config->as_number ? *config->as_number : net::Asn{64512};
}

bool Resources::mesh_enabled() const {
  const auto* config = configuration("default");
  return config == nullptr || config->mesh.value_or(true);
}

std::uint16_t Resources::listen_port(std::string_view node) const {
  const auto* own = configuration("node." + std::string(node));
  if (own != nullptr && own->listen_port) return *own->listen_port;
  const auto* config = configuration("default");
  return config != nullptr ? config->listen_port.value_or(std::uint16_t{179}) : std::uint16_t{179};
}

const NodeBgp* Resources::node(std::string_view name) const {
  const auto found = std::ranges::find(nodes, name, &NodeBgp::name);
  return found == nodes.end() ? nullptr : &*found;
}

}  // namespace seatrial::calico
