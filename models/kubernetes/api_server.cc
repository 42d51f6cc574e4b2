#include "models/kubernetes/api_server.h"

#include <algorithm>

namespace seatrial::kubernetes {

// Tells the observer of every write, at the time it is made.
class ApiServer::PodReporter : private Store<Pod>::Watcher,
                               private Store<EndpointSlice>::Watcher,
                               private Store<Node>::Watcher {
 public:
  explicit PodReporter(ApiServer& api) : api_(api) {
    api.pods_.subscribe(this);
    api.endpoint_slices_.subscribe(this);
    api.nodes_.subscribe(this);
  }
  ~PodReporter() override {
    api_.pods_.unsubscribe(this);
    api_.endpoint_slices_.unsubscribe(this);
    api_.nodes_.unsubscribe(this);
  }
  PodReporter(const PodReporter&) = delete;
  PodReporter& operator=(const PodReporter&) = delete;

 private:
  void on_event(const Event<Pod>& event) override {
    if (event.type == EventType::deleted) {
      api_.observer_->on_pod_removed(api_.host_.now(), *event.object);
    } else {
      api_.observer_->on_pod_changed(api_.host_.now(), *event.object);
    }
  }
  void on_event(const Event<EndpointSlice>& event) override {
    if (event.type != EventType::deleted) {
      api_.observer_->on_endpoints_changed(api_.host_.now(), *event.object);
      return;
    }
    EndpointSlice empty = *event.object;
    empty.endpoints.clear();
    api_.observer_->on_endpoints_changed(api_.host_.now(), empty);
  }
  void on_event(const Event<Node>& event) override {
    api_.observer_->on_node_changed(api_.host_.now(), *event.object);
  }

  ApiServer& api_;
};

ApiServer::ApiServer(io::Host& host, Objects objects, Observer* observer, ApiServerOptions options)
    : host_(host),
      initial_(std::move(objects)),
      observer_(observer),
      options_(options),
      namespaces_(host, version_),
      nodes_(host, version_),
      services_(host, version_),
      endpoint_slices_(host, version_),
      deployments_(host, version_),
      daemon_sets_(host, version_),
      pods_(host, version_),
      ingresses_(host, version_),
      ingress_classes_(host, version_),
      virtual_servers_(host, version_),
      config_maps_(host, version_) {
  if (observer_ != nullptr) reporter_ = std::make_unique<PodReporter>(*this);
}

ApiServer::~ApiServer() = default;

void ApiServer::start() {
  for (const char* name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    Namespace standard;
    standard.meta.name = name;
    namespaces_.create(std::move(standard));
  }
  for (Namespace& n : initial_.namespaces) namespaces_.create(std::move(n));
  for (Node& n : initial_.nodes) nodes_.create(std::move(n));
  for (ConfigMap& c : initial_.config_maps) config_maps_.create(std::move(c));
  for (IngressClass& c : initial_.ingress_classes) ingress_classes_.create(std::move(c));
  // Written addresses first, so that none of them is given to another Service.
  if (const auto kubernetes = next_cluster_ip()) used_cluster_ips_.push_back(*kubernetes);
  for (const Service& s : initial_.services) {
    if (s.cluster_ip) used_cluster_ips_.push_back(*s.cluster_ip);
  }
  for (Service& s : initial_.services) create_service(std::move(s));
  for (Deployment& d : initial_.deployments) deployments_.create(std::move(d));
  for (DaemonSet& d : initial_.daemon_sets) daemon_sets_.create(std::move(d));
  for (Pod& p : initial_.pods) pods_.create(std::move(p));
  std::string default_class;
  for (const auto& [key, one] : ingress_classes_.all()) {
    if (one->is_default) default_class = key.name;
  }
  for (Ingress& i : initial_.ingresses) {
    if (i.class_name.empty()) i.class_name = default_class;  // as admission does
    ingresses_.create(std::move(i));
  }
  for (VirtualServer& v : initial_.virtual_servers) virtual_servers_.create(std::move(v));
  initial_ = {};
}

void ApiServer::create_service(Service service) {
  if (!service.headless && !service.cluster_ip) {
    service.cluster_ip = next_cluster_ip();
    if (service.cluster_ip) used_cluster_ips_.push_back(*service.cluster_ip);
  }
  services_.create(std::move(service));
}

std::optional<net::IpAddress> ApiServer::next_cluster_ip() {
  if (!options_.service_cidr.address().is_v4()) return std::nullopt;
  const std::uint32_t base = options_.service_cidr.address().v4_value();
  for (std::uint32_t offset = 1;; ++offset) {
    const auto candidate = net::IpAddress::v4(base + offset);
    if (!options_.service_cidr.contains(candidate)) return std::nullopt;
    if (std::find(used_cluster_ips_.begin(), used_cluster_ips_.end(), candidate) ==
        used_cluster_ips_.end()) {
      return candidate;
    }
  }
}

bool ApiServer::delete_pod(const ObjectKey& key, std::optional<Duration> grace) {
  const Ptr<Pod> pod = pods_.get(key);
  if (!pod) return false;
  if (pod->terminating) return true;
  if (pod->spec.node_name.empty()) return pods_.remove(key);
  return pods_.update(key, [&](Pod& p) {
    p.terminating = true;
    p.deletion_grace = grace.value_or(p.spec.termination_grace);
  });
}

bool ApiServer::scale(const ObjectKey& deployment, int replicas) {
  return deployments_.update(deployment,
                             [&](Deployment& d) { d.replicas = std::max(0, replicas); });
}

bool ApiServer::restart(const ObjectKey& deployment) {
  return deployments_.update(deployment, [&](Deployment& d) {
    d.pod.annotations["kubectl.kubernetes.io/restartedAt"] = seconds(host_.now());
  });
}

bool ApiServer::cordon(const std::string& node, bool unschedulable) {
  return nodes_.update({"", node}, [&](Node& n) { n.unschedulable = unschedulable; });
}

std::vector<Ptr<Pod>> ApiServer::pods_of_owner(const ObjectKey& owner,
                                               const std::string& kind) const {
  std::vector<Ptr<Pod>> found;
  for (const auto& [key, pod] : pods_.all()) {
    if (pod->owner == owner && pod->owner_kind == kind) found.push_back(pod);
  }
  return found;
}

std::vector<Ptr<Pod>> ApiServer::pods_on_node(const std::string& node) const {
  std::vector<Ptr<Pod>> found;
  for (const auto& [key, pod] : pods_.all()) {
    if (pod->spec.node_name == node) found.push_back(pod);
  }
  return found;
}

std::vector<Ptr<Pod>> ApiServer::pods_of_service(const ObjectKey& service) const {
  std::vector<Ptr<Pod>> found;
  const Ptr<Service> selecting = services_.get(service);
  if (!selecting) return found;
  for (const auto& [key, pod] : pods_.all()) {
    if (key.name_space == service.name_space && matches(selecting->selector, pod->meta.labels)) {
      found.push_back(pod);
    }
  }
  return found;
}

bool ApiServer::settled(std::string* why_not) const {
  const auto say = [&](const std::string& text) {
    if (why_not != nullptr) *why_not = text;
    return false;
  };
  for (const auto& [key, deployment] : deployments_.all()) {
    int ready = 0;
    for (const auto& pod : pods_of_owner(key, "Deployment")) {
      if (pod->terminating) return say("pod " + pod->meta.key().to_string() + " is terminating");
      ready += pod->ready ? 1 : 0;
    }
    if (ready != deployment->replicas) {
      return say("Deployment " + key.to_string() + " has " + std::to_string(ready) + " of " +
                 std::to_string(deployment->replicas) + " replicas ready");
    }
  }
  for (const auto& [key, pod] : pods_.all()) {
    if (!pod->ready) {
      return say("pod " + key.to_string() + " is not ready" +
                 (pod->reason.empty() ? "" : ": " + pod->reason));
    }
  }
  return true;
}

}  // namespace seatrial::kubernetes
