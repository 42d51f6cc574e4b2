// Kubernetes objects as values: what a manifest said (spec) and what the cluster made of it
// (status). Only what decides where packets go is kept; the tables in read_*.cc say what is known
// and without effect. Every object remembers where it was written, so that a later check can point
// at it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "models/diagnostics/diagnostics.h"
#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::kubernetes {

using Labels = std::map<std::string, std::string>;

// True when `labels` has every pair of `selector`. An empty selector matches nothing here: that is
// the meaning it has for a Service, and a Deployment must not have one.
bool matches(const Labels& selector, const Labels& labels);

struct ObjectKey {
  std::string name_space;  // empty for cluster-scoped objects
  std::string name;
  std::string to_string() const { return name_space.empty() ? name : name_space + "/" + name; }
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

struct ObjectMeta {
  std::string name;
  std::string name_space;
  Labels labels;
  Labels annotations;
  std::string uid;
  std::uint64_t resource_version = 0;
  std::uint64_t sequence = 0;  // order of creation: the smaller, the older
  TimePoint created{};
  Position position;
  ObjectKey key() const { return {name_space, name}; }
};

// A port given by number or by the name it has in the container or Service.
using PortReference = std::variant<std::uint16_t, std::string>;
std::string to_string(const PortReference& port);

enum class Protocol : std::uint8_t { tcp, udp, sctp };
std::string_view to_string(Protocol protocol);  // "TCP"

struct Namespace {
  ObjectMeta meta;
};

struct Taint {
  std::string key, value, effect;  // NoSchedule, PreferNoSchedule, NoExecute
};

struct Node {
  ObjectMeta meta;
  std::vector<Taint> taints;
  bool unschedulable = false;
  std::optional<net::IpAddress> internal_ip;
  bool ready = true;  // status
  bool control_plane() const;
};

struct ServicePort {
  std::string name;
  Protocol protocol = Protocol::tcp;
  std::uint16_t port = 0;
  PortReference target_port = std::uint16_t{0};
  std::optional<std::uint16_t> node_port;
  Position position;
};

struct Service {
  enum class Type : std::uint8_t { cluster_ip, node_port, load_balancer };
  ObjectMeta meta;
  Type type = Type::cluster_ip;
  bool headless = false;                     // clusterIP: None
  std::optional<net::IpAddress> cluster_ip;  // as written, or allocated
  std::vector<net::IpAddress> external_ips;  // spec.externalIPs
  std::vector<ServicePort> ports;
  Labels selector;
  Position selector_position;
  bool external_traffic_local = false;  // externalTrafficPolicy: Local
  bool internal_traffic_local = false;  // internalTrafficPolicy: Local
  bool publish_not_ready = false;
  const ServicePort* find_port(const PortReference& port) const;
};

struct ContainerPort {
  std::string name;
  std::uint16_t port = 0;
  Protocol protocol = Protocol::tcp;
};

struct Probe {
  enum class Kind : std::uint8_t { http_get, tcp_socket };
  Kind kind = Kind::http_get;
  std::string path = "/";
  std::string host_header;  // httpHeaders' Host; empty: the pod's address
  std::vector<std::pair<std::string, std::string>> headers;
  PortReference port = std::uint16_t{80};
  Duration initial_delay{0};
  Duration period = std::chrono::seconds(10);
  Duration timeout = std::chrono::seconds(1);
  int failure_threshold = 3;
  int success_threshold = 1;
  Position position;
};

struct Container {
  std::string name;
  std::string image;
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::map<std::string, std::string> env;  // literal values only
  std::vector<ContainerPort> ports;
  std::optional<Probe> readiness;
  std::optional<Duration> pre_stop_sleep;  // lifecycle.preStop: sleep, or exec of sleep
  Position position;
};

struct Toleration {
  std::string key, op = "Equal", value, effect;
  bool tolerates(const Taint& taint) const;
};

struct SpreadConstraint {
  int max_skew = 1;
  std::string topology_key;
  bool must = true;  // whenUnsatisfiable: DoNotSchedule
  Labels selector;
};

struct PodSpec {
  std::vector<Container> containers;
  Labels node_selector;
  std::vector<Toleration> tolerations;
  std::vector<SpreadConstraint> spread;
  Duration termination_grace = std::chrono::seconds(30);
  std::string node_name;  // bound by the scheduler, or written
  bool host_network = false;
  std::string hostname, subdomain;
  std::string service_account;
  // The container port a Service's targetPort or a probe's port means; nothing when it has no such.
  std::optional<std::uint16_t> resolve(const PortReference& port, Protocol protocol) const;
};

struct PodTemplate {
  Labels labels;
  Labels annotations;
  PodSpec spec;
};

enum class PodPhase : std::uint8_t { pending, running, succeeded, failed };
std::string_view to_string(PodPhase phase);

struct Pod {
  ObjectMeta meta;
  PodSpec spec;
  ObjectKey owner;         // the Deployment or DaemonSet; empty name for a bare Pod
  std::string owner_kind;  // "Deployment", "DaemonSet" or empty
  std::string template_hash;
  // status
  PodPhase phase = PodPhase::pending;
  std::string reason;  // why it is pending: "Unschedulable: ...", "ContainerCreating"
  std::optional<net::IpAddress> ip;
  bool ready = false;
  TimePoint ready_since{};
  bool terminating = false;  // deletionTimestamp is set
  Duration deletion_grace{0};
};

// A bound of a rolling update: a number of pods or a percentage of the replicas.
struct IntOrPercent {
  int value = 0;
  bool percent = false;
  int of(int total, bool round_up) const;
};

struct Deployment {
  ObjectMeta meta;
  int replicas = 1;
  Labels selector;
  PodTemplate pod;
  bool recreate = false;  // strategy.type: Recreate
  IntOrPercent max_surge{25, true};
  IntOrPercent max_unavailable{25, true};
  Duration min_ready{0};
};

struct DaemonSet {
  ObjectMeta meta;
  Labels selector;
  PodTemplate pod;
};

struct EndpointPort {
  std::string name;
  std::uint16_t port = 0;
  Protocol protocol = Protocol::tcp;
  friend auto operator<=>(const EndpointPort&, const EndpointPort&) = default;
};

struct Endpoint {
  net::IpAddress address;
  std::string node;
  ObjectKey pod;
  std::string hostname;  // of a pod whose subdomain is the Service; else empty
  bool ready = false, serving = false, terminating = false;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

struct EndpointSlice {
  ObjectMeta meta;
  std::string service;  // label kubernetes.io/service-name
  std::vector<EndpointPort> ports;
  std::vector<Endpoint> endpoints;
};

struct ServiceBackend {
  std::string service;
  PortReference port = std::uint16_t{0};
  Position position;
};

enum class PathType : std::uint8_t { exact, prefix, implementation_specific };

struct IngressPath {
  std::string path;
  PathType type = PathType::prefix;
  ServiceBackend backend;
  Position position;
};

struct IngressRule {
  std::string host;  // empty: every host
  std::vector<IngressPath> paths;
  Position position;
};

struct Ingress {
  ObjectMeta meta;
  std::string class_name;
  std::optional<ServiceBackend> default_backend;
  std::vector<IngressRule> rules;
  std::vector<std::string> tls_hosts;
};

struct IngressClass {
  ObjectMeta meta;
  std::string controller;
  bool is_default = false;  // annotation ingressclass.kubernetes.io/is-default-class
};

// k8s.nginx.org/v1 VirtualServer.
struct Upstream {
  std::string name, service;
  std::uint16_t port = 0;
  std::string lb_method;  // empty: the controller's default
  std::optional<int> max_fails, max_conns, keepalive;
  std::optional<Duration> fail_timeout, connect_timeout, read_timeout, send_timeout;
  std::string next_upstream;  // proxy_next_upstream, as written
  std::optional<int> next_upstream_tries;
  bool use_cluster_ip = false;
  Position position;
};

struct ActionPass {
  std::string upstream;
};
struct ActionReturn {
  int code = 200;
  std::string type = "text/plain";
  std::string body;
};
struct ActionRedirect {
  int code = 301;
  std::string url;
};
struct ActionProxy {
  std::string upstream;
  std::string rewrite_path;
};
using Action = std::variant<ActionPass, ActionReturn, ActionRedirect, ActionProxy>;

struct Route {
  std::string path;  // "/x", "=/x" (exact), "~ re", "~* re"
  Action action;
  Position position;
};

struct VirtualServer {
  ObjectMeta meta;
  std::string host;
  std::string class_name;
  std::vector<Upstream> upstreams;
  std::vector<Route> routes;
};

struct ConfigMap {
  ObjectMeta meta;
  std::map<std::string, std::string> data;
  std::map<std::string, Position> positions;  // of each value's first line
};

// A kind that is accepted and kept by name only: it decides nothing about packets.
struct OtherObject {
  ObjectMeta meta;
  std::string api_version, kind;
};

// Everything that a set of manifests declares.
struct Objects {
  std::vector<Namespace> namespaces;
  std::vector<Node> nodes;
  std::vector<Service> services;
  std::vector<Deployment> deployments;
  std::vector<DaemonSet> daemon_sets;
  std::vector<Pod> pods;
  std::vector<Ingress> ingresses;
  std::vector<IngressClass> ingress_classes;
  std::vector<VirtualServer> virtual_servers;
  std::vector<ConfigMap> config_maps;
  std::vector<OtherObject> others;

  const Service* service(const ObjectKey& key) const;
  // A node of the cluster that no manifest declares; a manifest's Node of that name gets the
  // address. A control-plane node gets the label and the taint that kubeadm gives it.
  void add_node(const std::string& name, const net::IpAddress& internal_ip, bool control_plane);
};

inline constexpr const char* control_plane_label = "node-role.kubernetes.io/control-plane";

}  // namespace seatrial::kubernetes
