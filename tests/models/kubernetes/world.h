// A cluster on the in-memory network: one control node, workers, and a runtime whose containers are
// HTTP servers on every container and probe port.
#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "models/kubernetes/control_plane.h"
#include "models/kubernetes/kube_proxy.h"
#include "models/kubernetes/kubelet.h"
#include "models/kubernetes/read_objects.h"
#include "tests/support/fake_network.h"

namespace seatrial::test {

using namespace kubernetes;

inline std::string file_text(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline const char* const scenario_files[] = {"app.yaml", "calico.yaml", "coredns.yaml",
                                             "expose.yaml", "nginx-ingress.yaml"};

inline std::vector<Resource> scenario_resources(Diagnostics& diagnostics) {
  std::vector<Resource> all;
  for (const char* file : scenario_files) {
    const std::string path = std::string("scenarios/get-me-to-the-cluster/cluster/") + file;
    for (auto& resource : read_resources(file_text(path), path, diagnostics)) {
      all.push_back(std::move(resource));
    }
  }
  return all;
}

inline Objects objects_of(const std::string& yaml) {
  Diagnostics diagnostics;
  Objects objects = read_objects(read_resources(yaml, "t.yaml", diagnostics), diagnostics);
  if (!diagnostics.empty()) throw std::runtime_error(diagnostics.to_string());
  return objects;
}

// A Deployment `name` of N pods and its Service on port 80.
inline std::string app(const std::string& name, int replicas, const std::string& pod_extra = "") {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         "}\nspec:\n  replicas: " + std::to_string(replicas) +
         "\n  selector: {matchLabels: {app: " + name +
         "}}\n  template:\n    metadata: {labels: {app: " + name + "}}\n    spec:\n" + pod_extra +
         "      containers:\n      - name: c\n        image: i\n        ports: [{name: http, "
         "containerPort: 8080}]\n        readinessProbe: {httpGet: {path: /, port: http}, "
         "periodSeconds: 1}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: " +
         name + "}\nspec:\n  selector: {app: " + name +
         "}\n  ports: [{name: http, port: 80, targetPort: http}]\n---\n";
}

// Answers every request with 200, or 503 while not healthy.
class TinyServer {
 public:
  TinyServer(FakeHost& host, std::uint16_t port, const bool& healthy) : healthy_(healthy) {
    listener_ = host.listen({net::IpAddress(), port}, [this](std::unique_ptr<io::Stream> stream) {
      sessions_.push_back(std::make_unique<Session>(*this, std::move(stream)));
    });
  }

 private:
  struct Session : io::StreamHandler {
    Session(TinyServer& s, std::unique_ptr<io::Stream> st) : server(s), stream(std::move(st)) {
      stream->set_handler(this);
    }
    void on_data(io::Bytes) override {
      stream->send(io::as_bytes(server.healthy_
                                    ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                                    : "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno"));
    }
    void on_closed(io::CloseReason) override {}
    TinyServer& server;
    std::unique_ptr<io::Stream> stream;
  };
  const bool& healthy_;
  std::unique_ptr<io::Listener> listener_;
  std::vector<std::unique_ptr<Session>> sessions_;
};

class FakeRuntime : public PodRuntime {
 public:
  FakeRuntime(FakeNetwork& network, int& next) : network_(network), next_(next) {}

  std::optional<PodSandbox> create_sandbox(const Pod& pod) override {
    if (addresses_left == 0) return std::nullopt;
    if (addresses_left > 0) --addresses_left;
    const std::string address = "172.16.1." + std::to_string(next_++);
    FakeHost& host = network_.host(pod.meta.key().to_string(), address);
    return PodSandbox{*net::IpAddress::parse(address), &host};
  }
  void start_containers(const Pod& pod, io::Host& host) override {
    Process& process = processes[pod.meta.key()];
    std::set<std::uint16_t> ports;
    for (const Container& container : pod.spec.containers) {
      for (const ContainerPort& port : container.ports) ports.insert(port.port);
      if (container.readiness) {
        ports.insert(*pod.spec.resolve(container.readiness->port, Protocol::tcp));
      }
    }
    for (const auto port : ports) {
      process.servers.push_back(
          std::make_unique<TinyServer>(static_cast<FakeHost&>(host), port, process.healthy));
    }
  }
  void terminate(const Pod& pod, std::function<void()> exited) override {
    processes[pod.meta.key()].terminated = network_.now();
    if (obeys_sigterm) network_.at(network_.now() + std::chrono::milliseconds(100), exited);
  }
  void remove_sandbox(const Pod& pod) override {
    removed[pod.meta.key()] = network_.now();
    processes.erase(pod.meta.key());
  }

  struct Process {
    bool healthy = true;
    TimePoint terminated{};
    std::vector<std::unique_ptr<TinyServer>> servers;
  };
  std::map<ObjectKey, Process> processes;
  std::map<ObjectKey, TimePoint> removed;
  int addresses_left = -1;
  bool obeys_sigterm = true;

 private:
  FakeNetwork& network_;
  int& next_;
};

struct RecordingDataplane : ServiceDataplane {
  void program(const std::vector<ServiceRule>& rules) override {
    programmed.emplace_back(network.now(), rules);
  }
  explicit RecordingDataplane(FakeNetwork& n) : network(n) {}
  FakeNetwork& network;
  std::vector<std::pair<TimePoint, std::vector<ServiceRule>>> programmed;
};

class World {
 public:
  explicit World(Objects objects, int workers = 3, Observer* observer = nullptr) {
    objects.add_node("control1", *net::IpAddress::parse("10.1.1.7"), true);
    for (int i = 0; i < workers; ++i) {
      objects.add_node(
          "worker" + std::to_string(i + 1),
          net::IpAddress::v4((10U << 24) + (1U << 16) + (1U << 8) + 8U + static_cast<unsigned>(i)),
          false);
    }
    const auto nodes = objects.nodes;
    FakeHost& control = net.host("control1", "10.1.1.7");
    api = std::make_unique<ApiServer>(control, std::move(objects), observer);
    plane = std::make_unique<ControlPlane>(*api);
    api->start();
    for (const Node& node : nodes) {
      FakeHost& host = net.host(node.meta.name, node.internal_ip->to_string());
      runtimes[node.meta.name] = std::make_unique<FakeRuntime>(net, next_address);
      kubelets[node.meta.name] = std::make_unique<Kubelet>(host, *api, node.meta.name,
                                                           *runtimes[node.meta.name], plane.get());
    }
  }
  bool settle(Duration limit = std::chrono::seconds(30)) {
    return net.run_until([this] { return api->settled(); }, limit);
  }
  std::string why() const {
    std::string text;
    api->settled(&text);
    return text;
  }

  FakeNetwork net;
  int next_address = 5;
  std::unique_ptr<ApiServer> api;
  std::unique_ptr<ControlPlane> plane;
  std::map<std::string, std::unique_ptr<FakeRuntime>> runtimes;
  std::map<std::string, std::unique_ptr<Kubelet>> kubelets;
};

}  // namespace seatrial::test
