// The API server: one store for each kind, and the requests that more than one component makes. Its
// admission gives a Service its cluster IP: the one written in the manifest, or the next free one
// of the service network.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/io/host.h"
#include "models/kubernetes/objects.h"
#include "models/kubernetes/observer.h"
#include "models/kubernetes/store.h"

namespace seatrial::kubernetes {

struct ApiServerOptions {
  net::Prefix service_cidr = *net::Prefix::parse("10.96.0.0/12");  // kubeadm's default
};

class ApiServer {
 public:
  // `host` is the control-plane node's. `observer` may be nullptr and must outlive the server.
  ApiServer(io::Host& host, Objects objects, Observer* observer = nullptr,
            ApiServerOptions options = {});
  ~ApiServer();

  // Creates every object that the manifests declare, in their order. Components may already watch.
  void start();

  io::Host& host() { return host_; }
  Observer* observer() { return observer_; }

  Store<Namespace>& namespaces() { return namespaces_; }
  Store<Node>& nodes() { return nodes_; }
  Store<Service>& services() { return services_; }
  Store<EndpointSlice>& endpoint_slices() { return endpoint_slices_; }
  Store<Deployment>& deployments() { return deployments_; }
  Store<DaemonSet>& daemon_sets() { return daemon_sets_; }
  Store<Pod>& pods() { return pods_; }
  Store<Ingress>& ingresses() { return ingresses_; }
  Store<IngressClass>& ingress_classes() { return ingress_classes_; }
  Store<VirtualServer>& virtual_servers() { return virtual_servers_; }
  Store<ConfigMap>& config_maps() { return config_maps_; }

  // --- what a person or a timeline does ---
  // Sets the terminating mark; the kubelet stops the pod and removes it. A pod without a node goes
  // at once. `grace` replaces the pod's own.
  bool delete_pod(const ObjectKey& key, std::optional<Duration> grace = std::nullopt);
  bool scale(const ObjectKey& deployment, int replicas);
  // A new template hash: every pod of the Deployment is replaced by the rolling-update rules.
  bool restart(const ObjectKey& deployment);
  bool cordon(const std::string& node, bool unschedulable);

  // --- lists ---
  std::vector<Ptr<Pod>> pods_of_owner(const ObjectKey& owner, const std::string& kind) const;
  std::vector<Ptr<Pod>> pods_on_node(const std::string& node) const;
  // The pods that the Service selects.
  std::vector<Ptr<Pod>> pods_of_service(const ObjectKey& service) const;
  // True when every Deployment has all its replicas ready, and every DaemonSet one on each node
  // that admits it; `why_not` says what is missing.
  bool settled(std::string* why_not = nullptr) const;

 private:
  class PodReporter;

  std::optional<net::IpAddress> next_cluster_ip();
  void create_service(Service service);

  io::Host& host_;
  Objects initial_;
  Observer* observer_;
  ApiServerOptions options_;
  std::uint64_t version_ = 0;
  std::vector<net::IpAddress> used_cluster_ips_;

  Store<Namespace> namespaces_;
  Store<Node> nodes_;
  Store<Service> services_;
  Store<EndpointSlice> endpoint_slices_;
  Store<Deployment> deployments_;
  Store<DaemonSet> daemon_sets_;
  Store<Pod> pods_;
  Store<Ingress> ingresses_;
  Store<IngressClass> ingress_classes_;
  Store<VirtualServer> virtual_servers_;
  Store<ConfigMap> config_maps_;
  std::unique_ptr<PodReporter> reporter_;
};

}  // namespace seatrial::kubernetes
