// What kube-proxy hands to the node's packet path: the complete set of Service rules, each time.
// The packet work itself (connection tracking, destination NAT, masquerade, reject) is the host's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/kubernetes/objects.h"
#include "models/net/address.h"

namespace seatrial::kubernetes {

// What happens to a connection to one Service port. The backend is drawn uniformly for each new
// connection (`-m statistic --mode random`), and connection tracking keeps it there.
struct ServiceRule {
  std::string service;    // "default/app-1"
  std::string port_name;  // may be empty
  net::IpAddress cluster_ip;
  std::vector<net::IpAddress> external_ips;
  std::uint16_t port = 0;
  std::optional<std::uint16_t> node_port;  // on every address of the node
  Protocol protocol = Protocol::tcp;

  // For a connection to the cluster IP, and for a node port or external address under
  // externalTrafficPolicy: Cluster. Sorted by address.
  std::vector<net::Endpoint> backends;
  // For node ports and external addresses under externalTrafficPolicy: Local: those on this node.
  std::vector<net::Endpoint> local_backends;

  bool external_local = false;  // externalTrafficPolicy: Local
  // No backend: reject with ICMP port unreachable (kube-proxy's REJECT). False: drop, as where a
  // Local policy finds no endpoint on this node though others exist.
  bool reject_when_empty = true;
  // Source NAT to the node's address for a source outside the cluster's pod network
  // (`--cluster-cidr`), and for a pod that reaches itself through the Service.
  bool masquerade_external = true;

  friend bool operator==(const ServiceRule&, const ServiceRule&) = default;
};

class ServiceDataplane {
 public:
  virtual ~ServiceDataplane() = default;
  // Replaces all rules at once, as iptables-restore does. Sorted by service and port.
  virtual void program(const std::vector<ServiceRule>& rules) = 0;
};

}  // namespace seatrial::kubernetes
