// Deployments and DaemonSets to pods: the Deployment and ReplicaSet controllers in one, since the
// ReplicaSet between them decides nothing more than the name of the pods. Rolling updates follow
// rolling.go of Kubernetes 1.26: at most maxSurge pods above the replicas, at most maxUnavailable
// below, unhealthy old pods go first.
#pragma once

#include <string>
#include <vector>

#include "models/kubernetes/api_server.h"
#include "models/kubernetes/work_queue.h"

namespace seatrial::kubernetes {

// The pod-template-hash of ReplicaSets: the same for the same template.
std::string template_hash(const PodTemplate& pod);

class WorkloadController {
 public:
  WorkloadController(ApiServer& api, Latency watch);

 private:
  using Pods = std::vector<Ptr<Pod>>;

  void reconcile_deployment(const ObjectKey& key);
  void reconcile_daemon_set(const ObjectKey& key);
  void roll(const Deployment& deployment, const std::string& hash, const Pods& fresh,
            const Pods& old, bool any_terminating);
  void create_pod(const ObjectMeta& owner, const std::string& kind, const PodTemplate& pod,
                  const std::string& hash, const std::string& node);
  void remove_pods(Pods pods, int count);
  bool available(const Pod& pod, Duration min_ready) const;
  std::string suffix();

  ApiServer& api_;
  io::Host& host_;
  WorkQueue<ObjectKey> deployments_queue_;
  WorkQueue<ObjectKey> daemon_sets_queue_;
  std::unique_ptr<io::Timer> min_ready_;
  std::unique_ptr<Informer<Deployment>> deployments_;
  std::unique_ptr<Informer<DaemonSet>> daemon_sets_;
  std::unique_ptr<Informer<Pod>> pods_;
  std::unique_ptr<Informer<Node>> nodes_;
};

}  // namespace seatrial::kubernetes
