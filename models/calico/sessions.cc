#include "models/calico/sessions.h"

#include <algorithm>

#include "models/bgp/profile.h"
#include "models/calico/export_policy.h"

namespace seatrial::calico {
namespace {

class Derivation {
 public:
  Derivation(const Resources& resources, const std::vector<NodeInfo>& nodes,
             Diagnostics& diagnostics)
      : resources_(resources), diagnostics_(diagnostics) {
    for (const auto& node : nodes) nodes_.push_back(completed(node));
  }

  std::map<std::string, NodeSessions> derive() {
    check_addresses();
    for (const auto& node : nodes_) start(node);
    if (resources_.mesh_enabled()) mesh();
    for (const auto& peer : resources_.peers) apply(peer);
    return std::move(out_);
  }

 private:
  struct Definition {
    net::IpAddress address;
    std::uint16_t port = bgp::default_port;
    net::Asn asn;
    const NodeInfo* node = nullptr;  // when the peer is one of the cluster's
    bool between_nodes = false;      // the template knows it is: passive on one side
    const BgpPeer* peer = nullptr;   // nullptr: the mesh
  };

  NodeInfo completed(NodeInfo node) const;
  net::Asn as_of(const NodeInfo& node) const {
    return node.as_number.value_or(resources_.as_number());
  }
  const NodeInfo* node_at(const net::IpAddress& address) const;
  void check_addresses();
  void start(const NodeInfo& node);
  void mesh();
  void apply(const BgpPeer& peer);
  void pair(const BgpPeer& peer, const NodeInfo& local, const NodeInfo& remote);
  std::vector<const NodeInfo*> local_nodes(const BgpPeer& peer) const;
  void define(const NodeInfo& local, const Definition& definition);
  bool is_duplicate(const NodeInfo& local, const SessionIntent& intent);
  bgp::NeighborConfig neighbor(const NodeInfo& local, const SessionIntent& intent,
                               const Definition& definition) const;

