// A scenario with everything its files say, read and understood but not yet built: the input of a
// run and the whole of `seatrial check`. Reading goes on after an error, so that one call names all
// of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/bgp/config.h"
#include "models/calico/resources.h"
#include "models/calico/sessions.h"
#include "models/diagnostics/diagnostics.h"
#include "models/frr/config.h"
#include "models/kubernetes/corefile.h"
#include "models/kubernetes/objects.h"
#include "models/nginx/config.h"
#include "scenarios/engine/document/scenario.h"
#include "scenarios/engine/files/files.h"

namespace seatrial::scenario {

struct RouterDesign {
  frr::Config config;
};

struct EdgeDesign {
  std::optional<frr::Config> bgp;
  std::optional<nginx::Config> nginx;
};

// The BGP of a cluster node, as Calico derives it.
struct NodeDesign {
  calico::NodeInfo info;
  calico::NodeSessions sessions;
};

struct ClusterDesign {
  kubernetes::Objects objects;
  calico::Resources calico;
  kubernetes::Corefile corefile;
  std::vector<NodeDesign> nodes;  // aligned with Cluster::nodes
};

// What runs in a container of this image: the first of the cluster's workloads that matches, else
// by the names that images of CoreDNS and of the ingress controller have, else an application.
Workload workload_of(const Cluster& cluster, const std::string& image);

// One side of a BGP session, as a file implies it.
struct SessionSide {
  std::string node;
  net::Asn local_as;
  net::IpAddress peer;
  std::string peer_name;    // the node that has the peer's address; empty: none in this design
  bgp::RemoteAs remote_as;  // what this side expects
  bool passive = false;
  std::string source;  // FILE:LINE, relative to the scenario's folder
  Position position;
  std::string profile;  // of the daemon
  Duration hold_time{};
  Duration keepalive_time{};
  bool bfd = false;
  std::optional<std::string> password = std::nullopt;  // empty: none; absent: in a Secret
};

struct Design {
  Scenario scenario;
  // Aligned with scenario.fabric.routers, scenario.edges, scenario.clusters.
  std::vector<RouterDesign> routers;
  std::vector<EdgeDesign> edges;
  std::vector<ClusterDesign> clusters;
  std::vector<SessionSide> sessions;  // sorted by node and peer

  // Pairs of sides that agree: sessions that can come up.
  std::size_t session_count() const;
};

struct LoadOptions {
  std::vector<std::string> overrides;   // --set PATH=VALUE
  std::vector<std::string> injections;  // --inject AT:ACTION:TARGET
  std::string document = "scenario.json";
};

// Reads the document and all files that it names. Nothing when there was any error.
std::optional<Design> load_design(const Files& files, Diagnostics& diagnostics,
                                  const LoadOptions& options = {});
// The same for a document that a program made.
std::optional<Design> load_design(Scenario scenario, const Files& files, Diagnostics& diagnostics);

// What `seatrial check` prints: addresses, sessions, what each node announces, upstreams, rules.
std::string describe(const Design& design);

}  // namespace seatrial::scenario
