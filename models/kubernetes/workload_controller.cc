#include "models/kubernetes/workload_controller.h"

#include <algorithm>

#include "models/kubernetes/scheduler.h"

namespace seatrial::kubernetes {
namespace {

// The letters and digits that Kubernetes puts into generated names (no vowels, no 0, 1, 3).
constexpr std::string_view name_letters = "bcdfghjklmnpqrstvwxz2456789";

class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0);
  }
  void add(std::uint64_t number) { add(std::to_string(number)); }
  std::uint64_t value() const { return value_; }

 private:
  void step(unsigned char octet) { value_ = (value_ ^ octet) * 1099511628211ULL; }
  std::uint64_t value_ = 14695981039346656037ULL;
};

}  // namespace

std::string template_hash(const PodTemplate& pod) {
  Fnv hash;
  for (const auto* map : {&pod.labels, &pod.annotations, &pod.spec.node_selector}) {
    for (const auto& [name, value] : *map) {
      hash.add(name);
      hash.add(value);
    }
  }
  for (const Container& container : pod.spec.containers) {
    hash.add(container.name);
    hash.add(container.image);
    for (const auto& arg : container.command) hash.add(arg);
    for (const auto& arg : container.args) hash.add(arg);
    for (const auto& [name, value] : container.env) {
      hash.add(name);
      hash.add(value);
    }
    for (const ContainerPort& port : container.ports) hash.add(port.port);
  }
  hash.add(static_cast<std::uint64_t>(pod.spec.termination_grace.count()));
  std::string text;
  std::uint64_t rest = hash.value();
  for (int i = 0; i < 10; ++i, rest /= name_letters.size()) {
    text += name_letters[rest % name_letters.size()];
  }
  return text;
}

WorkloadController::WorkloadController(ApiServer& api, Latency watch)
    : api_(api),
      host_(api.host()),
      deployments_queue_(host_, [this](const ObjectKey& key) { reconcile_deployment(key); }),
      daemon_sets_queue_(host_, [this](const ObjectKey& key) { reconcile_daemon_set(key); }),
      min_ready_(host_.timer([this] {
        for (const auto& [key, deployment] : api_.deployments().all()) deployments_queue_.add(key);
      })) {
  deployments_ = std::make_unique<Informer<Deployment>>(
      host_, api.deployments(), "deployment-controller/deployments", watch,
      [this](const auto& event) { deployments_queue_.add(event.object->meta.key()); });
  daemon_sets_ = std::make_unique<Informer<DaemonSet>>(
      host_, api.daemon_sets(), "daemonset-controller/daemonsets", watch,
      [this](const auto& event) { daemon_sets_queue_.add(event.object->meta.key()); });
  pods_ = std::make_unique<Informer<Pod>>(host_, api.pods(), "replicaset-controller/pods", watch,
                                          [this](const auto& event) {
                                            if (event.object->owner_kind == "Deployment")
                                              deployments_queue_.add(event.object->owner);
                                            if (event.object->owner_kind == "DaemonSet")
                                              daemon_sets_queue_.add(event.object->owner);
                                          });
  nodes_ = std::make_unique<Informer<Node>>(
      host_, api.nodes(), "daemonset-controller/nodes", watch, [this](const auto&) {
        for (const auto& [key, set] : api_.daemon_sets().all()) daemon_sets_queue_.add(key);
      });
}

std::string WorkloadController::suffix() {
  io::RandomStream& random = host_.random("kubernetes/pod-names");
  std::string text;
  for (int i = 0; i < 5; ++i) text += name_letters[random.below(name_letters.size())];
  return text;
}

void WorkloadController::create_pod(const ObjectMeta& owner, const std::string& kind,
                                    const PodTemplate& source, const std::string& hash,
                                    const std::string& node) {
  Pod pod;
  pod.meta.name_space = owner.name_space;
  pod.meta.labels = source.labels;
  pod.meta.labels[kind == "Deployment" ? "pod-template-hash" : "controller-revision-hash"] = hash;
  pod.meta.annotations = source.annotations;
  pod.meta.position = owner.position;
  pod.spec = source.spec;
  if (!node.empty()) pod.spec.node_name = node;
  pod.owner = owner.key();
  pod.owner_kind = kind;
  pod.template_hash = hash;
  const std::string stem = owner.name + "-" + (kind == "Deployment" ? hash + "-" : "");
  do {
    pod.meta.name = stem + suffix();
  } while (!api_.pods().create(pod));
}

