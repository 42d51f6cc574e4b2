#include "scenarios/engine/design/checks.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "models/bgp/profile.h"
#include "models/workload/url.h"
#include "sim/bridge/l2_loop.h"

namespace seatrial::scenario {
namespace {

const Router* router_named(const Design& design, const std::string& name, std::size_t* index) {
  const auto& routers = design.scenario.fabric.routers;
  for (std::size_t i = 0; i < routers.size(); ++i) {
    if (routers[i].name == name) {
      *index = i;
      return &routers[i];
    }
  }
  return nullptr;
}

// Calls f(node, address, position) for every address that belongs to one node alone.
template <typename F>
void each_own_address(const Design& design, F&& f) {
  const auto& scenario = design.scenario;
  for (std::size_t i = 0; i < scenario.fabric.routers.size(); ++i) {
    for (const auto& interface : design.routers[i].config.interfaces) {
      if (interface.name == "lo") continue;
      for (const auto& address : interface.addresses) {
        f(scenario.fabric.routers[i].name, address.address, interface.position);
      }
    }
  }
  for (const auto& edge : scenario.edges) {
    f(edge.name, edge.attachment.address.address, edge.position);
  }
  for (const auto& cluster : scenario.clusters) {
    for (const auto& node : cluster.nodes) {
      f(node.name, node.attachment.address.address, node.position);
    }
  }
  for (const auto& client : scenario.clients) {
    f(client.name, client.attachment.address.address, client.position);
  }
}

void check_interfaces(const Design& design, Diagnostics& diagnostics) {
  std::map<std::string, std::set<std::string>> cabled;
  for (const auto& link : design.scenario.fabric.links) {
    for (const auto& end : link.ends) {
      std::size_t index = 0;
      const auto* router = router_named(design, end.node, &index);
      if (router == nullptr) continue;
      cabled[end.node].insert(end.port);
      const auto* interface = design.routers[index].config.interface(end.port);
      if (interface == nullptr || interface->addresses.empty()) {
        diagnostics.error(end.position,
                          "\"" + end.to_string() + "\": " + router->config +
                              (interface == nullptr ? " has no interface \"" + end.port + "\""
                                                    : " gives the interface no address"),
                          "an interface with \"ip address\"");
      }
    }
  }
  for (std::size_t i = 0; i < design.routers.size(); ++i) {
    const auto& name = design.scenario.fabric.routers[i].name;
    for (const auto& interface : design.routers[i].config.interfaces) {
      if (interface.name == "lo" || cabled[name].contains(interface.name)) continue;
      diagnostics.warning(interface.position,
                          "interface \"" + interface.name + "\" of " + name + " is on no link");
    }
  }
  for (std::size_t i = 0; i < design.edges.size(); ++i) {
    const auto& edge = design.scenario.edges[i];
    if (!design.edges[i].bgp) continue;
    const auto* interface = design.edges[i].bgp->interface(edge.attachment.interface);
    if (interface == nullptr || interface->addresses.empty()) continue;
    if (std::ranges::find(interface->addresses, edge.attachment.address) ==
        interface->addresses.end()) {
      diagnostics.error(interface->position,
                        "interface \"" + interface->name + "\" has " +
                            interface->addresses.front().to_string() + ", the scenario gives " +
                            edge.name + " " + edge.attachment.address.to_string(),
                        "the same address in both");
    }
  }
}

void check_addresses(const Design& design, Diagnostics& diagnostics) {
  std::map<net::IpAddress, std::string> first;
  each_own_address(design, [&](const std::string& node, const net::IpAddress& address,
                               const Position& position) {
    const auto [found, added] = first.emplace(address, node);
    if (!added && found->second != node) {
      diagnostics.error(
          position, address.to_string() + " is an address of " + node + " and of " + found->second,
          "an address of one node alone");
    }
  });
}

void check_loops(const Design& design, Diagnostics& diagnostics) {
  std::set<std::string> switches;
  for (const auto& sw : design.scenario.fabric.switches) switches.insert(sw.name);
  std::vector<sim::L2Link> links;
  std::vector<const Link*> origins;
  for (const auto& link : design.scenario.fabric.links) {
    if (!switches.contains(link.ends[0].node) || !switches.contains(link.ends[1].node)) continue;
    sim::L2Link out{link.ends[0].node, link.ends[1].node};
    const auto& vlan = link.properties.vlan;
    if (!vlan.trunk.empty()) out.vlans = vlan.trunk;
    if (vlan.access) out.vlans = {*vlan.access};
    links.push_back(std::move(out));
    origins.push_back(&link);
  }
  if (const auto loop = sim::find_l2_loop(links)) {
    diagnostics.error(origins[loop->links.back()]->position,
                      "this link closes a layer-2 loop (" + loop->to_string() + ")",
                      "a tree: there is no spanning tree, a broadcast would circle for ever");
  }
}

// TCP-MD5 (RFC 2385) is no part of the simulated TCP, where sides that disagree would come up: an
// error, for a run could not show what the real network does. Told once for both sides.
void check_passwords(const SessionSide& side, const SessionSide& other, Diagnostics& diagnostics) {
  if (!side.password || !other.password || *side.password == *other.password) return;
  const bool tells = !side.password->empty() && (other.password->empty() || side.node < other.node);
  if (!tells) return;
  diagnostics.error(side.position,
                    side.node + "'s neighbor " + side.peer.to_string() + " (" + side.peer_name +
                        ") has a password, and " + other.source +
                        (other.password->empty() ? " has none" : " has another") +
                        ": TCP-MD5 (RFC 2385) drops every segment, the session cannot come up",
                    "the same password on both sides");
}

void check_sessions(const Design& design, Diagnostics& diagnostics) {
  for (const auto& side : design.sessions) {
    const auto label = side.node + "'s neighbor " + side.peer.to_string();
    if (side.peer_name.empty()) {
      diagnostics.warning(side.position, label + " is no node of this design");
      continue;
    }
    const SessionSide* other = nullptr;
    for (const auto& candidate : design.sessions) {
      if (candidate.node == side.peer_name && candidate.peer_name == side.node) other = &candidate;
    }
    if (other == nullptr) {
      diagnostics.warning(side.position, label + " (" + side.peer_name +
                                             ") has no session back to " + side.node +
                                             ": it cannot come up");
      continue;
    }
    check_passwords(side, *other, diagnostics);
    if (!side.remote_as.accepts(side.local_as, other->local_as)) {
      diagnostics.warning(side.position, label + " (" + side.peer_name + ") is in AS " +
                                             other->local_as.to_string() + ", not " +
                                             side.remote_as.to_string() + " (" + other->source +
                                             "): the session cannot come up");
    }
  }
}

// A request that expects a Service which no manifest has would fail only after the run.
void check_service(const Design& design, const std::string& service, const Position& at,
                   Diagnostics& diagnostics) {
  if (service.empty()) return;
  std::string known;
  for (const auto& cluster : design.clusters) {
    for (const auto& other : cluster.objects.services) {
      const auto name = other.meta.name_space + "/" + other.meta.name;
      if (name == service) return;
      known += (known.empty() ? "\"" : ", \"") + name + "\"";
    }
  }
  diagnostics.error(at, "no manifest has the Service \"" + service + "\"",
                    known.empty() ? "a cluster with that Service" : "one of " + known);
}

void check_requests(const Design& design, Diagnostics& diagnostics) {
  for (const auto& client : design.scenario.clients) {
    if (!client.load) continue;
    for (const auto& request : client.load->requests) {
      if (const auto url = workload::Url::parse(request.url); !url) {
        diagnostics.error(request.position, url.error());
      }
      check_service(design, request.expect_service, request.position, diagnostics);
    }
  }
  for (const auto& expectation : design.scenario.expect) {
    if (const auto* spread = std::get_if<ExpectSpread>(&expectation.what)) {
      check_service(design, spread->service, expectation.position, diagnostics);
    }
  }
}

// The controller serves a host for its oldest object and leaves the others out.
void check_hosts(const Design& design, Diagnostics& diagnostics) {
  for (const auto& cluster : design.clusters) {
    std::map<std::string, std::string> owners;
    const auto claim = [&](const std::string& host, const std::string& owner, const Position& at) {
      const auto [first, added] = owners.emplace(host, owner);
      if (added || host.empty() || first->second == owner) return;
      diagnostics.warning(at, owner + " has the host " + host + " of " + first->second +
                                  ": only the older of the two is served");
    };
    for (const auto& ingress : cluster.objects.ingresses) {
      for (const auto& rule : ingress.rules) {
        claim(rule.host, "Ingress " + ingress.meta.key().to_string(), ingress.meta.position);
      }
    }
    for (const auto& server : cluster.objects.virtual_servers) {
      claim(server.host, "VirtualServer " + server.meta.key().to_string(), server.meta.position);
    }
  }
}

// The API server refuses a cluster IP from elsewhere.
void check_cluster_ips(const Design& design, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < design.clusters.size(); ++i) {
    const auto& range = design.scenario.clusters[i].service_cidr;
    for (const auto& service : design.clusters[i].objects.services) {
      if (!service.cluster_ip || range.contains(*service.cluster_ip)) continue;
      diagnostics.error(service.meta.position,
                        "Service " + service.meta.key().to_string() + " has the clusterIP " +
                            service.cluster_ip->to_string(),
                        "an address of " + range.to_string() + ", the cluster's service_cidr");
    }
  }
}

void check_gateways(const Design& design, Diagnostics& diagnostics) {
  const auto owners = address_owners(design);
  const auto check = [&](const std::string& host, const Attachment& attachment,
                         const Position& at) {
    for (const auto& gateway : attachment.gateways) {
      if (owners.contains(gateway)) continue;
      diagnostics.warning(at, "gateway " + gateway.to_string() + " of " + host +
                                  " is no address of this design: what is sent there is lost");
    }
  };
  for (const auto& edge : design.scenario.edges) check(edge.name, edge.attachment, edge.position);
  for (const auto& cluster : design.scenario.clusters) {
    for (const auto& node : cluster.nodes) check(node.name, node.attachment, node.position);
  }
  for (const auto& client : design.scenario.clients) {
    check(client.name, client.attachment, client.position);
  }
}

// Profiles that only the scenario names; those of a frr.conf are looked up by its reader.
void check_profiles(const Design& design, Diagnostics& diagnostics) {
  for (const auto& cluster : design.scenario.clusters) {
    const auto names = bgp::profile_names();
    const auto wanted = "bird-1.6-calico-" + cluster.calico_profile;
    if (std::ranges::find(names, wanted) != names.end()) continue;
    diagnostics.error(cluster.position,
                      "there is no Calico profile \"" + cluster.calico_profile + "\" for \"" +
                          cluster.name + "\"",
                      "\"3.25\"");
  }
  for (const auto& edge : design.scenario.edges) {
    if (edge.nginx_profile == Edge{}.nginx_profile) continue;
    diagnostics.error(
        edge.position,
        "there is no proxy profile \"" + edge.nginx_profile + "\" for \"" + edge.name + "\"",
        "\"" + Edge{}.nginx_profile + "\"");
  }
}

// A neighbor that an event clears is one of the daemon's.
void check_timeline(const Design& design, Diagnostics& diagnostics) {
  for (const auto& event : design.scenario.timeline) {
    if (event.neighbor.empty()) continue;
    const auto node = event.target.substr(0, event.target.rfind('/'));
    std::set<std::string> known;
    for (const auto& side : design.sessions) {
      if (side.node == node) known.insert({side.peer.to_string(), side.peer_name});
    }
    known.erase("");
    if (known.contains(event.neighbor)) continue;
    std::string expected;
    for (const auto& name : known) expected += (expected.empty() ? "" : ", ") + name;
    diagnostics.error(event.position, event.target + " has no neighbor \"" + event.neighbor + "\"",
                      known.empty() ? "a daemon with neighbors" : "one of " + expected);
  }
}

}  // namespace

