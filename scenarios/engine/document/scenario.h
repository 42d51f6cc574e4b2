// A scenario as a value: what scenario.json says, and what a program builds when it describes a
// design in C++ or Python. The words are the file's own; the units are types. The members' defaults
// are the file's defaults: a key that is left out and a member that is left alone mean the same.
//
// Positions are filled by the reader, for messages about things that only turn out later (a file
// that is not there, an interface that the router's configuration does not know). They take no part
// in comparison.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/diagnostics/diagnostics.h"
#include "models/net/address.h"
#include "models/net/units.h"
#include "scenarios/engine/document/expectation.h"

namespace seatrial::scenario {

// How a switch treats the frames of a port: untagged frames belong to `access` (or to `native_vlan`
// on a trunk); a trunk carries the listed VLANs tagged. A port with neither is in the switch's only
// VLAN.
struct VlanMode {
  std::optional<std::uint16_t> access;
  std::vector<std::uint16_t> trunk;  // not empty: a trunk port
  std::optional<std::uint16_t> native_vlan;

  bool set() const { return access || !trunk.empty(); }
  friend bool operator==(const VlanMode&, const VlanMode&) = default;
};

struct SwitchPort {
  std::string name;
  VlanMode vlan;
  Where position;
  friend bool operator==(const SwitchPort&, const SwitchPort&) = default;
};

struct Switch {
  std::string name;
  std::vector<std::uint16_t> vlans;  // empty: VLAN-unaware
  std::vector<SwitchPort> ports;     // only those with settings of their own; others come by links
  Duration aging = std::chrono::seconds(300);
  Where position;
  friend bool operator==(const Switch&, const Switch&) = default;
};

struct Router {
  std::string name;
  std::string config;   // frr.conf, relative to the scenario's folder
  std::string profile;  // of the BGP daemon; empty: as the file's `frr defaults` says
  Where position;
  Where config_position;
  friend bool operator==(const Router&, const Router&) = default;
};

// The physical properties of a full-duplex link.
struct LinkProperties {
  Bandwidth rate = Bandwidth::bits_per_second(10'000'000'000);
  Duration delay = std::chrono::microseconds(1);
  std::uint32_t mtu = 1500;
  std::uint32_t queue = 1000;  // packets, a direction
  VlanMode vlan;               // of the switch's end, where the switch declares no such port
  friend bool operator==(const LinkProperties&, const LinkProperties&) = default;
};

// One end of a link: "core1:eth1", "tor1", "tor1:swp3". A switch's end without a port gets one.
struct LinkEnd {
  std::string node;
  std::string port;
  Where position;

