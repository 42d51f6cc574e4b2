#include <algorithm>
#include <set>

#include "models/kubernetes/read_objects.h"

namespace seatrial::kubernetes {
namespace {

// What a Service can select: a template or a bare pod.
struct Selectable {
  std::string name_space;
  const Labels* labels;
  const PodSpec* spec;
  std::string owner;  // "Deployment home"
};

std::string to_string(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += (text.empty() ? "" : ",") + name + "=" + value;
  }
  return text;
}

class ReferenceChecker {
 public:
  ReferenceChecker(const Objects& objects, Diagnostics& diagnostics)
      : objects_(objects), diagnostics_(diagnostics) {
    for (const Deployment& d : objects.deployments) {
      selectable_.push_back(
          {d.meta.name_space, &d.pod.labels, &d.pod.spec, "Deployment " + d.meta.name});
    }
    for (const DaemonSet& d : objects.daemon_sets) {
      selectable_.push_back(
          {d.meta.name_space, &d.pod.labels, &d.pod.spec, "DaemonSet " + d.meta.name});
    }
    for (const Pod& p : objects.pods) {
      selectable_.push_back({p.meta.name_space, &p.meta.labels, &p.spec, "Pod " + p.meta.name});
    }
  }

  void check() {
    namespaces();
    for (const Service& service : objects_.services) check_service(service);
    cluster_ips();
    for (const Ingress& ingress : objects_.ingresses) check_ingress(ingress);
    for (const VirtualServer& server : objects_.virtual_servers) {
      for (const Upstream& upstream : server.upstreams) {
        check_backend(server.meta, "VirtualServer",
                      {upstream.service, upstream.port, upstream.position});
      }
    }
    for (const Deployment& d : objects_.deployments) check_account(d.meta, d.pod.spec);
    for (const DaemonSet& d : objects_.daemon_sets) check_account(d.meta, d.pod.spec);
  }

 private:
  void in_namespace(const ObjectMeta& meta, const std::string& kind) {
    if (meta.name_space.empty() || known_namespaces_.contains(meta.name_space)) return;
    diagnostics_.error(meta.position,
                       kind + " " + meta.name + " is in namespace '" + meta.name_space +
                           "', which no manifest declares",
                       "a Namespace " + meta.name_space);
  }

  void namespaces() {
    known_namespaces_ = {"default", "kube-system", "kube-public", "kube-node-lease"};
    for (const Namespace& n : objects_.namespaces) known_namespaces_.insert(n.meta.name);
    for (const auto& o : objects_.services) in_namespace(o.meta, "Service");
    for (const auto& o : objects_.deployments) in_namespace(o.meta, "Deployment");
    for (const auto& o : objects_.daemon_sets) in_namespace(o.meta, "DaemonSet");
    for (const auto& o : objects_.pods) in_namespace(o.meta, "Pod");
    for (const auto& o : objects_.ingresses) in_namespace(o.meta, "Ingress");
    for (const auto& o : objects_.virtual_servers) in_namespace(o.meta, "VirtualServer");
    for (const auto& o : objects_.config_maps) in_namespace(o.meta, "ConfigMap");
    for (const auto& o : objects_.others) in_namespace(o.meta, o.kind);
  }

  void check_service(const Service& service) {
    if (service.selector.empty()) return;  // the reader said so
    std::vector<const Selectable*> selected;
    for (const Selectable& candidate : selectable_) {
      if (candidate.name_space == service.meta.name_space &&
          matches(service.selector, *candidate.labels)) {
        selected.push_back(&candidate);
      }
    }
    if (selected.empty()) {
      diagnostics_.error(service.selector_position,
                         "Service " + service.meta.key().to_string() +
                             " selects no pod: no pod in " + "its namespace has the labels " +
                             to_string(service.selector),
                         "the labels of a pod template");
      return;
    }
    for (const ServicePort& port : service.ports) {
      const bool served = std::any_of(selected.begin(), selected.end(), [&](const auto* pod) {
        return pod->spec->resolve(port.target_port, port.protocol).has_value();
      });
      if (!served) {
        diagnostics_.error(port.position,
                           "Service " + service.meta.key().to_string() + ": targetPort '" +
                               kubernetes::to_string(port.target_port) + "' (" +
                               std::string(kubernetes::to_string(port.protocol)) +
                               ") is no named port of " + selected.front()->owner,
                           "the name of a container's port, or a number");
      }
    }
  }

  void cluster_ips() {
    std::map<net::IpAddress, const Service*> owners;
    for (const Service& service : objects_.services) {
      if (!service.cluster_ip) continue;
      const auto [first, is_new] = owners.emplace(*service.cluster_ip, &service);
      if (is_new) continue;
      diagnostics_.error(service.meta.position,
                         "Service " + service.meta.key().to_string() + " has the clusterIP " +
                             service.cluster_ip->to_string() + " of Service " +
                             first->second->meta.key().to_string(),
                         "each address once");
    }
  }

  void check_backend(const ObjectMeta& meta, const std::string& kind,
                     const ServiceBackend& backend) {
    if (backend.service.empty()) return;
    const Service* service = objects_.service({meta.name_space, backend.service});
    if (service == nullptr) {
      diagnostics_.error(backend.position,
                         kind + " " + meta.key().to_string() + " names the Service " +
                             ObjectKey{meta.name_space, backend.service}.to_string() +
                             ", which no manifest declares",
                         "a Service of its namespace");
    } else if (service->find_port(backend.port) == nullptr) {
      diagnostics_.error(backend.position,
                         kind + " " + meta.key().to_string() + " names port " +
                             kubernetes::to_string(backend.port) + " of Service " +
                             service->meta.key().to_string() + ", which has no such port",
                         "a port of the Service");
    }
  }

  void check_ingress(const Ingress& ingress) {
    if (ingress.default_backend) check_backend(ingress.meta, "Ingress", *ingress.default_backend);
    for (const IngressRule& rule : ingress.rules) {
      for (const IngressPath& path : rule.paths) {
        check_backend(ingress.meta, "Ingress", path.backend);
      }
    }
    const auto known = [&](const IngressClass& c) { return c.meta.name == ingress.class_name; };
    if (!ingress.class_name.empty() &&
        std::none_of(objects_.ingress_classes.begin(), objects_.ingress_classes.end(), known)) {
      diagnostics_.error(ingress.meta.position,
                         "Ingress " + ingress.meta.key().to_string() + " names the IngressClass '" +
                             ingress.class_name + "', which no manifest declares",
                         "an IngressClass " + ingress.class_name);
    }
  }

  // The API refuses the pods of a workload whose account does not exist.
  void check_account(const ObjectMeta& meta, const PodSpec& spec) {
    if (spec.service_account.empty() || spec.service_account == "default") return;
    for (const OtherObject& other : objects_.others) {
      if (other.kind == "ServiceAccount" && other.meta.name == spec.service_account &&
          other.meta.name_space == meta.name_space) {
        return;
      }
    }
    diagnostics_.error(meta.position,
                       meta.key().to_string() + " runs as ServiceAccount '" + spec.service_account +
                           "', which no manifest declares: its pods would not be admitted",
                       "a ServiceAccount " + spec.service_account);
  }

  const Objects& objects_;
  Diagnostics& diagnostics_;
  std::vector<Selectable> selectable_;
  std::set<std::string> known_namespaces_;
};

}  // namespace

void check_references(const Objects& objects, Diagnostics& diagnostics) {
  ReferenceChecker(objects, diagnostics).check();
}

}  // namespace seatrial::kubernetes
