#include "models/kubernetes/kubelet.h"

#include <algorithm>

#include "models/kubernetes/control_plane.h"
#include "models/kubernetes/probe.h"

namespace seatrial::kubernetes {

// One pod's life on this node: creating, running, stopping.
class Kubelet::Worker {
 public:
  Worker(Kubelet& kubelet, Ptr<Pod> pod)
      : kubelet_(kubelet),
        host_(kubelet.host_),
        pod_(std::move(pod)),
        step_(host_.timer([this] {
          const auto next = std::move(next_);  // it may delete this worker
          next();
        })),
        status_(host_.timer([this] { write_status(); })),
        deadline_(host_.timer([this] { gone(); })) {
    after(kubelet.random().between(kubelet.options_.start.low, kubelet.options_.start.high),
          [this] { create(); });
  }
  ~Worker() {
    if (sandbox_ && !kubelet_.off_) kubelet_.runtime_.remove_sandbox(*pod_);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // The API marked the pod: preStop, SIGTERM, and SIGKILL when the grace is over.
  void stop(const Pod& marked) {
    if (stopping_) return;
    stopping_ = true;
    step_->cancel();
    if (!running_) {
      gone();
      return;
    }
    grace_ = marked.deletion_grace;
    Duration pre_stop{0};
    for (const Container& container : pod_->spec.containers) {
      pre_stop = std::max(pre_stop, container.pre_stop_sleep.value_or(Duration{0}));
    }
    // A hook that takes the whole grace leaves the processes two seconds (kuberuntime's minimum).
    io::arm_in(host_, *deadline_, pre_stop >= grace_ ? grace_ + std::chrono::seconds(2) : grace_);
    after(std::min(pre_stop, grace_), [this] { terminate(); });
  }

 private:
  void after(Duration delay, std::function<void()> next) {
    next_ = std::move(next);
    io::arm_in(host_, *step_, delay);
  }

  void create() {
    sandbox_ = kubelet_.runtime_.create_sandbox(*pod_);
    if (!sandbox_) {
      kubelet_.api_.pods().update(
          pod_->meta.key(), [](Pod& p) { p.reason = "ContainerCreating: no address for the pod"; });
      after(kubelet_.options_.sandbox_retry, [this] { create(); });
      return;
    }
    running_ = true;
    kubelet_.runtime_.start_containers(*pod_, *sandbox_->host);
    start_probes();
    changed();
  }

  void start_probes() {
    for (const Container& container : pod_->spec.containers) {
      if (!container.readiness) continue;
      const auto port = pod_->spec.resolve(container.readiness->port, Protocol::tcp);
      if (!port) continue;  // the reader refused it
      // Only right after the kubelet's own start are probes spread over a period.
      const Duration period = container.readiness->period;
      const bool just_started = host_.now() - kubelet_.started_ < period;
      const Duration jitter =
          just_started ? kubelet_.random().between(Duration{0}, period) : Duration{0};
      probers_.push_back(std::make_unique<Prober>(
          host_, *container.readiness, net::Endpoint{sandbox_->address, *port}, jitter,
          [this] { changed(); },
          [this](bool success, const std::string& detail) {
            if (kubelet_.api_.observer() != nullptr) {
              kubelet_.api_.observer()->on_probe(host_.now(), *pod_, success, detail);
            }
          }));
    }
  }

  void changed() {
    if (status_->armed()) return;
    io::arm_in(
        host_, *status_,
        kubelet_.random().between(kubelet_.options_.status.low, kubelet_.options_.status.high));
  }

  void write_status() {
    const bool ready = std::all_of(probers_.begin(), probers_.end(),
                                   [](const auto& prober) { return prober->ready(); });
    kubelet_.api_.pods().update(pod_->meta.key(), [&](Pod& p) {
      p.phase = PodPhase::running;
      p.reason.clear();
      p.ip = sandbox_->address;
      if (ready && !p.ready) p.ready_since = host_.now();
      p.ready = ready;
    });
  }

  void terminate() {
    kubelet_.runtime_.terminate(*pod_, [this, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired()) return;
      after(Duration{0}, [this] { gone(); });
    });
  }

  // All processes are gone: the last thing that is heard of the pod. Deletes this.
  void gone() {
    Kubelet& kubelet = kubelet_;
    const ObjectKey key = pod_->meta.key();
    kubelet.finished(key);
  }

  Kubelet& kubelet_;
  io::Host& host_;
  Ptr<Pod> pod_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::function<void()> next_;
  std::unique_ptr<io::Timer> step_, status_, deadline_;
  std::optional<PodSandbox> sandbox_;
  std::vector<std::unique_ptr<Prober>> probers_;
  bool running_ = false;
  bool stopping_ = false;
  Duration grace_{0};
};

Kubelet::Kubelet(io::Host& host, ApiServer& api, std::string node, PodRuntime& runtime,
                 ControlPlane* control, const KubeletOptions& options)
    : host_(host),
      api_(api),
      node_(std::move(node)),
      runtime_(runtime),
      control_(control),
      options_(options),
      started_(host.now()),
      heartbeat_(host.timer([this] { beat(); })) {
  if (control_ != nullptr) heartbeat_->arm(host_.now());
  informer_ = std::make_unique<Informer<Pod>>(host_, api.pods(), "kubelet/pods", options.watch,
                                              [this](const auto& event) { on_pod(event); });
}

Kubelet::~Kubelet() = default;

io::RandomStream& Kubelet::random() {
  return host_.random("kubelet");
}

void Kubelet::power_off() {
  off_ = true;
  informer_.reset();
  heartbeat_->cancel();
  workers_.clear();
}

void Kubelet::beat() {
  control_->heartbeat(node_);
  io::arm_in(host_, *heartbeat_, options_.heartbeat);
}

void Kubelet::on_pod(const Event<Pod>& event) {
  const Pod& pod = *event.object;
  if (pod.spec.node_name != node_) return;
  const ObjectKey key = pod.meta.key();
  const auto worker = workers_.find(key);
  if (event.type == EventType::deleted) {
    if (worker != workers_.end()) workers_.erase(worker);  // forced: nothing waits for it
    return;
  }
  if (worker == workers_.end()) {
    if (pod.terminating) {
      api_.pods().remove(key);  // it never ran here
    } else {
      workers_.emplace(key, std::make_unique<Worker>(*this, event.object));
    }
  } else if (pod.terminating) {
    worker->second->stop(pod);
  }
}

void Kubelet::finished(const ObjectKey& key) {
  // The worker calls this from one of its own timers; hosts allow a timer to go in its callback.
  const auto worker = workers_.extract(key);
  api_.pods().remove(key);
}

}  // namespace seatrial::kubernetes
