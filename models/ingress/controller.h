// NGINX Ingress Controller in its pod: informers, one deduplicating queue, one worker, and the
// nginx that it drives (nginx-ic 2.3, internal/k8s/controller.go, task_queue.go).
//
// Changed endpoints reach NGINX Plus through its API without a reload; open source nginx is
// reloaded, and the worker waits, polling every 25 ms, until the new version answers. While more
// than one further task is queued the controller is in batch mode: it only takes in the changes,
// and reloads once when the queue is empty, with NGINX Plus too. So a burst of rollouts reaches
// clients as a reload.
//
// Port 443 of the pod is not listened on: no TLS host is modelled, and the default server there
// only refuses handshakes.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "models/ingress/generator.h"
#include "models/ingress/observer.h"
#include "models/io/host.h"
#include "models/kubernetes/api_server.h"
#include "models/nginx/server.h"

namespace seatrial::ingress {

struct ControllerOptions {
  bool plus = false;
  std::string class_name = "nginx";
  bool ready_status = true;
  std::uint16_t ready_port = 8081;
  std::string ready_path = "/nginx-ready";
  kubernetes::Latency watch{};
  // nginx's own work on SIGHUP until the new workers answer; seen at the next poll after it.
  kubernetes::Latency reload{std::chrono::milliseconds(50), std::chrono::milliseconds(150)};
  Duration poll = std::chrono::milliseconds(25);
  kubernetes::Latency api_call{std::chrono::milliseconds(1), std::chrono::milliseconds(5)};
  nginx::Options nginx{};
};

// From the container's arguments: -nginx-plus, -ingress-class=, -ready-status-port=,
// -ready-status=. An argument that is not known is an error at `container.position`.
ControllerOptions controller_options(const kubernetes::Container& container,
                                     Diagnostics& diagnostics);

class Controller {
 public:
  // `host` is the pod's. Either observer may be nullptr.
  Controller(io::Host& host, kubernetes::ApiServer& api, const ControllerOptions& options = {},
             Observer* observer = nullptr, nginx::Observer* nginx_observer = nullptr);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // SIGTERM: nginx quits, that is, finishes what it has; `done` is called when the last is gone.
  void quit(std::function<void()> done);

  bool ready() const { return ready_; }
  const std::string& config_text() const { return current_.text; }
  nginx::Server* server() { return server_.get(); }
  std::size_t reloads() const { return reloads_; }
  std::size_t api_updates() const { return api_updates_; }

 private:
  class ReadyEndpoint;
  struct Task {
    std::string cause;
    TimePoint queued;
  };

  void enqueue(const std::string& cause);
  void work();
  void begin(const Task& task);
  void reload(GeneratedConfig next, SyncRecord record);
  void update_by_api(GeneratedConfig next, SyncRecord record);
  void finish(SyncRecord record);
  GeneratedConfig generate_now();
  bool synced() const;
  void report_conflicts(const GeneratedConfig& next);
  std::string apply(const std::string& text);

  io::Host& host_;
  ControllerOptions options_;
  Observer* observer_;
  nginx::Observer* nginx_observer_;
  std::unique_ptr<nginx::Server> server_;
  GeneratedConfig current_;
  bool started_ = false;
  bool busy_ = false;
  bool batch_ = false;
  bool ready_ = false;
  std::size_t batched_ = 0;
  std::size_t reloads_ = 0;
  std::size_t api_updates_ = 0;
  std::deque<Task> queue_;
  std::set<std::string> reported_conflicts_;
  std::function<void()> then_;
  std::unique_ptr<io::Timer> step_;
  std::function<void()> quit_done_;
  std::unique_ptr<io::Timer> quit_poll_;
  std::unique_ptr<ReadyEndpoint> ready_endpoint_;
  std::unique_ptr<kubernetes::Informer<kubernetes::Ingress>> ingresses_;
  std::unique_ptr<kubernetes::Informer<kubernetes::VirtualServer>> virtual_servers_;
  std::unique_ptr<kubernetes::Informer<kubernetes::Service>> services_;
  std::unique_ptr<kubernetes::Informer<kubernetes::EndpointSlice>> slices_;
};

}  // namespace seatrial::ingress
