// The kubelet of one node: starts the pods bound to it, probes them over the network, reports their
// status, and stops them.
//
// What is real: readiness probes are HTTP GETs and TCP connects from the node's host to the pod's
// address. What is a parameter: pulling is not modelled (images are present), and making a sandbox
// and starting its containers takes a uniform time (pod start p99 is 5 s in the Kubernetes SLO;
// with the image present most of that is the container runtime's).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "models/io/host.h"
#include "models/kubernetes/api_server.h"

namespace seatrial::kubernetes {

class ControlPlane;

struct PodSandbox {
  net::IpAddress address;
  io::Host* host = nullptr;  // the pod's network; lives until remove_sandbox()
};

// The container runtime and the network plugin of one node, supplied by whoever builds the world.
class PodRuntime {
 public:
  virtual ~PodRuntime() = default;
  // The pod's network: an address and a host. Nothing when no address is to be had: the pod stays
  // ContainerCreating and the kubelet tries again.
  virtual std::optional<PodSandbox> create_sandbox(const Pod& pod) = 0;
  // Starts the processes of all containers.
  virtual void start_containers(const Pod& pod, io::Host& host) = 0;
  // SIGTERM. `exited` is to be called once, later, when all processes are gone; the kubelet sends
  // SIGKILL when it was not called within the grace period.
  virtual void terminate(const Pod& pod, std::function<void()> exited) = 0;
  // SIGKILL, then the sandbox and its address go.
  virtual void remove_sandbox(const Pod& pod) = 0;
};

struct KubeletOptions {
  Latency watch{};
  Latency start{std::chrono::milliseconds(500), std::chrono::milliseconds(2000)};
  Latency status{std::chrono::milliseconds(1), std::chrono::milliseconds(10)};  // status update
  Duration sandbox_retry = std::chrono::seconds(10);
  Duration heartbeat = std::chrono::seconds(10);
};

class Kubelet {
 public:
  // `host` is the node's, named as the Node object. `control` gets the heartbeats and may be
  // nullptr.
  Kubelet(io::Host& host, ApiServer& api, std::string node, PodRuntime& runtime,
          ControlPlane* control = nullptr, const KubeletOptions& options = {});
  ~Kubelet();

  // The node lost power: no status, probe or heartbeat comes any more, pods are as they were.
  void power_off();
  std::size_t pods() const { return workers_.size(); }

 private:
  class Worker;
  friend class Worker;

  void on_pod(const Event<Pod>& event);
  void beat();
  void finished(const ObjectKey& key);
  io::RandomStream& random();

  io::Host& host_;
  ApiServer& api_;
  std::string node_;
  PodRuntime& runtime_;
  ControlPlane* control_;
  KubeletOptions options_;
  TimePoint started_;
  bool off_ = false;
  std::map<ObjectKey, std::unique_ptr<Worker>> workers_;
  std::unique_ptr<io::Timer> heartbeat_;
  std::unique_ptr<Informer<Pod>> informer_;
};

}  // namespace seatrial::kubernetes
