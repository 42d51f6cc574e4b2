// The derived design as text: what a person compares with what was meant, before anything runs.
#include <fmt/format.h>

#include <map>

#include "models/calico/export_policy.h"
#include "models/frr/describe.h"
#include "models/ingress/path_matching.h"
#include "scenarios/engine/design/design.h"

namespace seatrial::scenario {
namespace {

using Lines = std::vector<std::string>;

std::string join(const std::vector<std::string>& parts, const char* separator = ", ") {
  return fmt::format("{}", fmt::join(parts, separator));
}

void heading(std::string& out, const std::string& text) {
  out += "\n" + text + "\n";
}

// Nothing where there is nothing to say.
void section(std::string& out, const std::string& title, const std::string& rows) {
  if (rows.empty()) return;
  heading(out, title);
  out += rows;
}

void row(std::string& out, const std::string& name, const std::string& text) {
  out += fmt::format("  {:<12} {}\n", name, text);
}

std::string interfaces_of(const frr::Config& config) {
  std::vector<std::string> parts;
  for (const auto& interface : config.interfaces) {
    for (const auto& address : interface.addresses) {
      parts.push_back(interface.name + " " + address.to_string());
    }
  }
  return join(parts);
}

void describe_addresses(std::string& out, const Design& design) {
  heading(out, "addresses");
  const auto& scenario = design.scenario;
  for (std::size_t i = 0; i < design.routers.size(); ++i) {
    row(out, scenario.fabric.routers[i].name, interfaces_of(design.routers[i].config));
  }
  for (std::size_t i = 0; i < design.edges.size(); ++i) {
    const auto& edge = scenario.edges[i];
    auto text = edge.attachment.interface + " " + edge.attachment.address.to_string();
    if (design.edges[i].bgp) {
      if (const auto* lo = design.edges[i].bgp->interface("lo")) {
        for (const auto& address : lo->addresses) text += ", lo " + address.to_string();
      }
    }
    row(out, edge.name, text);
  }
  for (const auto& cluster : scenario.clusters) {
    for (const auto& node : cluster.nodes) {
      row(out, node.name,
          node.attachment.interface + " " + node.attachment.address.to_string() + " (" +
              cluster.name + (node.control_plane ? ", control plane)" : ")"));
    }
  }
  for (const auto& client : scenario.clients) {
    row(out, client.name,
        client.attachment.interface + " " + client.attachment.address.to_string());
  }
}

void describe_sessions(std::string& out, const Design& design) {
  heading(out, fmt::format("BGP sessions: {}", design.session_count()));
  std::map<std::string, std::vector<const SessionSide*>> by_node;
  for (const auto& side : design.sessions) by_node[side.node].push_back(&side);
  for (const auto& [node, sides] : by_node) {
    std::vector<std::string> peers;
    for (const auto* side : sides) {
      auto text = side->peer_name.empty() ? side->peer.to_string() : side->peer_name;
      const auto& as = side->remote_as;
      if (as.kind == bgp::RemoteAs::Kind::external) text += " (any other AS)";
      if (as.kind == bgp::RemoteAs::Kind::number && as.asn != side->local_as) {
        text += " (AS " + as.asn.to_string() + ")";
      }
      if (side->passive) text += " (passive)";
      peers.push_back(std::move(text));
    }
    row(out, node, fmt::format("AS {}: {}", sides.front()->local_as.value, join(peers)));
  }
}

std::vector<std::string> networks_of(const bgp::SpeakerConfig& speaker) {
  std::vector<std::string> parts;
  for (const auto& network : speaker.networks) parts.push_back(network.prefix.to_string());
  if (parts.empty()) parts.emplace_back("nothing of its own");
  return parts;
}

void describe_routes(std::string& out, const Design& design) {
  heading(out, "announced");
  const auto& scenario = design.scenario;
  for (std::size_t i = 0; i < design.routers.size(); ++i) {
    const auto& bgp = design.routers[i].config.bgp;
    if (bgp) row(out, scenario.fabric.routers[i].name, join(networks_of(*bgp)));
  }
  for (std::size_t i = 0; i < design.edges.size(); ++i) {
    const auto& bgp = design.edges[i].bgp;
    if (bgp && bgp->bgp) row(out, scenario.edges[i].name, join(networks_of(*bgp->bgp)));
  }
  for (const auto& cluster : design.clusters) {
    Lines pools;
    for (const auto& pool : cluster.calico.pools) {
      if (!pool.disabled && !pool.disable_bgp_export) {
        pools.push_back(
            fmt::format("its /{} blocks of {}", pool.block_size, pool.cidr.to_string()));
      }
    }
    for (const auto& node : cluster.nodes) {
      auto parts = pools;
      for (const auto& prefix : calico::announced_services(cluster.calico, node.info.labels)) {
        parts.push_back(prefix.to_string());
      }
      row(out, node.info.name, join(parts));
    }
  }
}

std::string speakers(const Design& design) {
  std::string out;
  const auto& scenario = design.scenario;
  for (std::size_t i = 0; i < design.routers.size(); ++i) {
    const auto& config = design.routers[i].config;
    if (config.bgp) out += scenario.fabric.routers[i].name + "\n" + frr::describe(config);
  }
  for (std::size_t i = 0; i < design.edges.size(); ++i) {
    const auto& config = design.edges[i].bgp;
    if (config && config->bgp) out += scenario.edges[i].name + "\n" + frr::describe(*config);
  }
  return out;
}

template <typename Upstreams>
void describe_upstreams(std::string& out, const char* kind, const Upstreams& upstreams) {
  for (const auto& [name, upstream] : upstreams) {
    std::vector<std::string> servers;
    for (const auto& server : upstream.servers) {
      auto text = server.name;
      if (!server.service.empty()) text += " service=" + server.service;
      if (server.resolve) text += " resolve";
      servers.push_back(std::move(text));
    }
    row(out, "",
        fmt::format("{} {} ({}): {}", kind, name, to_string(upstream.balancing), join(servers)));
  }
}

void describe_proxies(std::string& out, const Design& design) {
  for (std::size_t i = 0; i < design.edges.size(); ++i) {
    const auto& nginx = design.edges[i].nginx;
    if (!nginx) continue;
    std::vector<std::string> listens;
    if (nginx->stream) {
      for (const auto& server : nginx->stream->servers) {
        for (const auto& listen : server.listens) {
          listens.push_back("stream " + listen.address.to_string() + " to " + server.upstream);
        }
      }
    }
    if (nginx->http) {
      for (const auto& server : nginx->http->servers) {
        for (const auto& listen : server.listens) {
          listens.push_back("http " + listen.address.to_string());
        }
      }
    }
    row(out, design.scenario.edges[i].name, join(listens));
    if (nginx->stream) describe_upstreams(out, "stream upstream", nginx->stream->upstreams);
    if (nginx->http) describe_upstreams(out, "http upstream", nginx->http->upstreams);
  }
}

std::string action_of(const kubernetes::VirtualServer& server, const kubernetes::Route& route) {
  const auto* pass = std::get_if<kubernetes::ActionPass>(&route.action);
  if (pass == nullptr) return "answered by the controller";
  for (const auto& upstream : server.upstreams) {
    if (upstream.name == pass->upstream) {
      return fmt::format("{}/{}:{}", server.meta.name_space, upstream.service, upstream.port);
    }
  }
  return pass->upstream;
}

void describe_cluster(std::string& out, const Cluster& cluster, const ClusterDesign& design) {
  std::string services;
  for (const auto& service : design.objects.services) {
    std::vector<std::string> ports;
    for (const auto& port : service.ports) {
      ports.push_back(fmt::format("{}/{}", port.port, to_string(port.protocol)));
      if (port.node_port) ports.back() += fmt::format(", on every node {}", *port.node_port);
    }
    const auto address = service.headless     ? "headless"
                         : service.cluster_ip ? service.cluster_ip->to_string()
                                              : "cluster IP allocated";
    row(services, "",
        fmt::format("{} {} ({})", service.meta.key().to_string(), address, join(ports)));
  }
  section(out, "cluster " + cluster.name + ": services", services);
  std::string rules;
  for (const auto& ingress : design.objects.ingresses) {
    for (const auto& rule : ingress.rules) {
      for (const auto& path : rule.paths) {
        row(rules, "",
            fmt::format("{}{} -> {}/{}:{} (Ingress {})", rule.host.empty() ? "*" : rule.host,
                        path.path, ingress.meta.name_space, path.backend.service,
                        kubernetes::to_string(path.backend.port), ingress.meta.name));
      }
    }
  }
  for (const auto& server : design.objects.virtual_servers) {
    for (const auto& route : server.routes) {
      row(rules, "",
          fmt::format("{}{} -> {} (VirtualServer {})", server.host, route.path,
                      action_of(server, route), server.meta.name));
    }
  }
  section(out, "cluster " + cluster.name + ": rules", rules);
  const auto differences = ingress::matching_differences(design.objects.ingresses);
  if (differences.empty()) return;
  heading(out, "cluster " + cluster.name +
                   ": paths that nginx matches otherwise than the Ingress specification");
  for (const auto& difference : differences) {
    row(out, "",
        fmt::format("{}{}: nginx {}, specification {}", difference.host, difference.path,
                    difference.by_nginx, difference.by_kubernetes));
  }
}

}  // namespace

std::string describe(const Design& design) {
  std::string out = "design " + design.scenario.name + "\n";
  describe_addresses(out, design);
  describe_sessions(out, design);
  describe_routes(out, design);
  section(out, "BGP speakers", speakers(design));
  std::string proxies;
  describe_proxies(proxies, design);
  section(out, "edge proxies", proxies);
  for (std::size_t i = 0; i < design.clusters.size(); ++i) {
    describe_cluster(out, design.scenario.clusters[i], design.clusters[i]);
  }
  return out;
}

}  // namespace seatrial::scenario
