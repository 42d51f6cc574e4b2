// From Calico's resources to what each node's BIRD is told, as confd's templates of
// calico-node 3.25 derive it: the node-to-node mesh, then the BGPPeers.
//
// Three things that surprise, kept on purpose. One side of a session between nodes is passive: the
// side whose peer's address is greater *as a string* ("10.0.0.9" > "10.0.0.10"), so that
// renumbering a plan can turn sessions round. A BGPPeer that names a node of the mesh defines a
// second session with the same address. A peerSelector makes pairs: the selected nodes get the
// reverse session too.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/bgp/config.h"
#include "models/calico/resources.h"

namespace seatrial::calico {

// A node of the cluster. What Resources::nodes says of it counts where this says nothing.
struct NodeInfo {
  std::string name;
  net::InterfaceAddress address;
  Labels labels;
  std::optional<net::Asn> as_number;
  std::string route_reflector_cluster_id;
  std::vector<net::Prefix> blocks;  // affine to it, for its export filter
};

// One session as one side has it, for people to read.
struct SessionIntent {
  std::string node;  // the local one
  net::IpAddress local_address;
  net::Asn local_as;
  net::IpAddress remote_address;
  net::Asn remote_as;
  std::string remote_node;  // empty when the peer is not a node of the cluster
  bool passive = false;
  bool duplicate = false;  // a second definition for the address: BIRD has both, the speaker one
  std::string reason;      // "node mesh", "BGPPeer NAME"
  Position position;
};

struct NodeSessions {
  bgp::SpeakerConfig speaker;  // originates nothing by itself: see NodeAgent
  std::vector<SessionIntent> sessions;
};

inline constexpr std::string_view bgp_profile = "bird-1.6-calico-3.25";

std::map<std::string, NodeSessions> derive_sessions(const Resources& resources,
                                                    const std::vector<NodeInfo>& nodes,
                                                    Diagnostics& diagnostics);

}  // namespace seatrial::calico
