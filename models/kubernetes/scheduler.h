// The scheduler: filters (taints, nodeSelector, cordon, node health, topology spread) and then the
// node with the fewest pods of the same ReplicaSet, then the fewest pods, then the first by name.
// kube-scheduler adds up weighted scores and draws among equals; its default topology spread comes
// to the same placement where nodes are alike, and a fixed order keeps the placement the same under
// every seed.
#pragma once

#include <deque>
#include <set>
#include <string>

#include "models/kubernetes/api_server.h"

namespace seatrial::kubernetes {

// Whether the pod may be placed there at all. A DaemonSet's pods also go to cordoned and unhealthy
// nodes. `why` gets the scheduler's words for it.
bool admits(const Node& node, const PodSpec& pod, bool daemon, std::string* why = nullptr);

class Scheduler {
 public:
  Scheduler(ApiServer& api, Latency watch, Duration scheduling);

 private:
  void on_pod(const Event<Pod>& event);
  void enqueue(const ObjectKey& key);
  void retry_unschedulable();
  void place_next();
  void place(const Pod& pod);
  bool spreads(const Pod& pod, const Node& node, std::string& why) const;

  ApiServer& api_;
  io::Host& host_;
  Duration scheduling_;
  std::deque<ObjectKey> queue_;
  std::set<ObjectKey> unschedulable_;
  std::unique_ptr<io::Timer> timer_;
  std::unique_ptr<Informer<Pod>> pods_;
  std::unique_ptr<Informer<Node>> nodes_;
};

}  // namespace seatrial::kubernetes
