#include "models/kubernetes/scheduler.h"

#include <algorithm>
#include <limits>

namespace seatrial::kubernetes {

bool admits(const Node& node, const PodSpec& pod, bool daemon, std::string* why) {
  const auto no = [&](const std::string& reason) {
    if (why != nullptr) *why = reason;
    return false;
  };
  if (!pod.node_selector.empty() && !matches(pod.node_selector, node.meta.labels)) {
    return no("didn't match the pod's node selector");
  }
  if (!daemon && node.unschedulable) return no("was unschedulable");
  if (!daemon && !node.ready) return no("was not ready");
  for (const Taint& taint : node.taints) {
    if (taint.effect == "PreferNoSchedule") continue;
    const bool tolerated =
        std::any_of(pod.tolerations.begin(), pod.tolerations.end(),
                    [&](const Toleration& toleration) { return toleration.tolerates(taint); });
    if (!tolerated) return no("had untolerated taint {" + taint.key + ": " + taint.value + "}");
  }
  return true;
}

Scheduler::Scheduler(ApiServer& api, Latency watch, Duration scheduling)
    : api_(api),
      host_(api.host()),
      scheduling_(scheduling),
      timer_(host_.timer([this] { place_next(); })) {
  nodes_ = std::make_unique<Informer<Node>>(host_, api.nodes(), "scheduler/nodes", watch,
                                            [this](const auto&) { retry_unschedulable(); });
  pods_ = std::make_unique<Informer<Pod>>(host_, api.pods(), "scheduler/pods", watch,
                                          [this](const auto& event) { on_pod(event); });
}

void Scheduler::on_pod(const Event<Pod>& event) {
  const ObjectKey key = event.object->meta.key();
  if (event.type == EventType::deleted) {
    unschedulable_.erase(key);
    retry_unschedulable();
  } else if (event.type == EventType::added && event.object->spec.node_name.empty()) {
    enqueue(key);
  }
}

void Scheduler::enqueue(const ObjectKey& key) {
  queue_.push_back(key);
  if (!timer_->armed()) io::arm_in(host_, *timer_, scheduling_);
}

void Scheduler::retry_unschedulable() {
  for (const ObjectKey& key : unschedulable_) enqueue(key);
  unschedulable_.clear();
}

void Scheduler::place_next() {
  if (queue_.empty()) return;
  const ObjectKey key = queue_.front();
  queue_.pop_front();
  const Ptr<Pod> pod = api_.pods().get(key);
  if (pod && pod->spec.node_name.empty() && !pod->terminating) place(*pod);
  if (!queue_.empty()) io::arm_in(host_, *timer_, scheduling_);
}

// A pod may not make the difference between the most and the least loaded topology greater than
// maxSkew.
bool Scheduler::spreads(const Pod& pod, const Node& node, std::string& why) const {
  for (const SpreadConstraint& constraint : pod.spec.spread) {
    const auto here = node.meta.labels.find(constraint.topology_key);
    if (here == node.meta.labels.end()) {
      if (!constraint.must) continue;
      why = "didn't match pod topology spread constraints (missing required label)";
      return false;
    }
    std::map<std::string, int> counts;
    for (const auto& [key, other] : api_.nodes().all()) {
      const auto label = other->meta.labels.find(constraint.topology_key);
      if (label == other->meta.labels.end() || !admits(*other, pod.spec, false)) continue;
      counts[label->second];
      for (const auto& placed : api_.pods_on_node(key.name)) {
        if (placed->meta.name_space == pod.meta.name_space && !placed->terminating &&
            matches(constraint.selector, placed->meta.labels)) {
          ++counts[label->second];
        }
      }
    }
    int least = std::numeric_limits<int>::max();
    for (const auto& [topology, count] : counts) least = std::min(least, count);
    if (constraint.must && !counts.empty() &&
        counts[here->second] + 1 - least > constraint.max_skew) {
      why = "didn't match pod topology spread constraints";
      return false;
    }
  }
  return true;
}

void Scheduler::place(const Pod& pod) {
  struct Score {
    int same_owner, pods;
    std::string node;
    auto operator<=>(const Score&) const = default;
  };
  std::optional<Score> best;
  std::map<std::string, int> refusals;
  for (const auto& [key, node] : api_.nodes().all()) {
    std::string why;
    if (!admits(*node, pod.spec, false, &why) || !spreads(pod, *node, why)) {
      ++refusals[why];
      continue;
    }
    Score score{0, 0, key.name};
    for (const auto& placed : api_.pods_on_node(key.name)) {
      if (placed->terminating) continue;
      ++score.pods;
      if (!pod.owner.name.empty() && placed->owner == pod.owner &&
          placed->owner_kind == pod.owner_kind && placed->template_hash == pod.template_hash) {
        ++score.same_owner;
      }
    }
    if (!best || score < *best) best = score;
  }
  const ObjectKey key = pod.meta.key();
  if (best) {
    api_.pods().update(key, [&](Pod& p) {
      p.spec.node_name = best->node;
      p.reason = "ContainerCreating";
    });
    if (api_.observer() != nullptr) {
      api_.observer()->on_pod_scheduled(host_.now(), *api_.pods().get(key), best->node);
    }
    return;
  }
  std::string reason =
      "Unschedulable: 0/" + std::to_string(api_.nodes().all().size()) + " nodes are available";
  for (const auto& [why, count] : refusals) {
    reason += (why == refusals.begin()->first ? ": " : ", ") + std::to_string(count) + " " + why;
  }
  unschedulable_.insert(key);
  if (pod.reason == reason) return;
  api_.pods().update(key, [&](Pod& p) { p.reason = reason; });
  if (api_.observer() != nullptr) {
    api_.observer()->on_pod_unschedulable(host_.now(), *api_.pods().get(key), reason);
  }
}

}  // namespace seatrial::kubernetes
