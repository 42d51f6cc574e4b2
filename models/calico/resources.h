// The Calico resources that decide addresses, sessions and filters, read from manifests
// (projectcalico.org/v3 and its crd.projectcalico.org/v1 storage form). A field that is not in the
// reader's table is an error at its key; README.md lists the tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/calico/selector.h"
#include "models/diagnostics/diagnostics.h"
#include "models/kubernetes/resource.h"
#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::calico {

enum class TunnelMode { never, always, cross_subnet };

struct IpPool {
  std::string name;
  net::Prefix cidr;
  int block_size = 26;  // the prefix length of a block
  TunnelMode ipip = TunnelMode::never;
  TunnelMode vxlan = TunnelMode::never;
  bool nat_outgoing = false;
  bool disabled = false;
  bool disable_bgp_export = false;
  bool for_workloads = true;  // allowedUses has Workload
  bool for_tunnels = true;    // allowedUses has Tunnel
  Selector node_selector;
  Position position;
};

// One BGPConfiguration. `default` is the cluster's; `node.NAME` overrides some of it for one node.
struct BgpConfiguration {
  std::string name;
  std::optional<net::Asn> as_number;
  std::optional<bool> mesh;
  std::optional<std::uint16_t> listen_port;
  std::vector<net::Prefix> service_cluster_ips;
  std::vector<net::Prefix> service_external_ips;
  std::vector<net::Prefix> service_load_balancer_ips;
  std::optional<Duration> mesh_max_restart_time;
  bool mesh_password = false;
  Position position;
};

struct BgpPeer {
  std::string name;
  std::string node;  // the one local node; empty when chosen by selector or all
  Selector node_selector;
  std::optional<Selector> peer_selector;  // peers are cluster nodes
  std::optional<net::IpAddress> peer_address;
  std::optional<std::uint16_t> peer_port;
  std::optional<net::Asn> as_number;
  bool keep_original_next_hop = false;
  bool source_is_node_address = true;  // sourceAddress: UseNodeIP, not None
  std::optional<Duration> max_restart_time;
  std::optional<int> allowed_local_as_count;
  bool password = false;
  Position position;
};

// What the manifests say of a node's BGP (a Node resource of Calico or Kubernetes). The caller
// joins it with the address and the labels that it knows; see NodeInfo in sessions.h.
struct NodeBgp {
  std::string name;
  std::optional<net::InterfaceAddress> address;  // spec.bgp.ipv4Address, or the annotation
  std::optional<net::Asn> as_number;
  std::string route_reflector_cluster_id;
  Labels labels;
  Position position;
};

struct IpamSettings {
  bool strict_affinity = false;
  int most_blocks_per_node = 20;  // Calico's default maxBlocksPerHost
};

struct Resources {
  std::vector<IpPool> pools;
  std::vector<BgpConfiguration> configurations;
  std::vector<BgpPeer> peers;
  std::vector<NodeBgp> nodes;
  IpamSettings ipam;

  const BgpConfiguration* configuration(std::string_view name) const;  // nullptr when absent
  // The cluster's answer, with Calico's default where no resource speaks.
  net::Asn as_number() const;                              // 64512
  bool mesh_enabled() const;                               // true
  std::uint16_t listen_port(std::string_view node) const;  // 179
  const NodeBgp* node(std::string_view name) const;
};

// True for the kinds that read() understands: the caller hands the others to their own readers.
bool is_calico_resource(const kubernetes::Resource& resource);
// Takes the Calico kinds and Nodes out of `manifests` and ignores the rest.
Resources read(const std::vector<kubernetes::Resource>& manifests, Diagnostics& diagnostics);

}  // namespace seatrial::calico
