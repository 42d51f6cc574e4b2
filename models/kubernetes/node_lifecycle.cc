#include "models/kubernetes/node_lifecycle.h"

namespace seatrial::kubernetes {

void NodeLifecycle::heartbeat(const std::string& node) {
  io::Host& host = api_.host();
  Watch& watch = nodes_[node];
  if (!watch.silence) {
    watch.silence = host.timer([this, node] { silent(node); });
    watch.eviction = host.timer([this, node] { evict(node); });
  }
  watch.last = host.now();
  // Left armed: silent() looks at the last heartbeat and arms again, so that a heartbeat costs
  // nothing.
  if (!watch.silence->armed()) watch.silence->arm(watch.last + grace_);
  watch.eviction->cancel();
  const Ptr<Node> known = api_.nodes().get({"", node});
  if (known && !known->ready) {
    api_.nodes().update({"", node}, [](Node& n) { n.ready = true; });
  }
}

void NodeLifecycle::silent(const std::string& node) {
  io::Host& host = api_.host();
  Watch& watch = nodes_[node];
  if (watch.last + grace_ > host.now()) {
    watch.silence->arm(watch.last + grace_);
    return;
  }
  api_.nodes().update({"", node}, [](Node& n) { n.ready = false; });
  for (const auto& pod : api_.pods_on_node(node)) {
    if (pod->ready) api_.pods().update(pod->meta.key(), [](Pod& p) { p.ready = false; });
  }
  io::arm_in(host, *watch.eviction, toleration_);
}

void NodeLifecycle::evict(const std::string& node) {
  for (const auto& pod : api_.pods_on_node(node)) {
    if (pod->owner_kind != "DaemonSet") api_.delete_pod(pod->meta.key());
  }
}

}  // namespace seatrial::kubernetes