  std::string to_string() const { return port.empty() ? node : node + ":" + port; }
  // "node" or "node:port"; nothing for anything else.
  static std::optional<LinkEnd> parse(std::string_view text);
  friend bool operator==(const LinkEnd&, const LinkEnd&) = default;
};

struct Link {
  std::array<LinkEnd, 2> ends;
  LinkProperties properties;
  Where position;
  friend bool operator==(const Link&, const Link&) = default;
};

struct Fabric {
  std::vector<Switch> switches;
  std::vector<Router> routers;
  std::vector<Link> links;
  friend bool operator==(const Fabric&, const Fabric&) = default;
};

// How a single-homed host (edge, cluster node, client) is plugged in.
struct Attachment {
  LinkEnd at;  // a switch, or a switch's port
  net::InterfaceAddress address;
  std::string interface = "eth0";
  std::vector<net::IpAddress> gateways;  // default route; several: per-flow ECMP
  LinkProperties link;
  friend bool operator==(const Attachment&, const Attachment&) = default;
};

struct Edge {
  std::string name;
  Attachment attachment;
  std::string bgp;      // frr.conf; empty: no BGP
  std::string nginx;    // nginx.conf; empty: no proxy
  std::string profile;  // of the BGP daemon; empty: as the file's `frr defaults` says
  std::string nginx_profile = "nginx-1.22";
  Duration
      nginx_start{};  // when the proxy is started; the machine and its BGP are up from the start
  Where position;
  Where bgp_position;
  Where nginx_position;
  friend bool operator==(const Edge&, const Edge&) = default;
};

struct Taint {
  std::string key;
  std::string value;
  std::string effect = "NoSchedule";
  friend bool operator==(const Taint&, const Taint&) = default;
};

struct ClusterNode {
  std::string name;
  Attachment attachment;
  bool control_plane = false;
  std::map<std::string, std::string> labels;
  std::vector<Taint> taints;
  Where position;
  friend bool operator==(const ClusterNode&, const ClusterNode&) = default;
};

enum class Distribution : std::uint8_t { constant, uniform, exponential };

// A random duration: `mean` for constant and exponential, [low, high] for uniform.
struct RandomDuration {
  Distribution distribution = Distribution::constant;
  Duration mean{};
  Duration low{};
  Duration high{};
  friend bool operator==(const RandomDuration&, const RandomDuration&) = default;
};

enum class WorkloadModel : std::uint8_t { app, coredns, nginx_ingress };

// What runs inside the containers whose image matches `image` (with * and ?). The first match
// counts.
struct Workload {
  std::string image;
  WorkloadModel model = WorkloadModel::app;
  RandomDuration service_time{Distribution::constant, std::chrono::milliseconds(1), {}, {}};  // app
  std::uint32_t response_bytes = 1024;                                                        // app
  std::optional<Duration> startup;  // from container start until it listens
  Where position;
  friend bool operator==(const Workload&, const Workload&) = default;
};

// BFD in the nodes' BIRD, which Calico's own template does not have: who wants it mounts a
// bird.cfg.template with `protocol bfd`, `bfd on`, and `direct` for `multihop`.
struct BirdBfd {
  Duration interval{};  // min rx and min tx
  std::uint32_t multiplier = 5;
  friend bool operator==(const BirdBfd&, const BirdBfd&) = default;
};

struct Cluster {
  std::string name;
  std::vector<std::string> manifests;  // globs, relative to the scenario's folder
  std::string calico_profile = "3.25";
  net::Prefix service_cidr = {net::IpAddress::v4(0x0a600000), 12};  // 10.96.0.0/12
  std::string domain = "cluster.local";
  std::vector<ClusterNode> nodes;
  std::optional<BirdBfd> bird_bfd;
  std::vector<Workload> workloads;
  std::map<std::string, Duration> timing;  // the cluster's clocks by name, where not the default
  Where position;
  WhereList manifest_positions;
  WhereMap timing_positions;
  friend bool operator==(const Cluster&, const Cluster&) = default;
};

enum class Arrival : std::uint8_t { poisson, constant, uniform };
enum class Connections : std::uint8_t { per_request, keepalive };

struct Request {
  std::string url;                        // http://host[:port]/path
  std::optional<net::IpAddress> resolve;  // where the URL's host lies; otherwise it is an address
  std::uint32_t weight = 1;
  std::string method = "GET";
  std::map<std::string, std::string> headers;
  std::uint32_t body_bytes = 0;
  std::string expect_service;  // "namespace/name" that should answer
  Where position;
  friend bool operator==(const Request&, const Request&) = default;
};

// Open loop: the schedule does not wait for answers.
struct Load {
  Arrival arrival = Arrival::poisson;
  double rate = 1.0;  // requests a second
  Duration from{};
  Duration to{};
  Duration timeout = std::chrono::seconds(10);
  Connections connections = Connections::per_request;
  std::vector<Request> requests;
  Where position;
  friend bool operator==(const Load&, const Load&) = default;
};

struct Client {
  std::string name;
  Attachment attachment;
  std::optional<Load> load;
  Where position;
  friend bool operator==(const Client&, const Client&) = default;
};

enum class Action : std::uint8_t {
  link_down,
  link_up,
  link_silent,
  link_restored,
  power_off,
  // of a process, "edge1/bgp"
  kill,
  terminate,
  start,
  freeze,
  thaw,
  restart,
  // of a BGP daemon: its sessions, as `clear bgp *` and `clear bgp * soft in` do
  clear,
  clear_soft,
  // of a BGP daemon: a prefix of its own
  announce,
  withdraw,
};

enum class SoftDirection : std::uint8_t { in, out };

// Something that happens to the design at a moment. A link's target is one of its ends:
// "core1:eth1", or a host's name for the link it hangs on; a process is "edge1/bgp".
struct Event {
  Duration at{};
  Action action = Action::link_down;
  std::string target;
  std::string neighbor;                    // of clear, clear_soft: a node or an address; empty: all
  std::optional<SoftDirection> direction;  // of clear_soft; nothing: ROUTE-REFRESH
  std::optional<net::Prefix> prefix;       // of announce, withdraw
  Where position;
  friend bool operator==(const Event&, const Event&) = default;
};

struct Scenario {
  std::string name;
  std::string description;
  std::uint64_t seed = 1;
  Duration duration = std::chrono::seconds(60);
  Fabric fabric;
  std::vector<Edge> edges;
  std::vector<Cluster> clusters;
  std::vector<Client> clients;
  std::vector<Event> timeline;
  std::vector<Expectation> expect;
  friend bool operator==(const Scenario&, const Scenario&) = default;
};

}  // namespace seatrial::scenario