// Those whose loss costs least first: without a node, not ready, then the youngest.
void WorkloadController::remove_pods(Pods pods, int count) {
  std::sort(pods.begin(), pods.end(), [](const auto& a, const auto& b) {
    const auto rank = [](const Pod& p) {
      return std::tuple(!p.spec.node_name.empty(), p.ready, ~p.meta.sequence);
    };
    return rank(*a) < rank(*b);
  });
  for (const auto& pod : pods) {
    if (count-- <= 0) return;
    api_.delete_pod(pod->meta.key());
  }
}

bool WorkloadController::available(const Pod& pod, Duration min_ready) const {
  return pod.ready && host_.now() - pod.ready_since >= min_ready;
}

void WorkloadController::reconcile_deployment(const ObjectKey& key) {
  const Ptr<Deployment> deployment = api_.deployments().get(key);
  Pods fresh, old;
  bool any_terminating = false;
  const std::string hash = deployment ? template_hash(deployment->pod) : std::string();
  for (const auto& pod : api_.pods_of_owner(key, "Deployment")) {
    if (pod->terminating) {
      any_terminating = true;
    } else {
      (pod->template_hash == hash ? fresh : old).push_back(pod);
    }
  }
  if (!deployment) {
    remove_pods(old, static_cast<int>(old.size()));
    return;
  }
  roll(*deployment, hash, fresh, old, any_terminating);
}

void WorkloadController::roll(const Deployment& deployment, const std::string& hash,
                              const Pods& fresh, const Pods& old, bool any_terminating) {
  const int wanted = deployment.replicas;
  const int have = static_cast<int>(fresh.size());
  const int all = have + static_cast<int>(old.size());
  if (have > wanted) {
    remove_pods(fresh, have - wanted);
  } else if (deployment.recreate) {
    remove_pods(old, static_cast<int>(old.size()));
    if (old.empty() && (!any_terminating || have > 0)) {
      for (int i = have; i < wanted; ++i) {
        create_pod(deployment.meta, "Deployment", deployment.pod, hash, "");
      }
    }
    return;
  } else {
    const int surge = deployment.max_surge.of(wanted, true);
    const int room = old.empty() ? wanted - have : std::min(wanted + surge - all, wanted - have);
    for (int i = 0; i < room; ++i) {
      create_pod(deployment.meta, "Deployment", deployment.pod, hash, "");
    }
  }
  if (old.empty()) return;

  int unavailable = deployment.max_unavailable.of(wanted, false);
  if (unavailable == 0 && deployment.max_surge.of(wanted, true) == 0) unavailable = 1;
  const int minimum = wanted - unavailable;
  const auto is_available = [&](const auto& pod) { return available(*pod, deployment.min_ready); };
  const int fresh_available =
      static_cast<int>(std::count_if(fresh.begin(), fresh.end(), is_available));
  const int old_available = static_cast<int>(std::count_if(old.begin(), old.end(), is_available));
  const int unhealthy = static_cast<int>(old.size()) - old_available;
  // Unhealthy old pods may go as long as what is left, were it all healthy, is enough.
  const int may_clean = std::max(0, all - minimum - (have - fresh_available));
  const int clean = std::min(unhealthy, may_clean);
  const int spare = std::max(0, fresh_available + old_available - minimum);
  remove_pods(old, std::min(static_cast<int>(old.size()), clean + std::min(spare, old_available)));
  if (deployment.min_ready > Duration{0} && fresh_available < have && !min_ready_->armed()) {
    for (const auto& pod : fresh) {
      if (pod->ready && !is_available(pod))
        min_ready_->arm(pod->ready_since + deployment.min_ready);
    }
  }
}

void WorkloadController::reconcile_daemon_set(const ObjectKey& key) {
  const Ptr<DaemonSet> set = api_.daemon_sets().get(key);
  const Pods pods = api_.pods_of_owner(key, "DaemonSet");
  if (!set) {
    remove_pods(pods, static_cast<int>(pods.size()));
    return;
  }
  const std::string hash = template_hash(set->pod);
  bool all_ready = true;
  for (const auto& [node_key, node] : api_.nodes().all()) {
    const bool wanted = admits(*node, set->pod.spec, true);
    bool has = false;
    for (const auto& pod : pods) {
      if (pod->spec.node_name != node_key.name) continue;
      has = true;
      if (!wanted) api_.delete_pod(pod->meta.key());
      if (!pod->ready || pod->terminating) all_ready = false;
    }
    if (wanted && !has) {
      all_ready = false;
      create_pod(set->meta, "DaemonSet", set->pod, hash, node_key.name);
    }
  }
  if (!all_ready) return;  // updateStrategy RollingUpdate, maxUnavailable 1
  for (const auto& pod : pods) {
    if (pod->template_hash != hash) {
      api_.delete_pod(pod->meta.key());
      return;
    }
  }
}

}  // namespace seatrial::kubernetes
