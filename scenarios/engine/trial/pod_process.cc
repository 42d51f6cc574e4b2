#include "scenarios/engine/trial/pod_process.h"

#include <stdexcept>

#include "models/dns/plugins.h"
#include "models/dns/server.h"
#include "models/kubernetes/cluster_zone.h"
#include "models/workload/echo_app.h"
#include "scenarios/engine/trial/ingress_process.h"
#include "scenarios/engine/trial/recorder.h"

namespace seatrial::scenario {
namespace {

workload::TimeDistribution service_time(const RandomDuration& duration) {
  using Kind = workload::TimeDistribution::Kind;
  switch (duration.distribution) {
    case Distribution::constant:
      return {Kind::constant, duration.mean, duration.mean};
    case Distribution::exponential:
      return {Kind::exponential, duration.mean, duration.mean};
    case Distribution::uniform:
      return {Kind::uniform, duration.low, duration.high};
  }
  return {};
}

// Starts the real process after the container's start-up time.
class Delayed : public PodProcess {
 public:
  Delayed(io::Host& host, Duration startup) : host_(host), startup_(startup) {}

  void begin() {
    if (startup_ <= Duration::zero()) {
      run();
      return;
    }
    timer_ = host_.timer([this] { run(); });
    timer_->arm(host_.now() + startup_);
  }

 protected:
  virtual void run() = 0;
  io::Host& host() { return host_; }

 private:
  io::Host& host_;
  Duration startup_;
  std::unique_ptr<io::Timer> timer_;
};

// An application: one HTTP server a TCP port that the container declares.
class AppProcess final : public Delayed, public workload::AppObserver {
 public:
  AppProcess(ClusterRuntime& cluster, io::Host& host, const kubernetes::Pod& pod,
             const kubernetes::Container& container, const Workload& workload)
      : Delayed(host, workload.startup.value_or(Duration::zero())),
        recorder_(cluster.world().recorder) {
    for (const auto& port : container.ports) {
      if (port.protocol != kubernetes::Protocol::tcp) continue;
      workload::AppConfig config;
      config.port = port.port;
      config.name = pod.meta.name;
      config.service_time = service_time(workload.service_time);
      config.response_size = workload.response_bytes;
      configs_.push_back(config);
    }
  }

  void terminate(std::function<void()> exited) override {
    if (apps_.empty()) return host().post(std::move(exited));
    auto left = std::make_shared<std::size_t>(apps_.size());
    for (auto& app : apps_) {
      app->stop([left, exited] {
        if (--*left == 0) exited();
      });
    }
  }

 private:
  void run() override {
    for (const auto& config : configs_) {
      apps_.push_back(std::make_unique<workload::EchoApp>(host(), config, this));
    }
  }
  // The kubelet's probes are nobody's requests.
  void on_request_served(const workload::RequestServed& request) override {
    if (request.target != configs_.front().readiness_path) recorder_.on_request_served(request);
  }

  Recorder& recorder_;
  std::vector<workload::AppConfig> configs_;
  std::vector<std::unique_ptr<workload::EchoApp>> apps_;
};

// CoreDNS with the cluster's Corefile: the zone, the DNS server, and the ready plugin's HTTP
// answer.
class CoreDnsProcess final : public Delayed {
 public:
  CoreDnsProcess(io::Host& host, ClusterRuntime& cluster, const Workload& workload)
      : Delayed(host, workload.startup.value_or(Duration::zero())), cluster_(cluster) {}

  // SIGTERM: CoreDNS fails its health check and goes on answering for `lameduck`.
  void terminate(std::function<void()> exited) override {
    stop_ = host().timer([this, exited = std::move(exited)] {
      server_.reset();
      exited();
    });
    stop_->arm(host().now() + cluster_.design().corefile.lameduck);
  }

 private:
  void run() override {
    const auto& corefile = cluster_.design().corefile;
    zone_ = std::make_unique<kubernetes::ClusterZone>(host(), cluster_.api(), corefile);
    server_ = std::make_unique<dns::Server>(host(), net::Endpoint{net::IpAddress{}, corefile.port},
                                            *zone_);
    if (!corefile.ready_port) return;
    workload::AppConfig config;
    config.port = *corefile.ready_port;
    config.name = "coredns";
    config.readiness_path = "/ready";
    ready_ = std::make_unique<workload::EchoApp>(host(), config);
    ready_->set_ready(false);
    check_ = host().timer([this] { check(); });
    check();
  }

  // Until the zone's first list of everything is in; then never again.
  void check() {
    if (zone_->ready()) {
      ready_->set_ready(true);
    } else {
      check_->arm(host().now() + std::chrono::milliseconds(100));
    }
  }

  ClusterRuntime& cluster_;
  std::unique_ptr<kubernetes::ClusterZone> zone_;
  std::unique_ptr<dns::Cache> cache_;
  std::unique_ptr<dns::LoadBalance> load_balance_;
  std::unique_ptr<dns::Server> server_;
  std::unique_ptr<workload::EchoApp> ready_;
  std::unique_ptr<io::Timer> check_;
  std::unique_ptr<io::Timer> stop_;
};

}  // namespace

std::unique_ptr<PodProcess> make_process(ClusterRuntime& cluster, const kubernetes::Pod& pod,
                                         const kubernetes::Container& container,
                                         const Workload& workload, io::Host& host) {
  std::unique_ptr<Delayed> process;
  switch (workload.model) {
    case WorkloadModel::app:
      process = std::make_unique<AppProcess>(cluster, host, pod, container, workload);
      break;
    case WorkloadModel::coredns:
      process = std::make_unique<CoreDnsProcess>(host, cluster, workload);
      break;
    case WorkloadModel::nginx_ingress:
      return make_ingress_process(cluster, container, host);
  }
  if (!process) throw std::logic_error("a workload model without a process");
  process->begin();
  return process;
}

}  // namespace seatrial::scenario