  const Resources& resources_;
  std::vector<NodeInfo> nodes_;
  Diagnostics& diagnostics_;
  std::map<std::string, NodeSessions> out_;
};

NodeInfo Derivation::completed(NodeInfo node) const {
  const auto* known = resources_.node(node.name);
  const auto* own = resources_.configuration("node." + node.name);
  if (known != nullptr) {
    if (!node.as_number) node.as_number = known->as_number;
    if (node.route_reflector_cluster_id.empty()) {
      node.route_reflector_cluster_id = known->route_reflector_cluster_id;
    }
    for (const auto& [key, value] : known->labels) node.labels.try_emplace(key, value);
  }
  if (!node.as_number && own != nullptr) node.as_number = own->as_number;
  node.labels.try_emplace("kubernetes.io/hostname", node.name);
  return node;
}

void Derivation::check_addresses() {
  for (const auto& node : nodes_) {
    const auto* known = resources_.node(node.name);
    if (known != nullptr && known->address && known->address->address != node.address.address) {
      diagnostics_.error(known->position,
                         "node " + node.name + " says its BGP address is " +
                             known->address->to_string() + ", the design has it at " +
                             node.address.to_string(),
                         "one address");
    }
  }
  for (const auto& known : resources_.nodes) {
    if (std::ranges::find(nodes_, known.name, &NodeInfo::name) == nodes_.end()) {
      diagnostics_.warning(known.position, "node " + known.name + " is not part of the design",
                           "one of its nodes");
    }
  }
  for (const auto& config : resources_.configurations) {
    if (!config.name.starts_with("node.")) continue;
    if (std::ranges::find(nodes_, config.name.substr(5), &NodeInfo::name) != nodes_.end()) continue;
    diagnostics_.warning(config.position,
                         "BGPConfiguration " + config.name + " is for no node of the design",
                         "node.NAME of one of its nodes");
  }
}

const NodeInfo* Derivation::node_at(const net::IpAddress& address) const {
  const auto found = std::ranges::find_if(
      nodes_, [&](const auto& node) { return node.address.address == address; });
  return found == nodes_.end() ? nullptr : &*found;
}

void Derivation::start(const NodeInfo& node) {
  auto& speaker = out_[node.name].speaker;
  if (const auto* profile = bgp::profile_named(bgp_profile)) speaker.profile = *profile;
  speaker.asn = as_of(node);
  speaker.router_id = bgp::RouterId::from(node.address.address);
  speaker.listen_port = resources_.listen_port(node.name);
  speaker.import_check = false;
  if (const auto id = net::IpAddress::parse(node.route_reflector_cluster_id)) {
    speaker.cluster_id = bgp::RouterId::from(*id);
  }
}

void Derivation::mesh() {
  for (const auto& local : nodes_) {
    if (!local.route_reflector_cluster_id.empty()) continue;
    for (const auto& remote : nodes_) {
      if (&remote == &local || !remote.route_reflector_cluster_id.empty()) continue;
      define(local, {.address = remote.address.address,
                     .port = resources_.listen_port(remote.name),
                     .asn = as_of(remote),
                     .node = &remote,
                     .between_nodes = true});
    }
  }
}

std::vector<const NodeInfo*> Derivation::local_nodes(const BgpPeer& peer) const {
  std::vector<const NodeInfo*> out;
  for (const auto& node : nodes_) {
    const bool chosen =
        peer.node.empty() ? peer.node_selector.matches(node.labels) : node.name == peer.node;
    if (chosen) out.push_back(&node);
  }
  return out;
}

void Derivation::pair(const BgpPeer& peer, const NodeInfo& local, const NodeInfo& remote) {
  if (&local == &remote) return;
  define(local, {.address = remote.address.address,
                 .port = resources_.listen_port(remote.name),
                 .asn = as_of(remote),
                 .node = &remote,
                 .between_nodes = true,
                 .peer = &peer});
}

void Derivation::apply(const BgpPeer& peer) {
  const auto locals = local_nodes(peer);
  if (locals.empty()) {
    diagnostics_.warning(peer.position, "BGPPeer " + peer.name + " applies to no node",
                         "a node or nodeSelector that matches one");
  }
  if (peer.peer_selector) {
    bool any = false;
    for (const auto& remote : nodes_) {
      if (!peer.peer_selector->matches(remote.labels)) continue;
      any = true;
      for (const auto* local : locals) {
        pair(peer, *local, remote);
        pair(peer, remote, *local);
      }
    }
    if (!any) {
      diagnostics_.warning(peer.position,
                           "BGPPeer " + peer.name + ": its peerSelector matches no node",
                           "a selector that matches one");
    }
    return;
  }
  if (!peer.peer_address || !peer.as_number) return;  // reported when it was read
  const auto* remote = node_at(*peer.peer_address);
  const auto port = remote != nullptr ? resources_.listen_port(remote->name) : bgp::default_port;
  for (const auto* local : locals) {
    if (local == remote) continue;  // a node is not its own peer
    define(*local, {.address = *peer.peer_address,
                    .port = peer.peer_port.value_or(port),
                    .asn = *peer.as_number,
                    .node = remote,
                    .peer = &peer});
  }
}

// A definition that repeats one is kept for the reader's eyes. The same pair from two sides of one
// peerSelector is one definition, as it is in Calico, which keys them by address.
bool Derivation::is_duplicate(const NodeInfo& local, const SessionIntent& intent) {
  for (const auto& known : out_[local.name].sessions) {
    if (known.remote_address != intent.remote_address || known.duplicate) continue;
    const auto what = intent.reason + " defines a second session of node " + local.name + " with " +
                      intent.remote_address.to_string() + ", besides the one of " + known.reason;
    if (known.remote_as != intent.remote_as) {
      diagnostics_.error(intent.position,
                         what + ", and with AS " + intent.remote_as.to_string() + " instead of " +
                             known.remote_as.to_string(),
                         "one definition");
    } else {
      diagnostics_.warning(intent.position, what + ": BIRD gets both, one of them can come up",
                           "one definition");
    }
    return true;
  }
  return false;
}

void Derivation::define(const NodeInfo& local, const Definition& definition) {
  auto& mine = out_[local.name];
  const bool is_mesh = definition.peer == nullptr;
  const auto own_text = local.address.address.to_string();
  SessionIntent intent{
      .node = local.name,
      .local_address = local.address.address,
      .local_as = as_of(local),
      .remote_address = definition.address,
      .remote_as = definition.asn,
      .remote_node = definition.node != nullptr ? definition.node->name : "",
      .passive = definition.between_nodes && definition.address.to_string() > own_text,
      .reason = is_mesh ? "the node mesh" : "BGPPeer " + definition.peer->name};
  if (!is_mesh) intent.position = definition.peer->position;
  for (const auto& known : mine.sessions) {
    const bool same_pair =
        known.remote_address == intent.remote_address && known.reason == intent.reason && !is_mesh;
    if (same_pair) return;
  }
  intent.duplicate = is_duplicate(local, intent);
  if (!intent.duplicate) {
    mine.speaker.neighbors.push_back(neighbor(local, intent, definition));
  }
  mine.sessions.push_back(std::move(intent));
}

bgp::NeighborConfig Derivation::neighbor(const NodeInfo& local, const SessionIntent& intent,
                                         const Definition& definition) const {
  constexpr int bird_multihop_ttl = 64;  // `multihop;` without a number
  const auto* peer = definition.peer;
  const bool is_internal = intent.local_as == intent.remote_as;
  const auto& cluster_id = local.route_reflector_cluster_id;
  bgp::NeighborConfig out{.address = intent.remote_address,
                          .remote_as = bgp::RemoteAs::number(intent.remote_as.value),
                          .description = intent.reason,
                          .port = definition.port,
                          .passive = intent.passive,
                          .position = intent.position};
  if (!intent.remote_node.empty()) out.description += ", " + intent.remote_node;
  if (peer == nullptr || peer->source_is_node_address) out.local_address = intent.local_address;
  if (!is_internal) out.ebgp_multihop = bird_multihop_ttl;
  out.next_hop_unchanged = !is_internal && peer != nullptr && peer->keep_original_next_hop;
  out.route_reflector_client =
      is_internal && !cluster_id.empty() &&
      (definition.node == nullptr || definition.node->route_reflector_cluster_id != cluster_id);
  out.add_path = {.receive = true, .send = true};
  // `graceful restart time` of the template: what this node asks its peers for.
  const auto* global = resources_.configuration("default");
  const auto of_mesh = global != nullptr ? global->mesh_max_restart_time : std::nullopt;
  if (const auto time = peer != nullptr ? peer->max_restart_time : of_mesh) {
    out.graceful_restart.emplace().restart_time = *time;
  }
  out.export_policy = {export_policy(resources_, local.labels, local.blocks, !cluster_id.empty())};
  return out;
}

}  // namespace

std::map<std::string, NodeSessions> derive_sessions(const Resources& resources,
                                                    const std::vector<NodeInfo>& nodes,
                                                    Diagnostics& diagnostics) {
  return Derivation(resources, nodes, diagnostics).derive();
}

}  // namespace seatrial::calico