std::map<net::IpAddress, std::string> address_owners(const Design& design) {
  std::map<net::IpAddress, std::string> owners;
  each_own_address(design, [&](const std::string& node, const net::IpAddress& address,
                               const Position&) { owners.emplace(address, node); });
  // Several nodes may share an address of lo, as anycast does; what only one has is its own.
  std::map<net::IpAddress, std::set<std::string>> on_lo;
  const auto add = [&](const std::string& node, const frr::Config& config) {
    const auto* lo = config.interface("lo");
    if (lo == nullptr) return;
    for (const auto& own : lo->addresses) on_lo[own.address].insert(node);
  };
  const auto& scenario = design.scenario;
  for (std::size_t i = 0; i < design.routers.size(); ++i) {
    add(scenario.fabric.routers[i].name, design.routers[i].config);
  }
  for (std::size_t i = 0; i < design.edges.size(); ++i) {
    if (design.edges[i].bgp) add(scenario.edges[i].name, *design.edges[i].bgp);
  }
  for (const auto& [address, nodes] : on_lo) {
    if (nodes.size() == 1) owners.emplace(address, *nodes.begin());
  }
  return owners;
}

std::size_t Design::session_count() const {
  std::size_t sides = 0;
  for (const auto& side : sessions) {
    for (const auto& other : sessions) {
      if (other.node == side.peer_name && other.peer_name == side.node &&
          side.remote_as.accepts(side.local_as, other.local_as) &&
          other.remote_as.accepts(other.local_as, side.local_as)) {
        ++sides;
      }
    }
  }
  return sides / 2;
}

void check_design(const Design& design, Diagnostics& diagnostics) {
  check_interfaces(design, diagnostics);
  check_addresses(design, diagnostics);
  check_loops(design, diagnostics);
  check_sessions(design, diagnostics);
  check_requests(design, diagnostics);
  check_hosts(design, diagnostics);
  check_cluster_ips(design, diagnostics);
  check_gateways(design, diagnostics);
  check_profiles(design, diagnostics);
  check_timeline(design, diagnostics);
}

}  // namespace seatrial::scenario
