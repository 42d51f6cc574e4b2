// The reference design, built through the C++ API at any size: --nodes workers, --edges proxies.
// Routers' configurations, Calico's peers and the scenario are made here; the rest are the design's
// own files.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "scenarios/engine/run/terminal.h"

namespace seatrial::reference {
// Generated from scenarios/get-me-to-the-cluster, see CMakeLists.txt.
std::string_view stream_edge();
std::string_view stream_edge_servers();
std::string_view http_edge();
std::string_view http_edge_stream();
std::string_view http_edge_servers();
std::string_view coredns();
std::string_view nginx_ingress();
std::string_view app();
std::string_view expose();
}  // namespace seatrial::reference

namespace {

using namespace seatrial;
using scenario::MemoryFiles;
using scenario::Scenario;

struct Options {
  int workers = 3;
  int edges = 3;
  double rate = 200;
  std::string duration = "30s";
  std::string captures = "none";
  std::string mrt = "none";
  std::string out = "out/get-me-to-the-cluster";
  std::uint64_t seed = 1;
};

struct Speaker {
  std::string name;
  std::string address;
};

// 10.1.1.2 and .3 are the cores, then come the edges, the control node and the workers.
struct Plan {
  std::vector<Speaker> cores, edges, nodes;

  explicit Plan(const Options& options) {
    int host = 2;
    const auto next = [&](std::string name) {
      return Speaker{std::move(name), fmt::format("10.1.1.{}", host++)};
    };
    for (int i = 1; i <= 2; ++i) cores.push_back(next(fmt::format("core{}", i)));
    for (int i = 1; i <= options.edges; ++i) edges.push_back(next(fmt::format("edge{}", i)));
    nodes.push_back(next("control1"));
    for (int i = 1; i <= options.workers; ++i) nodes.push_back(next(fmt::format("worker{}", i)));
  }
};

std::string neighbors(const Plan& plan, const std::string& self) {
  std::string out;
  for (const auto* group : {&plan.cores, &plan.edges, &plan.nodes}) {
    for (const auto& peer : *group) {
      if (peer.name == self) continue;
      out += fmt::format(" neighbor {0} remote-as 64512\n neighbor {0} description {1}\n",
                         peer.address, peer.name);
    }
  }
  return out;
}

std::string router_config(const Plan& plan, const Speaker& self, const std::string& interfaces,
                          const std::string& network) {
  return fmt::format(
      "frr defaults datacenter\nhostname {}\n!\n{}!\nrouter bgp 64512\n bgp router-id {}\n{}"
      " address-family ipv4 unicast\n  network {}\n  maximum-paths ibgp 64\n"
      " exit-address-family\n!\n",
      self.name, interfaces, self.address, neighbors(plan, self.name), network);
}

std::string interface(const std::string& name, const std::string& address) {
  return fmt::format("interface {}\n ip address {}\n!\n", name, address);
}

std::string calico(const Plan& plan) {
  // Three workers and the control node fit the reference's /24 of four blocks; a larger cluster
  // gets a /16.
  std::string out = fmt::format(
      "apiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  name: default-ipv4-ippool\n"
      "spec:\n  cidr: {}\n  blockSize: 26\n  ipipMode: Never\n  vxlanMode: Never\n"
      "  natOutgoing: true\n"
      "---\napiVersion: crd.projectcalico.org/v1\nkind: BGPConfiguration\nmetadata:\n"
      "  name: default\nspec:\n  asNumber: 64512\n  nodeToNodeMeshEnabled: true\n"
      "  serviceClusterIPs:\n    - cidr: 10.96.0.10/32\n",
      plan.nodes.size() <= 4 ? "172.16.1.0/24" : "172.16.0.0/16");
  for (const auto* group : {&plan.cores, &plan.edges}) {
    for (const auto& peer : *group) {
      out += fmt::format(
          "---\napiVersion: crd.projectcalico.org/v1\nkind: BGPPeer\nmetadata:\n  name: {}\n"
          "spec:\n  peerIP: {}\n  asNumber: 64512\n",
          peer.name, peer.address);
    }
  }
  return out;
}

// Every third edge proxies HTTP, the others pass TCP through, as in the reference.
bool proxies_http(std::size_t edge) {
  return edge % 3 == 2;
}

MemoryFiles make_files(const Plan& plan) {
  MemoryFiles files;
  for (std::size_t i = 0; i < plan.cores.size(); ++i) {
    const auto& core = plan.cores[i];
    files.add("network/" + core.name + "/frr.conf",
              router_config(plan, core,
                            interface("eth0", fmt::format("10.2.0.{}/24", i + 2)) +
                                interface("eth1", core.address + "/24"),
                            "10.2.0.0/24"));
  }
  for (std::size_t i = 0; i < plan.edges.size(); ++i) {
    const auto& edge = plan.edges[i];
    const auto folder = "edge/" + edge.name;
    files.add(folder + "/frr.conf", router_config(plan, edge,
                                                  interface("lo", "10.50.0.80/32") +
                                                      interface("eth0", edge.address + "/24"),
                                                  "10.50.0.80/32"));
    if (proxies_http(i)) {
      files.add(folder + "/nginx.conf", std::string(reference::http_edge()));
      files.add(folder + "/conf.d/ingress.conf", std::string(reference::http_edge_servers()));
      files.add(folder + "/stream.d/ingress.conf", std::string(reference::http_edge_stream()));
    } else {
      files.add(folder + "/nginx.conf", std::string(reference::stream_edge()));
      files.add(folder + "/stream.d/ingress.conf", std::string(reference::stream_edge_servers()));
    }
  }
  files.add("cluster/calico.yaml", calico(plan));
  files.add("cluster/coredns.yaml", std::string(reference::coredns()));
  files.add("cluster/nginx-ingress.yaml", std::string(reference::nginx_ingress()));
  files.add("cluster/app.yaml", std::string(reference::app()));
  files.add("cluster/expose.yaml", std::string(reference::expose()));
  return files;
}

scenario::Attachment attach(const std::string& sw, const std::string& address) {
  scenario::Attachment attachment;
  attachment.at.node = sw;
  attachment.address = *net::InterfaceAddress::parse(address + "/24");
  return attachment;
}

scenario::Link link(const std::string& a, const std::string& b) {
  scenario::Link out;
  out.ends = {*scenario::LinkEnd::parse(a), *scenario::LinkEnd::parse(b)};
  return out;
}

scenario::Load load(const Options& options, Duration from, Duration to) {
  scenario::Load out;
  out.rate = options.rate;
  out.from = from;
  out.to = to;
  for (const auto* host : {"cafe.example.com", "harbour.example.com"}) {
    for (const auto& [path, service] : {std::pair{"/", "default/home"},
                                        {"/files", "default/files"},
                                        {"/api", "default/api"},
                                        {"/app3", "default/app3"}}) {
      scenario::Request request;
      request.url = fmt::format("http://{}{}", host, path);
      request.resolve = net::IpAddress::parse("10.50.0.80");
      request.expect_service = service;
      out.requests.push_back(std::move(request));
    }
  }
  return out;
}

std::vector<scenario::Expectation> expectations(const Plan& plan) {
  std::vector<std::string> routers;
  for (const auto& core : plan.cores) routers.push_back(core.name);
  for (const auto& edge : plan.edges) routers.push_back(edge.name);
  scenario::ExpectSessions sessions;
  sessions.by = 15s;
  scenario::ExpectBlocks blocks;
  blocks.cluster = "prod";
  blocks.nodes = routers;
  scenario::ExpectNextHops vip;
  vip.nodes = {"core1", "core2"};
  vip.prefix = *net::Prefix::parse("10.50.0.80/32");
  vip.count = static_cast<std::uint32_t>(plan.edges.size());
  scenario::ExpectLoad served;
  served.load = "users";
  served.success_ratio.at_least = 1.0;
  served.status = 200;
  served.answered_as_routed = true;
  served.p99.at_most = 20ms;
  return {{"sessions", sessions, {}},
          {"blocks", blocks, {}},
          {"vip-ecmp", vip, {}},
          {"users-served", served, {}}};
}

Scenario make_scenario(const Options& options, const Plan& plan, Duration sending) {
  constexpr Duration settle = 20s;  // sessions, pods and DNS are up by then
  constexpr Duration drain = 10s;
  Scenario out;
  out.name = "get-me-to-the-cluster";
  out.seed = options.seed;
  out.duration = settle + sending + drain;
  for (const auto* name : {"lan1", "tor1", "tor2"}) {
    out.fabric.switches.emplace_back().name = name;
  }
  for (const auto& core : plan.cores) {
    auto& router = out.fabric.routers.emplace_back();
    router.name = core.name;
    router.config = "network/" + core.name + "/frr.conf";
    router.profile = "frr-8.4-datacenter";
  }
  for (const auto& [a, b] : {std::pair{"core1:eth0", "lan1"},
                             {"core1:eth1", "tor1"},
                             {"core2:eth0", "lan1"},
                             {"core2:eth1", "tor2"},
                             {"tor1", "tor2"}}) {
    out.fabric.links.push_back(link(a, b));
  }
  for (const auto& speaker : plan.edges) {
    auto& edge = out.edges.emplace_back();
    edge.name = speaker.name;
    edge.attachment = attach("tor1", speaker.address);
    edge.bgp = "edge/" + speaker.name + "/frr.conf";
    edge.nginx = "edge/" + speaker.name + "/nginx.conf";
    edge.profile = "frr-8.4-datacenter";
    edge.nginx_start = 15s;
  }
  auto& cluster = out.clusters.emplace_back();
  cluster.name = "prod";
  cluster.manifests = {"cluster/*.yaml"};
  for (const auto& speaker : plan.nodes) {
    auto& node = cluster.nodes.emplace_back();
    node.name = speaker.name;
    node.control_plane = speaker.name == "control1";
    node.attachment = attach(node.control_plane ? "tor1" : "tor2", speaker.address);
  }
  auto& users = out.clients.emplace_back();
  users.name = "users";
  users.attachment = attach("lan1", "10.2.0.10");
  users.attachment.gateways = {*net::IpAddress::parse("10.2.0.2"),
                               *net::IpAddress::parse("10.2.0.3")};
  users.load = load(options, settle, settle + sending);
  out.expect = expectations(plan);
  return out;
}

int run(const Options& options) {
  const auto sending = parse_duration(options.duration);
  if (!sending || *sending <= Duration::zero()) {
    std::cerr << "--duration: \"" << options.duration
              << "\" is not a duration, expected one such as 30s or 2m\n";
    return scenario::bad_input;
  }
  const Plan plan(options);
  const auto files = make_files(plan);
  Diagnostics diagnostics;
  const auto design =
      scenario::load_design(make_scenario(options, plan, *sending), files, diagnostics);
  std::cerr << diagnostics.to_string();
  if (!design) return scenario::bad_input;

  scenario::RunOptions run;
  run.out = options.out;
  run.captures = scenario::parse_captures(options.captures);
  run.mrt = scenario::parse_captures(options.mrt);
  scenario::detect_terminal(run);
  return scenario::run_design(*design, run, scenario::standard_console());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("The reference design at any size: users, two cores, edges, a cluster.");
  app.add_option("--nodes", options.workers, "Worker nodes")->check(CLI::Range(1, 100));
  app.add_option("--edges", options.edges, "Edge proxies")->check(CLI::Range(1, 60));
  app.add_option("--rate", options.rate, "Requests a second")->check(CLI::Range(0.1, 100000.0));
  app.add_option("--duration", options.duration, "How long the users send requests: 30s, 2m");
  app.add_option("--pcap", options.captures, "none, all, or port patterns: 'edge*:eth0'");
  app.add_option("--mrt", options.mrt, "none, all, or patterns of BGP speakers: 'edge*'");
  app.add_option("--seed", options.seed, "Seed of every random stream");
  app.add_option("--out", options.out, "Folder for the results");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? scenario::holds : scenario::bad_input;
  }
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << "internal error: " << error.what() << '\n';
    return scenario::internal_error;
  }
}
